//! The people of one batch, or some of them, and their columns.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::selector::Wanted;
use crate::{Cell, Column, Kind, Selector};

/// Up to 256 people with what was read of them.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The selector of each column; one that is not in it is unavailable, not absent.
    pub wanted: &'a Wanted,
    /// One column per selector, each with one row per person.
    pub columns: &'a [Column],
    /// Source keys.
    pub people: &'a [&'a str],
    /// Id of the connector (for seeds).
    pub connector: &'a str,
    /// Name of the target (for seeds).
    pub target: &'a str,
    /// Start of the run.
    pub now_ms: i64,
}

impl<'a> Batch<'a> {
    /// The column of a selector, or `None` when it was not fetched.
    pub fn column(&self, selector: &Selector) -> Option<&'a Column> {
        self.columns.get(self.wanted.position(selector)?)
    }
}

/// 16 bytes that stay the same in every run, batch and order: the start of SHA-256 over
/// connector id, source key, target and field, each with its length before it.
pub fn seed(connector: &str, person: &str, target: &str, field: &str) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in [connector, person, target, field] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let mut seed = [0; 16];
    for (to, from) in seed.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    seed
}

/// Everyone of a batch, or the people of one row, as one field sees them.
pub(super) struct View<'a> {
    batch: &'a Batch<'a>,
    field: &'a str,
    chosen: Option<&'a [usize]>,
}

impl<'a> View<'a> {
    pub(super) fn all(batch: &'a Batch<'a>, field: &'a str) -> Self {
        Self {
            batch,
            field,
            chosen: None,
        }
    }

    pub(super) fn some(batch: &'a Batch<'a>, field: &'a str, chosen: &'a [usize]) -> Self {
        Self {
            batch,
            field,
            chosen: Some(chosen),
        }
    }

    pub(super) fn people(&self) -> usize {
        self.chosen.map_or(self.batch.people.len(), <[usize]>::len)
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.batch.now_ms
    }

    pub(super) fn column(&self, selector: &Selector) -> Option<Cow<'a, Column>> {
        let column = self.batch.column(selector)?;
        Some(match self.chosen {
            None => Cow::Borrowed(column),
            Some(chosen) => Cow::Owned(column.take(chosen)),
        })
    }

    /// 16 bytes for each of these people of the view.
    pub(super) fn seeds(&self, rows: &[usize]) -> Vec<u8> {
        let mut seeds = Vec::with_capacity(16 * rows.len());
        for &row in rows {
            let person = match self.chosen {
                None => Some(row),
                Some(chosen) => chosen.get(row).copied(),
            };
            let key = person.and_then(|p| self.batch.people.get(p)).copied();
            let (connector, target) = (self.batch.connector, self.batch.target);
            seeds.extend(seed(connector, key.unwrap_or_default(), target, self.field));
        }
        seeds
    }
}

/// Puts parts back where their rows were; rows of no part become `otherwise`.
pub(super) fn scatter(rows: usize, parts: &[(Vec<usize>, Column)], otherwise: Kind) -> Column {
    let mut place: Vec<Option<(usize, usize)>> = vec![None; rows];
    for (part, (chosen, _)) in parts.iter().enumerate() {
        for (row, &person) in chosen.iter().enumerate() {
            if let Some(place) = place.get_mut(person) {
                *place = Some((part, row));
            }
        }
    }
    let bytes = parts.iter().map(|(_, column)| column.data().len()).sum();
    let mut whole = Column::with_capacity(rows, bytes);
    let nothing = Cell {
        kind: otherwise,
        bytes: &[],
    };
    for place in place {
        let cell = place.and_then(|(part, row)| Some(parts.get(part)?.1.cell(row)));
        whole.push(cell.unwrap_or(nothing));
    }
    whole
}
