//! The rows of a staged plan, evaluated again page by page.

use std::collections::{BTreeSet, HashMap, HashSet};

use attune_core::evaluate::Batch;
use attune_core::mapping::FieldKind;
use attune_core::plan::DigestWriter;

use super::super::managers::Managers;
use super::super::pin::{Pinned, PinnedTarget};
use super::super::{Error, Host, plan_file};
use super::fields::Fields;
use super::makers::Makers;
use super::past::{Past, Then};
use super::{DIFFERENCES_MAX, Difference, Record, Replayed, gone};
use crate::store::ledger::Entries;
use crate::store::links::Place;
use crate::store::stage::{PackedChange, StagedRow};

/// Rows read from the stage at once; also the size of a batch that crosses into a plugin.
const PAGE_ROWS: u32 = 256;

/// Problems of fields that stay as they are whatever the value is.
const NOT_OURS: [&str; 3] = ["held", "owned-by", "does-not-stick"];

/// Replays every staged row with the run's own builds, and with others where there are any.
pub(super) async fn replay(
    host: &Host,
    record: &Record,
    mut own: Makers,
    mut other: Option<Makers>,
) -> Result<Replayed, Error> {
    let report = &record.meta.report;
    let generations = other.as_ref().unwrap_or(&own).pinned.generations.clone();
    let how = report.source.as_ref().map(|source| source.read);
    let last = host.store.last_listing(&record.plan.connector).await?;
    let listing = last.map(|(_, name)| name).unwrap_or_default();
    let mut sum = Sum {
        record,
        own: DigestWriter::new(&record.head(&report.generations)),
        other: other
            .as_ref()
            .map(|_| DigestWriter::new(&record.head(&generations))),
        result: empty(record),
        missing: BTreeSet::new(),
        other_inputs: BTreeSet::new(),
        not_ours: not_ours(record),
    };
    let mut after = (0_u16, String::new());
    loop {
        let rows = record.stage.whole_rows((after.0, &after.1), PAGE_ROWS);
        let rows = rows.await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = (last.target, last.account.clone());
        for rows in rows.chunk_by(|a, b| a.target == b.target) {
            let page = Page::read(host, record, &own.pinned, (rows, &listing), how).await?;
            let ledger = match &other {
                Some(_) => page.ledger(host, &own.pinned).await?,
                None => HashMap::new(),
            };
            sum.page(&page, &mut own, other.as_mut(), &ledger)?;
        }
    }
    let mut repeatable = own.finish()?;
    if let Some(other) = &mut other {
        repeatable &= other.finish()?;
    }
    Ok(sum.close(generations, repeatable))
}

fn empty(record: &Record) -> Replayed {
    let report = &record.meta.report;
    Replayed {
        run: record.run.clone(),
        connector: report.connector.clone(),
        now: report.now.clone(),
        generations: report.generations.clone(),
        recorded: report.digest.clone(),
        replayed: String::new(),
        repeats: false,
        is_same: false,
        people: 0,
        recorded_changes: report.summary.changes,
        replayed_changes: 0,
        pictures: 0,
        different: 0,
        differences: Vec::new(),
        missing: Vec::new(),
        other_inputs: Vec::new(),
        repeatable: true,
    }
}

/// Person, target and field of whatever the run left alone because it was not its own.
fn not_ours(record: &Record) -> HashSet<(String, String, String)> {
    let problems = record.meta.report.problems.iter();
    let left = problems.filter(|problem| NOT_OURS.contains(&problem.code.as_str()));
    left.map(|problem| {
        let (person, target) = (problem.person.clone(), problem.target.clone());
        (person, target, problem.field.clone())
    })
    .collect()
}

/// Staged rows of one target, and their people as they were.
struct Page<'r> {
    rows: &'r [StagedRow],
    /// The target's place among the pinned ones.
    at: usize,
    /// Which of the evaluated people each row is about.
    places: Vec<Who>,
    people: Vec<&'r str>,
    then: Then,
    now_ms: i64,
}

/// Who a row is about.
#[derive(Clone, Copy)]
enum Who {
    /// Somebody of whom there is nothing but a picture in the plan.
    Pictured,
    /// Somebody whose document is not kept.
    Missing,
    /// The evaluated person at this place.
    At(usize),
}

