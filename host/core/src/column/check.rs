//! Whether a column that a plugin returned may be read.
//!
//! Everything is hostile: lengths, ends, UTF-8 borders, digits, JSON. The usual column (texts
//! and missing values) is checked as one piece; only others are looked at row by row.

use super::{Column, Error, VALUE_BYTES_MAX, limit};
use crate::{Cell, Kind, Problem, json};

/// Rows that are checked as one piece at most.
const ROWS_AT_ONCE: usize = (1 << 31) / VALUE_BYTES_MAX - 1;

impl Column {
    /// Accepts a column of `rows` rows or says which row is wrong and why.
    ///
    /// `allow_outcomes`: result kinds may stand in it, as in the answer of a step. U+0000 in a
    /// text is refused, because one of the two databases cannot store it.
    pub fn check(&self, rows: usize, allow_outcomes: bool) -> Result<(), Error> {
        if self.kinds.len() != rows || self.ends.len() != rows {
            return Err(Error::Length {
                kinds: self.kinds.len(),
                ends: self.ends.len(),
                rows,
            });
        }
        let plain = self.is_sound_text() || self.check_shape(allow_outcomes)?;
        if plain && self.is_clean_text() {
            return Ok(());
        }
        self.iter()
            .enumerate()
            .try_for_each(|(row, cell)| check_cell(cell).map_err(|what| Error::Value { row, what }))
    }

    /// The usual column at once: nothing but text, every end in order and within the data.
    fn is_sound_text(&self) -> bool {
        let first = self.ends.first().copied().unwrap_or_default();
        let last = self.ends.last().copied().unwrap_or_default();
        // So few rows of legal lengths stay below 2^31; an end that falls from there is a length
        // beyond it, and so too long.
        let lengths = self.bounds().map(|(start, end)| end.wrapping_sub(start));
        self.ends.len() <= ROWS_AT_ONCE
            && lengths.fold(first, u32::max) <= VALUE_BYTES_MAX as u32
            && last as usize == self.data.len()
            && self.is_all_text()
    }

    /// Checks kinds, ends and lengths; true when there is nothing but text and empty cells.
    fn check_shape(&self, allow_outcomes: bool) -> Result<bool, Error> {
        let mut start = 0_u32;
        let mut plain = true;
        for (row, (&byte, &end)) in self.kinds.iter().zip(&self.ends).enumerate() {
            let kind = Kind::from_byte(byte)
                .filter(|kind| allow_outcomes || !kind.is_outcome())
                .ok_or(Error::Kind { row, kind: byte })?;
            if end < start || end as usize > self.data.len() {
                return Err(Error::Bounds { row });
            }
            let length = (end - start) as usize;
            if length > limit(kind) {
                return Err(Error::Value {
                    row,
                    what: "is longer than a value may be",
                });
            }
            plain &= kind == Kind::Text || length == 0 && takes_no_bytes(kind);
            start = end;
        }
        if start as usize != self.data.len() {
            return Err(Error::Bounds {
                row: self.ends.len().saturating_sub(1),
            });
        }
        Ok(plain)
    }

    /// Whether all data is valid UTF-8 without NUL and no row ends inside a character.
    fn is_clean_text(&self) -> bool {
        if self.data.contains(&0) {
            return false;
        }
        if self.data.is_ascii() {
            return true;
        }
        std::str::from_utf8(&self.data).is_ok_and(|text| {
            self.ends
                .iter()
                .all(|&end| text.is_char_boundary(end as usize))
        })
    }
}

fn takes_no_bytes(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Absent | Kind::Null | Kind::Keep | Kind::Clear | Kind::DropPerson
    )
}

fn check_cell(cell: Cell<'_>) -> Result<(), &'static str> {
    let text = || std::str::from_utf8(cell.bytes);
    let (right, what) = match cell.kind {
        Kind::Absent | Kind::Null | Kind::Keep | Kind::Clear | Kind::DropPerson => {
            (cell.bytes.is_empty(), "has bytes where its kind has none")
        }
        Kind::Text if cell.bytes.contains(&0) => (false, "contains the character U+0000"),
        Kind::Text => (text().is_ok(), "is not valid UTF-8"),
        Kind::Integer => (
            text().is_ok_and(|t| is_number(t) && json::number_kind(t) == Kind::Integer),
            "is not an integer within 64 bits",
        ),
        Kind::Number => (text().is_ok_and(is_number), "is not a JSON number"),
        Kind::Boolean => (
            matches!(cell.bytes, b"true" | b"false"),
            "is neither `true` nor `false`",
        ),
        Kind::Json => (
            json::is_container(cell.bytes),
            "is not a JSON array or object of at most 64 levels",
        ),
        Kind::Bytes => (true, ""),
        Kind::Failed => (
            serde_json::from_slice::<Problem>(cell.bytes)
                .is_ok_and(|problem| !problem.code.is_empty()),
            "is not a problem as JSON",
        ),
    };
    if right { Ok(()) } else { Err(what) }
}

/// The number grammar of RFC 8259, section 6.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| -> Option<usize> {
        let count = text.bytes().take_while(u8::is_ascii_digit).count();
        (count > 0).then_some(count)
    };
    let rest = text.strip_prefix('-').unwrap_or(text);
    let Some(whole) = digits(rest) else {
        return false;
    };
    if whole > 1 && rest.starts_with('0') {
        return false;
    }
    let mut rest = rest.get(whole..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let Some(count) = digits(fraction) else {
            return false;
        };
        rest = fraction.get(count..).unwrap_or_default();
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let Some(count) = digits(exponent) else {
            return false;
        };
        rest = exponent.get(count..).unwrap_or_default();
    }
    rest.is_empty()
}
