//! What a function does with a text that it does not know: one word, the same in every plugin.

use serde::Deserialize;

use super::cells::{Cell, Outcome};
use crate::Problem;

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

/// The option `no-match` of a function that fails on such a text unless told otherwise.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum OrFail {
    /// The value fails; the field stays as it is and the run says why.
    #[default]
    Fail,
    /// As [`NoMatch::Input`].
    Input,
    /// As [`NoMatch::Missing`].
    Missing,
    /// As [`NoMatch::Keep`].
    Keep,
    /// As [`NoMatch::Clear`].
    Clear,
    /// As [`NoMatch::DropPerson`].
    DropPerson,
}

impl OrFail {
    /// The outcome for `text`, of which `problem` says what is wrong.
    pub fn outcome(self, text: &str, problem: &Problem, out: Cell<'_>) -> Outcome {
        let no_match = match self {
            Self::Fail => return out.failed(problem),
            Self::Input => NoMatch::Input,
            Self::Missing => NoMatch::Missing,
            Self::Keep => NoMatch::Keep,
            Self::Clear => NoMatch::Clear,
            Self::DropPerson => NoMatch::DropPerson,
        };
        no_match.outcome(text, out)
    }
}