impl<'r> Page<'r> {
    async fn read(
        host: &Host,
        record: &Record,
        pinned: &Pinned,
        (rows, listing): (&'r [StagedRow], &str),
        how: Option<attune_core::plan::How>,
    ) -> Result<Self, Error> {
        let number = rows.first().map(|row| usize::from(row.target));
        let name = number.and_then(|number| record.meta.targets.get(number));
        let at = pinned
            .targets
            .iter()
            .position(|target| Some(&target.spec.name) == name);
        let found = at.and_then(|at| Some((at, pinned.targets.get(at)?)));
        let (at, target) = found.ok_or_else(|| gone("one of its targets is not known"))?;
        let past = Past::of(&host.store, pinned, record.now_ms, how).await?;
        let keys: Vec<String> = rows.iter().map(|row| row.person.clone()).collect();
        let known = past.people(&keys).await?;
        let (mut people, mut those) = (Vec::new(), Vec::new());
        let mut places = Vec::with_capacity(rows.len());
        for row in rows {
            places.push(if is_picture(row, target) {
                Who::Pictured
            } else if let Some(one) = known.get(&row.person) {
                people.push(row.person.as_str());
                those.push(std::sync::Arc::clone(one));
                Who::At(people.len() - 1)
            } else {
                Who::Missing
            });
        }
        let mut then = past.columns(&pinned.resolved, &those).await?;
        let managers = Managers {
            store: &host.store,
            place: Place {
                connector: &pinned.connector.id,
                target: &target.spec.name,
                site: &target.site,
            },
            claims: (listing, ""),
            refused: &HashMap::new(),
            selectors: &pinned.resolved,
            are_looked_for: true,
        };
        let Then { columns, chain, .. } = &mut then;
        managers.fill(&target.accounts, chain, columns).await?;
        Ok(Self {
            rows,
            at,
            places,
            people,
            then,
            now_ms: record.now_ms,
        })
    }

    async fn ledger(
        &self,
        host: &Host,
        pinned: &Pinned,
    ) -> Result<HashMap<String, Entries>, Error> {
        let Some(target) = pinned.targets.get(self.at) else {
            return Ok(HashMap::new());
        };
        let accounts: Vec<String> = self.rows.iter().map(|row| row.account.clone()).collect();
        Ok(host.store.ledger(&target.site, &accounts).await?)
    }

    /// Whether a row's inputs are those of then, as far as its fingerprint tells.
    fn is_unaltered(&self, pinned: &Pinned, row: &StagedRow, person: usize) -> Option<bool> {
        let target = pinned.targets.get(self.at)?;
        let recorded = row.fingerprint.as_deref()?;
        let cells = target
            .positions(pinned)
            .into_iter()
            .filter_map(|position| self.then.columns.get(position))
            .map(|column| column.cell(person));
        let mut prints = target.prints.clone();
        Some(prints.of(cells, &[Some(row.account.as_str())]).as_slice() == recorded)
    }
}

/// Whether a row is there for nothing but a picture.
fn is_picture(row: &StagedRow, target: &PinnedTarget) -> bool {
    let packed = &row.packed;
    let is_photo = |change: &PackedChange| Some(change.0) == target.photo;
    !packed.changes.is_empty()
        && packed.changes.iter().all(is_photo)
        && packed.adopted.is_empty()
        && packed.released.is_empty()
        && row.fingerprint.is_none()
}

/// What a replay comes to, page by page.
struct Sum<'a> {
    record: &'a Record,
    own: DigestWriter,
    other: Option<DigestWriter>,
    result: Replayed,
    missing: BTreeSet<String>,
    other_inputs: BTreeSet<String>,
    not_ours: HashSet<(String, String, String)>,
}

