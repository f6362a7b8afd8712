//! What meets an existing value: the ownership table, for one field of one account.
//!
//! Three things come together: what we last wrote or adopted (the ledger), what is there now (as
//! read in this run, or not read), and what the mapping wants. The decision is data; nothing is
//! written here. The invariants: what is not ours is never cleared, a failure keeps what is
//! there, what somebody else changed is never overwritten unnoticed.

use crate::mapping::{Apply, Conflict, Existing};
use crate::plan::Op;
use crate::{Outcome, Problem};

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
    /// Longest text (in UTF-16 units, as the products count) that the field takes, where known.
    pub text_max: Option<usize>,
    /// What the target does to a value before it stores it.
    pub normalise: fn(&str) -> &str,
}

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
}

/// Applies the ownership table. `drop-person` decides nothing here: such a person takes no part.
pub fn decide(situation: &Situation<'_>) -> Decision {
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
fn too_long(value: &str, text_max: Option<usize>) -> Option<Problem> {
    let max = text_max?;
    let length = value.encode_utf16().count();
    (length > max).then(|| {
        let message = format!("the value has {length} characters and the field takes {max}");
        Problem::new("too-long", message)
    })
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
    normalise: fn(&str) -> &str,
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
