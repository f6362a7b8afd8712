//! A packed column: the values of one selector or one step for all people of a batch.
//!
//! Three flat arrays instead of one heap string per value; this is what crosses into WebAssembly
//! with two copies and no per-value work. The bytes of row `i` are `data[ends[i-1]..ends[i]]`. A
//! column that a plugin returned is hostile until [`Column::check`] has accepted it.

mod check;
mod pack;

use crate::json::Bad;
use crate::{Cell, Kind, Problem};

/// The longest value of any kind but bytes.
pub const VALUE_BYTES_MAX: usize = 64 * 1024;
/// The longest value of kind bytes (a picture).
pub const BYTES_MAX: usize = 5 * 1024 * 1024;

/// Why a column that came from a plugin was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// `kinds` and `ends` do not both have one entry per row.
    #[error("has {kinds} kinds and {ends} ends for {rows} rows")]
    Length {
        /// Entries in `kinds`.
        kinds: usize,
        /// Entries in `ends`.
        ends: usize,
        /// Rows that were asked for.
        rows: usize,
    },
    /// `ends` falls, or does not end where `data` ends.
    #[error("row {row}: its end lies outside the data or before its start")]
    Bounds {
        /// First row that is wrong.
        row: usize,
    },
    /// A byte that is no kind of the contract, or a result kind where only values may stand.
    #[error("row {row}: kind {kind} is not allowed here")]
    Kind {
        /// First row that is wrong.
        row: usize,
        /// The byte that was found.
        kind: u8,
    },
    /// The bytes of a row do not fit its kind (invalid UTF-8, no number, no JSON, too long).
    #[error("row {row}: {what}")]
    Value {
        /// First row that is wrong.
        row: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Stored bytes that are no packed column.
    #[error("the stored bytes are no packed column")]
    Encoding,
}

/// A packed column of cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    kinds: Vec<u8>,
    ends: Vec<u32>,
    data: Vec<u8>,
}

impl Column {
    /// An empty column with room for `rows` values.
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        Self {
            kinds: Vec::with_capacity(rows),
            ends: Vec::with_capacity(rows),
            data: Vec::with_capacity(bytes),
        }
    }

    /// A column of the arrays of the contract, unchecked: call [`Column::check`] before reading
    /// what a plugin returned.
    pub fn from_parts(kinds: Vec<u8>, ends: Vec<u32>, data: Vec<u8>) -> Self {
        Self { kinds, ends, data }
    }

    /// The arrays of the contract.
    pub fn into_parts(self) -> (Vec<u8>, Vec<u32>, Vec<u8>) {
        (self.kinds, self.ends, self.data)
    }

    /// The kinds, one byte a row.
    pub fn kinds(&self) -> &[u8] {
        &self.kinds
    }

    /// Where each row's bytes end.
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// All rows' bytes.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.kinds.len()
    }

    /// Removes all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.kinds.clear();
        self.ends.clear();
        self.data.clear();
    }

    /// Appends one cell.
    pub fn push(&mut self, cell: Cell<'_>) {
        self.push_bytes(cell.kind, cell.bytes);
    }

    /// Appends one cell of a kind and its bytes.
    pub fn push_bytes(&mut self, kind: Kind, bytes: &[u8]) {
        self.data.extend_from_slice(bytes);
        self.kinds.push(kind as u8);
        self.ends.push(self.data.len() as u32);
    }

    /// Appends a cell whose bytes `write` appends; where that fails nothing is appended.
    pub fn push_written(
        &mut self,
        kind: Kind,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), Bad>,
    ) -> Result<(), Bad> {
        let start = self.data.len();
        let checked = write(&mut self.data).and_then(|()| {
            let written = self.data.get(start..).unwrap_or_default();
            if written.len() > limit(kind) {
                Err(Bad::TooLong)
            } else if kind == Kind::Text && written.contains(&0) {
                Err(Bad::Nul)
            } else {
                Ok(())
            }
        });
        match checked {
            Ok(()) => {
                self.kinds.push(kind as u8);
                self.ends.push(self.data.len() as u32);
            }
            Err(_) => self.data.truncate(start),
        }
        checked
    }

    /// Appends the JSON list of these texts.
    pub fn push_list<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) {
        self.data.push(b'[');
        for (index, text) in texts.into_iter().enumerate() {
            if index > 0 {
                self.data.push(b',');
            }
            crate::json::push_string(text, &mut self.data);
        }
        self.data.push(b']');
        self.kinds.push(Kind::Json as u8);
        self.ends.push(self.data.len() as u32);
    }

    /// Appends a failed cell.
    pub fn push_problem(&mut self, problem: &Problem) {
        // Writing strings into a `Vec` cannot fail.
        let _ = serde_json::to_writer(&mut self.data, problem);
        self.kinds.push(Kind::Failed as u8);
        self.ends.push(self.data.len() as u32);
    }

    /// Row `row`, or absent beyond the end or inside a column that was never checked.
    pub fn cell(&self, row: usize) -> Cell<'_> {
        let start = match row.checked_sub(1) {
            None => 0,
            Some(before) => self.ends.get(before).copied().unwrap_or(0) as usize,
        };
        let cell = || {
            let kind = Kind::from_byte(*self.kinds.get(row)?)?;
            let end = *self.ends.get(row)? as usize;
            Some(Cell {
                kind,
                bytes: self.data.get(start..end)?,
            })
        };
        cell().unwrap_or(Cell::ABSENT)
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Cell<'_>> {
        (0..self.rows()).map(|row| self.cell(row))
    }
}

/// The longest value of a kind.
fn limit(kind: Kind) -> usize {
    match kind {
        Kind::Bytes => BYTES_MAX,
        _ => VALUE_BYTES_MAX,
    }
}

#[cfg(test)]
mod tests;
