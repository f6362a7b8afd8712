//! The mapping stage alone: columns in, outcomes out.

use std::hint::black_box;

use attune_core::evaluate::{FieldResult, Program};
use attune_core::mapping::{Step, Table};
use attune_core::{Column, Kind, Problem, Transform};

use attune_bench::plain::{Person, Plain};
use attune_bench::setup::{BATCH, Setup, program};
use attune_bench::{Bound, Variant, judge, mapping, measure as run};

/// Opens a step natively.
pub fn natively(step: &Step) -> Result<Box<dyn Transform>, Problem> {
    let find = |id: &str| match id {
        "phone" => Some(attune_phone::plugin()),
        _ => attune_tests::native::light(id),
    };
    attune_tests::native::open(find, step)
}

type Plainly = Vec<[Option<String>; 12]>;

fn evaluate_plain(columns: &[Vec<&Column>], plain: &Plain) -> Plainly {
    let mut all = Vec::new();
    for columns in columns {
        let rows = columns[0].rows();
        all.extend((0..rows).map(|row| plain.map(Person::read(columns, row))));
    }
    all
}

/// The stage by one program.
fn mapped<'a>(
    name: &'static str,
    setup: &'a Setup,
    keys: &'a [Vec<&'a str>],
    program: &'a mut Program,
) -> Variant<'a> {
    Variant {
        name,
        run: Box::new(move || drop(black_box(setup.evaluate(keys, program)))),
    }
}

/// Where the time of the stage goes: each field alone.
pub fn by_field(setup: &Setup, rounds: usize) {
    let keys = setup.keys();
    let with_phones = mapping::twelve_with_phones().fields.into_iter();
    let phones =
        with_phones.filter(|field| field.rows[0].steps.iter().any(|s| s.plugin == "phone"));
    for fields in mapping::twelve().fields.into_iter().chain(phones) {
        let steps = fields.rows[0].steps.iter();
        let steps: Vec<_> = steps
            .map(|s| format!("{}.{}", s.plugin, s.function))
            .collect();
        let name = format!("{} {}", fields.field.name, steps.join(" "));
        let table = Table {
            fields: vec![fields],
        };
        let (mut wasm, mut native) = (setup.wasm(&table), program(&table, natively));
        let mut variants = [
            mapped("WebAssembly, all safety on", setup, &keys, &mut wasm),
            mapped("the same code, native", setup, &keys, &mut native),
        ];
        let measured = run(&mut variants, rounds);
        measured.print_times(&name, setup.documents.len(), "person");
    }
}

/// Row 1 of the speed table.
pub fn measure(setup: &Setup, rounds: usize) -> bool {
    let keys = setup.keys();
    let table = mapping::twelve();
    let (mut wasm, mut native) = (setup.wasm(&table), program(&table, natively));
    let plain = Plain::open();
    let columns = setup.inputs();

    let expected = setup.evaluate(&keys, &mut native);
    assert_eq!(
        setup.evaluate(&keys, &mut wasm),
        expected,
        "WebAssembly differs from native"
    );
    check_plain(&evaluate_plain(&columns, &plain), &expected);

    let mut variants = [
        mapped("WebAssembly, all safety on", setup, &keys, &mut wasm),
        mapped("the same code, native", setup, &keys, &mut native),
        Variant {
            name: "ordinary Rust, a String per value",
            run: Box::new(|| drop(black_box(evaluate_plain(&columns, &plain)))),
        },
    ];
    let measured = run(&mut variants, rounds);
    drop(variants);
    measured.print_times(
        "12 mappings, columns to outcomes",
        setup.documents.len(),
        "person",
    );
    let passed = judge(
        &measured,
        &[
            Bound {
                what: "WebAssembly against the same code native",
                of: ("WebAssembly, all safety on", "the same code, native"),
                gate: 2.6,
                target: 1.8,
            },
            Bound {
                what: "WebAssembly against ordinary Rust",
                of: (
                    "WebAssembly, all safety on",
                    "ordinary Rust, a String per value",
                ),
                gate: 1.0,
                target: 0.7,
            },
        ],
    );
    let verdict = wasm.finish();
    assert!(
        verdict.is_repeatable && verdict.problem.is_none(),
        "{verdict:?}"
    );
    passed
}

/// Every value of the plain code is the outcome of the evaluation.
fn check_plain(plain: &Plainly, expected: &[Vec<FieldResult>]) {
    for (person, values) in plain.iter().enumerate() {
        let batch = &expected[person / BATCH];
        for (field, value) in batch.iter().zip(values) {
            let cell = field.outcomes.cell(person % BATCH);
            let text = (cell.kind == Kind::Text).then(|| cell.as_text().unwrap());
            assert_eq!(text, value.as_deref(), "person {person}");
        }
    }
}
