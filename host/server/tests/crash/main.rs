//! Promises 1, 2 and 3 against the binary itself, killed at random moments.
//!
//! A run of `attune sync` in bad weather is killed (SIGKILL) at a random time of its course or when
//! a write arrives or was applied, and every fifth kill hits the run that makes good another one.
//! Between kill and next run the directory goes on and somebody types into the same fields. Then one
//! more run has to end well, both targets have to be exactly as the file says, nothing else may have
//! changed, and one run more has nothing to do. See `proof` for what the stand-ins' logs have to say.
//! That all this can fail is shown by builds without journal and without reading back (`.ci/run crash`).
//!
//! 20 kills, unless `ATTUNE_CRASH_KILLS` says otherwise; `ATTUNE_CRASH_SEED` repeats the choices of a
//! run (not the exact moments, which are the machine's). A power cut is not played here: what a
//! killed process has written to the database file is there.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy.toml allows it in tests; these functions serve nothing else"
)]

mod company;
mod kill;
mod proof;
mod rules;
#[expect(
    dead_code,
    reason = "written for the tests of the command line, which use all of it"
)]
#[path = "../cli/terminal.rs"]
mod terminal;
mod trial;
mod weather;

use std::io::Write as _;

use rand::RngExt as _;

use trial::{Outcome, Trial};

/// Kills in one company; then another one begins, with a database of its own.
const KILLS_PER_COMPANY: usize = 20;

/// A number from the environment.
fn asked(name: &str) -> Option<u64> {
    let (_, value) = std::env::vars().find(|(known, _)| known == name)?;
    Some(value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_random_moments_nothing_is_lost_and_nothing_is_written_twice() {
    let kills = asked("ATTUNE_CRASH_KILLS").map_or(20, |kills| kills as usize);
    let seed = asked("ATTUNE_CRASH_SEED").unwrap_or_else(|| rand::rng().random_range(0..1 << 32));
    let mut outcome = Outcome::default();
    let mut of_company = seed;
    loop {
        let left = kills - outcome.all().min(kills);
        outcome.add(Trial::run(of_company, left.min(KILLS_PER_COMPANY)).await);
        if outcome.all() >= kills || !outcome.complaints().is_empty() {
            break;
        }
        of_company += 1;
    }
    // Past the capture of the test's output: a seed that is not shown cannot be repeated.
    writeln!(std::io::stderr(), "seed {seed}: {outcome}").unwrap();
    let complaints = outcome.complaints().join("\n");
    assert!(complaints.is_empty(), "seed {of_company}\n{complaints}");
}
