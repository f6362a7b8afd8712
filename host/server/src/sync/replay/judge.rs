//! What a value of a replay does to a field whose content of then is known from the record.
//!
//! The ownership table ([`attune_core::decide`]) with what the record says: the value that stood
//! before a recorded change, or that was adopted; else what the run's own builds make of it, because
//! a field without a change held just that.

use attune_core::Outcome;
use attune_core::decide::{Decision, Ledger, Observed, Situation, decide};
use attune_core::mapping::{Existing, Row};

use crate::target::ValueRules;

/// What a field held when the run began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held {
    /// This, or nothing.
    Value(Option<String>),
    /// Something that neither the record nor the run's builds tell.
    Unknown,
    /// Something that this connector does not touch.
    NotOurs,
}

/// What a change does: `None` where the field stays as it is.
pub(super) type After = Option<Option<String>>;

/// What follows for a field that held this.
pub(super) fn after(
    rules: ValueRules,
    row: Option<&Row>,
    held: Option<&str>,
    outcome: &Outcome,
) -> After {
    match decision(rules, row?, held, outcome) {
        Decision::Write(write) => Some(write.after),
        _ => None,
    }
}

/// What a field held that the run left alone, by what its own builds make of it.
pub(super) fn left_alone(
    rules: ValueRules,
    row: Option<&Row>,
    outcome: &Outcome,
    is_in_ledger: bool,
) -> Held {
    let Some(row) = row else {
        return Held::Unknown;
    };
    match decision(rules, row, None, outcome) {
        Decision::Write(_) if row.existing != Existing::Overwrite && !is_in_ledger => Held::NotOurs,
        Decision::Write(write) => Held::Value(write.after),
        Decision::Nothing if matches!(outcome, Outcome::Clear | Outcome::Set(_)) => {
            Held::Value(None)
        }
        _ => Held::Unknown,
    }
}

fn decision(rules: ValueRules, row: &Row, held: Option<&str>, outcome: &Outcome) -> Decision {
    decide(&Situation {
        ledger: held.map(|value| Ledger {
            value,
            is_ours: true,
        }),
        observed: Observed::Value(held),
        outcome,
        apply: row.apply,
        existing: row.existing,
        conflict: row.conflict,
        text_max: rules.text_max,
        normalise: rules.normalise,
        altered: None,
    })
}
