//! What running a build has shown: counters that all its runs share, its last fault in words that
//! its author can use, and whether it is still called.
//!
//! Counted once per batch, never per value. Invariant: nothing of a person's value is kept here but
//! its kind and length; what the guest itself logged is the guest's own words. A build that is
//! loaded again is another plugin and begins at nothing, so nothing resets the counters.
//! Deliberately not here: what follows from them, and when a build is tried again (the server).

use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use attune_core::{Kind, Problem};
use serde::Serialize;

use crate::Plugin;
use crate::call::{Failure, FaultKind};

/// Batches that used up all their deadlines before the plugin is not called any more.
const EXHAUSTED_BATCHES_MAX: u32 = 3;
/// Batches in a row of which no value came back before the plugin is not called any more.
const LOST_BATCHES_MAX: u32 = 5;
/// Values that such a batch has at least: a few bad ones among few people stop nobody.
const LOST_BATCH_VALUES_MIN: u64 = 16;

/// What running a build has shown so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Values that it was asked for.
    pub values: u64,
    /// Batches that they came in; of a provider, its calls.
    pub batches: u64,
    /// Values lost because it trapped or wanted more memory or stack than it may have.
    pub values_trapped: u64,
    /// Values lost because its time was over.
    pub values_timed_out: u64,
    /// Values lost because it gave up on them as a batch, or answered what breaks the contract.
    pub values_refused: u64,
    /// Batches in which some call gave up or answered what breaks the contract.
    pub batches_refused: u64,
    /// Batches in which some call failed, whether or not a value was lost: what fails among others
    /// is tried again alone, in a new instance.
    pub batches_faulted: u64,
    /// The most memory that an instance had.
    pub memory_bytes: u64,
    /// The longest call.
    pub longest_call_us: u64,
    /// The last call that failed.
    pub last_fault: Option<FaultReport>,
}

/// A call that failed, in words that the plugin's author can use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultReport {
    /// The code, such as `plugin-trap`.
    pub code: String,
    /// The function that was called: `text.trim`, `advance`.
    pub function: String,
    /// The innermost function of the guest that is known.
    pub guest_function: Option<String>,
    /// The innermost source line that is known.
    pub line: Option<String>,
    /// What happened.
    pub message: String,
    /// The last error line that the guest logged in this call.
    pub log: Option<String>,
    /// Values of the call; one, when it was found which one did it.
    pub values_in_call: u64,
    /// Values that the batch lost by it. None: in a new instance they all came out.
    pub values_lost: u64,
    /// What the one value and its further inputs looked like. Empty for a call of several.
    pub input: Vec<Shape>,
    /// Values that the build had been asked for before; of a provider, calls.
    pub after_values: u64,
}

impl fmt::Display for FaultReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "after {} values, `{}` ended with {}: {}",
            self.after_values, self.function, self.code, self.message
        )?;
        let place = [&self.guest_function, &self.line];
        for place in place
            .into_iter()
            .flatten()
            .filter(|place| !self.message.contains(*place))
        {
            write!(f, ", at {place}")?;
        }
        if let Some(log) = &self.log {
            write!(f, ", having logged `{log}`")?;
        }
        match self.input.split_first() {
            Some((value, more)) => {
                write!(f, ", on a value of {} bytes ({})", value.bytes, value.kind)?;
                more.iter()
                    .try_for_each(|one| write!(f, " and {} bytes ({})", one.bytes, one.kind))
            }
            None => write!(f, ", in a call of {} values", self.values_in_call),
        }
    }
}

/// What an input looked like, without what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shape {
    /// `text`, `integer`, ...; of a provider, which argument.
    pub kind: &'static str,
    /// Its length.
    pub bytes: u64,
}

/// The counters, and what they led to.
#[derive(Debug, Default)]
pub(crate) struct Record {
    values: AtomicU64,
    batches: AtomicU64,
    values_trapped: AtomicU64,
    values_timed_out: AtomicU64,
    values_refused: AtomicU64,
    batches_refused: AtomicU64,
    batches_faulted: AtomicU64,
    memory_bytes: AtomicU64,
    longest_call_us: AtomicU64,
    exhausted_batches: AtomicU32,
    lost_batches: AtomicU32,
    last_fault: Mutex<Option<FaultReport>>,
    quarantined: Mutex<Option<Problem>>,
}

/// What one batch has shown.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) values: u64,
    /// One; none where the guest was not called at all.
    pub(crate) batches: u64,
    pub(crate) lost: Lost,
    pub(crate) is_refused: bool,
    pub(crate) is_faulted: bool,
    /// All its deadlines were used up.
    pub(crate) is_exhausted: bool,
    pub(crate) memory_bytes: usize,
    pub(crate) longest_call: Duration,
}

