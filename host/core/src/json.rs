//! JSON text as the source wrote it: classify, unescape, compact, look into lists.
//!
//! A `serde_json::Value` costs 11 µs and 8 KB a person and rounds numbers; here a value stays a
//! slice of the source until it becomes the bytes of one cell. Everything that takes `raw` wants
//! one value that a JSON parser has accepted; on other input the answers are wrong but never a
//! panic. What costs only one value and not the page is a [`Bad`]: a lone surrogate, NUL, depth.

use std::borrow::Cow;

use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::column::{BYTES_MAX, VALUE_BYTES_MAX};
use crate::{Cell, Column, Kind, Problem};

/// Deepest nesting of one value.
pub const DEPTH_MAX: usize = 64;

/// Why one value cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// `\ud800` without its other half.
    #[error("the text contains half a surrogate pair")]
    Surrogate,
    /// U+0000, which `PostgreSQL` cannot store and no profile field wants.
    #[error("the text contains the character U+0000")]
    Nul,
    /// Nested deeper than [`DEPTH_MAX`].
    #[error("the value is nested deeper than 64 levels")]
    Depth,
    /// Not JSON, or not the kind of JSON that was expected.
    #[error("the value is not valid JSON")]
    Syntax,
    /// Bytes that are not UTF-8 where text was expected.
    #[error("the value is not valid UTF-8")]
    Utf8,
    /// Longer than [`VALUE_BYTES_MAX`], or bytes longer than [`BYTES_MAX`].
    #[error("the value is longer than Attune takes (64 KiB, pictures 5 MiB)")]
    TooLong,
}

impl From<Bad> for Problem {
    fn from(bad: Bad) -> Self {
        let code = match bad {
            Bad::TooLong => "too-long",
            Bad::Surrogate | Bad::Nul | Bad::Depth | Bad::Syntax | Bad::Utf8 => "bad-value",
        };
        Self::new(code, bad.to_string())
    }
}

/// Appends one raw JSON value as a cell; a bad one becomes a failed cell.
pub fn push_value(raw: &str, into: &mut Column) {
    match raw.as_bytes().first() {
        Some(b'"') => {
            let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
            push_with(Kind::Text, into, |out| unescape(inner, out));
        }
        Some(b'{' | b'[') => push_with(Kind::Json, into, |out| compact(raw.as_bytes(), out)),
        Some(b't' | b'f') => into.push_bytes(Kind::Boolean, raw.as_bytes()),
        Some(b'n') => into.push_bytes(Kind::Null, &[]),
        Some(b'-' | b'0'..=b'9') if raw.len() <= VALUE_BYTES_MAX => {
            into.push_bytes(number_kind(raw), raw.as_bytes());
        }
        Some(b'-' | b'0'..=b'9') => into.push_problem(&Bad::TooLong.into()),
        _ => into.push_problem(&Bad::Syntax.into()),
    }
}

/// Appends bytes as text or, where they are binary by name, as bytes.
pub fn push_octets(octets: &[u8], binary: bool, into: &mut Column) {
    let limit = if binary { BYTES_MAX } else { VALUE_BYTES_MAX };
    let bad = if octets.len() > limit {
        Some(Bad::TooLong)
    } else if binary {
        None
    } else if octets.contains(&0) {
        Some(Bad::Nul)
    } else {
        std::str::from_utf8(octets).err().map(|_| Bad::Utf8)
    };
    match bad {
        Some(bad) => into.push_problem(&bad.into()),
        None if binary => into.push_bytes(Kind::Bytes, octets),
        None => into.push_bytes(Kind::Text, octets),
    }
}

/// Appends a cell that `write` fills; what it wrote before failing is taken back.
pub(crate) fn push_with(
    kind: Kind,
    into: &mut Column,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), Bad>,
) {
    if let Err(bad) = into.push_written(kind, write) {
        into.push_problem(&bad.into());
    }
}

