//! Applying: a staged plan, page by page. Intents first, then requests, then the ledger.
//!
//! No request leaves before its intent is durable. Where an answer was lost the account is read
//! back: the value is there (written), or what was there before (sent once more), or something
//! else (a conflict). What cannot be read back stays an open intent, for the next run to settle.

use std::collections::HashMap;

use attune_core::mapping::Field;
use attune_core::plan::ChangeResult;
use futures_util::{StreamExt as _, stream};
use tokio_util::sync::CancellationToken;

use super::progress::{Phase, Progress};
use super::{Error, Run};
use crate::store::journal::{self, Ending, FieldChange};
use crate::store::ledger::{Author, Record};
use crate::store::links::Place;
use crate::store::stage::{Stage, StageMeta, StagedRow};
use crate::target::{self, AccountRef, Operation, Target};

/// Accounts per page: one group of intents, one group of records.
const PAGE_ROWS: u32 = 64;

/// A target that is being written.
pub(super) struct Outlet<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its site's URL.
    pub site: &'a str,
    /// Its client; `None` where it takes no part.
    pub client: Option<&'a dyn Target>,
    /// Why it stopped.
    pub error: Option<attune_core::Problem>,
}

/// How a plan is written.
#[derive(Clone)]
pub(super) struct Manner {
    /// Read every account first and write only where `before` still holds: for plans of an
    /// earlier run.
    pub is_careful: bool,
    /// Ends the run after the operations under way.
    pub stop: CancellationToken,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// Fields written.
    pub done: u64,
    /// Fields refused, or whose outcome is unknown.
    pub failed: u64,
    /// Fields that somebody else changed meanwhile.
    pub conflicts: u64,
    /// Fields that were not sent.
    pub not_sent: u64,
}

/// Writes one staged plan.
pub(super) struct Writer<'a> {
    run: &'a Run<'a>,
    stage: &'a Stage,
    meta: &'a StageMeta,
    manner: Manner,
    next: i64,
    written: Written,
}

/// One operation on its way: the journal's form, and where its changes stand in their row.
struct Unit {
    journal: journal::Operation,
    request: Operation,
    row: usize,
    numbers: Vec<u16>,
}

impl<'a> Writer<'a> {
    /// A writer for one plan.
    pub(super) fn new(
        run: &'a Run<'a>,
        stage: &'a Stage,
        meta: &'a StageMeta,
        manner: Manner,
    ) -> Self {
        Self {
            run,
            stage,
            meta,
            manner,
            next: 0,
            written: Written::default(),
        }
    }

