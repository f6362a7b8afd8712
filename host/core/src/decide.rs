//! What meets an existing value: the ownership table, for one field of one account.
//!
//! Three things come together: what we last wrote or adopted (the ledger), what is there now (as
//! read in this run, or not read), and what the mapping wants. The decision is data; nothing is
//! written here. The invariants: what is not ours is never cleared, a failure keeps what is
//! there, what somebody else changed is never overwritten unnoticed.

use std::borrow::Cow;

use crate::mapping::{Apply, Conflict, Existing};
use crate::plan::Op;
use crate::{Outcome, Problem};

/// What a target does to a value before it stores it; idempotent.
pub type Normalise = fn(&str) -> Cow<'_, str>;

/// The value is stored as it is.
pub fn as_it_is(value: &str) -> Cow<'_, str> {
    Cow::Borrowed(value)
}

/// The value is read from a page: it has no space around it, and line feeds for line ends (HTML
/// standard, "normalize newlines").
pub fn as_shown(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    if value.contains('\r') {
        Cow::Owned(value.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(value)
    }
}

/// What we last wrote to or adopted of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger<'a> {
    /// The value, as it was written.
    pub value: &'a str,
    /// Whether this connector owns the field; another one's is never written.
    pub is_ours: bool,
}

/// What the target holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed<'a> {
    /// Not read in this run: counts as what the ledger says.
    Unread,
    /// Read: the value, or nothing.
    Value(Option<&'a str>),
}

/// Everything a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// What we last wrote, or `None` where we never did.
    pub ledger: Option<Ledger<'a>>,
    /// What is there.
    pub observed: Observed<'a>,
    /// What the mapping wants.
    pub outcome: &'a Outcome,
    /// The deciding row's `apply`.
    pub apply: Apply,
    /// The deciding row's `existing`.
    pub existing: Existing,
    /// The deciding row's `conflict`.
    pub conflict: Conflict,
    /// The longest text that the field takes, where known.
    pub text_max: Option<TextMax>,
    /// What the target does to a value before it stores it.
    pub normalise: Normalise,
    /// What the target made of our last writes, where it made the same of all of them.
    pub altered: Option<Altered<'a>>,
}

/// The longest text that a field takes, as its product counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextMax {
    /// UTF-16 units: forms and columns of the products.
    Utf16(usize),
    /// Bytes of the value as a JSON string, quotes and escapes included.
    JsonBytes(usize),
}

/// A value that the target took and does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Altered<'a> {
    /// What was written.
    pub value: &'a str,
    /// What it holds instead; empty for nothing.
    pub stored: &'a str,
    /// How many runs in a row.
    pub times: u32,
}

/// After so many runs that changed nothing, a value is not written again.
pub const ALTERED_MAX: u32 = 3;

/// Why a write is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The field is empty.
    Fill,
    /// A value that was there before us is replaced.
    Overwrite,
    /// Our value is replaced by a newer one, or cleared.
    Update,
    /// Somebody else changed our value, and the source wins.
    Conflict,
}

/// A change of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Set or clear.
    pub op: Op,
    /// What is there, as read or as last written.
    pub before: Option<String>,
    /// What shall be there.
    pub after: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// What follows for one field of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing is written and nothing is recorded.
    Nothing,
    /// Write this.
    Write(Write),
    /// The field already holds the value: ours from now on, nothing is written.
    Adopt,
    /// The field already holds the new value: the ledger follows, nothing is written.
    LedgerOnly,
    /// Somebody else changed what should be cleared: no longer ours, nothing is written.
    Release,
    /// This change waits until somebody decides (`existing` or `conflict` is `hold`).
    Held(Write),
    /// The value that was there before us stays (`existing = "keep"`).
    KeptExisting,
    /// The value that somebody else wrote stays (`conflict = "keep-local"`).
    KeptLocal,
    /// Another connector owns the field.
    OwnedBy,
    /// The value cannot be written; what is there stays.
    Failed(Problem),
    /// The target makes something else of the value each time: it is not written again until the
    /// value changes, or what is there does.
    Stuck(Problem),
}

/// Applies the ownership table. `drop-person` decides nothing here: such a person takes no part.
pub fn decide(situation: &Situation<'_>) -> Decision {
    let decision = by_table(situation);
    match (&decision, situation.altered) {
        (Decision::Write(write), Some(altered)) if altered.is_again(write, situation) => {
            Decision::Stuck(Problem::new(
                "does-not-stick",
                format!(
                    "the target took the value in {ALTERED_MAX} runs and shows another one each \
                     time; it is not written again until the value changes"
                ),
            ))
        }
        _ => decision,
    }
}

