//! `connector list` and `connector validate`.

use serde_json::json;

use super::out::{BAD, GOOD, paint};
use super::{Exit, Outcome, Shell, mistaken, report};
use crate::app;
use crate::connector::{Entry, load_dir};
use crate::sync::Pinned;

pub(super) fn list(shell: &Shell) -> Outcome {
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