    /// Writes everything; a target that fails is left, the others are finished.
    pub(super) async fn write(
        mut self,
        outlets: &mut [Outlet<'_>],
        progress: &Progress,
    ) -> Result<Written, Error> {
        progress.begin(Phase::Writing, self.meta.report.summary.changes);
        let mut after = (0_u16, String::new());
        loop {
            let rows = self.stage.rows((after.0, &after.1), PAGE_ROWS).await?;
            let Some(last) = rows.last() else { break };
            after = (last.target, last.account.clone());
            for (number, outlet) in (0_u16..).zip(outlets.iter_mut()) {
                let rows: Vec<&StagedRow> =
                    rows.iter().filter(|row| row.target == number).collect();
                if rows.is_empty() {
                    continue;
                }
                let is_open = outlet.error.is_none() && !self.manner.stop.is_cancelled();
                match outlet.client.filter(|_| is_open) {
                    Some(client) => {
                        let failed = self.page(client, outlet, &rows).await?;
                        outlet.error = outlet.error.take().or(failed);
                    }
                    None => self.leave(&rows).await?,
                }
            }
            progress.add(rows.iter().map(|row| row.packed.changes.len() as u64).sum());
        }
        Ok(self.written)
    }

    async fn leave(&mut self, rows: &[&StagedRow]) -> Result<(), Error> {
        let all = rows
            .iter()
            .flat_map(|row| row.packed.changes.iter().map(|c| (*row, c.0)));
        let results: Vec<_> = all
            .map(|(row, n)| (row, n, ChangeResult::NotSent))
            .collect();
        self.written.not_sent += results.len() as u64;
        self.stage.note(&results).await?;
        Ok(())
    }

    /// Writes one page of one target; answers why the target cannot be written any more.
    async fn page(
        &mut self,
        client: &dyn Target,
        outlet: &Outlet<'_>,
        rows: &[&StagedRow],
    ) -> Result<Option<attune_core::Problem>, Error> {
        let mut units = self.units(client, rows);
        let mut results = Vec::new();
        if self.manner.is_careful {
            units = self.still_true(client, units, rows, &mut results).await;
        }
        let page = self.journal_page(outlet);
        let intents: Vec<journal::Operation> =
            units.iter().map(|unit| unit.journal.clone()).collect();
        self.run.host.store.intend(page, &intents).await?;
        let answers = send(client, &units, &self.manner.stop).await;
        let mut endings = Vec::with_capacity(units.len());
        let mut records = Vec::new();
        let mut problem = None;
        for (unit, answer) in units.iter().zip(answers) {
            let (ending, result) = match answer {
                Answer::Written => (Some(Ending::Written), ChangeResult::Written),
                Answer::Gone => (Some(Ending::Gone), ChangeResult::Gone),
                Answer::Conflict => (Some(Ending::Conflict), ChangeResult::Conflict),
                Answer::Rejected => (Some(Ending::Rejected), ChangeResult::Failed),
                Answer::NotSent(why) => {
                    problem = problem.or(why);
                    (Some(Ending::NotSent), ChangeResult::NotSent)
                }
                // The intent stays open: the next run reads it back.
                Answer::Unknown => (None, ChangeResult::Failed),
            };
            endings.extend(ending.map(|ending| (unit.journal.number, ending)));
            if result == ChangeResult::Written {
                records.extend(
                    unit.journal
                        .fields
                        .iter()
                        .map(|change| record(unit, change)),
                );
            }
            self.count(result, unit.numbers.len() as u64);
            let row = rows.get(unit.row).copied();
            results.extend(
                row.iter()
                    .flat_map(|row| unit.numbers.iter().map(|number| (*row, *number, result))),
            );
        }
        records.extend(self.kept_records(rows));
        let author = self.author(outlet);
        self.run
            .host
            .store
            .settle(page, &endings, (author, &records))
            .await?;
        self.fingerprints(outlet, rows, &results).await?;
        results.retain(|(_, _, result)| *result != ChangeResult::Written);
        self.stage.note(&results).await?;
        Ok(problem)
    }

    fn count(&mut self, result: ChangeResult, fields: u64) {
        match result {
            ChangeResult::Written => self.written.done += fields,
            ChangeResult::Conflict => self.written.conflicts += fields,
            ChangeResult::NotSent => self.written.not_sent += fields,
            ChangeResult::Failed | ChangeResult::Gone => self.written.failed += fields,
        }
    }

    fn journal_page<'p>(&self, outlet: &Outlet<'p>) -> journal::Page<'p>
    where
        'a: 'p,
    {
        journal::Page {
            place: self.place(outlet),
            site: outlet.site,
            run: &self.run.id,
            now_ms: self.run.host.clock.now().as_millisecond(),
        }
    }

