//! What another plugin build or another mapping would say, held against what is said now.
//!
//! Outcomes of old and new come in person by person; what is counted is a sum, so that the order of
//! people and of their fields does not matter. Memory depends on the mapping alone: counters per
//! field, at most [`PAIRS_MAX`] value pairs, one person per kind of change. A selector that was
//! never fetched is no failure of the new side: such a value waits for a complete listing.
//! Deliberately absent: what a target holds, and so what would be written; that is the plan's.

mod cover;
mod field;
mod judge;
mod pairs;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::condition::NOT_FETCHED;
use crate::mapping::{Field, FieldKind};

use cover::{Cover, Seen};
use field::Counts;
pub use judge::{Limits, Verdict, judge};

/// Most value pairs that are told per field.
pub const PAIRS_MAX: usize = 1000;
/// A field with more value pairs shows one example of them, not one of each.
const PAIRS_SHOWN_EACH: usize = 20;
/// Longest piece of a value that is kept for showing, in characters.
const SHOWN_CHARS: usize = 200;

/// A field of a target, as a [`Comparison`] knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldId(usize);

/// What came of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Compared {
    /// People who are in scope on both sides.
    pub people: u64,
    /// People who are in scope only on the new side.
    pub came_into_scope: u64,
    /// People who were in scope only on the old side.
    pub left_scope: u64,
    /// People whose scope or document cannot be read on one of the sides.
    pub unknown: u64,
    /// People of whom any value comes out otherwise.
    pub changed_people: u64,
    /// Values that come out otherwise.
    pub changed_values: u64,
    /// People of whom a value fails that did not fail.
    pub newly_failing: u64,
    /// People of whom a value failed and does not fail any more.
    pub newly_fine: u64,
    /// Values that wait for a complete listing: what they need was never fetched.
    pub waiting: u64,
    /// Field by field, those of which nothing is to be told included.
    pub fields: Vec<ComparedField>,
    /// Few people who together show every kind of change. Found greedily: not always the fewest
    /// that there could be.
    pub examples: Vec<Example>,
}

/// One field of a [`Compared`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ComparedField {
    /// Name of the target.
    pub target: String,
    /// The field's name.
    pub field: String,
    /// How it is stored.
    pub kind: FieldKind,
    /// Non-empty values of the old side.
    pub values: u64,
    /// Values that come out otherwise.
    pub changed: u64,
    /// Values where there were none.
    pub set: u64,
    /// Values that become another value.
    pub replaced: u64,
    /// Values that would be cleared.
    pub cleared: u64,
    /// Values of which nothing is said any more: what is there stays.
    pub kept: u64,
    /// Values that fail and did not fail.
    pub newly_failing: u64,
    /// Values that failed and do not fail any more.
    pub newly_fine: u64,
    /// Values that wait for a complete listing.
    pub waiting: u64,
    /// Of the non-empty values, how many come out otherwise without failing: `12.5%`.
    pub share: String,
    /// How often what became what: `set->clear`, `keep->set`, `set->failed:many-values`.
    pub became: BTreeMap<String, u64>,
    /// Codes of what fails and did not fail.
    pub problems: BTreeMap<String, u64>,
    /// The most frequent value pairs.
    pub pairs: Vec<Pair>,
    /// Whether these are all pairs. If not, counts are the least that is certain.
    pub pairs_are_all: bool,
    /// Values whose pair is not among them.
    pub other_pairs: u64,
}

impl ComparedField {
    /// Non-empty values that become something else, or of which nothing is said any more.
    pub fn touched(&self) -> u64 {
        self.replaced + self.cleared + self.kept
    }
}

/// One value becoming another; `null` is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// What the old side says, at most 200 characters of it.
    pub before: Option<String>,
    /// What the new side says.
    pub after: Option<String>,
    /// Of how many people.
    pub people: u64,
}

/// One person of whom values come out otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The source key.
    pub person: String,
    /// All of them.
    pub changes: Vec<ExampleChange>,
}

/// One value of an [`Example`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExampleChange {
    /// Name of the target.
    pub target: String,
    /// The field's name.
    pub field: String,
    /// What became what.
    pub what: String,
    /// What the old side says, where that is a value.
    pub before: Option<String>,
    /// What the new side says.
    pub after: Option<String>,
}

/// Takes outcomes in and counts.
#[derive(Debug, Default)]
pub struct Comparison {
    whole: Compared,
    fields: Vec<(String, Field, Counts)>,
    cover: Cover,
    person: Seen,
    is_failing: bool,
    is_fine: bool,
}

