//! `check`: endpoints, credentials and permissions of connectors, line by line.

use attune_core::plain::visible;
use serde::Serialize;

use super::out::{BAD, GOOD, Out, TITLE, WARN, paint};
use super::{Exit, Outcome, Shell};
use crate::sync::{self, CheckLine};

/// One connector's lines.
#[derive(Serialize)]
struct Checked {
    connector: String,
    lines: Vec<CheckLine>,
}

pub(super) async fn run(shell: &Shell, name: Option<&str>) -> Outcome {
    let connectors = shell.one_or_named(name)?;
    let app = shell.app().await?;
    let mut all = Vec::with_capacity(connectors.len());
    for loaded in &connectors {
        let mut lines = sync::check(&app.host, loaded).await?;
        // A server may say back what it was sent.
        for line in &mut lines {
            line.message = app.host.vault.redact(&line.message).into_owned();
        }
        all.push(Checked {
            connector: loaded.connector.name.clone(),
            lines,
        });
    }
    app.close().await;
    let is_well = all
        .iter()
        .all(|checked| checked.lines.iter().all(|line| line.ok));
    if shell.out.json {
        shell.out.json(&all);
    } else {
        for checked in &all {
            print(&shell.out, &checked.connector, &checked.lines);
        }
    }
    Ok(if is_well { Exit::Good } else { Exit::Partly })
}

/// Lines below a title.
pub(super) fn print(out: &Out, title: &str, lines: &[CheckLine]) {
    out.data(paint(TITLE, title));
    for line in lines {
        let word = if line.ok {
            paint(GOOD, "ok  ")
        } else {
            paint(BAD, "FAIL")
        };
        let (name, message) = (visible(&line.name), visible(&line.message));
        out.data(format!("  {word} {name:<24} {message}"));
        if !line.ok && !line.fix.is_empty() {
            out.data(format!(
                "       {}",
                paint(WARN, format!("do: {}", visible(&line.fix)))
            ));
        }
    }
}