    fn place<'p>(&self, outlet: &Outlet<'p>) -> Place<'p>
    where
        'a: 'p,
    {
        Place {
            connector: &self.run.pinned.connector.id,
            target: outlet.name,
        }
    }

    fn author<'p>(&self, outlet: &Outlet<'p>) -> Author<'p>
    where
        'a: 'p,
    {
        Author {
            site: outlet.site,
            connector: &self.run.pinned.connector.id,
            run: &self.run.id,
            revision: &self.run.pinned.revision,
            now_ms: self.run.host.clock.now().as_millisecond(),
        }
    }

    fn units(&mut self, client: &dyn Target, rows: &[&StagedRow]) -> Vec<Unit> {
        let mut units = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let fields: Vec<Field> = row
                .packed
                .changes
                .iter()
                .filter_map(|change| self.meta.fields.get(usize::from(change.0)).cloned())
                .collect();
            for unit in client.units(&fields) {
                self.next += 1;
                units.push(unit_of(self.next, (index, row), &fields, &unit));
            }
        }
        units
    }

    /// Keeps the operations whose `before` is still what the target holds.
    async fn still_true<'r>(
        &mut self,
        client: &dyn Target,
        units: Vec<Unit>,
        rows: &[&'r StagedRow],
        results: &mut Vec<(&'r StagedRow, u16, ChangeResult)>,
    ) -> Vec<Unit> {
        let at_once = client.capabilities().writes_at_once.max(1);
        let checked: Vec<(Unit, Option<ChangeResult>)> = stream::iter(units)
            .map(|unit| async move {
                let verdict = compare(client, &unit).await;
                (unit, verdict)
            })
            .buffered(at_once)
            .collect()
            .await;
        let mut open = Vec::with_capacity(checked.len());
        for (unit, verdict) in checked {
            let Some(result) = verdict else {
                open.push(unit);
                continue;
            };
            self.count(result, unit.numbers.len() as u64);
            let row = rows.get(unit.row).copied();
            results.extend(
                row.iter()
                    .flat_map(|row| unit.numbers.iter().map(|number| (*row, *number, result))),
            );
        }
        open
    }

    /// Adopted and released fields need no request, only the ledger.
    fn kept_records(&self, rows: &[&StagedRow]) -> Vec<Record> {
        let field = |number: u16| self.meta.fields.get(usize::from(number)).cloned();
        let mut records = Vec::new();
        for row in rows {
            for (number, value) in &row.packed.adopted {
                records.extend(field(*number).map(|field| Record {
                    account: row.account.clone(),
                    field,
                    value: Some(value.clone()),
                    previous: Some(value.clone()),
                }));
            }
            for number in &row.packed.released {
                records.extend(field(*number).map(|field| Record {
                    account: row.account.clone(),
                    field,
                    value: None,
                    previous: None,
                }));
            }
        }
        records
    }

    /// Whoever has everything written is unchanged next time; the others are due again.
    async fn fingerprints(
        &self,
        outlet: &Outlet<'_>,
        rows: &[&StagedRow],
        results: &[(&StagedRow, u16, ChangeResult)],
    ) -> Result<(), Error> {
        let mut bad: HashMap<&str, ChangeResult> = HashMap::new();
        for (row, _, result) in results {
            if *result != ChangeResult::Written {
                bad.insert(&row.person, *result);
            }
        }
        let store = &self.run.host.store;
        let place = self.place(outlet);
        let mut prints = Vec::with_capacity(rows.len());
        for row in rows {
            match bad.get(row.person.as_str()) {
                Some(ChangeResult::Gone) => store.unlink(place, &row.person).await?,
                Some(_) => store.mark_due(place, &row.person).await?,
                None => match &row.fingerprint {
                    Some(print) => prints.push((row.person.clone(), print.clone())),
                    None => store.mark_due(place, &row.person).await?,
                },
            }
        }
        store.save_fingerprints(place, &prints).await?;
        Ok(())
    }
}

/// How one operation ended.
enum Answer {
    Written,
    Rejected,
    Gone,
    Conflict,
    NotSent(Option<attune_core::Problem>),
    Unknown,
}

async fn send(client: &dyn Target, units: &[Unit], stop: &CancellationToken) -> Vec<Answer> {
    let at_once = client.capabilities().writes_at_once.max(1);
    // The first failure of the whole target stops what was not sent yet.
    let down = CancellationToken::new();
    stream::iter(units)
        .map(|unit| {
            let down = down.clone();
            async move {
                if stop.is_cancelled() || down.is_cancelled() {
                    return Answer::NotSent(None);
                }
                let answer = send_one(client, unit).await;
                if matches!(answer, Answer::NotSent(Some(_))) {
                    down.cancel();
                }
                answer
            }
        })
        .buffered(at_once)
        .collect()
        .await
}

