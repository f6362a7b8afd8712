//! What plugins of other languages cost: size, loading, opening, memory, and time for each value,
//! beside a plugin in Rust.
//!
//! The components are those of `plugins/examples/build`. Prints the table of `plugins/README.md`; there
//! are no gates, because half of each number is the toolchain's. Run by
//! `cargo bench --package attune-server --package attune-bench --bench languages`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measuring program: it may stop at the first surprise, and talks to its caller"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use attune_core::{Cell, Column, Context, Kind, Transform};
use attune_wasm::{Engine, Limits, Options, Plugin};
use serde_json::json;

const ROWS: usize = 256;
/// Batches of which the median is taken.
const BATCHES: usize = 400;
const LOADS: usize = 9;
/// Two values of about the length of a name; only the second is not ASCII.
const ASCII: &str = "LOVELACE, ada AUGUSTA";
const UMLAUTS: &str = "MÜLLER-LÜDENSCHEIDT";

struct Made {
    language: &'static str,
    plugin: &'static str,
    functions: &'static [&'static str],
}

const MADE: [Made; 3] = [
    Made {
        language: "Rust",
        plugin: "text",
        functions: &["title", "lower"],
    },
    Made {
        language: "JavaScript",
        plugin: "names",
        functions: &["title-case", "initials"],
    },
    Made {
        language: "Python",
        plugin: "letters",
        functions: &["slug", "normalize"],
    },
];

fn main() {
    let profile = if cfg!(debug_assertions) {
        "dev"
    } else {
        "release"
    };
    println!("profile {profile}; columns of {ROWS} values; medians\n");
    println!(
        "| language | file | compiled and tried | from the cache | opened | memory | after {BATCHES} columns |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let rows: Vec<Vec<String>> = MADE.iter().map(one).collect();
    println!("\n| function | a value in ASCII | with umlauts |\n|---|---:|---:|");
    rows.iter().flatten().for_each(|row| println!("{row}"));
}

/// Prints what loading a plugin costs; gives what its functions cost.
fn one(made: &Made) -> Vec<String> {
    let bytes = component(made.plugin);
    let folder = tempfile::tempdir().unwrap();
    let first = engine(folder.path());
    let begun = Instant::now();
    load(&first, &bytes);
    let compiled = milliseconds(begun);
    let again = engine(folder.path());
    let cached = median((0..LOADS).map(|_| {
        let begun = Instant::now();
        load(&again, &bytes);
        milliseconds(begun)
    }));
    let plugin = load(&again, &bytes);
    let (function, options) = (made.functions.first().unwrap(), json!({}));
    let opened = median((0..LOADS * 10).map(|_| {
        let begun = Instant::now();
        plugin.open(function, &options).unwrap();
        milliseconds(begun)
    }));
    let mut step = plugin.open(function, &options).unwrap();
    let memory = step.memory_bytes().unwrap();
    let column = column(ASCII);
    (0..BATCHES).for_each(|_| drop(step.apply(&CONTEXT, ROWS, &[&column])));
    let mib = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    let after = mib(step.memory_bytes().unwrap());
    println!(
        "| {} | {:.2} MB | {compiled:.0} ms | {cached:.2} ms | {opened:.2} ms | {:.1} MiB | {after:.1} MiB |",
        made.language,
        bytes.len() as f64 / 1e6,
        mib(memory),
    );
    let per_value = |function: &str, text: &str| {
        let mut step = plugin.open(function, &options).unwrap();
        let column = self::column(text);
        let times = (0..BATCHES).map(|_| {
            let begun = Instant::now();
            let answer = step.apply(&CONTEXT, ROWS, &[&column]);
            let taken = milliseconds(begun);
            assert_eq!(answer.cell(0).kind, Kind::Text);
            taken
        });
        median(times) / ROWS as f64 * 1e6
    };
    let functions = made.functions.iter();
    functions
        .map(|function| {
            let (ascii, umlauts) = (per_value(function, ASCII), per_value(function, UMLAUTS));
            let plugin = made.plugin;
            format!(
                "| `{plugin}.{function}` ({}) | {ascii:.0} ns | {umlauts:.0} ns |",
                made.language
            )
        })
        .collect()
}

const CONTEXT: Context<'static> = Context {
    now_ms: 0,
    seeds: &[],
    locale: "und",
};

fn engine(folder: &Path) -> Engine {
    let limits = Limits {
        file_bytes: 24 * 1024 * 1024,
        ..Limits::default()
    };
    let cache_dir = Some(folder.join("cache"));
    Engine::new(Options { cache_dir, limits }).unwrap()
}

fn load(engine: &Engine, bytes: &[u8]) -> Plugin {
    engine.load(bytes).unwrap_or_else(|error| panic!("{error}"))
}

fn component(plugin: &str) -> Vec<u8> {
    if let Some(bundled) = attune_bundled::find(plugin) {
        return bundled.wasm.to_vec();
    }
    let named = std::env::vars().find(|(name, _)| name == "ATTUNE_TEST_EXAMPLES");
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/examples");
    let folder = named.map_or_else(usual, |(_, path)| PathBuf::from(path));
    let path = folder.join(format!("{plugin}.wasm"));
    let read = std::fs::read(&path);
    read.unwrap_or_else(|error| panic!("{}: {error}; run `plugins/examples/build`", path.display()))
}

fn column(text: &str) -> Column {
    let mut column = Column::default();
    (0..ROWS).for_each(|_| column.push(Cell::text(text)));
    column
}

fn milliseconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
