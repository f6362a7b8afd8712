//! Interleaved rounds and medians of ratios: the one way in which a busy machine can be measured;
//! and the people and the table that several benchmarks measure with.
//!
//! Every round runs every variant once, in turn, so a slow moment hits all of them; what counts
//! is the ratio within a round. Absolute times are printed for orientation and are never gates.

#![expect(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "for measuring programs: they may stop at the first surprise, and talk to their caller"
)]

pub mod document;
pub mod mapping;
pub mod people;
pub mod plain;
#[cfg(feature = "program")]
pub mod program;
pub mod setup;

use std::time::{Duration, Instant};

/// The plugin that is saved where the way from a file to its use is measured: of those whose size the
/// gates are about the largest.
pub const SAVED: &str = "country";
/// The size that the gates are about.
const SAVED_BYTES_MAX: usize = 250_000;

/// Its file.
pub fn saved() -> &'static [u8] {
    let wasm = attune_bundled::find(SAVED).unwrap().wasm;
    assert!(wasm.len() <= SAVED_BYTES_MAX, "{SAVED} has grown");
    wasm
}

/// One thing to measure.
pub struct Variant<'a> {
    /// As the table calls it.
    pub name: &'static str,
    /// Does the whole work once.
    pub run: Box<dyn FnMut() + 'a>,
}

/// A bound on the ratio of two variants.
pub struct Bound {
    /// What is compared, in words.
    pub what: &'static str,
    /// The measured variant and the one it is measured against, by name.
    pub of: (&'static str, &'static str),
    /// Beyond it the issue stays open.
    pub gate: f64,
    /// What is aimed at.
    pub target: f64,
}

/// Times of all rounds, by variant.
pub struct Measured {
    names: Vec<&'static str>,
    rounds: Vec<Vec<Duration>>,
}

/// Runs every variant once unmeasured and then `rounds` times in turn.
pub fn measure(variants: &mut [Variant<'_>], rounds: usize) -> Measured {
    for variant in variants.iter_mut() {
        (variant.run)();
    }
    let mut measured = Measured {
        names: variants.iter().map(|variant| variant.name).collect(),
        rounds: Vec::with_capacity(rounds),
    };
    for _ in 0..rounds {
        let times = variants.iter_mut().map(|variant| {
            let begun = Instant::now();
            (variant.run)();
            begun.elapsed()
        });
        measured.rounds.push(times.collect());
    }
    measured
}

impl Measured {
    /// Median time of a variant.
    pub fn median(&self, name: &str) -> Duration {
        let at = self.position(name);
        let mut times: Vec<_> = self.rounds.iter().map(|round| round[at]).collect();
        times.sort();
        times[times.len() / 2]
    }

    /// Median over the rounds of the ratio within a round.
    pub fn ratio(&self, (name, against): (&str, &str)) -> f64 {
        let (at, base) = (self.position(name), self.position(against));
        let ratios = self.rounds.iter();
        let ratios = ratios.map(|round| round[at].as_secs_f64() / round[base].as_secs_f64());
        let mut ratios: Vec<f64> = ratios.collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    }

    /// Prints time per unit of every variant.
    pub fn print_times(&self, title: &str, units: usize, unit: &str) {
        println!("\n{title}");
        for name in &self.names {
            let nanos = self.median(name).as_secs_f64() * 1e9 / units as f64;
            println!("  {name:<44} {nanos:>9.0} ns per {unit}");
        }
    }

    fn position(&self, name: &str) -> usize {
        let found = self.names.iter().position(|known| *known == name);
        found.unwrap_or_else(|| panic!("no variant `{name}`"))
    }
}

/// Prints the bounds of a measurement; true when no ratio is above its gate.
pub fn judge(measured: &Measured, bounds: &[Bound]) -> bool {
    judged(measured, bounds, |ratio, limit| ratio <= limit)
}

/// The same for bounds that a ratio has to reach: how much more time the first variant takes.
pub fn judge_leads(measured: &Measured, bounds: &[Bound]) -> bool {
    judged(measured, bounds, |ratio, limit| ratio >= limit)
}

fn judged(measured: &Measured, bounds: &[Bound], keeps: impl Fn(f64, f64) -> bool) -> bool {
    let mut passed = true;
    for bound in bounds {
        let ratio = measured.ratio(bound.of);
        let verdict = if !keeps(ratio, bound.gate) {
            passed = false;
            "GATE MISSED"
        } else if !keeps(ratio, bound.target) {
            "gate met, target missed"
        } else {
            "target met"
        };
        let (gate, target) = (bound.gate, bound.target);
        println!(
            "  {:<58} {ratio:>5.2}x  gate {gate:.2}x  target {target:.2}x  {verdict}",
            bound.what
        );
    }
    passed
}

/// The same code with other bytes: a custom section that holds a number.
pub fn version(wasm: &[u8], number: usize) -> Vec<u8> {
    let name = b"version";
    let number = format!("{number:08}");
    let mut bytes = wasm.to_vec();
    // Section 0 (custom), its size, the length of its name, the name, its content.
    bytes.extend([0, (1 + name.len() + number.len()) as u8, name.len() as u8]);
    bytes.extend(name);
    bytes.extend(number.as_bytes());
    bytes
}
