//! The seam between a mapping table and whoever computes its steps: a WebAssembly guest in
//! production, native code in tests and benchmarks.

use crate::{Column, Problem, Selector};

/// Which impure inputs a function named; all others arrive empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Uses {
    /// The start of the run.
    pub now: bool,
    /// 16 stable bytes per row.
    pub seed: bool,
    /// The row's or connector's locale.
    pub locale: bool,
}

/// What is impure and therefore comes in as data.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Start of the run in whole milliseconds since 1970.
    pub now_ms: i64,
    /// 16 bytes per row, or empty when the function does not use them.
    pub seeds: &'a [u8],
    /// BCP 47 tag such as `de-DE`, or `und`.
    pub locale: &'a str,
}

/// What a step knows about its own answers at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// False when a deadline decided about a result: another run may decide otherwise.
    pub is_repeatable: bool,
    /// Why none of the answers may be used, such as `plugin-not-per-row`.
    pub problem: Option<Problem>,
}

impl Default for Verdict {
    fn default() -> Self {
        Self {
            is_repeatable: true,
            problem: None,
        }
    }
}

/// One opened step.
///
/// Contract: row `i` of the answer depends on row `i` of the inputs and the context only. The
/// answer always has as many rows as the input: whatever goes wrong inside becomes failed cells,
/// never an error of the batch. The implementation has checked the column that it returns.
pub trait Transform: Send {
    /// Selectors of input columns 1.. ; column 0 is the value so far.
    fn inputs(&self) -> &[Selector];

    /// The impure inputs that this function uses.
    fn uses(&self) -> Uses;

    /// Computes one step for a batch.
    fn apply(&mut self, context: &Context<'_>, rows: usize, inputs: &[&Column]) -> Column;

    /// Called once after the last batch of a run, before its plan is used: ends the checks that
    /// were put off and says what they found.
    fn finish(&mut self) -> Verdict {
        Verdict::default()
    }
}