/// Integer when it is whole and within 64 bits, else number.
pub fn number_kind(raw: &str) -> Kind {
    // Up to 18 digits always fit; only longer ones need to be read.
    let whole = !raw.bytes().any(|b| matches!(b, b'.' | b'e' | b'E'));
    if whole && (raw.len() <= 18 || raw.parse::<i64>().is_ok()) {
        Kind::Integer
    } else {
        Kind::Number
    }
}

/// Appends the text of a JSON string without its quotes.
pub fn unescape(inner: &str, out: &mut Vec<u8>) -> Result<(), Bad> {
    let mut rest = inner;
    while let Some((before, after)) = rest.split_once('\\') {
        out.extend_from_slice(before.as_bytes());
        let mut chars = after.chars();
        let escaped = match chars.next().ok_or(Bad::Syntax)? {
            'u' => {
                let (c, remaining) = unicode(chars.as_str())?;
                rest = remaining;
                let mut buffer = [0; 4];
                out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                continue;
            }
            'b' => 0x08,
            'f' => 0x0c,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            c @ ('"' | '\\' | '/') => c as u8,
            _ => return Err(Bad::Syntax),
        };
        out.push(escaped);
        rest = chars.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(())
}

/// One character of the four (or, for a pair, ten) characters after `\u`.
fn unicode(text: &str) -> Result<(char, &str), Bad> {
    let hex = |text: &str| {
        let digits = text.get(..4).ok_or(Bad::Syntax)?;
        u32::from_str_radix(digits, 16).map_err(|_| Bad::Syntax)
    };
    let unit = hex(text)?;
    let rest = text.get(4..).unwrap_or_default();
    match unit {
        0 => Err(Bad::Nul),
        0xd800..=0xdbff => {
            let low = rest.strip_prefix("\\u").ok_or(Bad::Surrogate)?;
            let unit_low = hex(low)?;
            if !(0xdc00..=0xdfff).contains(&unit_low) {
                return Err(Bad::Surrogate);
            }
            let code = 0x10000 + ((unit - 0xd800) << 10) + (unit_low - 0xdc00);
            let c = char::from_u32(code).ok_or(Bad::Surrogate)?;
            Ok((c, low.get(4..).unwrap_or_default()))
        }
        _ => Ok((char::from_u32(unit).ok_or(Bad::Surrogate)?, rest)),
    }
}

/// Appends JSON without white space outside of strings; strings keep the source's escapes.
pub fn compact(raw: &[u8], out: &mut Vec<u8>) -> Result<(), Bad> {
    let mut depth = 0_usize;
    let mut rest = raw;
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {
                rest = after;
                continue;
            }
            b'"' => {
                let end = string_end(after).ok_or(Bad::Syntax)?;
                let (inner, after) = after.split_at(end);
                check_escapes(inner)?;
                out.push(b'"');
                out.extend_from_slice(inner);
                out.push(b'"');
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return Err(Bad::Depth);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        out.push(byte);
        rest = after;
    }
    Ok(())
}

/// Index of the quote that closes a string whose first character is at 0.
fn string_end(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|&byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

fn check_escapes(inner: &[u8]) -> Result<(), Bad> {
    if !inner.contains(&b'\\') {
        return Ok(());
    }
    let inner = std::str::from_utf8(inner).map_err(|_| Bad::Utf8)?;
    unescape(inner, &mut Vec::with_capacity(inner.len()))
}

/// Whether bytes are one JSON array or object that any part of Attune can read.
pub fn is_container(bytes: &[u8]) -> bool {
    let depth = depth(bytes);
    matches!(bytes.first(), Some(b'{' | b'['))
        && depth.is_some_and(|depth| depth <= DEPTH_MAX)
        && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

fn depth(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => rest = after.get(string_end(after)? + 1..)?,
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    Some(deepest)
}

/// The elements of a raw JSON array, or `None` when it is no array.
pub fn elements(raw: &str) -> Option<Vec<&str>> {
    struct Elements;
    impl<'de> Visitor<'de> for Elements {
        type Value = Vec<&'de str>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an array")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(element) = seq.next_element::<&'de RawValue>()? {
                all.push(element.get());
            }
            Ok(all)
        }
    }
    if !raw.starts_with('[') {
        return None;
    }
    serde_json::Deserializer::from_str(raw)
        .deserialize_seq(Elements)
        .ok()
}

/// One value where a cell may hold a list of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct One<'a> {
    /// Absent, null, text, integer, number, boolean or bytes.
    pub kind: Kind,
    /// Its bytes, unescaped.
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> One<'a> {
    fn of(cell: Cell<'a>) -> Self {
        Self {
            kind: cell.kind,
            bytes: Cow::Borrowed(cell.bytes),
        }
    }

    /// The text of a text, number or boolean.
    pub fn text(&self) -> Option<&str> {
        match self.kind {
            Kind::Text | Kind::Integer | Kind::Number | Kind::Boolean => {
                std::str::from_utf8(&self.bytes).ok()
            }
            _ => None,
        }
    }
}

/// The single value of a cell: itself, or the element of a list of one.
///
/// The empty list is absent, a longer one fails with `many-values`, an object with `not-text`.
/// Outcomes are returned as they are.
pub fn one(cell: Cell<'_>) -> Result<One<'_>, Problem> {
    if cell.kind != Kind::Json {
        return Ok(One::of(cell));
    }
    let not_json = || Problem::from(Bad::Syntax);
    let raw = std::str::from_utf8(cell.bytes).map_err(|_| not_json())?;
    let quoted = raw.strip_prefix("[\"").and_then(|r| r.strip_suffix("\"]"));
    if let Some(inner) = quoted
        && !inner.bytes().any(|b| matches!(b, b'"' | b'\\'))
    {
        return Ok(One::of(Cell::text(inner)));
    }
    let Some(list) = elements(raw) else {
        return Err(not_text("the value is an object, not a text"));
    };
    match list.as_slice() {
        [] => Ok(One::of(Cell::ABSENT)),
        [element] if element.starts_with(['{', '[']) => Err(not_text(
            "the list's element is a list or an object, not a text",
        )),
        [element] => scalar(element),
        many => Err(Problem::new(
            "many-values",
            format!(
                "the list has {} values where one is wanted; pick one with `[0]`, or use `list.join`",
                many.len()
            ),
        )),
    }
}

/// Whether a row counts a cell as missing; a list of one is what its element is.
pub fn is_missing(cell: Cell<'_>, empty_is_value: bool) -> bool {
    if cell.kind == Kind::Json && !cell.is_missing(empty_is_value) {
        // Only the shortest lists can hold nothing but null or an empty text.
        return cell.bytes.len() < 16
            && one(cell).is_ok_and(|one| {
                let (kind, bytes) = (one.kind, one.bytes.as_ref());
                kind != Kind::Absent && Cell { kind, bytes }.is_missing(empty_is_value)
            });
    }
    cell.is_missing(empty_is_value)
}

fn not_text(message: &str) -> Problem {
    Problem::new("not-text", message)
}

/// One raw JSON scalar as a value.
pub fn scalar(raw: &str) -> Result<One<'_>, Problem> {
    let mut column = Column::with_capacity(1, raw.len());
    push_value(raw, &mut column);
    let cell = column.cell(0);
    if cell.kind == Kind::Failed {
        return Err(crate::outcome::failed(cell.bytes));
    }
    Ok(One {
        kind: cell.kind,
        bytes: Cow::Owned(cell.bytes.to_vec()),
    })
}

/// Appends one text as a JSON string.
pub fn push_string(text: &str, out: &mut Vec<u8>) {
    // Writing a `str` into a `Vec` cannot fail.
    let _ = serde_json::to_writer(out, text);
}
