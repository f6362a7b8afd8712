//! Where words go: data to stdout, talk to stderr, and never a half-printed table.
//!
//! Colour is dropped by `anstream` when the reader is no terminal or `NO_COLOR` is set; every
//! output makes sense without it.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use attune_core::plain::visible_json;
use serde::Serialize;

/// How a command speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Out {
    /// `--json`: machine-readable data only.
    pub json: bool,
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
    /// A line of data.
    #[expect(clippy::unused_self, reason = "the other half of `say`")]
    pub(super) fn data(self, line: impl AsRef<str>) {
        let mut out = anstream::stdout().lock();
        // A reader that went away (`| head`) is no failure of the command.
        let _closed = writeln!(out, "{}", line.as_ref());
    }

    /// A JSON document. Values in it are written so that they survive whoever looks for colours
    /// on the way, and reach no terminal as they are.
    pub(super) fn json(self, document: &impl Serialize) {
        if let Ok(text) = serde_json::to_string_pretty(document) {
            let lines: Vec<_> = text.lines().map(visible_json).collect();
            self.data(lines.join("\n"));
        }
    }

    /// A line of talk; silent with `--json`.
    pub(super) fn say(self, line: impl AsRef<str>) {
        if !self.json {
            Self::talk(line.as_ref());
        }
    }

    /// A line that must be seen even beside JSON data.
    #[expect(clippy::unused_self, reason = "the other half of `say`")]
    pub(super) fn warn(self, line: impl AsRef<str>) {
        Self::talk(line.as_ref());
    }

    fn talk(line: &str) {
        let mut err = anstream::stderr().lock();
        let _closed = writeln!(err, "{line}");
    }
}

/// A text in a style.
pub(super) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
