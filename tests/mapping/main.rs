//! Every folder of `tests/cases/mapping` is a mapping table, people, and what comes of them.
//!
//! `connector.toml` is a whole connector file, `people.ndjson` has a document a line, and
//! `outcomes.txt` says per person and field what the table wants. Each table runs twice: natively
//! and through the WebAssembly components with all their limits. Both must say exactly what the
//! file says, so semantics and sandbox agree. `ATTUNE_UPDATE_CASES=1` writes the files anew from
//! the sandbox; read them before committing.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use attune_core::evaluate::{Batch, Program};
use attune_core::project::Projector;
use attune_core::selector::Names;
use attune_core::{Column, Outcome, Problem, Transform, mapping};
use attune_server::connector::load_file;
use attune_tests::native;
use attune_wasm::registry::Registry;
use attune_wasm::{Engine, Options};

/// Start of the run: 2026-01-02T03:04:05Z.
const NOW_MS: i64 = 1_767_323_045_000;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/mapping");
    let entries = std::fs::read_dir(folder).expect("the cases are part of the repository");
    let mut cases: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    cases.sort();
    cases
}

type Opener<'o> = &'o mut dyn FnMut(&mapping::Step) -> Result<Box<dyn Transform>, Problem>;

/// What the case's table wants of its people, in batches of so many.
fn outcomes(case: &Path, batch: usize, open: Opener<'_>) -> String {
    let loaded = match load_file(&case.join("connector.toml")).result {
        Ok(loaded) => loaded,
        Err(mistakes) => panic!("{}: {mistakes:?}", case.display()),
    };
    let target = &loaded.connector.targets[0];
    let compiled = Program::compile(&target.map, &loaded.connector.locale, open);
    let mut program = compiled.unwrap_or_else(|refused| panic!("{}: {refused:?}", case.display()));
    let wanted = program.selectors().clone();
    let people = std::fs::read_to_string(case.join("people.ndjson")).expect("people");
    let people: Vec<&str> = people.lines().collect();
    let mut projector = Projector::new(wanted.clone(), Names::Exact);
    let rows: Vec<Column> = people
        .iter()
        .map(|person| {
            let mut row = Column::default();
            let projected = projector.project_json(person.as_bytes(), &mut row);
            projected.unwrap_or_else(|error| panic!("{}: {person}: {error}", case.display()));
            row
        })
        .collect();
    let keys: Vec<String> = (1..=rows.len()).map(|n| format!("person-{n}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let mut told = String::new();
    for (index, (rows, keys)) in rows.chunks(batch).zip(keys.chunks(batch)).enumerate() {
        let columns = Column::transpose(&rows.iter().collect::<Vec<_>>(), wanted.len());
        let results = program.evaluate(&Batch {
            wanted: &wanted,
            columns: &columns,
            people: keys,
            connector: &loaded.connector.id,
            target: &target.name,
            now_ms: NOW_MS,
        });
        for person in 0..keys.len() {
            let document = people[index * batch + person];
            writeln!(told, "{document}").expect("a string");
            for (field, result) in program.fields().zip(&results) {
                let outcome = shown(&Outcome::of(result.outcomes.cell(person)));
                writeln!(told, "  {:<12} {outcome}", field.name).expect("a string");
            }
        }
    }
    told
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Set(text) => format!("{text:?}"),
        Outcome::Keep => "keep".to_owned(),
        Outcome::Clear => "clear".to_owned(),
        Outcome::DropPerson => "drop-person".to_owned(),
        Outcome::Failed(problem) => format!("failed: {problem}"),
    }
}

/// The first line where two texts differ.
fn difference(expected: &str, told: &str) -> String {
    let mut lines = expected.lines().zip(told.lines()).enumerate();
    match lines.find(|(_, (a, b))| a != b) {
        Some((line, (a, b))) => format!("line {}:\n  expected {a}\n  told     {b}", line + 1),
        None => "one is longer than the other".to_owned(),
    }
}

fn wasm() -> Registry {
    let engine = Engine::new(Options::default()).expect("an engine");
    let bundled: Vec<(&str, &[u8])> = attune_bundled::PLUGINS
        .iter()
        .map(|plugin| (plugin.id, plugin.wasm))
        .collect();
    Registry::open(&engine, &bundled, None, &[]).expect("the bundled plugins")
}

#[test]
fn tables_say_the_same_natively_and_in_the_sandbox() {
    // The one variable that a test reads: it changes what is written, never what is expected.
    let is_update = std::env::vars().any(|(name, _)| name == "ATTUNE_UPDATE_CASES");
    let cases = cases();
    assert!(cases.len() >= 7, "the cases are missing");
    let registry = wasm();
    let snapshot = registry.snapshot();
    let mut sandboxed = |step: &mapping::Step| {
        let found = snapshot.step(&step.plugin, &step.function);
        let (plugin, function) =
            found.map_err(|error| Problem::new(error.code(), error.to_string()))?;
        let opened = plugin.open_transform(&function, &step.options);
        opened.map_err(|error| Problem::new(error.code(), error.to_string()))
    };
    let mut natively = |step: &mapping::Step| native::open(native::light, step);
    let mut wrong = Vec::new();
    for case in cases {
        let name = case.file_name().unwrap_or_default().to_string_lossy();
        let told = outcomes(&case, 256, &mut sandboxed);
        let path = case.join("outcomes.txt");
        if is_update {
            std::fs::write(&path, &told).expect("a writable folder");
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        let mut hold = |what: &str, told: &str| {
            if told != expected {
                let difference = difference(&expected, told);
                wrong.push(format!("{name}, {what}: {difference}"));
            }
        };
        hold("in the sandbox", &told);
        let few = outcomes(&case, 3, &mut sandboxed);
        hold("in the sandbox, in batches of 3", &few);
        // Phone numbers' tables take minutes to build once more: they are not linked natively.
        if name != "phones" {
            hold("natively", &outcomes(&case, 256, &mut natively));
            let few = outcomes(&case, 2, &mut natively);
            hold("natively, in batches of 2", &few);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
