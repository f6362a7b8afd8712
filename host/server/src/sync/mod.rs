//! The verbs of the product: read, link, plan, hold or write, explain.
//!
//! One way through, and no step calls back to an earlier one: `read` keeps people, `link` finds
//! their accounts, `plan` evaluates and stages the exact changes, `verdict` checks the guards
//! and names the plan by its digest, `apply` writes it. `run` is that sentence as code. A run pins
//! one revision and one set of plugin generations when it opens (`pin`).

mod apply;
mod approve;
mod changes;
mod check;
mod counts;
mod discover;
mod ends;
mod examples;
mod explain;
mod fills;
mod find;
mod held;
mod kept;
mod lanes;
mod leavers;
mod link;
mod managers;
mod open;
mod outcome;
mod page;
mod pictures;
mod pin;
mod plan;
mod plan_file;
mod progress;
mod read;
mod recover;
mod relate;
mod replay;
mod resume;
mod run;
mod send;
mod shadow;
mod tally;
mod tell;
mod tidy;
mod trial;
mod undo;
mod uses;
mod verdict;
mod walk;

use std::sync::Arc;

use attune_core::Problem;
use attune_core::mapping::Field;
use attune_core::selector::TooDeep;

use crate::clock::Clock;
use crate::settings::Keep;
use crate::telemetry::meters::Meters;
use crate::{source, store, target};

pub use approve::{apply_file, approve, changes_of, is_usable};
pub use check::{CheckLine, check, check_source};
pub use counts::{Breakdown, FieldCount, ValueCount, breakdown};
pub use discover::{Discovered, discover};
pub use ends::{slots, wants};
pub use examples::{HeldBy, held_by};
pub use explain::{Explanation, FieldExplanation, TargetExplanation, explain, explain_kept};
pub use fills::accept_gone;
pub use find::{FoundPerson, Sought, find_people};
pub use held::ATTENTION_MS as HELD_ATTENTION_MS;
pub use pictures::{Budget as PictureBudget, PLUGIN as PICTURES_PLUGIN};
pub use pin::{Pinned, PinnedTarget};
pub use plan_file::{
    CHANGES_IN_JSON_MAX, Legend, PlanFile, changes, changes_after, each_change,
    prepare as prepare_plan, write as write_plan,
};
pub use progress::{Phase, Progress};
pub use replay::{DIFFERENCES_MAX, Difference, Replayed, replay};
pub use run::{Done, Watch, run};
pub use shadow::{Replaced, Shadow, ShadowReport, Side, Times, Waiting, WaitingRow, shadow};
pub use tell::reject;
pub use tidy::{Tidied, tidy};
pub use trial::{Subject, Trial, TrialTarget, trial};
pub use undo::{Undoing, undo};
pub use uses::{Card, card, is_of, steps, uses};

/// What a run works with; cheap handles of things that outlive it.
#[derive(Clone)]
pub struct Host {
    /// The database.
    pub store: store::Store,
    /// The plugins of this moment.
    pub plugins: Arc<attune_wasm::registry::Snapshot>,
    /// The outbound checkpoint.
    pub net: crate::net::Outside,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Secrets by their places.
    pub vault: Arc<crate::vault::Vault>,
    /// What reading pictures may cost a run.
    pub pictures: PictureBudget,
    /// How long things stay in the store.
    pub keep: Keep,
    /// Counts what runs come to.
    pub meters: Arc<Meters>,
}

/// Who takes part in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// A complete listing, unchanged people skipped.
    Complete,
    /// A complete listing, nobody skipped, targets read again.
    Full,
    /// Who changed since the checkpoint, and who is due from before; a complete listing where
    /// there is no checkpoint.
    Changes,
    /// One person, by key, user name or e-mail. Not guarded.
    User(String),
    /// The first so many people of the listing; plan only, not guarded.
    Sample(usize),
    /// Everybody who is known, by their kept documents; the source is not asked.
    Kept,
}

impl Mode {
    /// Its word in lists of runs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Full => "full",
            Self::Changes => "changes",
            Self::User(_) => "user",
            Self::Sample(_) => "sample",
            Self::Kept => "kept",
        }
    }
}

/// What a run is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Who takes part.
    pub mode: Mode,
    /// Whether the plan is written, guards permitting.
    pub writes: bool,
    /// Nothing of a plan with more changes than these is written.
    pub changes_max: Option<u64>,
    /// A run that ended early goes on where it was, with what it had read by then. Whoever wants that
    /// runs once more afterwards: what changed meanwhile is for the run after it.
    pub resumes: bool,
}

impl Order {
    /// Make the plan, and stop there.
    pub const fn plan(mode: Mode) -> Self {
        Self {
            mode,
            writes: false,
            changes_max: None,
            resumes: false,
        }
    }

    /// Make the plan and write it.
    pub const fn sync(mode: Mode) -> Self {
        Self {
            mode,
            writes: true,
            changes_max: None,
            resumes: false,
        }
    }

    /// Whether nobody is skipped and unmatched people are looked up again.
    pub fn is_thorough(&self) -> bool {
        matches!(self.mode, Mode::Full | Mode::User(_))
    }

