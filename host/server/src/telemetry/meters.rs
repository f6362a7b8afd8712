//! What runs came to since this process began, by connector: counters for `/metrics`.
//!
//! Nothing here is about one person, and nothing is kept: the store knows what happened before.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How a run ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ended<'a> {
    /// `sync`, `plan`, ...
    pub verb: &'a str,
    /// The state word of its report, or `failed`.
    pub state: &'a str,
    /// How long it took, in ms.
    pub took_ms: i64,
    /// Fields written.
    pub written: u64,
    /// Values that could not be made or written.
    pub failed: u64,
    /// Requests to the source.
    pub source_requests: u64,
}

/// One connector's counters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Runs by verb and state.
    pub runs: BTreeMap<(String, String), u64>,
    /// Milliseconds of all runs.
    pub busy_ms: u64,
    /// Fields written.
    pub written: u64,
    /// Values that could not be made or written.
    pub failed: u64,
    /// Requests to the source.
    pub source_requests: u64,
}

/// Counters of every connector.
#[derive(Debug, Default)]
pub struct Meters {
    connectors: Mutex<BTreeMap<String, Counts>>,
}

impl Meters {
    /// Counts a run.
    pub fn ended(&self, connector: &str, run: Ended<'_>) {
        let mut all = self
            .connectors
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let counts = all.entry(connector.to_owned()).or_default();
        let kind = (run.verb.to_owned(), run.state.to_owned());
        *counts.runs.entry(kind).or_default() += 1;
        counts.busy_ms += run.took_ms.max(0).unsigned_abs();
        counts.written += run.written;
        counts.failed += run.failed;
        counts.source_requests += run.source_requests;
    }

    /// All of them, by connector.
    pub fn read(&self) -> BTreeMap<String, Counts> {
        self.connectors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{Ended, Meters};

    #[test]
    fn runs_are_counted_by_verb_and_state_and_what_they_did_is_added_up() {
        let meters = Meters::default();
        let good = Ended {
            verb: "sync",
            state: "applied",
            written: 3,
            ..Ended::default()
        };
        let failed = Ended {
            state: "failed",
            written: 1,
            ..good
        };
        for run in [good, failed, failed] {
            meters.ended("demo", run);
        }
        let all = meters.read();
        let demo = all.get("demo").unwrap();
        assert_eq!(demo.written, 5);
        let counted = |state: &str| demo.runs.get(&("sync".to_owned(), state.to_owned()));
        assert_eq!(
            (counted("applied"), counted("failed")),
            (Some(&1), Some(&2))
        );
    }
}
