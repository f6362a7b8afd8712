//! Every write held against the journal: promise 3 (a durable row before it) and promise 2 (a row is
//! applied once, and once more only after a crash, with the same value, where that still stands).

use std::collections::HashMap;

use attune_server::store::journal::{FieldChange, Open};

use super::network::Applied;
use super::world::{World, Write};

/// A row's change of one field.
type Part = (String, i64, String);

/// What was applied so far.
#[derive(Debug, Default)]
pub(crate) struct Proof {
    /// Which change was applied, and after how many crashes last.
    applied: HashMap<Part, usize>,
    pub(crate) crashes: usize,
    pub(crate) writes: usize,
    pub(crate) repeated: usize,
}

impl Proof {
    /// What is wrong with these writes; `open` is what the journal holds now.
    pub(crate) fn judge(&mut self, world: &World, all: &[Applied], open: &[Open]) -> Vec<String> {
        let mut breaches = Vec::new();
        for applied in all {
            self.writes += 1;
            let write = &applied.write;
            let rows = applied.rows.as_deref().map_or(open, Vec::as_slice);
            let objection = world.objection(write).map(str::to_owned);
            let objection = objection.or_else(|| self.compare(world, write, rows));
            breaches.extend(objection.map(|why| format!("{why}: {write:?}")));
        }
        breaches
    }

    fn compare(&mut self, world: &World, write: &Write, rows: &[Open]) -> Option<String> {
        let about: Vec<(Part, &FieldChange)> =
            rows.iter().flat_map(|row| parts(row, write)).collect();
        if about.is_empty() {
            return Some("promise 3: without a durable record".to_owned());
        }
        let is_raced = world.cell(write).is_some_and(|cell| world.is_raced(cell));
        let first = about.iter().find(|(part, change)| {
            !self.applied.contains_key(part) && (change.before == write.before || is_raced)
        });
        if let Some((part, _)) = first {
            self.applied.insert(part.clone(), self.crashes);
            return None;
        }
        let again = about.iter().find(|(part, _)| {
            let last = self.applied.get(part);
            last.is_some_and(|last| *last < self.crashes) && write.before == write.after
        });
        if let Some((part, _)) = again {
            self.applied.insert(part.clone(), self.crashes);
            self.repeated += 1;
            return None;
        }
        Some("promise 2: over what no record says was there, or a second time".to_owned())
    }
}

/// The changes of a row that speak of this field with this value.
fn parts<'r>(row: &'r Open, write: &Write) -> Vec<(Part, &'r FieldChange)> {
    let is_account = row.target == write.place.target() && row.operation.account == write.account;
    let fields = row.operation.fields.iter().filter(|change| {
        is_account && change.field.name == write.field && change.after == write.after
    });
    let part = |change: &FieldChange| {
        (
            row.run.clone(),
            row.operation.number,
            change.field.name.clone(),
        )
    };
    fields.map(|change| (part(change), change)).collect()
}
