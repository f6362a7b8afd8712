//! `/metrics`: what runs and what waits, in the text format of Prometheus.
//!
//! Names of plugins and connectors are labels, people and values never are. Counters of a plugin
//! are those of its running build: they begin anew with another one.

use std::fmt::Write as _;

use crate::service::Service;

/// The page of a service.
pub(super) fn page(service: &Service) -> String {
    let mut page = Page::default();
    let build = [("version", env!("CARGO_PKG_VERSION"))];
    page.family("attune_build_info", "gauge", "The build of the service.");
    page.line("attune_build_info", &build, 1);
    page.family(
        "attune_ready",
        "gauge",
        "Whether everything in use is compiled.",
    );
    page.line("attune_ready", &[], u64::from(service.is_ready()));
    plugins(&mut page, service);
    connectors(&mut page, service);
    page.text
}

fn plugins(page: &mut Page, service: &Service) {
    let name = "attune_plugin_generation_info";
    page.family(
        name,
        "gauge",
        "Builds that were seen, and how far each came.",
    );
    for one in service.generations() {
        let labels = [
            ("plugin", one.plugin.as_str()),
            ("digest", &one.digest),
            ("stage", &one.stage),
        ];
        page.line(name, &labels, 1);
    }
    let (_, state) = service.pin();
    let loaded = state.plugins.entries().filter_map(|entry| entry.loaded());
    let health: Vec<_> = loaded.map(|one| (one.id(), one.health())).collect();
    let name = "attune_plugin_values_total";
    page.family(
        name,
        "counter",
        "Values that the running build was asked for.",
    );
    for (plugin, health) in &health {
        page.line(name, &[("plugin", plugin)], health.values);
    }
    let name = "attune_plugin_values_failed_total";
    page.family(
        name,
        "counter",
        "Values that the running build lost, and why.",
    );
    for (plugin, health) in &health {
        let reasons = [
            ("trap", health.values_trapped),
            ("timeout", health.values_timed_out),
            ("refused", health.values_refused),
        ];
        for (reason, count) in reasons {
            page.line(name, &[("plugin", plugin), ("reason", reason)], count);
        }
    }
    let name = "attune_plugin_stale_fields";
    page.family(
        name,
        "gauge",
        "Fields that keep what they hold, because a plugin is left alone.",
    );
    for stale in service.stale() {
        page.line(
            name,
            &[("plugin", &stale.plugin)],
            stale.fields.len() as u64,
        );
    }
}

fn connectors(page: &mut Page, service: &Service) {
    let name = "attune_swap_waiting";
    page.family(name, "gauge", "Changes that wait for somebody.");
    for one in service.waiting() {
        page.line(name, &[("kind", one.kind), ("name", &one.name)], 1);
    }
    let name = "attune_config_last_reload_successful";
    page.family(
        name,
        "gauge",
        "Whether the connector's file, as it is now, could be used.",
    );
    let (mistakes, (_, state)) = (service.mistakes(), service.pin());
    let running = state.connectors.values();
    let mut names: Vec<&str> = running.map(|one| one.connector.name.as_str()).collect();
    names.extend(mistakes.keys().map(String::as_str));
    names.sort_unstable();
    names.dedup();
    for connector in names {
        let is_well = !mistakes.contains_key(connector);
        page.line(name, &[("connector", connector)], u64::from(is_well));
    }
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _never_fails = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(key, value)| format!("{key}=\"{}\"", escaped(value)))
            .collect();
        let labels = match labels.as_slice() {
            [] => String::new(),
            labels => format!("{{{}}}", labels.join(",")),
        };
        let _never_fails = writeln!(self.text, "{name}{labels} {value}");
    }
}

/// As the format wants it within quotes.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn a_label_is_one_word_whatever_is_in_it() {
        let mut page = Page::default();
        page.line("x", &[("name", "a\"b\\c\nd")], 2);
        assert_eq!(page.text, "x{name=\"a\\\"b\\\\c\\nd\"} 2\n");
    }
}
