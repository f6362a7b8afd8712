//! Why a date could not be read, moved or written.

use std::fmt;

/// What went wrong; `Display` says it in one sentence without full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The pattern itself is wrong; the character is counted from 1.
    Pattern {
        /// Where in the pattern.
        character: usize,
        /// What is wrong there.
        why: String,
    },
    /// The text is no date, or not one of this pattern.
    Unreadable(String),
    /// No such time zone.
    Zone(String),
    /// Beyond the years -9999 to 9999.
    Range,
    /// Options that exclude each other, or an unknown word.
    Option(String),
}

impl Error {
    /// The stable code of a problem that says this.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Pattern { .. } | Self::Zone(_) | Self::Option(_) => "options",
            Self::Unreadable(_) => "bad-date",
            Self::Range => "out-of-range",
        }
    }

    pub(super) fn unreadable(text: &str, why: impl fmt::Display) -> Self {
        let shown: String = text.chars().take(60).collect();
        let more = if shown.len() < text.len() { "..." } else { "" };
        Self::Unreadable(format!(
            "`{shown}{more}` is not a date that can be read: {why}"
        ))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern { character, why } => write!(f, "character {character}: {why}"),
            Self::Zone(name) => write!(
                f,
                "`{name}` is no time zone; write a name like Europe/Berlin, an offset like +01:00, or UTC"
            ),
            Self::Range => f.write_str("the date lies outside the years -9999 to 9999"),
            Self::Unreadable(why) | Self::Option(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}

impl From<jiff::Error> for Error {
    fn from(_: jiff::Error) -> Self {
        Self::Range
    }
}
