//! What guests say: each line escaped, cut and counted before anybody sees it.
//!
//! A plugin's text is hostile: it may try to write terminal codes, forge further log lines or
//! flood the disk. The last error line is kept, longer, because it is what a panic or an exception
//! leaves behind and belongs into the trap report. Deliberately not here: where lines end up
//! (`tracing`, target `attune::plugin`).

use std::fmt::Write as _;

use attune_core::plain;

use crate::Limits;
use crate::contract::latest::transform::attune::plugin::log::Level;

/// The log of one store.
#[derive(Debug)]
pub(crate) struct Log {
    plugin: String,
    lines_max: u32,
    line_bytes: usize,
    error_bytes: usize,
    lines: u32,
    dropped: u64,
    last_error: Option<String>,
    said: Vec<String>,
}

impl Log {
    pub(crate) fn new(plugin: &str, limits: &Limits) -> Self {
        Self {
            plugin: plugin.to_owned(),
            lines_max: limits.log_lines,
            line_bytes: limits.log_line_bytes,
            error_bytes: limits.log_error_bytes,
            lines: 0,
            dropped: 0,
            last_error: None,
            said: Vec::new(),
        }
    }

    /// A new call: its lines are counted from zero.
    pub(crate) fn begin(&mut self) {
        if self.dropped > 0 {
            let (plugin, dropped) = (&self.plugin, self.dropped);
            tracing::warn!(target: "attune::plugin", %plugin, dropped, "log lines dropped");
        }
        self.lines = 0;
        self.dropped = 0;
        self.last_error = None;
        self.said.clear();
    }

    /// How many bytes of the next line of this level are of interest; 0: it is only counted.
    pub(crate) fn wanted(&self, level: Level) -> usize {
        match level {
            Level::Error => self.error_bytes.max(self.line_bytes),
            _ if self.lines >= self.lines_max => 0,
            _ => self.line_bytes,
        }
    }

    /// Counts a line that nobody will see.
    pub(crate) fn drop_line(&mut self) {
        self.dropped += 1;
    }

    /// Takes one line from the guest.
    pub(crate) fn emit(&mut self, level: Level, message: &str) {
        if level == Level::Error {
            self.last_error = Some(clean(message, self.error_bytes));
        }
        if self.lines >= self.lines_max {
            self.dropped += 1;
            return;
        }
        self.lines += 1;
        let (plugin, text) = (&self.plugin, clean(message, self.line_bytes));
        self.said.push(format!("{}: {text}", word(level)));
        match level {
            Level::Error => tracing::error!(target: "attune::plugin", %plugin, "{text}"),
            Level::Warn => tracing::warn!(target: "attune::plugin", %plugin, "{text}"),
            Level::Info => tracing::info!(target: "attune::plugin", %plugin, "{text}"),
            Level::Debug => tracing::debug!(target: "attune::plugin", %plugin, "{text}"),
            Level::Trace => tracing::trace!(target: "attune::plugin", %plugin, "{text}"),
        }
    }

    /// The last error line of the running call.
    pub(crate) fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }

    /// The lines of the running call, each with its level.
    pub(crate) fn said(&self) -> &[String] {
        &self.said
    }

    /// Lines of the running call that were not passed on.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace => "trace",
    }
}

/// The start of `text` that is enough to fill `bytes` bytes and shows whether there was more.
pub(crate) fn prefix(text: &str, bytes: usize) -> &str {
    let end = text.floor_char_boundary(bytes.saturating_add(4));
    text.get(..end).unwrap_or(text)
}

/// `text` on one line of at most `bytes` bytes, without anything that a terminal or a reader could
/// take for something else.
pub(crate) fn clean(text: &str, bytes: usize) -> String {
    const CUT: char = '…';
    let mut clean = String::with_capacity(text.len().min(bytes));
    let mut fits = 0;
    for character in text.chars() {
        match character {
            '\n' => clean.push_str("\\n"),
            '\r' => clean.push_str("\\r"),
            '\t' => clean.push(' '),
            // Writing to a string cannot fail.
            other if is_deceptive(other) => drop(write!(clean, "{}", other.escape_unicode())),
            other => clean.push(other),
        }
        if clean.len() > bytes {
            clean.truncate(fits);
            clean.push(CUT);
            break;
        }
        if clean.len() + CUT.len_utf8() <= bytes {
            fits = clean.len();
        }
    }
    clean
}

/// What must not be seen as it is; line ends and tabs are the caller's.
pub(crate) fn is_deceptive(character: char) -> bool {
    plain::is_deceptive(character) && !matches!(character, '\n' | '\r' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_direction_marks_are_escaped() {
        assert_eq!(clean("a\u{1b}[31mb\nc", 100), "a\\u{1b}[31mb\\nc");
        assert_eq!(clean("x\u{202e}y", 100), "x\\u{202e}y");
    }

    #[test]
    fn long_text_is_cut_on_a_character() {
        let cut = clean(&"ä".repeat(1_000), 64);
        assert!(cut.len() <= 64, "{}", cut.len());
        assert!(cut.ends_with('…'));
        assert_eq!(clean("short", 64), "short");
    }

    #[test]
    fn lines_beyond_the_limit_are_counted() {
        let limits = Limits {
            log_lines: 2,
            ..Limits::default()
        };
        let mut log = Log::new("x", &limits);
        log.begin();
        for line in 0..10 {
            log.emit(Level::Error, &format!("line {line}"));
        }
        assert_eq!(log.dropped(), 8);
        assert_eq!(log.last_error(), Some("line 9"), "the last error is kept");
        log.begin();
        assert_eq!((log.dropped(), log.last_error()), (0, None));
    }
}
