//! `history`: every change of a person's fields that we made or tried, the latest first.

use attune_core::plain::visible;

use super::{Exit, Outcome, Shell, args, report};
use crate::view::history::{self, Changed};

/// Longest value shown in a table, in characters.
const VALUE_CHARS_MAX: usize = 40;

pub(super) async fn run(shell: &Shell, args: args::History) -> Outcome {
    let connector = connector_id(shell, &args.connector);
    let app = shell.app().await?;
    let store = &app.host.store;
    let history = history::of(store, &connector, &args.user, args.field.as_deref()).await?;
    app.close().await;
    if shell.out.json {
        shell.out.json(&history);
        return Ok(Exit::Good);
    }
    if history.changes.is_empty() {
        let person = visible(&history.person);
        shell.out.data(format!("nothing was written for {person}"));
        return Ok(Exit::Good);
    }
    let mut table = report::plain();
    table.set_header(["when", "field", "before", "after", "result", "run", "what"]);
    for line in &history.changes {
        let target = visible(&line.target);
        table.add_row([
            line.time.clone(),
            format!("{target}: {}", visible(&line.field)),
            value(line, line.before.as_deref()),
            value(line, line.after.as_deref()),
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

fn value(line: &Changed, value: Option<&str>) -> String {
    if line.forgotten.is_some() {
        return "(forgotten)".to_owned();
    }
    let value = visible(value.unwrap_or_default());
    match value.char_indices().nth(VALUE_CHARS_MAX) {
        Some((at, _)) => format!("{}...", value.get(..at).unwrap_or_default()),
        None => value.into_owned(),
    }
}

fn result(line: &Changed) -> String {
    match &line.undone_by {
        Some(run) => format!(
            "{}, undone by {}",
            line.result,
            run.get(..16).unwrap_or(run)
        ),
        None => line.result.clone(),
    }
}
