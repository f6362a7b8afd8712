//! What the sandbox costs: the mapping stage and the whole pipeline, in WebAssembly and natively.
//!
//! `cargo bench -p attune-bench --bench spine` prints ratios, gates and targets; `-- --quick`
//! measures 10,000 people, takes the better of two attempts and fails when a gate is missed. All
//! variants' outputs are compared before anything is measured.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a measuring program: it may stop at the first surprise, and talks to its caller"
)]

mod pipeline;
mod stage;

use std::process::ExitCode;

use attune_bench::setup::Setup;

fn main() -> ExitCode {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (people, rounds) = if quick { (10_000, 5) } else { (20_000, 11) };
    println!("{people} invented people, 12 fields, {rounds} interleaved rounds, medians");
    let setup = Setup::new(people);
    if !quick {
        stage::by_field(&setup, 5);
    }
    let attempts = if quick { 2 } else { 1 };
    for attempt in 1..=attempts {
        let mapping = stage::measure(&setup, rounds);
        let whole = pipeline::measure(&setup, rounds);
        if mapping && whole {
            return ExitCode::SUCCESS;
        }
        println!("\nattempt {attempt} of {attempts}: a gate was missed");
    }
    ExitCode::FAILURE
}
