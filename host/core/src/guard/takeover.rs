//! "Everyone becomes Berlin": counts per field which new value replaces how many differing ones.
//!
//! Exact while a field has at most [`VALUES_MAX`] new values; beyond that it is the Misra-Gries
//! summary, whose error is known and added, so that a takeover is never missed and the memory
//! never grows with the directory.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_128;

/// New values that are counted per field at the same time.
const VALUES_MAX: usize = 1024;
/// Longest piece of a value that a guard line shows.
const SHOWN_CHARS: usize = 60;

/// Counters of all fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Takeovers {
    fields: Vec<FieldCounts>,
}

#[derive(Debug, Clone, Default)]
struct FieldCounts {
    target: String,
    field: String,
    values: HashMap<u128, Counter>,
    /// By how much any count may be too low.
    lost: u64,
}

#[derive(Debug, Clone)]
struct Counter {
    count: u64,
    /// Hash of the first value that was replaced, and whether another one was.
    before: u128,
    differs: bool,
    shown: Box<str>,
}

impl Takeovers {
    pub(super) fn add(&mut self, field: (&str, &str), before: &str, after: &str) {
        let same = |counts: &FieldCounts| (counts.target.as_str(), counts.field.as_str()) == field;
        let index = self.fields.iter().position(same).unwrap_or_else(|| {
            self.fields.push(FieldCounts {
                target: field.0.to_owned(),
                field: field.1.to_owned(),
                ..FieldCounts::default()
            });
            self.fields.len() - 1
        });
        if let Some(counts) = self.fields.get_mut(index) {
            counts.add(before, after);
        }
    }

    /// The largest count of people whose differing values become one, and what it is about.
    pub(super) fn largest(&self) -> (u64, String) {
        let all = self.fields.iter().flat_map(|field| {
            let differing = field.values.iter().filter(|(_, counter)| counter.differs);
            differing.map(move |(hash, counter)| (counter.count + field.lost, hash, field, counter))
        });
        // The hash decides between equal counts, so that two plans report the same line.
        let largest = all.max_by(|a, b| {
            let key = |&(count, hash, field, _): &(u64, &u128, &FieldCounts, &Counter)| {
                (count, field.target.clone(), field.field.clone(), *hash)
            };
            key(a).cmp(&key(b))
        });
        match largest {
            Some((count, _, field, counter)) => {
                let detail = format!("{}.{} = {}", field.target, field.field, counter.shown);
                (count, detail)
            }
            None => (0, String::new()),
        }
    }
}

impl FieldCounts {
    fn add(&mut self, before: &str, after: &str) {
        let hash = xxh3_128(before.as_bytes());
        let key = xxh3_128(after.as_bytes());
        if let Some(counter) = self.values.get_mut(&key) {
            counter.count += 1;
            counter.differs |= counter.before != hash;
            return;
        }
        if self.values.len() >= VALUES_MAX {
            // Every counter pays one; each was paid for by an earlier increment.
            self.lost += 1;
            self.values.retain(|_, counter| {
                counter.count -= 1;
                counter.count > 0
            });
            return;
        }
        let counter = Counter {
            count: 1,
            before: hash,
            // After a loss an earlier, different value may have been forgotten.
            differs: self.lost > 0,
            shown: after.chars().take(SHOWN_CHARS).collect(),
        };
        self.values.insert(key, counter);
    }
}
