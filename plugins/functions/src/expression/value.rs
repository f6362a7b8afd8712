//! What an expression computes with.
//!
//! Texts are borrowed from the row or from the expression as long as nothing changes them. A number
//! of the source keeps its spelling until something is computed with it; a list or an object is
//! taken apart when somebody looks into it.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::value::RawValue;

use crate::time::Zoned;

/// Whose rules hold where the languages differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Entra application provisioning.
    Provisioning,
    /// Entra Connect Sync.
    ConnectSync,
    /// Okta, classic and Identity Engine.
    Okta,
}

/// One value.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// Absent or null.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A computed number.
    Float(f64),
    /// A number as the source wrote it.
    Number(&'a str),
    /// Text, possibly empty.
    Text(Cow<'a, str>),
    /// Binary.
    Bytes(Cow<'a, [u8]>),
    /// A point in time.
    Time(Box<Zoned>),
    /// Several values.
    List(Vec<Value<'a>>),
    /// An array or an object as the source wrote it.
    Json(&'a str),
}

impl<'a> Value<'a> {
    /// A text that is the row's or the expression's.
    pub fn borrowed(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// A text that was made.
    pub fn owned(text: impl Into<String>) -> Self {
        Self::Text(Cow::Owned(text.into()))
    }

    /// How many there are of something.
    pub fn count(count: usize) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// A JSON value taken apart.
    pub fn from_json(json: &'a str) -> Self {
        match json.as_bytes() {
            b"null" => Self::Null,
            b"true" => Self::Boolean(true),
            b"false" => Self::Boolean(false),
            [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => {
                Self::borrowed(json.get(1..json.len() - 1).unwrap_or_default())
            }
            [b'"', ..] => match serde_json::from_str::<String>(json) {
                Ok(text) => Self::owned(text),
                Err(_) => Self::Json(json),
            },
            [b'-' | b'0'..=b'9', ..] => Self::from_number(json),
            _ => Self::Json(json),
        }
    }

    /// A number as the source wrote it.
    pub fn from_number(number: &'a str) -> Self {
        match number.parse() {
            Ok(integer) if number != "-0" => Self::Integer(integer),
            _ => Self::Number(number),
        }
    }

    /// Absent, null, empty text, or a list of nothing.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(list) => list.is_empty(),
            Self::Json(json) => matches!(*json, "[]" | "[null]"),
            _ => false,
        }
    }

    /// Absent or null; a list of nothing too.
    pub fn is_null(&self) -> bool {
        !matches!(self, Self::Text(_)) && self.is_empty()
    }

    /// What it is, for people.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) | Self::Float(_) | Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "binary",
            Self::Time(_) => "a date",
            Self::Json(json) if json.starts_with('{') => "an object",
            Self::List(_) | Self::Json(_) => "a list",
        }
    }

    /// The elements of a list; nothing where it is none.
    pub fn elements(&self) -> Option<Vec<Value<'a>>> {
        match self {
            Self::List(list) => Some(list.clone()),
            Self::Json(json) => {
                let list: Vec<&'a RawValue> = serde_json::from_str(json).ok()?;
                Some(
                    list.into_iter()
                        .map(|one| Self::from_json(one.get()))
                        .collect(),
                )
            }
            _ => None,
        }
    }

    /// One number, where it is a number; beyond 53 bits it is the nearest one.
    #[expect(
        clippy::cast_precision_loss,
        reason = "integers are compared as integers before"
    )]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Integer(integer) => Some(*integer as f64),
            Self::Float(float) => Some(*float),
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// How it is written as text; nothing for what has no text.
    pub fn to_text(&self, dialect: Dialect) -> Option<Cow<'a, str>> {
        let is_okta = dialect == Dialect::Okta;
        Some(match self {
            Self::Text(text) => text.clone(),
            Self::Boolean(true) => Cow::Borrowed(if is_okta { "true" } else { "True" }),
            Self::Boolean(false) => Cow::Borrowed(if is_okta { "false" } else { "False" }),
            Self::Integer(integer) => Cow::Owned(integer.to_string()),
            Self::Float(float) => Cow::Owned(float.to_string()),
            Self::Number(number) => Cow::Borrowed(*number),
            Self::Time(at) if is_okta => Cow::Owned(crate::time::okta::to_string(at)),
            Self::Time(at) => Cow::Owned(crate::time::entra::text(at.timestamp())),
            Self::Null | Self::Bytes(_) | Self::List(_) | Self::Json(_) => return None,
        })
    }

    /// Its JSON, appended: dates and bytes as text.
    pub fn write_json(&self, dialect: Dialect, out: &mut String) {
        match self {
            Self::Boolean(boolean) => out.push_str(if *boolean { "true" } else { "false" }),
            Self::Integer(integer) => out.push_str(&integer.to_string()),
            Self::Float(float) if float.is_finite() => out.push_str(&float.to_string()),
            Self::Null | Self::Float(_) => out.push_str("null"),
            Self::Number(json) | Self::Json(json) => out.push_str(json),
            Self::Text(text) => push_text(text, out),
            Self::Time(_) => push_text(&self.to_text(dialect).unwrap_or_default(), out),
            Self::Bytes(bytes) => push_text(&crate::convert::base64(bytes), out),
            Self::List(list) => {
                for (index, value) in list.iter().enumerate() {
                    out.push(if index == 0 { '[' } else { ',' });
                    value.write_json(dialect, out);
                }
                out.push_str(if list.is_empty() { "[]" } else { "]" });
            }
        }
    }

    /// How two values stand to each other: numbers as numbers where both are some, instants in
    /// time, all others as text, by character. Nothing where one of them has no text.
    pub fn compare(&self, other: &Self, dialect: Dialect) -> Option<Ordering> {
        if let (Self::Integer(one), Self::Integer(other)) = (self, other) {
            return Some(one.cmp(other));
        }
        let is_typed = self.as_number().is_some() || other.as_number().is_some();
        let numbers = self.numeric(dialect).zip(other.numeric(dialect));
        if let Some((one, other)) = numbers.filter(|_| is_typed) {
            return one.partial_cmp(&other);
        }
        if let (Self::Time(one), Self::Time(other)) = (self, other) {
            return Some(one.timestamp().cmp(&other.timestamp()));
        }
        match (self, other) {
            (Self::Null, Self::Null) => Some(Ordering::Equal),
            _ => Some(self.to_text(dialect)?.cmp(&other.to_text(dialect)?)),
        }
    }

    /// A number, or a text that is one; Connect Sync takes no text for a number.
    pub fn numeric(&self, dialect: Dialect) -> Option<f64> {
        match self {
            Self::Text(text) if dialect != Dialect::ConnectSync => text.trim().parse().ok(),
            _ => self.as_number(),
        }
    }

    /// Bytes that it holds, to bound what an expression makes.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Text(Cow::Owned(text)) => text.len(),
            Self::Bytes(Cow::Owned(bytes)) => bytes.len(),
            Self::List(list) => list.iter().map(|one| one.weight() + 8).sum(),
            _ => 0,
        }
    }
}

fn push_text(text: &str, out: &mut String) {
    // A text has no way to fail.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// A piece of a text, borrowed where the text is.
pub fn piece<'a>(text: Cow<'a, str>, cut: impl for<'t> Fn(&'t str) -> &'t str) -> Value<'a> {
    match text {
        Cow::Borrowed(text) => Value::borrowed(cut(text)),
        Cow::Owned(text) => Value::owned(cut(&text)),
    }
}