/// Values that a batch lost, by why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Lost {
    pub(crate) trapped: u64,
    pub(crate) timed_out: u64,
    pub(crate) refused: u64,
}

/// What a failure says about the plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    Trapped,
    TimedOut,
    Refused,
    /// Nothing: the machine had no room.
    None,
}

impl Blame {
    pub(crate) fn of(failure: &Failure) -> Self {
        match failure.fault_kind() {
            Some(FaultKind::Timeout) => Self::TimedOut,
            Some(FaultKind::OutputInvalid | FaultKind::OutputTooLarge) | None => Self::Refused,
            Some(FaultKind::Busy) => Self::None,
            Some(FaultKind::Trap | FaultKind::Memory | FaultKind::Stack) => Self::Trapped,
        }
    }
}

impl Lost {
    /// So many values failed like this.
    pub(crate) fn count(&mut self, failure: &Failure, values: u64) {
        match Blame::of(failure) {
            Blame::Trapped => self.trapped += values,
            Blame::TimedOut => self.timed_out += values,
            Blame::Refused => self.refused += values,
            Blame::None => {}
        }
    }

    /// All of them.
    pub(crate) fn values(self) -> u64 {
        self.trapped + self.timed_out + self.refused
    }
}

impl Batch {
    /// A call failed in it.
    pub(crate) fn fault(&mut self, failure: &Failure) {
        let blame = Blame::of(failure);
        self.is_faulted |= blame != Blame::None;
        self.is_refused |= blame == Blame::Refused;
    }
}

impl FaultReport {
    /// What is known of the call itself.
    pub(crate) fn of(failure: &Failure, function: &str) -> Self {
        let mut report = Self {
            code: String::new(),
            function: function.to_owned(),
            guest_function: None,
            line: None,
            message: String::new(),
            log: None,
            values_in_call: 0,
            values_lost: 0,
            input: Vec::new(),
            after_values: 0,
        };
        match failure {
            Failure::Fault(fault) => {
                fault.kind.code().clone_into(&mut report.code);
                report.message.clone_from(&fault.what);
                report.guest_function.clone_from(&fault.frame);
                report.line.clone_from(&fault.line);
                report.log.clone_from(&fault.log);
            }
            Failure::Problem(problem) => {
                report.code.clone_from(&problem.code);
                report.message.clone_from(&problem.message);
            }
        }
        report
    }
}

impl Record {
    /// Counts a batch; gives how many values (calls, of a provider) there were before it.
    pub(crate) fn count(&self, batch: &Batch) -> u64 {
        let add = |counter: &AtomicU64, more: u64| {
            if more > 0 {
                counter.fetch_add(more, Ordering::Relaxed);
            }
        };
        let raise = |mark: &AtomicU64, to: u64| {
            if mark.load(Ordering::Relaxed) < to {
                mark.fetch_max(to, Ordering::Relaxed);
            }
        };
        let values = self.values.fetch_add(batch.values, Ordering::Relaxed);
        let batches = self.batches.fetch_add(batch.batches, Ordering::Relaxed);
        add(&self.values_trapped, batch.lost.trapped);
        add(&self.values_timed_out, batch.lost.timed_out);
        add(&self.values_refused, batch.lost.refused);
        add(&self.batches_refused, u64::from(batch.is_refused));
        add(&self.batches_faulted, u64::from(batch.is_faulted));
        raise(&self.memory_bytes, batch.memory_bytes as u64);
        let took = batch.longest_call.as_micros();
        raise(
            &self.longest_call_us,
            u64::try_from(took).unwrap_or(u64::MAX),
        );
        if batch.values == 0 { batches } else { values }
    }

    /// Keeps the last fault.
    pub(crate) fn keep(&self, report: FaultReport) {
        *locked(&self.last_fault) = Some(report);
    }

    /// Why the plugin must not be called any more after this batch, if it must not.
    fn verdict(&self, batch: &Batch) -> Option<String> {
        if batch.is_exhausted {
            let batches = self.exhausted_batches.fetch_add(1, Ordering::Relaxed) + 1;
            if batches >= EXHAUSTED_BATCHES_MAX {
                return Some(format!("ran out of time in {batches} batches"));
            }
        }
        if batch.lost.values() < batch.values {
            // Most batches end here, and nearly all of them find it at nothing.
            if self.lost_batches.load(Ordering::Relaxed) > 0 {
                self.lost_batches.store(0, Ordering::Relaxed);
            }
            return None;
        }
        let is_broken = batch.lost.refused == 0 && batch.values >= LOST_BATCH_VALUES_MIN;
        if batch.batches == 0 || !is_broken {
            return None;
        }
        let batches = self.lost_batches.fetch_add(1, Ordering::Relaxed) + 1;
        (batches >= LOST_BATCHES_MAX)
            .then(|| format!("gave no value at all in {batches} batches in a row"))
    }
}

