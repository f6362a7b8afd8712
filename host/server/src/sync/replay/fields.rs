//! The fields of one target: what builds change of them, by what the record says that they held.

use std::collections::HashSet;

use attune_core::account::Product;
use attune_core::mapping::Field;

use super::super::pin::PinnedTarget;
use super::judge::{self, Held};
use super::makers::Answers;
use crate::store::ledger::Entries;
use crate::store::stage::{PackedChange, StagedRow};
use crate::target::value_rules;

/// The fields of one target, with what their product says of values.
pub(super) struct Fields {
    target: String,
    product: Product,
    owner: String,
    photo: Option<u16>,
    /// Number in the stage, in the order of the mapping table.
    all: Vec<(u16, Field)>,
}

impl Fields {
    /// The fields of a target; values of another owner's ledger entries are not ours.
    pub(super) fn of(target: &PinnedTarget, owner: &str) -> Self {
        let numbers = target.numbers.iter().copied();
        Self {
            target: target.spec.name.clone(),
            product: target.spec.product,
            owner: owner.to_owned(),
            photo: target.photo,
            all: numbers.zip(target.fields.iter().cloned()).collect(),
        }
    }

    /// What the run's own builds change: a field that it left alone held what comes out.
    pub(super) fn again(
        &self,
        row: &StagedRow,
        own: &Answers<'_>,
        person: usize,
    ) -> Vec<PackedChange> {
        self.each(row, |index, number, field| {
            let Some(Held::Value(held)) = recorded(row, number) else {
                return None;
            };
            let rules = value_rules(self.product, field);
            let (outcome, decided) = own.of(index, person);
            let after = judge::after(rules, decided, held.as_deref(), &outcome)?;
            Some((number, held, after))
        })
    }

    /// What other builds change of it.
    pub(super) fn instead(
        &self,
        (row, entries, person): (&StagedRow, Option<&Entries>, usize),
        (own, other): (&Answers<'_>, &Answers<'_>),
        now_ms: i64,
        not_ours: &HashSet<(String, String, String)>,
    ) -> Vec<PackedChange> {
        self.each(row, |index, number, field| {
            let rules = value_rules(self.product, field);
            let entry = entries.and_then(|entries| entries.get(field));
            let held = recorded(row, number).unwrap_or_else(|| {
                let key = (row.person.clone(), self.target.clone(), field.name.clone());
                if not_ours.contains(&key) {
                    return Held::NotOurs;
                }
                let (outcome, decided) = own.of(index, person);
                judge::left_alone(rules, decided, &outcome, entry.is_some())
            });
            let held = match held {
                Held::Value(held) => held,
                Held::NotOurs => return None,
                // The ledger knows what we wrote before the run.
                Held::Unknown => entry
                    .filter(|entry| entry.owner == self.owner && entry.written_ms <= now_ms)
                    .map(|entry| entry.value.clone()),
            };
            let (outcome, decided) = other.of(index, person);
            let after = judge::after(rules, decided, held.as_deref(), &outcome)?;
            Some((number, held, after))
        })
    }

    /// One change per field at most, in the order of the stage; pictures are taken from the record.
    fn each(
        &self,
        row: &StagedRow,
        change: impl Fn(usize, u16, &Field) -> Option<PackedChange>,
    ) -> Vec<PackedChange> {
        let fields = self.all.iter().enumerate();
        let made = fields.filter_map(|(index, (number, field))| change(index, *number, field));
        let photos = row.packed.changes.iter();
        let photos = photos
            .filter(|change| Some(change.0) == self.photo)
            .cloned();
        let mut changes: Vec<PackedChange> = made.chain(photos).collect();
        changes.sort_by_key(|change| change.0);
        changes
    }
}

/// What the record says that a field held; `None` where it does not mention it.
fn recorded(row: &StagedRow, number: u16) -> Option<Held> {
    let packed = &row.packed;
    if let Some(change) = packed.changes.iter().find(|change| change.0 == number) {
        return Some(Held::Value(change.1.clone()));
    }
    if let Some((_, value)) = packed.adopted.iter().find(|one| one.0 == number) {
        return Some(Held::Value(Some(value.clone())));
    }
    packed.released.contains(&number).then_some(Held::NotOurs)
}
