//! Our own stage: transforms in WebAssembly with all safety on, 256 people a call, outcomes decided
//! on and read back. Columns come from the projection, as in a run.

use attune_bench::setup::{BATCH, Setup};
use attune_core::Kind;
use attune_core::evaluate::Program;
use attune_core::mapping::Table;

use super::{Engine, Seen};

pub struct Ours<'a> {
    setup: &'a Setup,
    keys: Vec<Vec<&'a str>>,
    program: Program,
}

impl<'a> Ours<'a> {
    pub fn new(setup: &'a Setup, table: &Table) -> Self {
        Self {
            setup,
            keys: setup.keys(),
            program: setup.wasm(table),
        }
    }

    /// That no call failed, and that none would answer otherwise a second time.
    pub fn finish(mut self) {
        let verdict = self.program.finish();
        let is_sound = verdict.is_repeatable && verdict.problem.is_none();
        assert!(is_sound, "{verdict:?}");
    }
}

impl Engine for Ours<'_> {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        let batches = self.setup.batches.iter().zip(&self.keys);
        for (number, (columns, keys)) in batches.enumerate() {
            let fields = self.program.evaluate(&self.setup.batch(keys, columns));
            for (field, result) in fields.iter().enumerate() {
                for row in 0..keys.len() {
                    let cell = result.outcomes.cell(row);
                    let text = (cell.kind == Kind::Text).then(|| cell.as_text());
                    see(Seen {
                        person: number * BATCH + row,
                        field,
                        value: text.flatten().map(str::as_bytes),
                    });
                }
            }
        }
    }
}
