//! Value pairs of one field: "Berlin -> Munich: 214 people".
//!
//! Exact while there are at most [`PAIRS_MAX`] of them; beyond that it is the Misra-Gries summary:
//! what is frequent is still there, each count is the least that is certain, and what is not told is
//! counted together.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_128;

use super::{PAIRS_MAX, PAIRS_SHOWN_EACH, Pair, cut};

/// Counters of the pairs of one field.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    counts: HashMap<u128, Counter>,
    total: u64,
    is_lossy: bool,
}

#[derive(Debug)]
struct Counter {
    count: u64,
    before: Option<Box<str>>,
    after: Option<Box<str>>,
}

/// What is told of them.
pub(super) struct Closed {
    /// The most frequent ones first.
    pub pairs: Vec<Pair>,
    /// Whether these are all.
    pub is_all: bool,
    /// How many values have another pair.
    pub others: u64,
}

impl Pairs {
    pub(super) fn add(&mut self, before: Option<&str>, after: Option<&str>) {
        self.total += 1;
        let key = key(before, after);
        if let Some(counter) = self.counts.get_mut(&key) {
            counter.count += 1;
        } else if self.counts.len() < PAIRS_MAX {
            let counter = Counter {
                count: 1,
                before: before.map(cut),
                after: after.map(cut),
            };
            self.counts.insert(key, counter);
        } else {
            // Every counter pays one; each was paid for by an earlier increment.
            self.is_lossy = true;
            self.counts.retain(|_, counter| {
                counter.count -= 1;
                counter.count > 0
            });
        }
    }

    pub(super) fn is_few(&self) -> bool {
        !self.is_lossy && self.counts.len() <= PAIRS_SHOWN_EACH
    }

    pub(super) fn close(self) -> Closed {
        let pair = |counter: Counter| Pair {
            before: counter.before.map(Into::into),
            after: counter.after.map(Into::into),
            people: counter.count,
        };
        let mut told: Vec<Pair> = self.counts.into_values().map(pair).collect();
        told.sort_by(|a, b| {
            let values = |pair: &Pair| (pair.before.clone(), pair.after.clone());
            b.people
                .cmp(&a.people)
                .then_with(|| values(a).cmp(&values(b)))
        });
        let sum: u64 = told.iter().map(|pair| pair.people).sum();
        Closed {
            pairs: told,
            is_all: !self.is_lossy,
            others: self.total - sum,
        }
    }
}

/// One number for a pair, whatever the values' lengths.
pub(super) fn key(before: Option<&str>, after: Option<&str>) -> u128 {
    let mut bytes = Vec::with_capacity(64);
    for part in [before, after] {
        bytes.push(u8::from(part.is_some()));
        let part = part.unwrap_or_default();
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    xxh3_128(&bytes)
}
