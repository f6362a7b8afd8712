//! The result column: cells that are written once each, in row order, into one growing buffer.
//!
//! Invariant: a [`Cell`] becomes exactly one entry of `kinds` and `ends`, or none when it is
//! dropped unwritten; half-written bytes of a dropped cell never reach the result.

use std::fmt;

use super::Column;
use super::kind;
use super::value::Value;
use crate::Problem;

/// The longest text, number or JSON that the contract lets pass.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;

/// The answer of one batch while it is written.
#[derive(Debug, Default)]
pub struct Cells {
    kinds: Vec<u8>,
    ends: Vec<u32>,
    data: Vec<u8>,
}

/// The place for one row's result; each way to fill it ends with an [`Outcome`].
#[derive(Debug)]
pub struct Cell<'a> {
    cells: &'a mut Cells,
}

/// A cell whose text is being written piece by piece.
#[derive(Debug)]
pub struct TextCell<'a> {
    cells: &'a mut Cells,
    start: usize,
}

/// Proof that a cell got its outcome.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "return it: a row without an outcome fails the batch"]
pub struct Outcome(());

impl Cells {
    /// Room for `rows` results of `bytes` together.
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        Self {
            kinds: Vec::with_capacity(rows),
            ends: Vec::with_capacity(rows),
            data: Vec::with_capacity(bytes),
        }
    }

    /// Rows written so far.
    pub fn rows(&self) -> usize {
        self.kinds.len()
    }

    /// The cell of the next row.
    #[inline]
    pub fn cell(&mut self) -> Cell<'_> {
        // A text cell that was dropped half-written leaves its bytes behind.
        self.data.truncate(self.start());
        Cell { cells: self }
    }

    /// Takes a column over as a whole; for kernels that work on all rows at once.
    pub(crate) fn replace(&mut self, kinds: Vec<u8>, ends: Vec<u32>, data: Vec<u8>) {
        *self = Self { kinds, ends, data };
    }

    /// The finished column.
    pub fn into_column(self) -> Column {
        Column {
            kinds: self.kinds,
            ends: self.ends,
            data: self.data,
        }
    }

    #[inline]
    fn start(&self) -> usize {
        self.ends.last().map_or(0, |end| *end as usize)
    }

    #[inline]
    fn finish(&mut self, kind: u8) -> Outcome {
        self.kinds.push(kind);
        self.ends.push(self.data.len() as u32);
        Outcome(())
    }

    #[inline]
    fn put(&mut self, kind: u8, bytes: &[u8]) -> Outcome {
        if bytes.len() > TEXT_BYTES_MAX && kind != kind::BYTES && kind != kind::FAILED {
            return self.too_long(bytes.len());
        }
        append(&mut self.data, bytes);
        self.finish(kind)
    }

    #[cold]
    fn too_long(&mut self, len: usize) -> Outcome {
        let message = format!("the result has {len} bytes; {TEXT_BYTES_MAX} is the most");
        self.cell().failed(&Problem::new("too-long", message))
    }
}

impl<'a> Cell<'a> {
    /// The result is this text.
    #[inline]
    pub fn text(self, text: &str) -> Outcome {
        self.cells.put(kind::TEXT, text.as_bytes())
    }

