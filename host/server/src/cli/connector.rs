//! `connector list` and `connector validate`.

use serde_json::json;

use attune_core::plain::visible;

use super::out::{BAD, GOOD, Out, WARN, paint};
use super::{Exit, Outcome, Shell, mistaken, report};
use crate::app;
use crate::connector::load_dir;
use crate::service::{Service, Waiting};
use crate::sync::Pinned;
use crate::view::connectors::{self, Connector, Standing};
use crate::view::time;

pub(super) async fn list(shell: &Shell) -> Outcome {
    if let Some(service) = &shell.service {
        let standing = Standing::read(&service.pin().0).await?;
        running(&shell.out, service, &standing);
        return Ok(Exit::Good);
    }
    let entries =
        load_dir(&shell.settings.connectors_dir).map_err(|mistake| mistaken(&[mistake]))?;
    if shell.out.json {
        let documents: Vec<Connector> = entries.iter().map(Connector::from).collect();
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
    let all = connectors::list(service, standing);
    if out.json {
        out.json(&all);
        return;
    }
    let mut table = report::plain();
    table.set_header(["connector", "id", "provider", "revision", "next run", ""]);
    for one in &all {
        let Connector::Running(one) = one else {
            continue;
        };
        let next = standing.next(&one.id);
        let next = next.map(|(kind, at_ms)| format!("{kind} {}", time(at_ms)));
        table.add_row([
            one.connector.clone(),
            one.id.clone(),
            one.provider.clone(),
            one.revision.get(..19).unwrap_or(&one.revision).to_owned(),
            next.unwrap_or_default(),
            remark(one),
        ]);
    }
    out.data(table.to_string());
    for one in &all {
        match one {
            Connector::Running(one) => {
                if let Some(waiting) = &one.waiting {
                    waits(out, waiting);
                }
            }
            Connector::Wrong(one) => {
                let (name, lines) = (&one.connector, one.mistakes.join("\n  "));
                out.data(format!("\n{} {name}: {lines}", paint(BAD, "does not run")));
            }
            Connector::File(_) => {}
        }
    }
}

/// How a connector stands, in a few words.
fn remark(one: &connectors::Running) -> String {
    if let Some(lines) = &one.mistakes {
        return paint(BAD, format!("its file is not used: {}", lines.join("; ")));
    }
    if one.waiting.is_some() {
        return paint(WARN, "a change waits");
    }
    if let Some(pause) = &one.paused {
        let reason = match pause.reason.as_str() {
            "" => String::new(),
            reason => format!(": {reason}"),
        };
        let told = format!("paused by {}{reason}", pause.by);
        return paint(WARN, visible(&told));
    }
    if let Some(row) = &one.quarantine {
        let (code, next, message) = (&row.code, &row.next, &row.message);
        let told = format!("left alone ({code}), tried again {next}: {message}");
        return paint(WARN, visible(&told));
    }
    paint(GOOD, "runs")
}

fn waits(out: &Out, one: &Waiting) {
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