impl Plugin {
    /// What running it has shown. All clones are one plugin; the same build loaded again begins at
    /// nothing.
    pub fn health(&self) -> Health {
        let record = self.record();
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Health {
            values: read(&record.values),
            batches: read(&record.batches),
            values_trapped: read(&record.values_trapped),
            values_timed_out: read(&record.values_timed_out),
            values_refused: read(&record.values_refused),
            batches_refused: read(&record.batches_refused),
            batches_faulted: read(&record.batches_faulted),
            memory_bytes: read(&record.memory_bytes),
            longest_call_us: read(&record.longest_call_us),
            last_fault: locked(&record.last_fault).clone(),
        }
    }

    /// Why it is not called any more, if it is not.
    pub fn quarantined(&self) -> Option<Problem> {
        locked(&self.record().quarantined).clone()
    }

    /// Stops calling it until it is released, or loaded again: every value then fails with this
    /// problem. It comes to this by itself when it mixes rows up, when three batches used up all
    /// their deadlines, and when five batches in a row (of 16 values or more) gave no value at all.
    pub fn quarantine(&self, problem: &Problem) {
        let (plugin, code) = (self.id(), &problem.code);
        tracing::error!(plugin, code, "plugin quarantined: {}", problem.message);
        *locked(&self.record().quarantined) = Some(problem.clone());
    }

    /// Calls it again, and forgets what led to the quarantine; the counters of its health stay. A
    /// step that was found to mix rows up stays broken until its run is over.
    pub fn release(&self) {
        let record = self.record();
        record.exhausted_batches.store(0, Ordering::Relaxed);
        record.lost_batches.store(0, Ordering::Relaxed);
        if locked(&record.quarantined).take().is_some() {
            tracing::info!(plugin = self.id(), "plugin released");
        }
    }

    /// Counts a batch and draws the conclusion; gives how many values there were before it.
    pub(crate) fn note(&self, batch: &Batch) -> u64 {
        let before = self.record().count(batch);
        if let Some(why) = self.record().verdict(batch)
            && self.quarantined().is_none()
        {
            let message = format!("plugin {} {why}", self.id());
            self.quarantine(&Problem::new("plugin-quarantined", message));
        }
        before
    }
}

/// The word for what a cell holds.
pub(crate) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Absent => "absent",
        Kind::Null => "null",
        Kind::Text => "text",
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::Boolean => "boolean",
        Kind::Json => "json",
        Kind::Bytes => "bytes",
        Kind::Keep => "keep",
        Kind::Clear => "clear",
        Kind::DropPerson => "drop-person",
        Kind::Failed => "failed",
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(values: u64, lost: Lost) -> Batch {
        Batch {
            values,
            lost,
            batches: 1,
            ..Batch::default()
        }
    }

    fn trapped(trapped: u64) -> Lost {
        Lost {
            trapped,
            ..Lost::default()
        }
    }

    #[test]
    fn only_batches_without_any_value_in_a_row_stop_a_plugin() {
        let record = Record::default();
        let lost = batch(256, trapped(256));
        let one_came_out = batch(256, trapped(255));
        for _ in 0..20 {
            for _ in 1..LOST_BATCHES_MAX {
                assert_eq!(record.verdict(&lost), None);
            }
            assert_eq!(record.verdict(&one_came_out), None);
        }
        for _ in 1..LOST_BATCHES_MAX {
            assert_eq!(record.verdict(&lost), None);
        }
        assert!(record.verdict(&lost).is_some());
    }

    #[test]
    fn a_few_bad_people_and_orderly_refusals_stop_nobody() {
        let record = Record::default();
        let refused = Lost {
            refused: 256,
            ..Lost::default()
        };
        for _ in 0..100 {
            assert_eq!(record.verdict(&batch(1, trapped(1))), None);
            assert_eq!(record.verdict(&batch(15, trapped(15))), None);
            assert_eq!(record.verdict(&batch(256, refused)), None);
        }
    }

    #[test]
    fn marks_only_rise() {
        let record = Record::default();
        for (memory_bytes, us) in [(10, 5), (30, 1), (20, 3)] {
            record.count(&Batch {
                memory_bytes,
                longest_call: Duration::from_micros(us),
                ..batch(1, Lost::default())
            });
        }
        let marks = [&record.memory_bytes, &record.longest_call_us];
        assert_eq!(marks.map(|mark| mark.load(Ordering::Relaxed)), [30, 5]);
        assert_eq!(record.count(&batch(7, Lost::default())), 3);
    }
}
