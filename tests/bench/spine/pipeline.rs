//! The whole way of a run but for the wire: JSON, projection, mapping, decision.

use std::hint::black_box;

use attune_core::decide::{Decision, Ledger, Observed, Situation, decide};
use attune_core::evaluate::{FieldResult, Program};
use attune_core::mapping::{Apply, Conflict, Existing};
use attune_core::project::Projector;
use attune_core::selector::Names;
use attune_core::{Kind, Outcome};

use attune_bench::setup::{BATCH, Setup, program, project};
use attune_bench::{Bound, Variant, judge, mapping, measure as run};

use super::stage::natively;

/// Ledger values by person and field.
type LedgerValues = Vec<Vec<Option<String>>>;

/// One variant: its mapping, its reader, and what was written the last time.
struct Line {
    program: Program,
    projector: Projector,
    ledger: LedgerValues,
}

impl Line {
    fn new(setup: &Setup, mut program: Program, changed_one_in: usize) -> Self {
        let mut projector = Projector::new(setup.wanted.clone(), Names::Exact);
        let mut ledger = LedgerValues::new();
        for (documents, keys) in setup.documents.chunks(BATCH).zip(setup.keys()) {
            let columns = project(&mut projector, documents);
            let results = program.evaluate(&setup.batch(&keys, &columns));
            for person in 0..documents.len() {
                let changed = (ledger.len() + 1).is_multiple_of(changed_one_in);
                let values = results.iter().map(|field| value(field, person, changed));
                ledger.push(values.collect());
            }
        }
        Self {
            program,
            projector,
            ledger,
        }
    }

    /// Reads, maps and decides for everyone; gives how many fields would be written.
    fn run(&mut self, setup: &Setup, keys: &[Vec<&str>]) -> usize {
        let mut writes = 0;
        let mut person = 0;
        for (documents, keys) in setup.documents.chunks(BATCH).zip(keys) {
            let columns = project(&mut self.projector, documents);
            let results = self.program.evaluate(&setup.batch(keys, &columns));
            for row in 0..documents.len() {
                let ledger = &self.ledger[person + row];
                for (field, known) in results.iter().zip(ledger) {
                    writes += usize::from(is_due(field, row, known.as_deref()));
                }
            }
            person += documents.len();
        }
        writes
    }
}

fn value(field: &FieldResult, person: usize, changed: bool) -> Option<String> {
    let cell = field.outcomes.cell(person);
    let text = (cell.kind == Kind::Text).then(|| cell.as_text().unwrap().to_owned());
    text.map(|text| {
        if changed {
            format!("{text} as it was")
        } else {
            text
        }
    })
}

fn is_due(field: &FieldResult, person: usize, known: Option<&str>) -> bool {
    let decision = decide(&Situation {
        ledger: known.map(|value| Ledger {
            value,
            is_ours: true,
        }),
        observed: Observed::Unread,
        outcome: &Outcome::of(field.outcomes.cell(person)),
        apply: Apply::Always,
        existing: Existing::Overwrite,
        conflict: Conflict::SourceWins,
        text_max: None,
        normalise: attune_core::decide::as_shown,
        altered: None,
    });
    matches!(decision, Decision::Write(_))
}

/// Row 2 of the speed table: 1 % of the people changed since the last time.
pub fn measure(setup: &Setup, rounds: usize) -> bool {
    let keys = setup.keys();
    let twelve = mapping::twelve();
    let mut wasm = Line::new(setup, setup.wasm(&twelve), 100);
    let mut native = Line::new(setup, program(&twelve, natively), 100);
    let mut none = Line::new(setup, program(&mapping::copies(), natively), 100);
    assert_eq!(
        wasm.ledger, native.ledger,
        "WebAssembly differs from native"
    );
    let writes = native.run(setup, &keys);
    assert_eq!(wasm.run(setup, &keys), writes);
    assert!(
        writes > 0 && writes <= 12 * setup.documents.len() / 100,
        "{writes} writes"
    );

    let mut variants = [
        Variant {
            name: "mapped in WebAssembly",
            run: Box::new(|| _ = black_box(wasm.run(setup, &keys))),
        },
        Variant {
            name: "mapped natively, same code",
            run: Box::new(|| _ = black_box(native.run(setup, &keys))),
        },
        Variant {
            name: "not mapped",
            run: Box::new(|| _ = black_box(none.run(setup, &keys))),
        },
    ];
    let measured = run(&mut variants, rounds);
    drop(variants);
    measured.print_times("JSON to decisions", setup.documents.len(), "person");
    judge(
        &measured,
        &[
            Bound {
                what: "the pipeline with WebAssembly against native mapping",
                of: ("mapped in WebAssembly", "mapped natively, same code"),
                gate: 1.4,
                target: 1.15,
            },
            Bound {
                what: "the pipeline with WebAssembly against no mapping",
                of: ("mapped in WebAssembly", "not mapped"),
                gate: 1.6,
                target: 1.3,
            },
        ],
    )
}
