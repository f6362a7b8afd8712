//! What a plan would write, counted by field and by value.
//!
//! Counted while the plan gets its digest, and kept beside its changes, so that whoever looks at a plan of
//! half a million changes does not wait for a walk through them. Invariant: memory has a bound that does
//! not grow with the plan: of a field so many different changes are counted apart, the rest together.

use std::collections::HashMap;

use attune_core::mapping::FieldKind;
use attune_core::plan::{Change, Op};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Error;
use super::plan_file::each_change;
use crate::store::stage::Stage;

/// Different changes of one field that are counted apart.
const VALUES_MAX: usize = 2000;
/// Different changes that are told, those of most people.
const VALUES_TOLD: usize = 500;

/// What a plan would write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Breakdown {
    /// Field by field, those of most people first.
    pub fields: Vec<FieldCount>,
    /// Change by change, those of most people first; at most 500.
    pub values: Vec<ValueCount>,
}

/// One field of one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FieldCount {
    /// The target's name.
    pub target: String,
    /// The field.
    pub field: String,
    /// How it is stored.
    pub kind: FieldKind,
    /// Values set.
    pub sets: u64,
    /// Values cleared.
    pub clears: u64,
    /// Pictures written.
    pub photos: u64,
    /// A change of it: what was there, and what would be.
    pub example: (Option<String>, Option<String>),
}

/// The same change of one field, of so many people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ValueCount {
    /// The target's name.
    pub target: String,
    /// The field.
    pub field: String,
    /// What was there.
    pub before: Option<String>,
    /// What would be there.
    pub after: Option<String>,
    /// Accounts.
    pub people: u64,
}

/// One change of a field, with how many accounts it concerns.
type Values = HashMap<(Option<String>, Option<String>), u64>;

/// Counts one change after the other.
#[derive(Default)]
pub(super) struct Counter {
    fields: Vec<(FieldCount, Values)>,
    /// Where the next field is looked for first: accounts have their fields in one order.
    next: usize,
}

impl Counter {
    pub(super) fn add(&mut self, change: Change) {
        let at = self.place(&change);
        let Some((field, values)) = self.fields.get_mut(at) else {
            return;
        };
        match change.op {
            Op::Set => field.sets += 1,
            Op::Clear => field.clears += 1,
            Op::Photo => field.photos += 1,
        }
        let pair = (change.before, change.after);
        if let Some(count) = values.get_mut(&pair) {
            *count += 1;
        } else if values.len() < VALUES_MAX {
            values.insert(pair, 1);
        }
    }

    fn place(&mut self, change: &Change) -> usize {
        let is_it = |(field, _): &(FieldCount, Values)| {
            field.field == change.field && field.target == change.target
        };
        let at = if self.fields.get(self.next).is_some_and(is_it) {
            self.next
        } else {
            let known = self.fields.iter().position(is_it);
            known.unwrap_or_else(|| {
                self.fields.push((FieldCount::of(change), Values::new()));
                self.fields.len() - 1
            })
        };
        self.next = if at + 1 < self.fields.len() {
            at + 1
        } else {
            0
        };
        at
    }

    pub(super) fn finish(self) -> Breakdown {
        let mut told = Breakdown::default();
        for (field, values) in self.fields {
            let values = values.into_iter();
            told.values
                .extend(values.map(|((before, after), people)| ValueCount {
                    target: field.target.clone(),
                    field: field.field.clone(),
                    before,
                    after,
                    people,
                }));
            told.fields.push(field);
        }
        told.fields.sort_by(|a, b| {
            let names = || (&a.target, &a.field).cmp(&(&b.target, &b.field));
            b.people().cmp(&a.people()).then_with(names)
        });
        told.values.sort_by(|a, b| {
            let names = || (&a.target, &a.field).cmp(&(&b.target, &b.field));
            let values = || (&a.before, &a.after).cmp(&(&b.before, &b.after));
            b.people.cmp(&a.people).then_with(names).then_with(values)
        });
        told.values.truncate(VALUES_TOLD);
        told
    }
}

impl FieldCount {
    fn of(change: &Change) -> Self {
        Self {
            target: change.target.clone(),
            field: change.field.clone(),
            kind: change.kind,
            sets: 0,
            clears: 0,
            photos: 0,
            example: (change.before.clone(), change.after.clone()),
        }
    }

    /// Accounts whose field changes.
    pub fn people(&self) -> u64 {
        self.sets + self.clears + self.photos
    }
}

/// The counts of a staged plan; counted now where none are kept: it came from a file, or it lost a person
/// who is forgotten.
pub async fn breakdown(stage: &Stage) -> Result<Breakdown, Error> {
    let kept = stage.counts().await?;
    if let Some(kept) = kept.and_then(|text| serde_json::from_str(&text).ok()) {
        return Ok(kept);
    }
    let mut counter = Counter::default();
    each_change(stage, &mut |change| {
        counter.add(change);
        true
    })
    .await?;
    Ok(counter.finish())
}

/// Keeps the counts of a plan beside its changes.
pub(super) async fn keep(stage: &Stage, counts: &Breakdown) -> Result<(), Error> {
    let text = serde_json::to_string(counts).map_err(|error| Error::PlanFile(error.to_string()))?;
    stage.keep_counts(&text).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(field: &str, before: Option<&str>, after: Option<&str>) -> Change {
        let text = |value: Option<&str>| value.map(str::to_owned);
        Change {
            person: "p".to_owned(),
            account: "a".to_owned(),
            target: "jira".to_owned(),
            kind: FieldKind::Custom,
            field: field.to_owned(),
            op: if after.is_some() { Op::Set } else { Op::Clear },
            before: text(before),
            after: text(after),
            result: None,
        }
    }

    #[test]
    fn changes_are_counted_by_field_and_by_value() {
        let mut counter = Counter::default();
        counter.add(change("Room", None, Some("1")));
        for _ in 0..3 {
            counter.add(change("City", Some("Berlin"), Some("Munich")));
        }
        counter.add(change("City", Some("Bonn"), None));
        let counts = counter.finish();
        let fields: Vec<_> = counts
            .fields
            .iter()
            .map(|f| (&*f.field, f.people()))
            .collect();
        assert_eq!(fields, [("City", 4), ("Room", 1)]);
        let first = counts.values.first().unwrap();
        assert_eq!((first.after.as_deref(), first.people), (Some("Munich"), 3));
        let cleared = counts.fields.first().map(|field| field.clears);
        assert_eq!(cleared, Some(1));
    }

    #[test]
    fn what_differs_too_often_is_counted_together() {
        let mut counter = Counter::default();
        for number in 0..VALUES_MAX + 7 {
            counter.add(change("Room", None, Some(&number.to_string())));
        }
        let counts = counter.finish();
        assert_eq!(counts.values.len(), VALUES_TOLD);
        let all = counts.fields.first().map(FieldCount::people);
        assert_eq!(all, Some(VALUES_MAX as u64 + 7));
    }
}