    /// Whether it is about one person.
    pub fn is_single(&self) -> bool {
        matches!(self.mode, Mode::User(_))
    }

    /// Whether guards are checked.
    pub fn is_guarded(&self) -> bool {
        !matches!(self.mode, Mode::User(_) | Mode::Sample(_))
    }

    /// The same, going on with a run that ended early where there is one.
    #[must_use]
    pub fn resuming(self) -> Self {
        Self {
            resumes: true,
            ..self
        }
    }

    /// Whether a run that ends early can be gone on with. Short ones begin anew.
    pub fn goes_on(&self) -> bool {
        matches!(self.mode, Mode::Complete | Mode::Full | Mode::Changes)
    }

    fn verb(&self) -> &'static str {
        if self.writes { "sync" } else { "plan" }
    }
}

/// One opened run: everything that stays the same until it ends.
pub(crate) struct Run<'a> {
    host: &'a Host,
    pinned: &'a Pinned,
    order: &'a Order,
    /// `plan`, `sync`, `approve`, ...
    verb: &'static str,
    id: String,
    /// 0, and one more each time that it went on.
    part: i64,
    now_ms: i64,
    /// The listing whose people count: this run's, or the last complete one.
    listing: String,
    /// Whether the last complete listing came from another provider, which knew nobody by the keys
    /// of this one.
    takes_over: bool,
}

impl<'a> Run<'a> {
    /// Where links of this connector to a target are kept.
    fn place(&self, target: &'a PinnedTarget) -> store::links::Place<'a> {
        store::links::Place {
            connector: &self.pinned.connector.id,
            target: &target.spec.name,
            site: &target.site,
        }
    }

    /// What its records are called: connector and run.
    fn key(&self) -> (&str, &str) {
        (&self.pinned.connector.id, &self.id)
    }

    /// What time it is, in ms; not when the run began.
    fn clock_ms(&self) -> i64 {
        self.host.clock.now().as_millisecond()
    }

    /// The last complete listing, where the run reads what changed since or asks nobody.
    fn since(&self) -> store::changed::Since<'_> {
        store::changed::Since {
            connector: &self.pinned.connector.id,
            listing: &self.listing,
        }
    }
}

/// Why a run did not do what was asked. A brake is not an error, but a state of the report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The source failed; nothing was concluded from it.
    #[error("cannot read the source")]
    Source(#[source] source::Error),
    /// Every target failed; the last one's problem.
    #[error("cannot use target `{name}`: {problem}")]
    NoTarget {
        /// Its name in the connector file.
        name: String,
        /// Why.
        problem: Problem,
    },
    /// Somebody stopped the run before its first write.
    #[error("stopped before anything was written")]
    Stopped,
    /// A request to a target failed; becomes that target's error in the report.
    #[error("the target failed")]
    Target(#[source] target::Error),
    /// Another run of the connector took over; what it had not written yet is the other one's.
    #[error("another run of this connector has taken over")]
    Fenced,
    /// The database failed.
    #[error("the database failed")]
    Store(#[source] store::Error),
    /// A plugin cannot be used.
    #[error("plugin `{id}` cannot be used")]
    Plugin {
        /// Its id.
        id: String,
        /// Why.
        #[source]
        source: attune_wasm::Error,
    },
    /// Rows of the mapping table cannot be opened; all of them.
    #[error("{} of the mapping cannot be used: {}", fields(.0.len()), refusals(.0))]
    Mapping(Vec<(Field, Problem)>),
    /// A secret or address of the connector cannot be used.
    #[error("{0}")]
    Configuration(Problem),
    /// A selector follows too many managers.
    #[error("a selector is too deep")]
    TooDeep(#[source] TooDeep),
    /// A scope attribute could not be judged.
    #[error("the scope cannot be judged: {0}")]
    Scope(Problem),
    /// The source has nobody of that name.
    #[error("the source has nobody called `{0}`")]
    NoSuchPerson(String),
    /// The source has several people of that name.
    #[error("the source has several people called `{0}`")]
    AmbiguousPerson(String),
    /// The person exists, but the connector's scope leaves them out.
    #[error("`{0}` is out of the connector's scope")]
    OutOfScope(String),
    /// Nobody staged a plan of that digest, or it cannot be used any more.
    #[error("{0}")]
    NoSuchPlan(String),
    /// The plan has more changes than the order's limit.
    #[error(
        "the plan has {0} changes, and nothing of it was written: above {CHANGES_IN_JSON_MAX} the report goes to a file"
    )]
    TooManyChanges(u64),
    /// A plan file is damaged, or is not what its digest says.
    #[error("{0}")]
    PlanFile(String),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Fenced => Self::Fenced,
            error => Self::Store(error),
        }
    }
}

fn fields(count: usize) -> String {
    if count == 1 {
        "one field".to_owned()
    } else {
        format!("{count} fields")
    }
}

fn refusals(refusals: &[(Field, Problem)]) -> String {
    let lines: Vec<String> = refusals
        .iter()
        .map(|(field, problem)| format!("{}: {problem}", field.name))
        .collect();
    lines.join("; ")
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _never_fails = write!(text, "{byte:02x}");
    }
    text
}
