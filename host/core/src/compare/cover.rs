//! Few people who together show every kind of change.
//!
//! A kind is a field and what became of it; where a field has few value pairs, each of them is one
//! too. For each kind one person is remembered: the one of whom most changes, then the one with the
//! smallest key, so that the order in which people come does not matter. At the end people are taken
//! greedily until every kind is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use super::{Example, ExampleChange, cut, pairs};

/// A field's number, and the hash of what became what or of a pair of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Became(usize, u128),
    Pair(usize, u128),
}

/// What changes of one person.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub person: String,
    changes: Vec<Change>,
}

#[derive(Debug, Clone)]
struct Change {
    field: usize,
    what: String,
    kind: u128,
    pair: Option<u128>,
    before: Option<Box<str>>,
    after: Option<Box<str>>,
}

/// The people to choose from, one per kind.
#[derive(Debug, Default)]
pub(super) struct Cover {
    best: BTreeMap<Kind, Arc<Seen>>,
    /// Fields that turned out to have many pairs.
    many: BTreeSet<usize>,
}

impl Seen {
    pub(super) fn add(
        &mut self,
        field: usize,
        (what, is_pair): (String, bool),
        (before, after): (Option<&str>, Option<&str>),
    ) {
        self.changes.push(Change {
            field,
            kind: xxh3_128(what.as_bytes()),
            pair: is_pair.then(|| pairs::key(before, after)),
            before: before.map(cut),
            after: after.map(cut),
            what,
        });
    }

    pub(super) fn is_changed(&self) -> bool {
        !self.changes.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.person.clear();
        self.changes.clear();
    }

    /// Better examples come first.
    fn is_before(&self, other: &Self) -> bool {
        let rank = |seen: &Self| std::cmp::Reverse(seen.changes.len());
        (rank(self), &self.person) < (rank(other), &other.person)
    }

    fn kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        let both = |change: &Change| {
            let became = Kind::Became(change.field, change.kind);
            let pair = change.pair.map(|pair| Kind::Pair(change.field, pair));
            std::iter::once(became).chain(pair)
        };
        self.changes.iter().flat_map(both)
    }
}

impl Cover {
    /// Looks whether somebody is a better example; `has_few` says of which fields each pair is one.
    pub(super) fn offer(&mut self, seen: &Seen, has_few: &dyn Fn(usize) -> bool) {
        let mut shared: Option<Arc<Seen>> = None;
        for kind in seen.kinds() {
            if let Kind::Pair(field, _) = kind
                && !has_few(field)
            {
                if self.many.insert(field) {
                    let is_other = |kind: &Kind| !matches!(kind, Kind::Pair(of, _) if *of == field);
                    self.best.retain(|kind, _| is_other(kind));
                }
                continue;
            }
            let is_better = self.best.get(&kind).is_none_or(|best| seen.is_before(best));
            if is_better {
                let shared = shared.get_or_insert_with(|| Arc::new(seen.clone()));
                self.best.insert(kind, Arc::clone(shared));
            }
        }
    }

    /// The examples; `names` are target and name of each field.
    pub(super) fn close(&self, names: &[(&str, &str)]) -> Vec<Example> {
        let mut open: BTreeSet<Kind> = self.best.keys().copied().collect();
        let mut people: BTreeMap<&str, &Arc<Seen>> = BTreeMap::new();
        for seen in self.best.values() {
            people.insert(&seen.person, seen);
        }
        let mut chosen = Vec::new();
        while !open.is_empty() {
            let shows = |seen: &Seen| {
                let kinds: BTreeSet<Kind> =
                    seen.kinds().filter(|kind| open.contains(kind)).collect();
                kinds.len()
            };
            // Of several who show as many, the one with the smallest key.
            let next = people.values().rev().max_by_key(|seen| shows(seen));
            let Some(next) = next.filter(|seen| shows(seen) > 0) else {
                break;
            };
            for kind in next.kinds() {
                open.remove(&kind);
            }
            chosen.push(example(next, names));
        }
        chosen
    }
}

fn example(seen: &Seen, names: &[(&str, &str)]) -> Example {
    let change = |change: &Change| {
        let (target, field) = names.get(change.field).copied().unwrap_or_default();
        ExampleChange {
            target: target.to_owned(),
            field: field.to_owned(),
            what: change.what.clone(),
            before: change.before.as_deref().map(str::to_owned),
            after: change.after.as_deref().map(str::to_owned),
        }
    };
    let mut changes: Vec<ExampleChange> = seen.changes.iter().map(change).collect();
    changes.sort_by(|a, b| (&a.target, &a.field).cmp(&(&b.target, &b.field)));
    Example {
        person: seen.person.clone(),
        changes,
    }
}
