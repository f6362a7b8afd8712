//! Jobs: what the service does by itself or for somebody, one row each, and what it decides about
//! them.
//!
//! `schedules` says what has come due, `quarantine` whether a connector that fails is left alone,
//! `retry` when a site in maintenance is asked again, `expiry` whose secrets end soon, `running`
//! what is under way. A job becomes a run of `sync`; it stays small because a run is idempotent:
//! what is begun a second time compares again.
//!
//! Invariants: what is due is in the store before it begins, so that no crash loses it; times of
//! the store are compared with the clock of the host, and nothing waits longer than a minute of
//! uptime for it, so that a clock that was set forward or back costs one extra run at most.
//!
//! Deliberately not here: whose turn it is and which plugins run (`service`), SQL (`store`).

pub mod expiry;
mod notices;
pub mod quarantine;
pub mod retry;
pub mod room;
pub mod running;
pub mod schedules;
pub mod work;

use attune_core::plan::Report;

use crate::clock::Clock;
use crate::fault::Failure;
use crate::store::Store;
use crate::sync::Mode;

pub use running::{Running, RunningLine};

/// How often a job may be begun without an end before it counts as one that ends processes.
pub const ATTEMPTS_MAX: i64 = 3;
/// How long finished jobs are kept.
pub const KEPT_DAYS: i64 = 90;

/// What kind of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A complete listing.
    Sync,
    /// What changed.
    Changes,
    /// Nobody skipped.
    Full,
    /// One person, because somebody asked for them.
    User,
    /// One person, because something of theirs failed before.
    Held,
    /// Whether a connector in quarantine works again.
    Probe,
    /// A plan of everybody, or of one person; nothing is written.
    Plan,
    /// A staged plan is written; whom the job is about is its digest.
    Approve,
    /// A plan that takes a run back; whom the job is about is that run.
    Undo,
}

impl Kind {
    const WORDS: [(&'static str, Self); 9] = [
        ("sync", Self::Sync),
        ("changes", Self::Changes),
        ("full", Self::Full),
        ("user", Self::User),
        ("held", Self::Held),
        ("probe", Self::Probe),
        ("plan", Self::Plan),
        ("approve", Self::Approve),
        ("undo", Self::Undo),
    ];

    /// Its word in lists and in the store.
    pub fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, kind)| *kind == self);
        found.map_or("", |(word, _)| word)
    }

    /// The kind of a word.
    pub fn of(word: &str) -> Option<Self> {
        let found = Self::WORDS.iter().find(|(known, _)| *known == word);
        found.map(|(_, kind)| *kind)
    }

    /// Who takes part in its run.
    pub fn mode(self, person: &str) -> Mode {
        match self {
            Self::Changes | Self::Probe => Mode::Changes,
            Self::Full => Mode::Full,
            Self::User | Self::Held => Mode::User(person.to_owned()),
            Self::Plan if !person.is_empty() => Mode::User(person.to_owned()),
            Self::Sync | Self::Plan | Self::Approve | Self::Undo => Mode::Complete,
        }
    }

    /// Whether its run may write to targets.
    pub fn writes(self) -> bool {
        !matches!(self, Self::Plan | Self::Undo)
    }

    /// The kind of job that a run of this mode would be; plans of a few people are none.
    pub fn of_mode(mode: &Mode) -> Option<(Self, &str)> {
        match mode {
            Mode::Complete => Some((Self::Sync, "")),
            Mode::Changes => Some((Self::Changes, "")),
            Mode::Full => Some((Self::Full, "")),
            Mode::User(person) => Some((Self::User, person)),
            Mode::Sample(_) | Mode::Kept => None,
        }
    }
}

/// What a run came to, as far as jobs are concerned.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its report, or why there is none.
    pub result: Result<Report, Failure>,
    /// Its id, where it was opened.
    pub run: Option<String>,
}

impl Outcome {
    /// The code of what went wrong, in the whole run or in one of its targets; and the words.
    pub fn trouble(&self) -> Option<(String, String)> {
        match &self.result {
            Err(failure) => Some((failure.code.clone(), failure.message.clone())),
            Ok(report) => {
                let mut lines = report.targets.iter();
                lines.find_map(|(name, line)| {
                    let problem = line.error.as_ref()?;
                    let message = format!("target `{name}`: {}", problem.message);
                    Some((problem.code.clone(), message))
                })
            }
        }
    }

    /// Whether a site was in maintenance.
    pub fn met_maintenance(&self) -> bool {
        match &self.result {
            Err(failure) => failure.code == retry::MAINTENANCE,
            Ok(report) => {
                let mut errors = report
                    .targets
                    .values()
                    .filter_map(|line| line.error.as_ref());
                errors.any(|problem| problem.code == retry::MAINTENANCE)
            }
        }
    }
}

/// An id, sortable by time, and unique without asking the system for the time a second time.
pub fn new_id(clock: &dyn Clock) -> String {
    let now = clock.now();
    let seconds = now.as_second().unsigned_abs();
    let time =
        uuid::Timestamp::from_unix_time(seconds, now.subsec_nanosecond().unsigned_abs(), 0, 0);
    uuid::Uuid::new_v7(time).simple().to_string()
}

/// Whether a connector may write: it is not paused.
pub async fn may_write(store: &Store, connector: &str, name: &str) -> Result<(), Failure> {
    let Some(pause) = store.paused(connector).await? else {
        return Ok(());
    };
    let reason = match pause.reason.as_str() {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    let since = jiff::Timestamp::from_millisecond(pause.since_ms).unwrap_or_default();
    let since = since.strftime("%Y-%m-%d %H:%M UTC");
    let message = format!(
        "connector `{name}` was paused by {} on {since}{reason}",
        pause.by
    );
    let hint = format!("attune connector pause {name} --off lets it run again");
    Err(Failure::of("paused", message).hint(hint))
}
