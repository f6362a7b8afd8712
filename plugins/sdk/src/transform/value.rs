//! One value of a column, and the view of it that a text function has.
//!
//! Numbers keep the source's own spelling; nothing here parses them. Invariant: reading a column
//! never fails; a value that breaks the contract shows itself as bytes, which no text function
//! takes.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::Problem;

/// One value as it came from the source or from the step before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// The source has no such attribute.
    Absent,
    /// The source says null.
    Null,
    /// Text, possibly empty.
    Text(&'a str),
    /// A whole number within 64 bits, as the source wrote it.
    Integer(&'a str),
    /// Any other number, as the source wrote it.
    Number(&'a str),
    /// True or false.
    Boolean(bool),
    /// An array or an object: JSON without insignificant white space.
    Json(&'a str),
    /// Binary.
    Bytes(&'a [u8]),
}

/// What a text function sees of a value.
#[derive(Clone, Debug)]
pub enum TextView<'a> {
    /// One text.
    Text(Cow<'a, str>),
    /// Nothing: absent, null, or an empty list. Text functions hand it on unchanged.
    Missing,
    /// Not one text; the problem says why.
    Failed(Box<Problem>),
}

impl<'a> Value<'a> {
    /// Absent or null. Empty text is a value here; whether a row takes it as missing is the row's
    /// own rule, which the host applies.
    pub fn is_missing(self) -> bool {
        matches!(self, Self::Absent | Self::Null)
    }

    /// The value as one text.
    #[inline]
    pub fn text(self) -> TextView<'a> {
        match self {
            Self::Text(text) | Self::Integer(text) | Self::Number(text) => {
                TextView::Text(Cow::Borrowed(text))
            }
            Self::Absent | Self::Null => TextView::Missing,
            Self::Boolean(true) => TextView::Text(Cow::Borrowed("true")),
            Self::Boolean(false) => TextView::Text(Cow::Borrowed("false")),
            Self::Json(json) => text_of_json(json),
            Self::Bytes(_) => failed("not-text", "the value is binary"),
        }
    }

    /// A JSON value taken apart: `null`, text, numbers and booleans become what they are. Text
    /// with escapes is decoded into `buffer`. JSON that does not parse is kept as it is.
    pub fn from_json(json: &'a str, buffer: &'a mut String) -> Self {
        match json.as_bytes() {
            b"null" => Self::Null,
            b"true" => Self::Boolean(true),
            b"false" => Self::Boolean(false),
            // Text without escapes is its own spelling between the quotes.
            [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => {
                Self::Text(json.get(1..json.len() - 1).unwrap_or_default())
            }
            [b'"', ..] => match serde_json::from_str(json) {
                Ok(text) => {
                    *buffer = text;
                    Self::Text(buffer)
                }
                Err(_) => Self::Json(json),
            },
            [b'-' | b'0'..=b'9', ..] => number(json),
            _ => Self::Json(json),
        }
    }

    /// The elements of a list, each as its JSON; nothing where the value is no list.
    pub fn list(self) -> Option<Vec<&'a str>> {
        let Self::Json(json) = self else { return None };
        let elements: Vec<&'a RawValue> = serde_json::from_str(json).ok()?;
        Some(elements.into_iter().map(RawValue::get).collect())
    }
}

/// Integer means: no `.`, no exponent, within 64 bits signed.
fn number(json: &str) -> Value<'_> {
    match json.parse::<i64>() {
        Ok(_) => Value::Integer(json),
        Err(_) => Value::Number(json),
    }
}

#[cold]
fn text_of_json(json: &str) -> TextView<'_> {
    let Some(list) = Value::Json(json).list() else {
        return failed(
            "not-text",
            "the value is an object; name one of its members",
        );
    };
    match list.as_slice() {
        [] => TextView::Missing,
        [one] => {
            let mut buffer = String::new();
            match Value::from_json(one, &mut buffer) {
                Value::Null => TextView::Missing,
                Value::Text(text) => TextView::Text(Cow::Owned(text.to_owned())),
                Value::Boolean(_) | Value::Integer(_) | Value::Number(_) => {
                    TextView::Text(Cow::Borrowed(one))
                }
                _ => failed("not-text", "the only element is a list or an object"),
            }
        }
        many => {
            let message = format!(
                "{} values where one is wanted; take `[0]` or use `list.join`",
                many.len()
            );
            failed("many-values", &message)
        }
    }
}

fn failed<'a>(code: &str, message: &str) -> TextView<'a> {
    TextView::Failed(Box::new(Problem::new(code, message)))
}
