//! Errors: a code, a column, a sentence.

use std::fmt::Write as _;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Stable, kebab-case.
    pub code: &'static str,
    /// Counts characters of the expression from 1.
    pub column: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The field stays as it is.
    Keep,
    /// The value fails.
    Failed(Box<Error>),
}

/// What evaluating gives.
pub type Answer<T> = Result<T, Stop>;

impl Error {
    /// An error at a place.
    pub fn new(code: &'static str, column: usize, message: impl Into<String>) -> Self {
        Self {
            code,
            column,
            message: message.into(),
        }
    }

    /// What the expression's text says wrongly.
    pub fn syntax(column: usize, message: impl Into<String>) -> Self {
        Self::new("options", column, message)
    }

    /// One line: the column, what stands there, what is wrong.
    pub fn explain(&self, source: &str) -> String {
        let mut out = format!("column {}", self.column);
        let at = source.chars().skip(self.column.saturating_sub(1));
        let mut excerpt: String = at.clone().take(24).collect();
        if at.count() > 24 {
            excerpt.push('…');
        }
        let excerpt = excerpt.replace(['\n', '\r', '\t'], " ");
        // Writing to a string has no way to fail.
        let _never = if excerpt.is_empty() {
            write!(out, ", at the end: {}", self.message)
        } else {
            write!(out, ", at `{excerpt}`: {}", self.message)
        };
        out
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(Box::new(error))
    }
}