impl Sum<'_> {
    fn page(
        &mut self,
        page: &Page<'_>,
        own: &mut Makers,
        other: Option<&mut Makers>,
        ledger: &HashMap<String, Entries>,
    ) -> Result<(), Error> {
        for (row, who) in page.rows.iter().zip(&page.places) {
            match who {
                Who::At(person) => self.compare_inputs(page, &own.pinned, row, *person),
                Who::Missing => {
                    self.missing.insert(row.person.clone());
                }
                Who::Pictured => {}
            }
        }
        let Some(target) = own.pinned.targets.get(page.at) else {
            return Ok(());
        };
        // Another build may ask for more than was read: that is unavailable, as in any run.
        let batch = Batch {
            wanted: &own.pinned.resolved.clone(),
            columns: &page.then.columns,
            people: &page.people,
            connector: &own.pinned.connector.id.clone(),
            target: &target.spec.name.clone(),
            now_ms: page.now_ms,
        };
        let fields = Fields::of(target, &own.pinned.connector.id);
        let own = own.answer(page.at, &batch);
        let other = other.and_then(|other| other.answer(page.at, &batch));
        let own = own.ok_or_else(|| gone("one of its targets is not known"))?;
        for (row, who) in page.rows.iter().zip(&page.places) {
            let (again, instead) = match who {
                Who::Missing => continue,
                Who::Pictured => (row.packed.changes.clone(), None),
                Who::At(person) => {
                    self.result.people += 1;
                    let again = fields.again(row, &own, *person);
                    let instead = other.as_ref().map(|other| {
                        let entries = ledger.get(&row.account);
                        let case = (row, entries, *person);
                        fields.instead(case, (&own, other), page.now_ms, &self.not_ours)
                    });
                    (again, instead)
                }
            };
            self.row(row, &again, instead.as_deref())?;
        }
        Ok(())
    }

    /// Names whose inputs cannot be made what they were.
    fn compare_inputs(&mut self, page: &Page<'_>, pinned: &Pinned, row: &StagedRow, person: usize) {
        let unaltered = page.is_unaltered(pinned, row, person);
        if unaltered == Some(true) {
            return;
        }
        let managers = page.then.dropped_managers(person);
        if managers.is_empty() && unaltered == Some(false) {
            self.other_inputs.insert(row.person.clone());
        }
        self.missing.extend(managers);
    }

    fn row(
        &mut self,
        row: &StagedRow,
        again: &[PackedChange],
        instead: Option<&[PackedChange]>,
    ) -> Result<(), Error> {
        let meta = &self.record.meta;
        let failed = |error: attune_core::plan::Error| Error::PlanFile(error.to_string());
        for packed in again {
            let change = plan_file::unpack(meta, row, packed);
            self.own.change(&change).map_err(failed)?;
        }
        let changes = instead.unwrap_or(again);
        for packed in changes {
            let change = plan_file::unpack(meta, row, packed);
            self.result.replayed_changes += 1;
            self.result.pictures += u64::from(change.kind == FieldKind::Photo);
            if let Some(writer) = &mut self.other {
                writer.change(&change).map_err(failed)?;
            }
        }
        let numbers = row.packed.changes.iter().chain(changes).map(|one| one.0);
        for number in numbers.collect::<BTreeSet<u16>>() {
            let of = |all: &[PackedChange]| all.iter().find(|one| one.0 == number).cloned();
            let (recorded, replayed) = (of(&row.packed.changes), of(changes));
            if recorded == replayed {
                continue;
            }
            self.result.different += 1;
            if self.result.differences.len() < DIFFERENCES_MAX {
                let unpack = |packed: PackedChange| plan_file::unpack(meta, row, &packed);
                self.result.differences.push(Difference {
                    recorded: recorded.map(unpack),
                    replayed: replayed.map(unpack),
                });
            }
        }
        Ok(())
    }

    fn close(
        self,
        generations: std::collections::BTreeMap<String, String>,
        repeatable: bool,
    ) -> Replayed {
        let mut result = self.result;
        let own = self.own.finish();
        result.repeats = own == result.recorded && self.missing.is_empty();
        let is_whole = self.missing.is_empty() && result.different == 0;
        result.is_same = is_whole && (self.other.is_some() || result.repeats);
        result.replayed = self.other.map_or(own, DigestWriter::finish);
        result.generations = generations;
        result.missing = self.missing.into_iter().collect();
        result.other_inputs = self.other_inputs.into_iter().collect();
        result.repeatable = repeatable;
        result
    }
}
