//! Taking columns apart and together: some rows, other orders, bytes for storage.
//!
//! These read checked columns. On a column that was never checked they stay within it, as
//! [`Column::cell`] does.

use std::ops::Range;

use super::{Column, Error};
use crate::{Cell, Kind};

/// First byte of a stored column.
const VERSION: u8 = 1;

impl Column {
    /// The rows of these indices, in that order; an index may come more than once.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        let mut taken = Self::with_capacity(rows.len(), 0);
        for &row in rows {
            taken.push(self.cell(row));
        }
        taken
    }

    /// A run of rows.
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Self {
        let end = rows.end.min(self.rows());
        let start = rows.start.min(end);
        let at = |row: usize| match row.checked_sub(1) {
            None => 0,
            Some(before) => self.ends.get(before).copied().unwrap_or(0),
        };
        let (from, to) = (at(start), at(end));
        let data = self
            .data
            .get(from as usize..to as usize)
            .unwrap_or_default();
        let ends = self.ends.get(start..end).unwrap_or_default();
        Self {
            kinds: self.kinds.get(start..end).unwrap_or_default().to_vec(),
            ends: ends.iter().map(|end| end.saturating_sub(from)).collect(),
            data: data.to_vec(),
        }
    }

    /// All rows in another order: row `i` of the answer is row `order[i]`.
    #[must_use]
    pub fn permute(&self, order: &[usize]) -> Self {
        self.take(order)
    }

    /// Appends all rows of another column.
    pub fn append(&mut self, other: &Self) {
        let offset = self.data.len() as u32;
        self.kinds.extend_from_slice(&other.kinds);
        self.ends
            .extend(other.ends.iter().map(|end| end.saturating_add(offset)));
        self.data.extend_from_slice(&other.data);
    }

    /// A column of `rows` times the same cell.
    #[must_use]
    pub fn repeat(cell: Cell<'_>, rows: usize) -> Self {
        let length = cell.bytes.len();
        Self {
            kinds: vec![cell.kind as u8; rows],
            ends: (1..=rows).map(|row| (row * length) as u32).collect(),
            data: cell.bytes.repeat(rows),
        }
    }

    /// People's rows, each with `width` cells, as `width` columns with one cell a person.
    #[must_use]
    pub fn transpose(people: &[&Self], width: usize) -> Vec<Self> {
        let mut columns = vec![Self::default(); width];
        for (index, column) in columns.iter_mut().enumerate() {
            column.kinds.reserve(people.len());
            column.ends.reserve(people.len());
            for person in people {
                column.push(person.cell(index));
            }
        }
        columns
    }

    /// The same bytes under other kinds, which must be one a row.
    pub(crate) fn with_kinds(mut self, kinds: Vec<u8>) -> Self {
        debug_assert_eq!(kinds.len(), self.kinds.len());
        self.kinds = kinds;
        self
    }

    /// Whether any row is an outcome, and its chain of steps at its end.
    pub fn has_outcome(&self) -> bool {
        // No early end: the usual column has none, and is looked through many rows at a time.
        let greatest = self.kinds.iter().fold(0, |most, &kind| most.max(kind));
        greatest >= Kind::Keep as u8
    }

    /// Whether every row is text with at least one byte.
    pub fn is_all_filled_text(&self) -> bool {
        let first = self.ends.first().is_none_or(|&end| end > 0);
        #[expect(
            clippy::needless_bitwise_bool,
            reason = "without an early end, many rows are looked at a time"
        )]
        let grows = |all, (start, end)| all & (end > start);
        first && self.is_all_text() && self.bounds().fold(true, grows)
    }

    /// Whether every row is text.
    pub(super) fn is_all_text(&self) -> bool {
        let other = |some, &kind: &u8| some | (kind ^ Kind::Text as u8);
        self.kinds.iter().fold(0, other) == 0
    }

    /// Where each row but the first starts and ends.
    pub(super) fn bounds(&self) -> impl Iterator<Item = (u32, u32)> {
        let after = self.ends.get(1..).unwrap_or_default();
        self.ends.iter().copied().zip(after.iter().copied())
    }

    /// Appends the storage form: a version, the kinds, the lengths, the data.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        push_varint(self.rows() as u32, out);
        out.extend_from_slice(&self.kinds);
        let mut start = 0;
        for &end in &self.ends {
            push_varint(end.saturating_sub(start), out);
            start = end;
        }
        out.extend_from_slice(&self.data);
    }

    /// The storage form.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.data.len() + 3 * self.rows() + 4);
        self.encode_into(&mut out);
        out
    }

    /// Reads the storage form; the values themselves are as they were stored.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let (&version, mut rest) = bytes.split_first().ok_or(Error::Encoding)?;
        if version != VERSION {
            return Err(Error::Encoding);
        }
        let rows = take_varint(&mut rest)? as usize;
        let kinds = rest.split_off(..rows).ok_or(Error::Encoding)?;
        if kinds.iter().any(|&kind| Kind::from_byte(kind).is_none()) {
            return Err(Error::Encoding);
        }
        let mut ends = Vec::with_capacity(rows);
        let mut end = 0_u32;
        for _ in 0..rows {
            let length = take_varint(&mut rest)?;
            end = end.checked_add(length).ok_or(Error::Encoding)?;
            ends.push(end);
        }
        if end as usize != rest.len() {
            return Err(Error::Encoding);
        }
        Ok(Self {
            kinds: kinds.to_vec(),
            ends,
            data: rest.to_vec(),
        })
    }
}

fn push_varint(mut value: u32, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take_varint(rest: &mut &[u8]) -> Result<u32, Error> {
    let mut value = 0_u64;
    for shift in (0..35).step_by(7) {
        let byte = *rest.split_off_first().ok_or(Error::Encoding)?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return u32::try_from(value).map_err(|_| Error::Encoding);
        }
    }
    Err(Error::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Column {
        let mut column = Column::default();
        column.push(Cell::text("a"));
        column.push(Cell::ABSENT);
        column.push(Cell::text(&"ü".repeat(100)));
        column.push_bytes(Kind::Integer, b"42");
        column
    }

    #[test]
    fn column_when_encoded_decodes_to_itself() {
        let column = sample();
        let bytes = column.encode();
        assert_eq!(Column::decode(&bytes).unwrap(), column);
        for end in 0..bytes.len() {
            assert_eq!(Column::decode(&bytes[..end]), Err(Error::Encoding), "{end}");
        }
    }

    #[test]
    fn rows_when_taken_sliced_or_appended_stay_themselves() {
        let column = sample();
        assert_eq!(column.take(&[0, 1, 2, 3]), column);
        assert_eq!(column.permute(&[3, 0]).cell(0).bytes, b"42");
        assert_eq!(column.slice(1..3), column.take(&[1, 2]));
        assert_eq!(column.slice(3..9), column.take(&[3]));
        let mut halves = column.slice(0..2);
        halves.append(&column.slice(2..4));
        assert_eq!(halves, column);
        assert_eq!(Column::repeat(Cell::text("x"), 2).data(), b"xx");
    }
}
