//! What a function does with a text that it does not know: one word, the same in every plugin.

use serde::Deserialize;

use super::cells::{Cell, Outcome};

/// The option `no-match`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum NoMatch {
    /// The text passes unchanged.
    Input,
    /// The result is missing; the row's `when-missing` decides.
    Missing,
    /// The field stays as it is.
    Keep,
    /// The field is emptied.
    Clear,
    /// The person takes no part in this target.
    DropPerson,
}

impl NoMatch {
    /// The outcome for `text`.
    pub fn outcome(self, text: &str, out: Cell<'_>) -> Outcome {
        match self {
            Self::Input => out.text(text),
            Self::Missing => out.missing(),
            Self::Keep => out.keep(),
            Self::Clear => out.clear(),
            Self::DropPerson => out.drop_person(),
        }
    }
}
