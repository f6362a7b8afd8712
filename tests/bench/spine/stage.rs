//! The mapping stage alone: columns in, outcomes out.

use std::hint::black_box;

use attune_core::evaluate::{Batch, FieldResult, Program};
use attune_core::mapping::{Step, Table};
use attune_core::project::Projector;
use attune_core::selector::{Names, Wanted};
use attune_core::{Column, Kind, Problem, Transform};
use attune_wasm::registry::{Registry, Snapshot};
use attune_wasm::{Engine, Options};
use std::sync::Arc;

use attune_bench::{Bound, Variant, judge, measure as run};

use super::plain::{Person, Plain, SELECTORS};
use super::{mapping, people};

/// People of one batch, as in a run.
pub const BATCH: usize = 256;

/// Everything that is made once.
pub struct Setup {
    pub documents: Vec<Vec<u8>>,
    pub keys: Vec<String>,
    pub wanted: Wanted,
    pub batches: Vec<Vec<Column>>,
    plugins: Arc<Snapshot>,
}

impl Setup {
    pub fn new(count: usize) -> Self {
        let engine = Engine::new(Options::default()).unwrap();
        let bundled: Vec<_> = attune_bundled::PLUGINS
            .iter()
            .map(|p| (p.id, p.wasm))
            .collect();
        let plugins = Registry::open(&engine, &bundled, None, &[])
            .unwrap()
            .snapshot();
        let documents = people::documents(count);
        let bytes: usize = documents.iter().map(Vec::len).sum();
        println!("{} bytes a person", bytes / count);
        let mut setup = Self {
            documents,
            keys: (0..count).map(|number| format!("{number:08x}")).collect(),
            wanted: Wanted::new(Vec::new()),
            batches: Vec::new(),
            plugins,
        };
        setup.wanted = setup.wasm(&mapping::twelve()).selectors().clone();
        let mut projector = Projector::new(setup.wanted.clone(), Names::Exact);
        let batches = setup.documents.chunks(BATCH);
        setup.batches = batches
            .map(|batch| project(&mut projector, batch))
            .collect();
        setup
    }

    /// The table with its steps in the sandbox.
    pub fn wasm(&self, table: &Table) -> Program {
        let open = |step: &attune_core::mapping::Step| {
            let (plugin, function) = self
                .plugins
                .step(&step.plugin, &step.function)
                .map_err(|error| error.problem())?;
            plugin
                .open_transform(&function, &step.options)
                .map_err(|error| error.problem())
        };
        program(table, open)
    }

    /// A batch as the evaluation wants it.
    pub fn batch<'a>(&'a self, keys: &'a [&'a str], columns: &'a [Column]) -> Batch<'a> {
        Batch {
            wanted: &self.wanted,
            columns,
            people: keys,
            connector: "bench",
            target: "jira",
            now_ms: 0,
        }
    }

    /// The keys of each batch.
    pub fn keys(&self) -> Vec<Vec<&str>> {
        let keys: Vec<&str> = self.keys.iter().map(String::as_str).collect();
        keys.chunks(BATCH).map(<[_]>::to_vec).collect()
    }
}

/// The table with its steps opened by `open`.
pub fn program(
    table: &Table,
    open: impl FnMut(&Step) -> Result<Box<dyn Transform>, Problem>,
) -> Program {
    Program::compile(table, "de-DE", open).unwrap_or_else(|refusals| panic!("{refusals:?}"))
}

/// Opens a step natively.
pub fn natively(step: &Step) -> Result<Box<dyn Transform>, Problem> {
    let find = |id: &str| match id {
        "phone" => Some(attune_phone::plugin()),
        _ => attune_tests::native::light(id),
    };
    attune_tests::native::open(find, step)
}

/// One batch of documents as columns.
pub fn project(projector: &mut Projector, documents: &[Vec<u8>]) -> Vec<Column> {
    let width = projector.wanted().len();
    let mut rows = vec![Column::default(); documents.len()];
    for (document, row) in documents.iter().zip(&mut rows) {
        projector.project_json(document, row).unwrap();
    }
    Column::transpose(&rows.iter().collect::<Vec<_>>(), width)
}

fn evaluate(setup: &Setup, keys: &[Vec<&str>], program: &mut Program) -> Vec<Vec<FieldResult>> {
    let batches = setup.batches.iter().zip(keys);
    batches
        .map(|(columns, keys)| program.evaluate(&setup.batch(keys, columns)))
        .collect()
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
        run: Box::new(move || drop(black_box(evaluate(setup, keys, program)))),
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
    let plain = Plain::new();
    let columns: Vec<Vec<&Column>> = setup
        .batches
        .iter()
        .map(|batch| {
            let position = |name: &&str| setup.wanted.position(&name.parse().unwrap()).unwrap();
            SELECTORS
                .iter()
                .map(|name| &batch[position(name)])
                .collect()
        })
        .collect();

    let expected = evaluate(setup, &keys, &mut native);
    assert_eq!(
        evaluate(setup, &keys, &mut wasm),
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
