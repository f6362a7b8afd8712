//! Every bundled component: its size, what loading it costs, and what a value costs in the sandbox.
//!
//! Prints the tables of `plugins/README.md`. What is larger than a megabyte, or takes longer than two
//! microseconds for a value of its own examples, needs a reason below; without one this fails. Run by
//! `cargo bench --package attune-server --package attune-bench --bench components`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measuring program: it may stop at the first surprise, and talks to its caller"
)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use attune_server::kit;
use attune_wasm::trial::Trial;
use attune_wasm::{Engine, Kind, Limits, Options, Plugin};

/// Beyond these a component, or a function, needs a reason.
const BYTES_MAX: usize = 1_000_000;
const NANOSECONDS_MAX: f64 = 2_000.0;
/// Loads from the cache of which the median is taken.
const LOADS: usize = 9;
/// How long each function is measured.
const EACH: Duration = Duration::from_millis(60);

/// Why these are large.
const LARGE: &[(&str, &str)] = &[
    ("avatar", "reads JPEG, PNG, GIF and WebP, and writes PNG"),
    (
        "entra-expression",
        "all of the dialect, with the regex engines, time zones and Unicode tables",
    ),
    ("expression", "a jq engine with its regex engine"),
    (
        "lookup",
        "the regex engine, for tables whose keys are patterns",
    ),
    (
        "okta-expression",
        "all of the dialect, with the regex engines and Unicode tables",
    ),
    (
        "regex",
        "two engines: one in linear time, one for look-around and back-references",
    ),
    ("text", "the regex engine, with Unicode tables"),
];

/// Why these take longer.
const SLOW: &[(&str, &str)] = &[
    ("avatar.square", "a picture: read, cut, scaled and written"),
    ("expression.jq", "a jq program, interpreted"),
    (
        "phone.format",
        "numbering plans by `regex-lite`: the large engine takes a megabyte a pattern",
    ),
];

/// What loading a component costs, in milliseconds.
struct Loading {
    compiled: f64,
    cached: f64,
    opened: f64,
}

fn main() -> ExitCode {
    println!(
        "| component | bytes | compiled and tried | from the cache | opened | functions | a value: median | slowest |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---|");
    let mut unexplained = Vec::new();
    let mut reasons = Vec::new();
    let mut explain = |name: &str, what: String, known: &[(&str, &str)]| match known
        .iter()
        .find(|(id, _)| *id == name)
    {
        Some((_, reason)) => reasons.push(format!("| `{name}` | {what} | {reason} |")),
        None => unexplained.push(format!("{name}: {what}, and no reason is given")),
    };
    for bundled in attune_bundled::PLUGINS {
        let bytes = bundled.wasm.len();
        let (plugin, loading) = loading(bundled.wasm);
        let costs = if plugin.kind() == Kind::Transform {
            costs(&plugin)
        } else {
            Vec::new()
        };
        if bytes > BYTES_MAX {
            explain(bundled.id, format!("{:.2} MB", bytes as f64 / 1e6), LARGE);
        }
        for (function, nanoseconds) in &costs {
            if *nanoseconds > NANOSECONDS_MAX {
                let name = format!("{}.{function}", bundled.id);
                explain(&name, format!("{:.1} us", nanoseconds / 1e3), SLOW);
            }
        }
        let (median, slowest) = match costs.as_slice() {
            [] => ("-".to_owned(), "-".to_owned()),
            [.., (function, most)] => {
                let (_, median) = costs.get(costs.len() / 2).unwrap();
                (
                    format!("{median:.0} ns"),
                    format!("{most:.0} ns (`{function}`)"),
                )
            }
        };
        println!(
            "| `{}` | {bytes} | {:.0} ms | {:.2} ms | {:.3} ms | {} | {median} | {slowest} |",
            bundled.id,
            loading.compiled,
            loading.cached,
            loading.opened,
            plugin.manifest().functions.len(),
        );
    }
    println!("\n| over 1 MB, or over 2 us a value | | why |\n|---|---:|---|");
    for row in &reasons {
        println!("{row}");
    }
    if unexplained.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!();
    for row in &unexplained {
        println!("{row}");
    }
    ExitCode::FAILURE
}

/// Loads a component without and with the cache, and opens its first function.
fn loading(bytes: &[u8]) -> (Plugin, Loading) {
    let folder = tempfile::tempdir().unwrap();
    let engine = || {
        let options = Options {
            cache_dir: Some(folder.path().join("cache")),
            limits: Limits::default(),
        };
        Engine::new(options).unwrap()
    };
    let load = |engine: &Engine| engine.load(bytes).unwrap_or_else(|error| panic!("{error}"));
    let first = engine();
    let (_, compiled) = timed(|| load(&first));
    let again = engine();
    let cached = median((0..LOADS).map(|_| timed(|| load(&again)).1));
    let plugin = load(&again);
    let opened = match plugin.kind() {
        Kind::Provider => 0.0,
        Kind::Transform => opened(&plugin),
    };
    let loading = Loading {
        compiled,
        cached,
        opened,
    };
    (plugin, loading)
}

/// Opens the first function with the options of its first example.
fn opened(plugin: &Plugin) -> f64 {
    let trial = Trial::of(plugin.clone());
    let function = plugin.manifest().functions.first().unwrap();
    let examples = trial.examples(function).unwrap();
    let options = examples.first().unwrap().options();
    let open = || plugin.open(&function.name, options).unwrap();
    median((0..LOADS * 10).map(|_| timed(open).1))
}

/// Nanoseconds of a value, by function, from the quickest to the slowest.
fn costs(plugin: &Plugin) -> Vec<(String, f64)> {
    let measured = kit::bench(&Trial::of(plugin.clone()), EACH);
    let measured = measured.unwrap_or_else(|error| panic!("{error}"));
    let mut costs: Vec<(String, f64)> = measured
        .into_iter()
        .map(|one| (one.function, one.nanoseconds))
        .collect();
    costs.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    costs
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let begun = Instant::now();
    let done = run();
    (done, begun.elapsed().as_secs_f64() * 1e3)
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
