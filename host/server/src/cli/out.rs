//! Where words go: data to stdout, talk to stderr, and never a half-printed table.
//!
//! Colour is dropped by `anstream` when the reader is no terminal or `NO_COLOR` is set; every
//! output makes sense without it. A command that the service runs for somebody else speaks over
//! the wire instead, to the process that asked for it.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use attune_core::plain::visible_json;
use serde::Serialize;

use super::wire::Caller;
use super::wire::Frame;

/// How a command speaks.
#[derive(Debug, Clone)]
pub(super) struct Out {
    /// `--json`: machine-readable data only.
    pub json: bool,
    /// Who hears it; nobody else than this process' own terminal where it is `None`.
    pub caller: Option<Caller>,
}

/// Headings.
pub(super) const TITLE: Style = Style::new().bold();
/// Something is well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// Something waits for a person.
pub(super) const WARN: Style = AnsiColor::Yellow.on_default();
/// Something failed.
pub(super) const BAD: Style = AnsiColor::Red.on_default();
/// Less important.
pub(super) const FAINT: Style = Style::new().dimmed();

impl Out {
    /// To this process' own stdout and stderr.
    pub(super) fn here(json: bool) -> Self {
        Self { json, caller: None }
    }

    /// A line of data.
    pub(super) fn data(&self, line: impl AsRef<str>) {
        if let Some(caller) = &self.caller {
            return caller.send(Frame::Data(line.as_ref().to_owned()));
        }
        let mut out = anstream::stdout().lock();
        // A reader that went away (`| head`) is no failure of the command.
        let _closed = writeln!(out, "{}", line.as_ref());
    }

    /// A JSON document. Values in it are written so that they survive whoever looks for colours
    /// on the way, and reach no terminal as they are.
    pub(super) fn json(&self, document: &impl Serialize) {
        if let Ok(text) = serde_json::to_string_pretty(document) {
            let lines: Vec<_> = text.lines().map(visible_json).collect();
            self.data(lines.join("\n"));
        }
    }

    /// A line of talk; silent with `--json`.
    pub(super) fn say(&self, line: impl AsRef<str>) {
        if !self.json {
            self.warn(line);
        }
    }

    /// A line that must be seen even beside JSON data.
    pub(super) fn warn(&self, line: impl AsRef<str>) {
        if let Some(caller) = &self.caller {
            return caller.send(Frame::Talk(line.as_ref().to_owned()));
        }
        let mut err = anstream::stderr().lock();
        let _closed = writeln!(err, "{}", line.as_ref());
    }
}

/// A text in a style.
pub(super) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
