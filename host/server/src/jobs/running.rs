//! What is under way in this process: seen by lists, stopped by whoever may.
//!
//! Invariant: a line is there as long as its [`Entered`] is, and goes with it, also when the work
//! panics.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::sync::{Phase, Watch};

/// One thing under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningLine {
    /// The job; empty where somebody runs it by hand.
    pub job: String,
    /// The run, once it is open.
    pub run: Option<String>,
    /// The connector's id.
    pub connector: String,
    /// The connector file's name.
    pub name: String,
    /// What kind of run: `sync`, `full`, `plan`, ...
    pub kind: String,
    /// Who or what wanted it.
    pub trigger: String,
    /// Since when, in ms.
    pub since_ms: i64,
    /// What it is doing.
    pub phase: Phase,
    /// How far it is.
    pub done: u64,
    /// Of how many; 0 where that is not known.
    pub total: u64,
}

/// What is to be listed.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The job; empty where there is none.
    pub job: String,
    /// The connector's id.
    pub connector: String,
    /// The connector file's name.
    pub name: String,
    /// What kind of run.
    pub kind: String,
    /// Who or what wanted it.
    pub trigger: String,
    /// Since when, in ms.
    pub since_ms: i64,
}

/// Everything under way; cheap to clone.
#[derive(Clone, Default)]
pub struct Running {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    next: AtomicU64,
    lines: Mutex<BTreeMap<u64, Line>>,
}

struct Line {
    listed: Listed,
    watch: Watch,
    is_cancelled: Arc<AtomicBool>,
}

/// Keeps a line in the list.
pub struct Entered {
    running: Running,
    number: u64,
    is_cancelled: Arc<AtomicBool>,
}

impl Running {
    /// Lists something until the answer is dropped; `watch` shows and stops it.
    pub fn enter(&self, listed: Listed, watch: &Watch) -> Entered {
        let number = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let line = Line {
            listed,
            watch: watch.clone(),
            is_cancelled: Arc::clone(&is_cancelled),
        };
        self.lines().insert(number, line);
        Entered {
            running: self.clone(),
            number,
            is_cancelled,
        }
    }

    /// What is under way, the oldest first.
    pub fn list(&self) -> Vec<RunningLine> {
        self.lines().values().map(Line::shown).collect()
    }

    /// Stops what has this id, of a job or a run, or an unambiguous beginning of it, after what it
    /// is in the middle of. False where nothing or more than one thing has it.
    pub fn cancel(&self, id: &str) -> bool {
        let lines = self.lines();
        let mut meant = lines.values().filter(|line| line.is_called(id));
        let (Some(line), None) = (meant.next(), meant.next()) else {
            return false;
        };
        line.is_cancelled.store(true, Ordering::Release);
        line.watch.stop.cancel();
        true
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<u64, Line>> {
        self.shared
            .lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn is_called(&self, id: &str) -> bool {
        let run = self.watch.progress.run();
        let is_job = !self.listed.job.is_empty() && self.listed.job.starts_with(id);
        !id.is_empty() && (is_job || run.is_some_and(|run| run.starts_with(id)))
    }

    fn shown(&self) -> RunningLine {
        let (phase, done, total) = self.watch.progress.read();
        let listed = self.listed.clone();
        RunningLine {
            job: listed.job,
            run: self.watch.progress.run(),
            connector: listed.connector,
            name: listed.name,
            kind: listed.kind,
            trigger: listed.trigger,
            since_ms: listed.since_ms,
            phase,
            done,
            total,
        }
    }
}

impl Entered {
    /// Whether somebody has stopped it; the end of the service is nobody.
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Acquire)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.running.lines().remove(&self.number);
    }
}