impl Comparison {
    /// Nothing compared yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A field of a target, to be named with every value of it.
    pub fn field(&mut self, target: &str, field: &Field) -> FieldId {
        let known = self
            .fields
            .iter()
            .position(|(t, f, _)| t == target && f == field);
        FieldId(known.unwrap_or_else(|| {
            let counts = Counts::default();
            self.fields.push((target.to_owned(), field.clone(), counts));
            self.fields.len() - 1
        }))
    }

    /// Begins the next person who is in scope on both sides: what follows belongs to them.
    pub fn begin_person(&mut self, person: &str) {
        self.end_person();
        person.clone_into(&mut self.person.person);
        self.whole.people += 1;
    }

    /// A value of the person that was begun. Where a side has no such field it says `keep`.
    pub fn add(&mut self, field: FieldId, old: &Outcome, new: &Outcome) {
        let Some((_, _, counts)) = self.fields.get_mut(field.0) else {
            return;
        };
        let (old, new) = (Said::of(old), Said::of(new));
        counts.values += u64::from(old.value().is_some());
        if new == Said::Unread {
            counts.waiting += 1;
            self.whole.waiting += 1;
            return;
        }
        if old == new || (old.is_failed() && new.is_failed()) {
            return;
        }
        let (what, is_pair) = counts.add(old, new);
        self.whole.changed_values += 1;
        self.is_failing |= new.is_failed();
        self.is_fine |= old.is_failed();
        let values = (old.value(), new.value());
        self.person.add(field.0, (what, is_pair), values);
    }

    /// The same where both sides say the same: nothing is counted but the value itself.
    pub fn same(&mut self, field: FieldId, is_value: bool) {
        if let Some((_, _, counts)) = self.fields.get_mut(field.0) {
            counts.values += u64::from(is_value);
        }
    }

    /// Somebody is in scope only on the new side.
    pub fn came_into_scope(&mut self) {
        self.whole.came_into_scope += 1;
    }

    /// Somebody was in scope only on the old side.
    pub fn left_scope(&mut self) {
        self.whole.left_scope += 1;
    }

    /// Somebody of whom a side cannot tell whether they are in scope.
    pub fn unknown(&mut self) {
        self.whole.unknown += 1;
    }

    /// What came of it.
    pub fn close(mut self) -> Compared {
        self.end_person();
        let names: Vec<(&str, &str)> = self
            .fields
            .iter()
            .map(|(target, field, _)| (target.as_str(), field.name.as_str()))
            .collect();
        let examples = self.cover.close(&names);
        let fields = self.fields.into_iter();
        let mut fields: Vec<_> = fields.map(|(t, f, counts)| counts.close(t, f)).collect();
        fields.sort_by(|a, b| {
            let key = |field: &ComparedField| (field.target.clone(), field.field.clone());
            key(a).cmp(&key(b)).then(a.kind.cmp(&b.kind))
        });
        Compared {
            fields,
            examples,
            ..self.whole
        }
    }

    fn end_person(&mut self) {
        if self.person.is_changed() {
            self.whole.changed_people += 1;
            self.whole.newly_failing += u64::from(self.is_failing);
            self.whole.newly_fine += u64::from(self.is_fine);
            let is_small = |field: usize| {
                let counts = self.fields.get(field).map(|(_, _, counts)| counts);
                counts.is_some_and(Counts::has_few_pairs)
            };
            self.cover.offer(&self.person, &is_small);
        }
        self.person.clear();
        (self.is_failing, self.is_fine) = (false, false);
    }
}

/// One side's word on one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said<'a> {
    Value(&'a str),
    Keep,
    Clear,
    Drop,
    Failed(&'a str),
    /// What it needs was never fetched.
    Unread,
}

impl<'a> Said<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        match outcome {
            // A field that shall hold nothing is cleared, whatever it is called.
            Outcome::Set(value) if value.is_empty() => Self::Clear,
            Outcome::Set(value) => Self::Value(value),
            Outcome::Keep => Self::Keep,
            Outcome::Clear => Self::Clear,
            Outcome::DropPerson => Self::Drop,
            Outcome::Failed(problem) if problem.code == NOT_FETCHED => Self::Unread,
            Outcome::Failed(problem) => Self::Failed(&problem.code),
        }
    }

    fn value(self) -> Option<&'a str> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    fn is_failed(self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

/// What of a value is kept for showing.
fn cut(value: &str) -> Box<str> {
    let mut text: String = value.chars().take(SHOWN_CHARS).collect();
    if text.len() < value.len() {
        text.push('…');
    }
    text.into()
}

#[cfg(test)]
mod tests;
