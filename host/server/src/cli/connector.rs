//! `connector list` and `connector validate`.

use serde_json::json;

use attune_core::plain::visible;

use super::out::{BAD, GOOD, Out, WARN, paint};
use super::{Exit, Outcome, Shell, mistaken, report};
use crate::app;
use crate::connector::{Entry, load_dir};
use crate::service::Service;
use crate::sync::Pinned;

pub(super) fn list(shell: &Shell) -> Outcome {
    if let Some(service) = &shell.service {
        return running(&shell.out, service);
    }
    let entries =
        load_dir(&shell.settings.connectors_dir).map_err(|mistake| mistaken(&[mistake]))?;
    if shell.out.json {
        let documents: Vec<_> = entries.iter().map(document).collect();
        shell.out.json(&documents);
        return Ok(Exit::Good);
    }
    if entries.is_empty() {
        let folder = shell.settings.connectors_dir.display();
        shell.out.data(format!("no connector files in {folder}"));
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header(["connector", "id", "provider", "targets", "fields", ""]);
    for entry in &entries {
        match &entry.result {
            Ok(loaded) => {
                let connector = &loaded.connector;
                let names: Vec<&str> = connector
                    .targets
                    .iter()
                    .map(|target| target.name.as_str())
                    .collect();
                let fields: usize = connector
                    .targets
                    .iter()
                    .map(|target| target.map.fields.len())
                    .sum();
                table.add_row([
                    entry.name.clone(),
                    connector.id.clone(),
                    connector.source.provider.clone(),
                    names.join(", "),
                    fields.to_string(),
                    paint(GOOD, "ok"),
                ]);
            }
            Err(mistakes) => {
                let what = match mistakes.as_slice() {
                    [one] => one.to_string(),
                    many => format!("{} mistakes", many.len()),
                };
                table.add_row([entry.name.as_str(), "", "", "", "", &paint(BAD, what)]);
            }
        }
    }
    shell.out.data(table.to_string());
    Ok(Exit::Good)
}

/// What runs in the service, what waits, and what is wrong.
fn running(out: &Out, service: &Service) -> Outcome {
    let (_, state) = service.pin();
    let (waiting, mistakes) = (service.waiting(), service.mistakes());
    let waiting = waiting.iter().filter(|one| one.kind == "connector");
    let waiting: Vec<_> = waiting.collect();
    if out.json {
        let running = state.connectors.values().map(|loaded| {
            json!({
                "connector": loaded.connector.name,
                "id": loaded.connector.id,
                "provider": loaded.connector.source.provider,
                "targets": loaded.connector.targets.iter().map(|t| &t.name).collect::<Vec<_>>(),
                "revision": loaded.revision(),
                "waiting": waiting.iter().find(|one| one.name == loaded.connector.name),
                "mistakes": mistakes.get(&loaded.connector.name),
            })
        });
        let mut all: Vec<_> = running.collect();
        let is_not_running = |name: &&String| {
            let mut names = state
                .connectors
                .values()
                .map(|loaded| &loaded.connector.name);
            names.all(|running| running != *name)
        };
        all.extend(
            mistakes
                .keys()
                .filter(is_not_running)
                .map(|name| json!({ "connector": name, "mistakes": mistakes.get(name) })),
        );
        out.json(&all);
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header(["connector", "id", "provider", "revision", ""]);
    for loaded in state.connectors.values() {
        let connector = &loaded.connector;
        let is_mine = |one: &&&crate::service::Waiting| one.name == connector.name;
        let remark = match (waiting.iter().find(is_mine), mistakes.get(&connector.name)) {
            (_, Some(lines)) => paint(BAD, format!("its file is not used: {}", lines.join("; "))),
            (Some(_), None) => paint(WARN, "a change waits"),
            (None, None) => paint(GOOD, "runs"),
        };
        let revision = loaded.revision();
        table.add_row([
            connector.name.clone(),
            connector.id.clone(),
            connector.source.provider.clone(),
            revision.get(..19).unwrap_or(revision).to_owned(),
            remark,
        ]);
    }
    out.data(table.to_string());
    for one in waiting {
        out.data(format!(
            "\n{} {} {}",
            paint(WARN, "waits"),
            one.name,
            one.digest
        ));
        for reason in &one.reasons {
            out.data(format!("  {}", visible(reason)));
        }
        for (connector, plan) in &one.plans {
            out.data(format!("  would write {plan} in {connector}"));
        }
        let accept = format!(
            "  attune connector accept {}   or: attune reject {}",
            one.name, one.digest
        );
        out.data(accept);
    }
    let names: Vec<&String> = state
        .connectors
        .values()
        .map(|loaded| &loaded.connector.name)
        .collect();
    for (name, lines) in mistakes.iter().filter(|(name, _)| !names.contains(name)) {
        out.data(format!(
            "\n{} {name}: {}",
            paint(BAD, "does not run"),
            lines.join("\n  ")
        ));
    }
    Ok(Exit::Good)
}

/// Reads the files, then lets the plugins look at their options. Sends nothing.
pub(super) fn validate(shell: &Shell, name: Option<&str>) -> Outcome {
    let loaded = shell.one_or_named(name)?;
    let registry = app::plugins(&shell.settings)?;
    let plugins = registry.snapshot();
    for loaded in &loaded {
        let (pinned, _) = Pinned::open(loaded, &plugins)?;
        if shell.out.json {
            shell.out.json(&json!({
                "connector": pinned.connector.name,
                "id": pinned.connector.id,
                "revision": pinned.revision,
                "generations": pinned.generations,
                "reads": pinned.documents.selectors().iter().map(ToString::to_string)
                    .collect::<Vec<_>>(),
            }));
            continue;
        }
        let fields = pinned.fields.len();
        let reads = pinned.documents.len();
        shell.out.data(format!(
            "{} {}: {fields} fields from {reads} attributes, revision {}",
            paint(GOOD, "ok"),
            pinned.connector.name,
            pinned.revision
        ));
    }
    Ok(Exit::Good)
}

fn document(entry: &Entry) -> serde_json::Value {
    match &entry.result {
        Ok(loaded) => json!({
            "connector": entry.name,
            "id": loaded.connector.id,
            "provider": loaded.connector.source.provider,
            "targets": loaded.connector.targets.iter().map(|t| &t.name).collect::<Vec<_>>(),
            "revision": loaded.revision(),
        }),
        Err(mistakes) => json!({
            "connector": entry.name,
            "mistakes": mistakes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }),
    }
}