    /// Begins a text that is written in pieces, without a `String` of its own.
    #[inline]
    pub fn write_text(self) -> TextCell<'a> {
        let start = self.cells.start();
        TextCell {
            cells: self.cells,
            start,
        }
    }

    /// The result is this number, in JSON's spelling.
    pub fn number(self, number: &str) -> Outcome {
        let integer = number.parse::<i64>().is_ok();
        self.cells.put(
            if integer { kind::INTEGER } else { kind::NUMBER },
            number.as_bytes(),
        )
    }

    /// The result is true or false.
    pub fn boolean(self, boolean: bool) -> Outcome {
        self.cells
            .put(kind::BOOLEAN, if boolean { b"true" } else { b"false" })
    }

    /// The result is this array or object: JSON without insignificant white space.
    pub fn json(self, json: &str) -> Outcome {
        self.cells.put(kind::JSON, json.as_bytes())
    }

    /// The result is binary.
    pub fn bytes(self, bytes: &[u8]) -> Outcome {
        self.cells.put(kind::BYTES, bytes)
    }

    /// The result is no value; what happens then is the row's `when-missing`.
    pub fn missing(self) -> Outcome {
        self.cells.finish(kind::ABSENT)
    }

    /// The field stays as it is.
    pub fn keep(self) -> Outcome {
        self.cells.finish(kind::KEEP)
    }

    /// The field is emptied.
    pub fn clear(self) -> Outcome {
        self.cells.finish(kind::CLEAR)
    }

    /// This person takes no part in this target in this run.
    pub fn drop_person(self) -> Outcome {
        self.cells.finish(kind::DROP_PERSON)
    }

    /// This value fails; the others go on.
    #[cold]
    pub fn failed(self, problem: &Problem) -> Outcome {
        problem.write_json(&mut self.cells.data);
        self.cells.finish(kind::FAILED)
    }

    /// The result is that value, unchanged.
    #[inline]
    pub fn value(self, value: Value<'_>) -> Outcome {
        match value {
            Value::Absent => self.cells.finish(kind::ABSENT),
            Value::Null => self.cells.finish(kind::NULL),
            Value::Text(text) => self.cells.put(kind::TEXT, text.as_bytes()),
            Value::Integer(number) => self.cells.put(kind::INTEGER, number.as_bytes()),
            Value::Number(number) => self.cells.put(kind::NUMBER, number.as_bytes()),
            Value::Boolean(boolean) => self.boolean(boolean),
            Value::Json(json) => self.cells.put(kind::JSON, json.as_bytes()),
            Value::Bytes(bytes) => self.cells.put(kind::BYTES, bytes),
        }
    }
}

impl<'a> TextCell<'a> {
    /// Appends text.
    #[inline]
    pub fn push_str(&mut self, text: &str) {
        append(&mut self.cells.data, text.as_bytes());
    }

    /// Appends one character.
    #[inline]
    pub fn push(&mut self, char: char) {
        if char.is_ascii() {
            self.cells.data.push(char as u8);
        } else {
            self.push_str(char.encode_utf8(&mut [0; 4]));
        }
    }

    /// Appends text that is certainly ASCII, without a look at it; the host refuses a column of
    /// other bytes.
    #[inline]
    pub fn push_ascii(&mut self, text: &[u8]) {
        debug_assert!(text.is_ascii());
        append(&mut self.cells.data, text);
    }

    /// Appends a text as a JSON string, with its quotes.
    pub fn push_json(&mut self, text: &str) {
        // Writing into memory has no way to fail.
        let _never = serde_json::to_writer(&mut self.cells.data, text);
    }

    /// Nothing is written yet.
    pub fn is_empty(&self) -> bool {
        self.cells.data.len() == self.start
    }

    /// The text is complete.
    #[inline]
    pub fn done(self) -> Outcome {
        self.finish(kind::TEXT)
    }

    /// What was written is an array or object, as [`Cell::json`] wants it.
    pub fn done_json(self) -> Outcome {
        self.finish(kind::JSON)
    }

    /// Takes back what was written and gives the untouched cell.
    pub fn undo(self) -> Cell<'a> {
        self.cells.data.truncate(self.start);
        Cell { cells: self.cells }
    }

    #[inline]
    fn finish(self, kind: u8) -> Outcome {
        let len = self.cells.data.len() - self.start;
        if len > TEXT_BYTES_MAX {
            self.cells.data.truncate(self.start);
            return self.cells.too_long(len);
        }
        self.cells.finish(kind)
    }
}

/// Appends bytes. A copy whose length the compiler does not know is an instruction for which
/// wasmtime leaves the sandbox, and that takes longer than a short copy itself. So such a one is made
/// in pieces of known lengths, which may overlap; inlined everywhere it would cost more than it saves.
#[inline(never)]
fn append(data: &mut Vec<u8>, bytes: &[u8]) {
    let len = bytes.len();
    if len > 32 {
        data.extend_from_slice(bytes);
    } else if len >= 16 {
        ends::<16>(data, bytes);
    } else if len >= 8 {
        ends::<8>(data, bytes);
    } else if len >= 4 {
        ends::<4>(data, bytes);
    } else if len >= 2 {
        ends::<2>(data, bytes);
    } else if let Some(byte) = bytes.first() {
        data.push(*byte);
    }
}

/// Appends N to 2 N bytes as their first N and their last N.
#[inline]
fn ends<const N: usize>(data: &mut Vec<u8>, bytes: &[u8]) {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>()) {
        let end = data.len() + bytes.len();
        data.extend_from_slice(first);
        data.truncate(end - N);
        data.extend_from_slice(last);
    }
}

impl fmt::Write for TextCell<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}
