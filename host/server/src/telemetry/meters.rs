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
    /// When, in ms.
    pub at_ms: i64,
    /// How long it took, in ms.
    pub took_ms: i64,
    /// People in scope.
    pub people: u64,
    /// Fields planned.
    pub changes: u64,
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
    /// The last sync that came to a good end, in ms since 1970.
    pub good_ms: Option<i64>,
    /// People in scope in the last run that counted them.
    pub people: u64,
    /// Fields that the last plan would change.
    pub changes: u64,
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
        if run.people > 0 {
            counts.people = run.people;
            counts.changes = run.changes;
        }
        let is_good = run.verb == "sync" && matches!(run.state, "applied" | "nothing");
        if is_good {
            counts.good_ms = Some(run.at_ms);
        }
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
    fn a_failed_run_is_counted_and_is_not_the_last_good_one() {
        let meters = Meters::default();
        let good = Ended {
            verb: "sync",
            state: "applied",
            at_ms: 5,
            written: 3,
            people: 9,
            ..Ended::default()
        };
        meters.ended("demo", good);
        let failed = Ended {
            verb: "sync",
            state: "failed",
            at_ms: 6,
            ..Ended::default()
        };
        meters.ended("demo", failed);
        let all = meters.read();
        let demo = all.get("demo").unwrap();
        assert_eq!((demo.good_ms, demo.written, demo.people), (Some(5), 3, 9));
        assert_eq!(demo.runs.values().sum::<u64>(), 2);
    }
}
