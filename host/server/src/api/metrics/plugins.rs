//! Builds of plugins, and what their values come to. Counters are those of the running build: they
//! begin anew with another one.

use super::page::Page;
use crate::service::Service;

pub(super) fn add(page: &mut Page, service: &Service) {
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
