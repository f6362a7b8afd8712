//! The batch that a step works on: rows, their columns, and what is impure.
//!
//! Column 0 is the value so far, the columns after it are the step's own inputs. Row i of the
//! answer may depend on row i alone; [`Batch::each_row`] and [`Batch::each_text`] keep to that by
//! construction. Whole-column work goes through [`Batch::map_ascii`].

use std::borrow::Cow;

use super::cells::{Cell, Cells, Outcome};
use super::kind;
use super::value::{TextView, Value};
use super::{Column, Context};
use crate::Problem;

/// The rows of one call.
#[derive(Debug)]
pub struct Batch<'a> {
    context: &'a Context,
    rows: usize,
    columns: Vec<Values<'a>>,
}

/// One row of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    batch: &'a Batch<'a>,
    index: usize,
}

/// One column, readable by row.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    kinds: &'a [u8],
    ends: &'a [u32],
    data: &'a [u8],
    /// The whole of `data`, checked once, where all of it is text.
    text: Option<&'a str>,
}

impl<'a> Batch<'a> {
    /// Fails with `bad-batch` where a column has not one value for each row.
    pub fn new(context: &'a Context, rows: usize, inputs: &'a [Column]) -> Result<Self, Problem> {
        if inputs.is_empty() {
            return Err(Problem::new(
                "bad-batch",
                "column 0, the value so far, is missing",
            ));
        }
        for (index, column) in inputs.iter().enumerate() {
            if column.kinds.len() != rows || column.ends.len() != rows {
                let message = format!("column {index} has not {rows} rows");
                return Err(Problem::new("bad-batch", message));
            }
        }
        Ok(Self {
            context,
            rows,
            columns: inputs.iter().map(Values::new).collect(),
        })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The value so far.
    pub fn values(&self) -> Values<'a> {
        self.input(0)
    }

    /// Column `index`: 0 is the value so far, 1 the first of the step's own inputs.
    pub fn input(&self, index: usize) -> Values<'a> {
        self.columns.get(index).copied().unwrap_or(Values::NONE)
    }

    /// The row's locale as a BCP 47 tag; `und` unless the function `uses` it.
    pub fn locale(&self) -> &'a str {
        &self.context.locale
    }

    /// The start of the run in Unix milliseconds; 0 unless the function `uses` it.
    pub fn now_ms(&self) -> f64 {
        self.context.now_ms
    }

    /// Calls `f` for each row.
    #[inline]
    pub fn each_row(&self, out: &mut Cells, mut f: impl FnMut(Row<'_>, Cell<'_>) -> Outcome) {
        for index in 0..self.rows {
            let _written = f(Row { batch: self, index }, out.cell());
        }
    }

    /// Calls `f` for the text of each row's value; see [`TextView`] for what it does not see.
    #[inline]
    pub fn each_text(&self, out: &mut Cells, mut f: impl FnMut(&str, Cell<'_>) -> Outcome) {
        let values = self.values();
        for index in 0..self.rows {
            let other;
            let text = match values.plain(index) {
                Some(text) => text,
                None => match values.other_text(index, out) {
                    Some(text) => {
                        other = text;
                        &other
                    }
                    None => continue,
                },
            };
            let _written = f(text, out.cell());
        }
    }

    /// Changes a column of ASCII text in one pass and says so; does nothing, and says that, when
    /// some value is not ASCII or no plain text. `kernel` may not change the length.
    pub fn map_ascii(&self, out: &mut Cells, kernel: impl FnOnce(&mut [u8])) -> bool {
        let values = self.values();
        // Without a way out of the middle, which would keep the compiler from SIMD.
        let most = values.kinds.iter().fold(0, |most, kind| most.max(*kind));
        if most > kind::BOOLEAN || !is_ascii(values.data) {
            return false;
        }
        let mut data = values.data.to_vec();
        kernel(&mut data);
        let kinds = values
            .kinds
            .iter()
            .map(|kind| (*kind).min(kind::TEXT))
            .collect();
        out.replace(kinds, values.ends.to_vec(), data);
        true
    }
}

/// The library's own, which is compiled without SIMD, takes several times as long.
fn is_ascii(bytes: &[u8]) -> bool {
    // Many bytes a turn: each turn of a loop also looks whether its time is over.
    let (turns, rest) = bytes.as_chunks::<128>();
    let all = |bytes: &[u8]| bytes.iter().fold(0, |all, byte| all | byte);
    turns
        .iter()
        .fold(all(rest), |so_far, turn| so_far | all(turn))
        < 0x80
}

/// A list of one null is null; the other missing values are themselves.
fn missing(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Json("[null]") => Value::Null,
        other => other,
    }
}

