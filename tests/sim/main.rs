//! Promises 1 to 7 as invariants, under seeded faults and a simulated clock.
//!
//! The engine with its real store, plugins and adapters runs on one thread against the stand-ins,
//! without sockets: the network loses, delays, refuses and cuts requests, stand-ins restart, the disk
//! fills up, somebody types into fields, sets the date, approves or rejects held plans, and the process
//! ends at any point at which it waits, also while it makes good an earlier end. After each run every
//! write is held against the journal and the world; in the end the weather is fine, one run has to
//! bring everything in tune, and the one after it has to leave the targets alone.
//!
//! `ATTUNE_SIM_SECONDS` is the time for seeds (20), `ATTUNE_SIM_SEED` replays one of them and prints
//! its log of events. That all this can fail is shown by builds without journal and without reading
//! back (`.ci/run crash`). Deliberately not here: sockets, time-outs and TLS (`net`'s own tests), power
//! cuts, several processes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy.toml allows it in tests; these functions serve nothing else"
)]

mod clock;
mod drive;
mod network;
mod proof;
#[expect(
    dead_code,
    reason = "written for the crash test, which also foretells every field"
)]
#[path = "../../host/server/tests/crash/rules.rs"]
mod rules;
mod trial;
mod weather;
mod world;

use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use trial::{Summary, Trial};

/// Seeds that are played twice.
const REPLAYED: u64 = 8;

fn asked(name: &str) -> Option<u64> {
    let (_, value) = std::env::vars().find(|(known, _)| known == name)?;
    Some(value.parse().unwrap())
}

/// One seed on a runtime of its own, with one thread; one at a time, because each has to see what
/// the threads of its database do.
fn play(seed: u64, disk_fails: bool) -> Summary {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(Trial::play(seed, disk_fails))
}

/// Past the capture of the test's output.
fn say(text: &str) {
    let mut err = std::io::stderr();
    writeln!(err, "{text}").unwrap();
}

fn complain(seed: u64, summary: &Summary) -> String {
    let tail = summary.log.len().saturating_sub(60);
    let log = summary.log[tail..].join("\n");
    let breaches = summary.breaches.join("\n");
    format!(
        "{log}\n{breaches}\nreplay it: ATTUNE_SIM_SEED={seed} cargo test --workspace --test sim -- promises"
    )
}

#[test]
fn the_promises_hold_in_any_weather() {
    if let Some(seed) = asked("ATTUNE_SIM_SEED") {
        // `RUST_LOG=sqlx=debug,attune_server=debug` shows what the engine does between two requests.
        tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
            .with_writer(std::io::stderr)
            .init();
        let summary = play(seed, true);
        say(&summary.log.join("\n"));
        assert!(summary.breaches.is_empty(), "{}", complain(seed, &summary));
        return;
    }
    let budget = Duration::from_secs(asked("ATTUNE_SIM_SECONDS").unwrap_or(20));
    let first = asked("ATTUNE_SIM_FIRST").unwrap_or_else(|| rand::random_range(0..1 << 40));
    let began = Instant::now();
    let mut total = Summary::default();
    let mut seeds = 0;
    while began.elapsed() < budget || seeds == 0 {
        let seed = first + seeds;
        let summary = play(seed, true);
        assert!(summary.breaches.is_empty(), "{}", complain(seed, &summary));
        seeds += 1;
        total.runs += summary.runs;
        total.crashes += summary.crashes;
        total.held += summary.held;
        total.disks += summary.disks;
        total.writes += summary.writes;
        total.repeated += summary.repeated;
        total.requests += summary.requests;
    }
    say(&format!(
        "{seeds} seeds from {first}: {} runs, {} crashes, {} plans held, {} refusals of the disk, {} \
         requests, {} fields written, {} of them repeated after a crash",
        total.runs,
        total.crashes,
        total.held,
        total.disks,
        total.requests,
        total.writes,
        total.repeated
    ));
}

/// On a disk that holds: after a failure connections are replaced, and how many of them are idle at that
/// moment is the machine's affair.
#[test]
fn a_seed_is_the_same_story_each_time() {
    let first = asked("ATTUNE_SIM_FIRST").unwrap_or(4_000);
    for seed in first..first + REPLAYED {
        let (one, two) = (play(seed, false), play(seed, false));
        let mut lines = one.log.iter().zip(&two.log);
        let apart = lines.find(|(one, two)| one != two);
        assert_eq!(one.hash, two.hash, "seed {seed} parts ways: {apart:#?}");
        assert!(one.log.len() > 20, "seed {seed} is no story");
    }
}
