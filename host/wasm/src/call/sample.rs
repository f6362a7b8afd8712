//! One row of a hundred, evaluated again alone and in a second store.
//!
//! Finds a plugin that mixes rows up or carries something from one person to the next, which no
//! check of types can: the second store has seen other rows in another order. Rows are picked by
//! their running number, so the same run picks the same rows; they wait until enough of them are
//! worth the change to another instance, and at the latest until the step is finished. Invariant: what is compared was computed from the very same inputs.
//! Deliberately not here: what follows from a difference.

use attune_core::{Column, Context, Kind};

use super::Opened;
use super::opened::Failure;

/// Rows of which one is evaluated again.
const ONE_IN: u64 = 100;
/// Waiting rows that are worth the change to another instance.
const WAITING_MAX: usize = 64;
/// In its first batches a step is checked at once: a small run has no more.
const EAGER_BATCHES: u64 = 2;

/// Rows that wait for their second evaluation.
#[derive(Default)]
pub(crate) struct Samples {
    second: Option<Opened>,
    seen: u64,
    batches: u64,
    inputs: Vec<Column>,
    answers: Column,
    seeds: Vec<u8>,
    now_ms: i64,
    locale: String,
}

impl Samples {
    /// Picks from a batch that was answered in one call.
    pub(crate) fn take(&mut self, context: &Context<'_>, inputs: &[&Column], answer: &Column) {
        let rows = answer.rows();
        let first = self.seen;
        self.seen += rows as u64;
        self.batches += 1;
        self.now_ms = context.now_ms;
        if self.locale != context.locale {
            context.locale.clone_into(&mut self.locale);
        }
        if self.batches == 1 && rows > 1 {
            self.keep(rows - 1, context, inputs, answer);
        }
        for hundred in first / ONE_IN..=self.seen / ONE_IN {
            let picked = hundred * ONE_IN + mixed(hundred) % ONE_IN;
            if (first..self.seen).contains(&picked) {
                self.keep((picked - first) as usize, context, inputs, answer);
            }
        }
    }

    /// Whether the waiting rows are to be evaluated now.
    pub(crate) fn is_due(&self) -> bool {
        let waiting = self.answers.rows();
        waiting >= WAITING_MAX || (waiting > 0 && self.batches <= EAGER_BATCHES)
    }

    /// Whether any row waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.answers.rows() == 0
    }

    /// Evaluates the waiting rows in the second store, alone and last first; `open` opens it.
    /// True when one differs.
    pub(crate) fn differ(
        &mut self,
        memory_most: usize,
        mut open: impl FnMut() -> Option<Opened>,
    ) -> bool {
        let mut differ = false;
        for row in (0..self.answers.rows()).rev() {
            let Some(step) = self.second.take().or_else(&mut open) else {
                break;
            };
            match self.again(row, step) {
                Ok((same, step)) => {
                    differ = !same;
                    // A leak is no mixing: an instance that has grown is simply replaced.
                    self.second = Some(step).filter(|step| !step.is_swollen(memory_most));
                }
                // The machine's own want of room or time says nothing about the plugin.
                Err(Failure::Fault(fault)) if fault.kind.is_of_the_moment() => break,
                Err(_) => differ = true,
            }
            if differ {
                break;
            }
        }
        self.inputs.iter_mut().for_each(Column::clear);
        self.answers.clear();
        self.seeds.clear();
        differ
    }

    /// Evaluates one row alone; gives the step back.
    fn again(&self, row: usize, mut step: Opened) -> Result<(bool, Opened), Failure> {
        let inputs: Vec<_> = self.inputs.iter().collect();
        let context = Context {
            now_ms: self.now_ms,
            seeds: self.seeds.get(row * 16..row * 16 + 16).unwrap_or_default(),
            locale: &self.locale,
        };
        let answer = step.apply(&context, row..row + 1, &inputs, 1)?;
        Ok((answer.cell(0) == self.answers.cell(row), step))
    }

    fn keep(&mut self, row: usize, context: &Context<'_>, inputs: &[&Column], answer: &Column) {
        let cell = answer.cell(row);
        if cell.kind == Kind::Bytes {
            return; // Pictures: too large to keep, and copied by the plugins that see them.
        }
        self.inputs.resize_with(inputs.len(), Column::default);
        for (kept, column) in self.inputs.iter_mut().zip(inputs) {
            kept.push(column.cell(row));
        }
        self.answers.push(cell);
        let seed = context.seeds.get(row * 16..row * 16 + 16);
        self.seeds.extend_from_slice(seed.unwrap_or_default());
    }
}

/// A fixed, well mixed number for each hundred (the finalizer of `SplitMix64`).
fn mixed(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use attune_core::Cell;

    use super::*;

    #[test]
    fn one_row_in_a_hundred_waits_whatever_the_batches() {
        let context = Context {
            now_ms: 0,
            seeds: &[],
            locale: "und",
        };
        let picked = |batch: usize| {
            let mut samples = Samples::default();
            for first in (0..12_800).step_by(batch) {
                let mut column = Column::default();
                (first..first + batch).for_each(|row| column.push(Cell::text(&row.to_string())));
                samples.take(&context, &[&column], &column);
            }
            let texts = samples
                .answers
                .iter()
                .map(|cell| cell.as_text().unwrap().to_owned());
            let mut rows: Vec<usize> = texts.map(|text| text.parse().unwrap()).collect();
            rows.retain(|row| {
                *row != batch - 1 || mixed(*row as u64 / 100) % 100 == *row as u64 % 100
            });
            rows
        };
        assert_eq!(picked(256), picked(128));
        assert_eq!(picked(256).len(), 128);
    }
}
