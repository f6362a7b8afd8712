//! From a saved plugin file to the first answer of it: never seen before, compiled before, and back
//! to the version before.
//!
//! A round saves a new version of a plugin into the plugins' folder, reads the folder as a run does
//! when it begins, opens a step and has a batch answered; then the same with a fresh process' view
//! of a version whose compiled form is kept, and with the version before. Times, not ratios: nothing
//! comparable stands beside it. Run by `cargo bench -p attune-bench --bench load`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measuring program: it may stop at the first surprise, and talks to its caller"
)]

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use attune_bench::{SAVED, saved, version};
use attune_core::{Cell, Column, Context, Transform};
use attune_wasm::registry::Registry;
use attune_wasm::{Engine, Options};
use serde_json::json;

const ROUNDS: usize = 9;
const ROWS: usize = 256;

/// A row of the speed table: gate and target in milliseconds.
struct Bound {
    what: &'static str,
    gate_ms: f64,
    target_ms: f64,
}

const BOUNDS: [Bound; 3] = [
    Bound {
        what: "a plugin never seen before",
        gate_ms: 750.0,
        target_ms: 300.0,
    },
    Bound {
        what: "compiled by an earlier process",
        gate_ms: 10.0,
        target_ms: 2.0,
    },
    Bound {
        what: "back to the version before",
        gate_ms: 10.0,
        target_ms: 2.0,
    },
];

fn main() -> ExitCode {
    let wasm = saved();
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path());
    let plugins = folder.path().join("plugins.d");
    std::fs::create_dir(&plugins).unwrap();
    let column = column();

    let mut times: [Vec<Duration>; 3] = Default::default();
    let mut before = version(wasm, 0);
    first_answer(&engine, &plugins, &before, &column);
    for round in 1..=ROUNDS {
        let new = version(wasm, round);
        times[0].push(first_answer(&engine, &plugins, &new, &column));
        let other_process = self::engine(folder.path());
        times[1].push(first_answer(&other_process, &plugins, &new, &column));
        times[2].push(first_answer(&engine, &plugins, &before, &column));
        before = new;
    }

    println!(
        "{SAVED}, {} bytes, from the saved file to {ROWS} values; median of {ROUNDS} rounds",
        wasm.len()
    );
    let judge = |(bound, times): (&Bound, &mut Vec<Duration>)| {
        times.sort();
        let ms = times[times.len() / 2].as_secs_f64() * 1e3;
        let verdict = if ms > bound.gate_ms {
            "GATE MISSED"
        } else if ms > bound.target_ms {
            "gate met, target missed"
        } else {
            "target met"
        };
        let Bound {
            what,
            gate_ms,
            target_ms,
        } = bound;
        println!("  {what:<40} {ms:>8.2} ms  gate {gate_ms} ms  target {target_ms} ms  {verdict}");
        ms <= bound.gate_ms
    };
    let passed = BOUNDS.iter().zip(&mut times).map(judge);
    if passed.filter(|passed| !passed).count() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn engine(folder: &Path) -> Engine {
    let options = Options {
        cache_dir: Some(folder.join("cache")),
        ..Options::default()
    };
    Engine::new(options).unwrap()
}

/// From saving the file to the answer.
fn first_answer(engine: &Engine, plugins: &Path, bytes: &[u8], column: &Column) -> Duration {
    let bundled: Vec<_> = attune_bundled::PLUGINS
        .iter()
        .map(|plugin| (plugin.id, plugin.wasm))
        .collect();
    let options = json!({ "language": "english" });
    let context = Context {
        now_ms: 0,
        seeds: &[],
        locale: "und",
    };
    let begun = Instant::now();
    std::fs::write(plugins.join(format!("{SAVED}.wasm")), bytes).unwrap();
    let registry = Registry::open(engine, &bundled, Some(plugins), &[SAVED.to_owned()]).unwrap();
    let plugin = registry.snapshot().plugin(SAVED);
    let plugin = plugin.unwrap_or_else(|error| panic!("{error}"));
    let mut step = plugin.open("name", &options).unwrap();
    let answer = step.apply(&context, ROWS, &[column]);
    let taken = begun.elapsed();
    assert_eq!(answer.cell(0), Cell::text("Germany"));
    taken
}

fn column() -> Column {
    let mut column = Column::default();
    for row in 0..ROWS {
        column.push(Cell::text(["DE", "AT"][row % 2]));
    }
    column
}