async fn send_one(client: &dyn Target, unit: &Unit) -> Answer {
    let mut tries = 0;
    loop {
        tries += 1;
        match client.write(&unit.request).await {
            Ok(()) => return Answer::Written,
            Err(target::Error::Gone) => return Answer::Gone,
            Err(target::Error::Rejected { problem }) => {
                tracing::warn!(code = %problem.code, account = %unit.journal.account,
                    "the target refused a write: {}", problem.message);
                return Answer::Rejected;
            }
            Err(target::Error::Target { problem }) => return Answer::NotSent(Some(problem)),
            Err(target::Error::Unknown) => {}
        }
        // The answer was lost. What the target holds decides, never a second blind try.
        match compare(client, unit).await {
            Some(ChangeResult::Written) => return Answer::Written,
            Some(ChangeResult::Gone) => return Answer::Gone,
            Some(ChangeResult::Conflict) => return Answer::Conflict,
            None if tries == 1 => {}
            None | Some(ChangeResult::Failed | ChangeResult::NotSent) => return Answer::Unknown,
        }
    }
}

/// What the target holds against an operation: `None` where `before` still holds everywhere.
async fn compare(client: &dyn Target, unit: &Unit) -> Option<ChangeResult> {
    let fields: Vec<Field> = unit
        .journal
        .fields
        .iter()
        .map(|c| c.field.clone())
        .collect();
    match client.observe(&unit.request.account, &fields).await {
        Ok(held) => verdict(&unit.journal.fields, &held, client.normalise()),
        Err(target::Error::Gone) => Some(ChangeResult::Gone),
        Err(_) => Some(ChangeResult::Failed),
    }
}

/// Written where all fields hold what was meant, nothing where all hold what was before, else a
/// conflict.
pub(super) fn verdict(
    changes: &[FieldChange],
    held: &target::Held,
    normalise: fn(&str) -> &str,
) -> Option<ChangeResult> {
    let now = |change: &FieldChange| held.get(&change.field).map(String::as_str);
    let same = |a: Option<&str>, b: Option<&str>| {
        normalise(a.unwrap_or_default()) == normalise(b.unwrap_or_default())
    };
    if changes
        .iter()
        .all(|change| same(now(change), change.after.as_deref()))
    {
        return Some(ChangeResult::Written);
    }
    if changes
        .iter()
        .all(|change| same(now(change), change.before.as_deref()))
    {
        return None;
    }
    Some(ChangeResult::Conflict)
}

fn unit_of(
    number: i64,
    (index, row): (usize, &StagedRow),
    fields: &[Field],
    unit: &[usize],
) -> Unit {
    let mut changes = Vec::with_capacity(unit.len());
    let mut numbers = Vec::with_capacity(unit.len());
    for position in unit {
        let (Some(field), Some(change)) =
            (fields.get(*position), row.packed.changes.get(*position))
        else {
            continue;
        };
        numbers.push(change.0);
        changes.push(FieldChange {
            field: field.clone(),
            before: change.1.clone(),
            after: change.2.clone(),
        });
    }
    let account = AccountRef {
        key: row.account.clone(),
        username: row.username.clone(),
    };
    let fields = changes
        .iter()
        .map(|c| (c.field.clone(), c.after.clone()))
        .collect();
    Unit {
        journal: journal::Operation {
            number,
            account: row.account.clone(),
            person: row.person.clone(),
            fields: changes,
        },
        request: Operation { account, fields },
        row: index,
        numbers,
    }
}

fn record(unit: &Unit, change: &FieldChange) -> Record {
    Record {
        account: unit.journal.account.clone(),
        field: change.field.clone(),
        // A cleared field is no longer ours.
        value: change.after.clone(),
        previous: change.before.clone(),
    }
}
