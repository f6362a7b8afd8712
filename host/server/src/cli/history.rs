//! `history`: every change of a person's fields that we made or tried, the latest first.

use attune_core::plain::visible;
use serde_json::json;

use super::args::History;
use super::{Exit, Outcome, Shell, report, runs};
use crate::fault::Failure;
use crate::store::Store;
use crate::store::history::HistoryLine;

/// Longest value shown in a table, in characters.
const VALUE_CHARS_MAX: usize = 40;

pub(super) async fn run(shell: &Shell, args: History) -> Outcome {
    let connector = connector_id(shell, &args.connector);
    let app = shell.app().await?;
    let person = person(&app.host.store, &connector, &args.user).await?;
    let mut lines = app.host.store.history(&connector, &person).await?;
    app.close().await;
    if let Some(field) = &args.field {
        lines.retain(|line| line.change.field.name == *field);
    }
    if shell.out.json {
        let lines: Vec<_> = lines.iter().map(document).collect();
        shell
            .out
            .json(&json!({ "connector": connector, "person": person, "changes": lines }));
        return Ok(Exit::Good);
    }
    if lines.is_empty() {
        shell
            .out
            .data(format!("nothing was written for {}", visible(&person)));
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header(["when", "field", "before", "after", "result", "run", "what"]);
    for line in &lines {
        let target = visible(&line.target);
        table.add_row([
            runs::time(line.at_ms),
            format!("{target}: {}", visible(&line.change.field.name)),
            value(line, line.change.before.as_deref()),
            value(line, line.change.after.as_deref()),
            result(line),
            line.run.get(..16).unwrap_or(&line.run).to_owned(),
            line.verb.clone(),
        ]);
    }
    shell.out.data(table.to_string());
    Ok(Exit::Good)
}

/// The id of a connector's file; where there is none any more the word is the id.
pub(super) fn connector_id(shell: &Shell, name: &str) -> String {
    let loaded = shell.connector(name);
    loaded.map_or_else(|_| name.to_owned(), |loaded| loaded.connector.id)
}

/// The only person whom a word means to the store; they may be out of scope, or gone.
pub(super) async fn person(store: &Store, connector: &str, user: &str) -> Result<String, Failure> {
    let mut keys = store.keys_called(connector, user).await?;
    match (keys.pop(), keys.len()) {
        (Some(key), 0) => Ok(key),
        (Some(_), others) => {
            let message = format!("`{user}` means {} people", others + 1);
            Err(Failure::of("ambiguous-person", message))
        }
        (None, _) => {
            let message = format!("connector `{connector}` knows nobody called `{user}`");
            Err(Failure::of("no-such-person", message))
        }
    }
}

fn value(line: &HistoryLine, value: Option<&str>) -> String {
    if line.forgotten_ms.is_some() {
        return "(forgotten)".to_owned();
    }
    let value = visible(value.unwrap_or_default());
    match value.char_indices().nth(VALUE_CHARS_MAX) {
        Some((at, _)) => format!("{}...", value.get(..at).unwrap_or_default()),
        None => value.into_owned(),
    }
}

fn result(line: &HistoryLine) -> String {
    match &line.undone_by {
        Some(run) => format!(
            "{}, undone by {}",
            line.result,
            run.get(..16).unwrap_or(run)
        ),
        None => line.result.clone(),
    }
}

fn document(line: &HistoryLine) -> serde_json::Value {
    json!({
        "time": runs::time(line.at_ms),
        "run": line.run,
        "verb": line.verb,
        "target": line.target,
        "account": line.account,
        "kind": line.change.field.kind,
        "field": line.change.field.name,
        "before": line.change.before,
        "after": line.change.after,
        "result": line.result,
        "undone-by": line.undone_by,
        "forgotten": line.forgotten_ms.map(runs::time),
    })
}
