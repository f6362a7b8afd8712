//! `connector list` and `connector validate`.

use std::collections::BTreeMap;

use serde_json::json;

use attune_core::plain::visible;

use super::out::{BAD, GOOD, Out, WARN, paint};
use super::pause::Standing;
use super::{Exit, Outcome, Shell, mistaken, report};
use crate::app;
use crate::connector::{Entry, Loaded, load_dir};
use crate::service::{Service, Waiting};
use crate::sync::Pinned;

pub(super) async fn list(shell: &Shell) -> Outcome {
    if let Some(service) = &shell.service {
        let standing = Standing::read(&service.pin().0).await?;
        running(&shell.out, service, &standing);
        return Ok(Exit::Good);
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
fn running(out: &Out, service: &Service, standing: &Standing) {
    let (_, state) = service.pin();
    let mut waiting = service.waiting();
    waiting.retain(|one| one.kind == "connector");
    let mistakes = service.mistakes();
    let names = state.connectors.values().map(|one| &one.connector.name);
    let names: Vec<&String> = names.collect();
    let strangers = mistakes.iter().filter(|(name, _)| !names.contains(name));
    if out.json {
        let mut all: Vec<_> = state
            .connectors
            .values()
            .map(|loaded| running_document(loaded, &waiting, &mistakes, standing))
            .collect();
        all.extend(strangers.map(|(name, lines)| json!({ "connector": name, "mistakes": lines })));
        out.json(&all);
        return;
    }
    let mut table = report::plain();
    table.set_header(["connector", "id", "provider", "revision", "next run", ""]);
    for loaded in state.connectors.values() {
        let connector = &loaded.connector;
        let is_waiting = waiting.iter().any(|one| one.name == connector.name);
        let remark = match mistakes.get(&connector.name) {
            Some(lines) => paint(BAD, format!("its file is not used: {}", lines.join("; "))),
            None if is_waiting => paint(WARN, "a change waits"),
            None => match standing.remark(&connector.id) {
                Some(remark) => paint(WARN, visible(&remark)),
                None => paint(GOOD, "runs"),
            },
        };
        let revision = loaded.revision();
        table.add_row([
            connector.name.clone(),
            connector.id.clone(),
            connector.source.provider.clone(),
            revision.get(..19).unwrap_or(revision).to_owned(),
            standing.next(&connector.id),
            remark,
        ]);
    }
    out.data(table.to_string());
    for one in &waiting {
        let (name, digest) = (&one.name, &one.digest);
        out.data(format!("\n{} {name} {digest}", paint(WARN, "waits")));
        for reason in &one.reasons {
            out.data(format!("  {}", visible(reason)));
        }
        for (connector, plan) in &one.plans {
            out.data(format!("  would write {plan} in {connector}"));
        }
        out.data(format!(
            "  attune connector accept {name}   or: attune reject {digest}"
        ));
    }
    for (name, lines) in strangers {
        let lines = lines.join("\n  ");
        out.data(format!("\n{} {name}: {lines}", paint(BAD, "does not run")));
    }
}

fn running_document(
    loaded: &Loaded,
    waiting: &[Waiting],
    mistakes: &BTreeMap<String, Vec<String>>,
    standing: &Standing,
) -> serde_json::Value {
    let id = &loaded.connector.id;
    let name = &loaded.connector.name;
    json!({
        "connector": name,
        "id": loaded.connector.id,
        "provider": loaded.connector.source.provider,
        "targets": loaded.connector.targets.iter().map(|t| &t.name).collect::<Vec<_>>(),
        "revision": loaded.revision(),
        "waiting": waiting.iter().find(|one| one.name == *name),
        "mistakes": mistakes.get(name),
        "next": standing.times(id),
        "paused": standing.pause(id),
        "quarantine": standing.quarantine(id),
    })
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
