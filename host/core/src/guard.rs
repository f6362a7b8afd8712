//! Guards: is this plan what an admin meant, or has something gone wrong upstream?
//!
//! Counts are taken while the plan is made, in memory that does not grow with it, and judged on
//! the whole plan before the first write. A guard holds when its count is above five **and** above
//! its share of the base (or above the absolute number that the admin wrote). Filling an empty
//! field harms nobody and is not counted. Deliberately absent: what holding means for a run.

mod emptied;
mod limit;
mod takeover;

pub use emptied::Emptied;
pub(crate) use limit::share;
pub use limit::{Limit, LimitError};
use takeover::Takeovers;

use crate::plan::GuardLine;

/// What few people may always undergo, whatever the share: small directories are not held.
pub const COUNT_FREE: u64 = 5;

/// The `[guard]` of a connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// People of whom a non-empty value is replaced or cleared.
    pub changed_people: Limit,
    /// Values cleared, of the non-empty values that we manage.
    pub cleared_values: Limit,
    /// People whose differing values of one field would become one value.
    pub one_value_takes_over: Limit,
    /// People missing, of the last complete listing.
    pub source_shrinks: Limit,
    /// People who lost the value of one attribute, of those who had one in the last complete listing.
    pub emptied_attribute: Limit,
    /// People with a failed value, of the people in scope.
    pub failed_values: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            changed_people: Limit::percent(30),
            cleared_values: Limit::percent(5),
            one_value_takes_over: Limit::percent(50),
            source_shrinks: Limit::percent(20),
            emptied_attribute: Limit::percent(30),
            failed_values: Limit::percent(10),
        }
    }
}

/// What the counts refer to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bases {
    /// People in scope with an account in some target.
    pub matched: u64,
    /// People in scope.
    pub in_scope: u64,
    /// Non-empty values in this connector's ledger.
    pub ledger_values: u64,
    /// People of the last complete listing, or `None` where the guard is not checked: there was
    /// none, or this run reads only changes.
    pub last_listing: Option<u64>,
    /// How many of those this listing no longer has.
    pub missing: u64,
    /// What became of every attribute that is read, or `None` where the guard is not checked: nobody
    /// knows what the last complete listing had, or this run read none.
    pub emptied: Option<Vec<Emptied>>,
}

/// A write or clear that the plan contains.
#[derive(Debug, Clone, Copy)]
pub struct Planned<'a> {
    /// The target.
    pub target: &'a str,
    /// The field's name.
    pub field: &'a str,
    /// What is there.
    pub before: Option<&'a str>,
    /// What shall be there.
    pub after: Option<&'a str>,
}

/// Running counts of one plan.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    changed_people: u64,
    cleared_values: u64,
    failed_people: u64,
    takeovers: Takeovers,
    is_changed: bool,
    is_failed: bool,
}

impl Counts {
    /// Begins the next person. Once per person over all targets: what follows belongs to them.
    pub fn begin_person(&mut self) {
        self.is_changed = false;
        self.is_failed = false;
    }

    /// Goes on with a person who was begun before, and may have been counted then.
    pub fn resume_person(&mut self, is_changed: bool) {
        self.is_changed = is_changed;
        self.is_failed = false;
    }

    /// Counts a change of the person that was begun.
    pub fn change(&mut self, change: &Planned<'_>) {
        let Some(before) = change.before.filter(|before| !before.is_empty()) else {
            return;
        };
        if change.after == Some(before) {
            return;
        }
        if !self.is_changed {
            self.is_changed = true;
            self.changed_people += 1;
        }
        match change.after {
            None | Some("") => self.cleared_values += 1,
            Some(after) => {
                let field = (change.target, change.field);
                self.takeovers.add(field, before, after);
            }
        }
    }

    /// Counts a failed value of the person that was begun.
    pub fn failure(&mut self) {
        if !self.is_failed {
            self.is_failed = true;
            self.failed_people += 1;
        }
    }

    /// People of whom a non-empty value is replaced or cleared.
    pub fn changed_people(&self) -> u64 {
        self.changed_people
    }

    /// People with a failed value.
    pub fn failed_people(&self) -> u64 {
        self.failed_people
    }
}

/// One line per guard that was checked; the plan is held when any line is.
pub fn check(limits: &Limits, counts: &Counts, bases: &Bases) -> Vec<GuardLine> {
    let (takeover, detail) = counts.takeovers.largest();
    let mut lines = vec![
        line(
            "changed-people",
            &limits.changed_people,
            counts.changed_people,
            bases.matched,
        ),
        line(
            "cleared-values",
            &limits.cleared_values,
            counts.cleared_values,
            bases.ledger_values,
        ),
        GuardLine {
            detail,
            ..line(
                "one-value-takes-over",
                &limits.one_value_takes_over,
                takeover,
                bases.matched,
            )
        },
    ];
    if let Some(listed) = bases.last_listing {
        lines.push(line(
            "source-shrinks",
            &limits.source_shrinks,
            bases.missing,
            listed,
        ));
    }
    if let Some(attributes) = &bases.emptied {
        lines.push(emptied::line(&limits.emptied_attribute, attributes));
    }
    let failed = counts.failed_people;
    lines.push(line(
        "failed-values",
        &limits.failed_values,
        failed,
        bases.in_scope,
    ));
    lines
}

fn line(name: &str, limit: &Limit, count: u64, base: u64) -> GuardLine {
    GuardLine {
        name: name.to_owned(),
        limit: limit.to_string(),
        actual: share(count, base),
        count,
        base,
        detail: String::new(),
        held: limit.is_exceeded(count, base),
    }
}

#[cfg(test)]
mod tests;