impl<'a> Row<'a> {
    /// The value so far.
    pub fn value(&self) -> Value<'a> {
        self.input(0)
    }

    /// Calls `f` for the text of the value, as [`Batch::each_text`] does: for text functions that
    /// need more of the row (its locale, the start of the run, inputs of their own).
    #[inline]
    pub fn with_text(self, out: Cell<'_>, f: impl FnOnce(&str, Cell<'_>) -> Outcome) -> Outcome {
        let value = self.value();
        match value.text() {
            TextView::Text(text) => f(&text, out),
            TextView::Missing => out.value(missing(value)),
            TextView::Failed(problem) => out.failed(&problem),
        }
    }

    /// The value of column `index`; 1 is the first of the step's own inputs.
    #[inline]
    pub fn input(&self, index: usize) -> Value<'a> {
        self.batch
            .columns
            .get(index)
            .map_or(Value::Absent, |column| column.get(self.index))
    }

    /// The text of column `index`, where it is plain text in a column of nothing else: the short way
    /// to what [`Row::input`] tells of any value.
    #[inline]
    pub fn plain(&self, index: usize) -> Option<&'a str> {
        self.batch.columns.get(index)?.plain(self.index)
    }

    /// The row's locale as a BCP 47 tag; `und` unless the function `uses` it.
    pub fn locale(&self) -> &'a str {
        self.batch.locale()
    }

    /// The start of the run in Unix milliseconds; 0 unless the function `uses` it.
    pub fn now_ms(&self) -> f64 {
        self.batch.now_ms()
    }

    /// Sixteen bytes that are the same in every run for this person and field; none unless the
    /// function `uses` them.
    pub fn seed(&self) -> Option<[u8; 16]> {
        let start = self.index.checked_mul(16)?;
        let seed = self
            .batch
            .context
            .seeds
            .get(start..start.checked_add(16)?)?;
        seed.try_into().ok()
    }
}

impl<'a> Values<'a> {
    const NONE: Values<'static> = Values {
        kinds: &[],
        ends: &[],
        data: &[],
        text: None,
    };

    pub(crate) fn new(column: &'a Column) -> Self {
        Self {
            kinds: &column.kinds,
            ends: &column.ends,
            data: &column.data,
            text: simdutf8::basic::from_utf8(&column.data).ok(),
        }
    }

    /// Bytes of all values together: what to reserve for an answer of like size.
    pub fn data_len(&self) -> usize {
        self.data.len()
    }

    /// The value of row `index`; absent beyond the last one. A value that breaks the contract
    /// (no UTF-8, an unknown kind) is given as bytes.
    #[inline]
    pub fn get(&self, index: usize) -> Value<'a> {
        match self.plain(index) {
            Some(text) => Value::Text(text),
            None => self.other(index),
        }
    }

    /// The usual value: text, in a column of nothing else.
    #[inline]
    fn plain(&self, index: usize) -> Option<&'a str> {
        if *self.kinds.get(index)? != kind::TEXT {
            return None;
        }
        let start = match index.checked_sub(1) {
            None => 0,
            Some(before) => *self.ends.get(before)? as usize,
        };
        self.text?.get(start..*self.ends.get(index)? as usize)
    }

    /// What is left of [`Batch::each_text`]: the text of another value, or its outcome.
    #[inline(never)]
    fn other_text(&self, index: usize, out: &mut Cells) -> Option<Cow<'a, str>> {
        let value = self.other(index);
        let _written = match value.text() {
            TextView::Text(text) => return Some(text),
            TextView::Missing => out.cell().value(missing(value)),
            TextView::Failed(problem) => out.cell().failed(&problem),
        };
        None
    }

    #[inline(never)]
    fn other(&self, index: usize) -> Value<'a> {
        let (Some(kind), Some(end)) = (self.kinds.get(index), self.ends.get(index)) else {
            return Value::Absent;
        };
        match *kind {
            kind::ABSENT => return Value::Absent,
            kind::NULL => return Value::Null,
            _ => {}
        }
        let end = *end as usize;
        let start = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let start = start.map_or(0, |start| *start as usize);
        let text = match self.text {
            Some(text) => text.get(start..end),
            None => self
                .data
                .get(start..end)
                .and_then(|bytes| std::str::from_utf8(bytes).ok()),
        };
        let Some(text) = text else {
            return Value::Bytes(self.data.get(start..end).unwrap_or_default());
        };
        match *kind {
            kind::TEXT => Value::Text(text),
            kind::INTEGER => Value::Integer(text),
            kind::NUMBER => Value::Number(text),
            kind::BOOLEAN => Value::Boolean(text == "true"),
            kind::JSON => Value::Json(text),
            _ => Value::Bytes(text.as_bytes()),
        }
    }
}