impl Altered<'_> {
    /// Whether a write would be the same as before, on what came of it.
    fn is_again(&self, write: &Write, situation: &Situation<'_>) -> bool {
        let same = |a: &str, b: &str| (situation.normalise)(a) == (situation.normalise)(b);
        let is_there = match situation.observed {
            Observed::Unread => true,
            Observed::Value(now) => same(now.unwrap_or_default(), self.stored),
        };
        let wanted = write.after.as_deref().unwrap_or_default();
        self.times >= ALTERED_MAX && is_there && same(wanted, self.value)
    }
}

fn by_table(situation: &Situation<'_>) -> Decision {
    let wanted = match situation.outcome {
        Outcome::Keep | Outcome::DropPerson => return Decision::Nothing,
        Outcome::Failed(problem) => return Decision::Failed(problem.clone()),
        Outcome::Clear => None,
        // A value that the target would store as nothing is a clear, and only ever of ours.
        Outcome::Set(value) => {
            Some(value.as_str()).filter(|v| !(situation.normalise)(v).is_empty())
        }
    };
    if situation.ledger.is_some_and(|ledger| !ledger.is_ours) {
        return Decision::OwnedBy;
    }
    if let Some(problem) = wanted.and_then(|value| too_long(value, situation.text_max)) {
        return Decision::Failed(problem);
    }
    let here = Here::of(situation);
    if situation.apply == Apply::Once && here.now.is_some() {
        return Decision::Nothing;
    }
    match (here.ledger, wanted) {
        (None, None) => Decision::Nothing,
        (None, Some(value)) => here.take_over(value, situation.existing),
        (Some(ours), None) if here.is(ours) => here.write(None, Reason::Update),
        (Some(_), None) => Decision::Release,
        (Some(ours), Some(value)) if here.is(ours) => {
            if here.same(ours, value) {
                Decision::Nothing
            } else {
                here.write(Some(value), Reason::Update)
            }
        }
        (Some(_), Some(value)) if here.is(value) => Decision::LedgerOnly,
        (Some(_), Some(value)) => match situation.conflict {
            Conflict::SourceWins => here.write(Some(value), Reason::Conflict),
            Conflict::KeepLocal => Decision::KeptLocal,
            Conflict::Hold => held(here.write(Some(value), Reason::Conflict)),
        },
    }
}

/// Longer than the field takes: said before anything is sent, and never cut.
fn too_long(value: &str, text_max: Option<TextMax>) -> Option<Problem> {
    let (length, max, unit) = match text_max? {
        TextMax::Utf16(max) => (value.encode_utf16().count(), max, "characters"),
        TextMax::JsonBytes(max) => (json_bytes(value), max, "bytes as JSON"),
    };
    (length > max).then(|| {
        let message = format!("the value has {length} {unit} and the field takes {max}");
        Problem::new("too-long", message)
    })
}

/// The length of a text as a JSON string (RFC 8259 section 7), escaped as little as may be.
fn json_bytes(value: &str) -> usize {
    let escaped = value.chars().map(|c| match c {
        '"' | '\\' | '\u{8}' | '\t' | '\n' | '\u{c}' | '\r' => 2,
        '\0'..='\u{1f}' => 6,
        _ => c.len_utf8(),
    });
    escaped.sum::<usize>() + 2
}

fn held(decision: Decision) -> Decision {
    match decision {
        Decision::Write(write) => Decision::Held(write),
        other => other,
    }
}

/// What the field holds, as far as is known.
struct Here<'a> {
    ledger: Option<&'a str>,
    now: Option<&'a str>,
    normalise: Normalise,
}

impl<'a> Here<'a> {
    fn of(situation: &Situation<'a>) -> Self {
        let normalise = situation.normalise;
        let filled = |value: &&str| !normalise(value).is_empty();
        // An empty value is nothing, in the ledger as in the target.
        let ledger = situation.ledger.map(|ledger| ledger.value).filter(filled);
        let now = match situation.observed {
            Observed::Unread => ledger,
            Observed::Value(value) => value.filter(filled),
        };
        Self {
            ledger,
            now,
            normalise,
        }
    }

    fn same(&self, a: &str, b: &str) -> bool {
        (self.normalise)(a) == (self.normalise)(b)
    }

    fn is(&self, value: &str) -> bool {
        self.now.is_some_and(|now| self.same(now, value))
    }

    fn write(&self, after: Option<&str>, reason: Reason) -> Decision {
        Decision::Write(Write {
            op: if after.is_some() { Op::Set } else { Op::Clear },
            before: self.now.map(str::to_owned),
            after: after.map(str::to_owned),
            reason,
        })
    }

    fn take_over(&self, value: &str, existing: Existing) -> Decision {
        if self.now.is_none() {
            return self.write(Some(value), Reason::Fill);
        }
        if self.is(value) {
            return Decision::Adopt;
        }
        match existing {
            Existing::Overwrite => self.write(Some(value), Reason::Overwrite),
            Existing::Keep => Decision::KeptExisting,
            Existing::Hold => held(self.write(Some(value), Reason::Overwrite)),
        }
    }
}

#[cfg(test)]
mod tests;
