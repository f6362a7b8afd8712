//! How far a run is: a few counters that whoever shows progress may read at any time.
//!
//! The run only ever counts up; nothing waits for a reader.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// What a run is doing.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Reading the directory.
    Reading,
    /// Finding accounts.
    Matching,
    /// Evaluating and reading what the targets hold.
    Planning,
    /// Writing.
    Writing,
}

/// Shared counters of one run.
#[derive(Debug, Default)]
pub struct Progress {
    phase: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
    run: OnceLock<String>,
}

impl Progress {
    /// The run has an id from now on.
    pub fn opened(&self, run: &str) {
        let _already_open = self.run.set(run.to_owned());
    }

    /// The run's id, once it is open.
    pub fn run(&self) -> Option<String> {
        self.run.get().cloned()
    }

    /// Begins a phase; a total of 0 is unknown.
    pub fn begin(&self, phase: Phase, total: u64) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// Counts what was done.
    pub fn add(&self, count: u64) {
        self.done.fetch_add(count, Ordering::Relaxed);
    }

    /// Phase, done and total.
    pub fn read(&self) -> (Phase, u64, u64) {
        let phase = match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Reading,
            1 => Phase::Matching,
            2 => Phase::Planning,
            _ => Phase::Writing,
        };
        (
            phase,
            self.done.load(Ordering::Relaxed),
            self.total.load(Ordering::Relaxed),
        )
    }
}
