//! Whether rows are independent, tried before the plugin is used.
//!
//! The same batch is evaluated twice, in another store, in two parts, and backwards: row by row
//! the results must be the same bytes. A plugin without honest randomness can only break this with
//! state of its own. The same is asked again with the very options that somebody's row has, which
//! no example may have shown. What slips through is found later by `call::sample`. Deliberately not here:
//! whether results are right (`examples`).

use attune_core::{Cell, Column, Context, Kind};

use super::examples::{self, Example, Surroundings};
use super::manifest::Function;
use crate::call::{Failure, Opened, limited};
use crate::{Error, Plugin};

/// Sets of options of one function that are probed.
const OPTIONS_MAX: usize = 3;
/// Start of the run that rows are tried in.
const NOW_MS: i64 = 1_767_225_600_000;
/// Locale that rows are tried in.
const LOCALE: &str = "de-DE";

/// Probes a function with the options and rows of its examples.
pub(crate) fn run(plugin: &Plugin, function: &Function, all: &[Example]) -> Result<(), Error> {
    let mut probed: Vec<&serde_json::Value> = Vec::new();
    for example in all {
        if probed.len() < OPTIONS_MAX && !probed.contains(&&example.options) {
            probed.push(&example.options);
            with_options(plugin, function, all, &example.options)?;
        }
    }
    Ok(())
}

/// Probes a function with the options of somebody's row, on the rows of its examples.
pub(crate) fn row(
    plugin: &Plugin,
    function: &Function,
    options: &serde_json::Value,
) -> Result<(), Error> {
    with_options(plugin, function, &examples::parse(function)?, options)
}

fn with_options(
    plugin: &Plugin,
    function: &Function,
    all: &[Example],
    options: &serde_json::Value,
) -> Result<(), Error> {
    let (columns, mut first) = examples::open(plugin, function, options)?;
    let (_, mut second) = examples::open(plugin, function, options)?;
    Batch::new(function, all, columns).probe(&mut first, &mut second)
}

/// The context that a row is tried in, as an example has it; none where that is the usual one.
pub(crate) fn context(function: &Function, row: usize) -> Option<String> {
    let tried = Surroundings {
        now_ms: NOW_MS,
        locale: LOCALE.to_owned(),
        seed: seed(row),
    };
    tried.text(function.uses)
}

/// What the row of this place has for a seed.
fn seed(row: usize) -> [u8; 16] {
    [row as u8; 16]
}

/// Rows of which each must get the same answer in whatever company.
pub(crate) struct Batch<'a> {
    function: &'a Function,
    columns: Vec<Column>,
    order: Vec<usize>,
    /// The place of the first row, for seeds.
    first: usize,
}

impl<'a> Batch<'a> {
    /// The examples' rows, then what directories also hold.
    fn new(function: &'a Function, examples: &[Example], columns: usize) -> Self {
        let mut rows: Vec<Vec<Cell<'_>>> = Vec::new();
        for example in examples {
            rows.push(example.input.iter().map(|column| column.cell(0)).collect());
        }
        for cell in STRANGE {
            rows.push(vec![*cell; columns]);
        }
        Self::of(function, &rows, columns)
    }

    /// These rows, each padded with absent values.
    pub(crate) fn of(function: &'a Function, rows: &[Vec<Cell<'_>>], columns: usize) -> Self {
        let mut batch = vec![Column::default(); columns];
        for row in rows {
            let padded = row.iter().copied().chain(std::iter::repeat(Cell::ABSENT));
            for (column, cell) in batch.iter_mut().zip(padded) {
                column.push(cell);
            }
        }
        Self {
            function,
            columns: batch,
            order: (0..rows.len()).collect(),
            first: 0,
        }
    }

    /// The same rows as those from this place on in a larger batch: with the seeds that they had there.
    pub(crate) fn at(self, first: usize) -> Self {
        Self { first, ..self }
    }

    pub(crate) fn probe(&self, first: &mut Opened, second: &mut Opened) -> Result<(), Error> {
        let expected = self.apply(first, &self.order)?;
        let again = self.apply(first, &self.order)?;
        let elsewhere = self.apply(second, &self.order)?;
        if expected != again || expected != elsewhere {
            return Err(Error::Nondeterministic {
                function: self.function.name.clone(),
            });
        }
        let backwards: Vec<_> = self.order.iter().rev().copied().collect();
        let (left, right) = self.order.split_at(self.order.len() / 2);
        let permuted = self.apply(first, &backwards)?;
        let mut split = self.apply(first, right)?;
        split.splice(0..0, self.apply(first, left)?);
        for (row, cell) in expected.iter().enumerate() {
            let from_back = permuted.len().checked_sub(row + 1);
            let reversed = from_back.and_then(|index| permuted.get(index));
            if split.get(row) != Some(cell) || reversed != Some(cell) {
                return Err(Error::NotPerRow {
                    function: self.function.name.clone(),
                    row,
                });
            }
        }
        Ok(())
    }

    /// These rows in this order, as kinds and bytes.
    fn apply(&self, opened: &mut Opened, order: &[usize]) -> Result<Vec<(Kind, Vec<u8>)>, Error> {
        let rows = order.len();
        let mut columns = vec![Column::default(); self.columns.len()];
        for (part, column) in columns.iter_mut().zip(&self.columns) {
            for row in order {
                part.push(column.cell(*row));
            }
        }
        let seeds: Vec<u8> = order
            .iter()
            .flat_map(|row| seed(self.first + row))
            .collect();
        let context = Context {
            now_ms: NOW_MS,
            seeds: &seeds,
            locale: LOCALE,
        };
        let inputs: Vec<_> = columns.iter().collect();
        let context = limited(&context, self.function.uses);
        let answer = opened
            .apply(&context, 0..rows, &inputs, 1)
            .map_err(Failure::error)?;
        Ok(answer
            .iter()
            .map(|cell| (cell.kind, cell.bytes.to_vec()))
            .collect())
    }
}

/// What a directory may hold where nobody expects it.
const STRANGE: &[Cell<'static>] = &[
    Cell::ABSENT,
    cell(Kind::Null, b""),
    cell(Kind::Text, b""),
    cell(
        Kind::Text,
        b"  Jos\xc3\xa9 \xe2\x80\x93 Gro\xc3\x9fe-M\xc3\xbcller ",
    ),
    cell(Kind::Text, b"e\xcc\x81\xf0\x9f\x98\x80"),
    cell(Kind::Text, b"+49 30 1234567"),
    cell(Kind::Integer, b"42"),
    cell(Kind::Number, b"1.50"),
    cell(Kind::Boolean, b"true"),
    cell(Kind::Json, b"[\"a\",\"b\"]"),
    cell(Kind::Json, b"{\"a\":1}"),
    cell(Kind::Bytes, b"\xff\xd8\xff\x00"),
];

const fn cell(kind: Kind, bytes: &'static [u8]) -> Cell<'static> {
    Cell { kind, bytes }
}
