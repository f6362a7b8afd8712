//! What one row of the mapping table says about one field of one person.

use serde::{Deserialize, Serialize};

use crate::{Cell, Kind};

/// A failure with a code that a program and a reader can both act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[error("{code}: {message}")]
pub struct Problem {
    /// Stable kebab-case word, such as `many-values`; `attune help CODE` explains it.
    pub code: String,
    /// What happened, in one sentence.
    pub message: String,
    /// Where: a JSON pointer, an option name, a selector; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
}

impl Problem {
    /// A problem without a place.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            at: String::new(),
        }
    }

    /// The same problem, with the place where it was met.
    #[must_use]
    pub fn at(mut self, at: impl Into<String>) -> Self {
        self.at = at.into();
        self
    }
}

/// What a row wants for one field of one person. A failure keeps what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The field shall hold this text.
    Set(String),
    /// Leave the field as it is.
    Keep,
    /// The field shall be empty, if what it holds is ours.
    Clear,
    /// The person takes no part in this target in this run.
    DropPerson,
    /// The value could not be made.
    Failed(Problem),
}

impl Outcome {
    /// Reads the last cell of a row whose missing values were already dealt with.
    ///
    /// A list of one is its element; a longer list, an object and bytes are failures, because what
    /// is written to a field is text.
    pub fn of(cell: Cell<'_>) -> Self {
        match cell.kind {
            Kind::Text | Kind::Integer | Kind::Number | Kind::Boolean => match cell.as_text() {
                Some(text) => Self::Set(text.to_owned()),
                None => Self::Failed(Problem::new("not-text", "the value is not valid UTF-8")),
            },
            Kind::Absent | Kind::Null | Kind::Keep => Self::Keep,
            Kind::Clear => Self::Clear,
            Kind::DropPerson => Self::DropPerson,
            Kind::Failed => Self::Failed(failed(cell.bytes)),
            Kind::Json => Self::Failed(Problem::new("not-text", "the value is a list or object")),
            Kind::Bytes => Self::Failed(Problem::new("not-text", "the value is bytes")),
        }
    }
}

/// The problem inside a failed cell.
pub fn failed(bytes: &[u8]) -> Problem {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Problem::new("plugin-output-invalid", "a failure without a problem"))
}
