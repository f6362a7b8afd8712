//! Applying: a staged plan, page by page. Intents first, then requests, then the ledger.
//!
//! No request leaves before its intent is durable. Where an answer was lost the account is read
//! back: the value is there (written), or what was there before (sent once more), or something
//! else (a conflict). What cannot be read back stays an open intent, for the next run to settle.

use std::collections::HashMap;

use attune_core::mapping::Field;
use attune_core::plan::{ChangeResult, Trouble};
use tokio_util::sync::CancellationToken;

use super::pictures;
use super::progress::{Phase, Progress};
use super::resume::{self, Reached};
use super::send::{Answer, Checked, Unit, send, still_true};
use super::{Error, Run};
use crate::store::altered::ReadBack;
use crate::store::journal::{self, FieldChange};
use crate::store::ledger::{Author, Record};
use crate::store::links::Place;
use crate::store::runs::PROBLEMS_MAX;
use crate::store::stage::{Stage, StageMeta, StagedRow};
use crate::target::{AccountRef, Operation, Target};

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
    /// Where an earlier process came to.
    pub from: Reached,
    /// The place is noted page by page, so that another process may go on there.
    pub keeps_place: bool,
    /// Ends the run after the operations under way.
    pub stop: CancellationToken,
}

impl Manner {
    /// How a plan that somebody was shown is written.
    pub(super) fn careful(stop: &CancellationToken) -> Self {
        Self {
            is_careful: true,
            from: Reached::default(),
            keeps_place: false,
            stop: stop.clone(),
        }
    }

    /// Notes a place that the plan was written up to, and what went wrong since the one before.
    /// Not after a stop, and not where something was left: that has to be done again.
    pub(super) async fn note(
        &self,
        run: &Run<'_>,
        place: Reached,
        (written, told): (&Written, &mut usize),
    ) -> Result<(), Error> {
        if !self.keeps_place || self.stop.is_cancelled() || written.not_sent > 0 {
            return Ok(());
        }
        let troubles = written.troubles.get(*told..).unwrap_or_default();
        let store = &run.host.store;
        let place = resume::text(&place);
        store.note_written(run.key(), &place, troubles).await?;
        *told = written.troubles.len();
        Ok(())
    }
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// Fields written.
    pub done: u64,
    /// Fields refused, or whose outcome is unknown.
    pub failed: u64,
    /// Fields that somebody else changed meanwhile.
    pub conflicts: u64,
    /// Fields that were not sent.
    pub not_sent: u64,
    /// Why single operations came to nothing.
    pub troubles: Vec<Trouble>,
}

impl Written {
    /// Counts pictures too.
    pub(super) fn add(&mut self, pictures: Self) {
        self.done += pictures.done;
        self.failed += pictures.failed;
        self.conflicts += pictures.conflicts;
        self.not_sent += pictures.not_sent;
        self.troubles.extend(pictures.troubles);
    }
}

/// Writes one staged plan.
pub(super) struct Writer<'a> {
    run: &'a Run<'a>,
    stage: &'a Stage,
    meta: &'a StageMeta,
    manner: Manner,
    next: i64,
    written: Written,
    /// How many troubles are kept with the place.
    told: usize,
}

impl<'a> Writer<'a> {
    /// A writer for one plan, that knows what an earlier process did of it.
    pub(super) async fn new(
        run: &'a Run<'a>,
        (stage, meta): (&'a Stage, &'a StageMeta),
        manner: Manner,
    ) -> Result<Self, Error> {
        let store = &run.host.store;
        let mut written = manner.from.written();
        if manner.from != Reached::default() {
            written.troubles = store.problems(&run.id).await?;
        }
        Ok(Self {
            run,
            stage,
            meta,
            next: store
                .last_operation(&run.id, pictures::FIRST_NUMBER)
                .await?,
            told: written.troubles.len(),
            written,
            manner,
        })
    }

    /// Writes everything; a target that fails is left, the others are finished.
    pub(super) async fn write(
        mut self,
        outlets: &mut [Outlet<'_>],
        progress: &Progress,
    ) -> Result<(Written, Manner), Error> {
        progress.begin(Phase::Writing, self.meta.report.summary.changes);
        if self.manner.from.is_of_pictures {
            return Ok((self.written, self.manner));
        }
        self.doubt(outlets).await?;
        let mut after = (self.manner.from.target, self.manner.from.account.clone());
        progress.add(self.manner.from.done);
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
                    None => self.leave(outlet, &rows).await?,
                }
            }
            let place = Reached::of((after.0, &after.1), &self.written);
            let done = (&self.written, &mut self.told);
            self.manner.note(self.run, place, done).await?;
            progress.add(rows.iter().map(|row| row.packed.changes.len() as u64).sum());
        }
        Ok((self.written, self.manner))
    }

    /// Leaves a page unwritten; its people are due again.
    async fn leave(&mut self, outlet: &Outlet<'_>, rows: &[&StagedRow]) -> Result<(), Error> {
        let all = rows
            .iter()
            .flat_map(|row| row.packed.changes.iter().map(|c| (*row, c.0)));
        let results: Vec<_> = all
            .map(|(row, n)| (row, n, ChangeResult::NotSent))
            .collect();
        self.written.not_sent += results.len() as u64;
        self.fingerprints(outlet, rows, &results).await?;
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
        let mut checked = Checked {
            open: self.units(client, rows),
            ended: Vec::new(),
        };
        if self.manner.is_careful {
            checked = still_true(client, checked.open, &self.manner.stop).await;
        }
        let page = self.journal_page(outlet);
        let stop = &self.manner.stop;
        let mut answered = if checked.is_down() {
            checked
                .open
                .into_iter()
                .map(|unit| (unit, Answer::NotSent(None)))
                .collect()
        } else {
            let intents: Vec<journal::Operation> = checked
                .open
                .iter()
                .map(|unit| unit.journal.clone())
                .collect();
            self.run.host.store.intend(page, &intents).await?;
            let answers = send(client, &checked.open, (stop, &self.run.host.store)).await;
            checked.open.into_iter().zip(answers).collect::<Vec<_>>()
        };
        answered.extend(checked.ended);
        let mut endings = Vec::with_capacity(answered.len());
        let mut records = Vec::new();
        let mut read_back = Vec::new();
        let mut results = Vec::new();
        let mut problem = None;
        for (unit, answer) in answered {
            endings.extend(answer.ending().map(|ending| (unit.journal.number, ending)));
            let row = rows.get(unit.row).copied();
            let mut came_to_nothing = Vec::new();
            for (change, number) in unit.journal.fields.iter().zip(&unit.numbers) {
                let result = answer.result(change, client);
                if result == ChangeResult::Written {
                    records.push(record(&unit, change));
                } else {
                    came_to_nothing.push(change.field.name.clone());
                }
                read_back.extend(became(&unit, change, &answer, result));
                self.count(result, 1);
                results.extend(row.map(|row| (row, *number, result)));
            }
            match answer {
                Answer::NotSent(why) => problem = problem.or(why),
                answer => self.explain(outlet, &unit, (answer, came_to_nothing)),
            }
        }
        records.extend(self.kept_records(rows));
        let author = self.author(outlet);
        let store = &self.run.host.store;
        store
            .settle(page, &endings, (author, &records), &read_back)
            .await?;
        self.fingerprints(outlet, rows, &results).await?;
        results.retain(|(_, _, result)| *result != ChangeResult::Written);
        self.stage.note(&results).await?;
        Ok(problem)
    }

    /// Notes why an operation came to nothing, field by field.
    fn explain(
        &mut self,
        outlet: &Outlet<'_>,
        unit: &Unit,
        (answer, fields): (Answer, Vec<String>),
    ) {
        let Some(problem) = answer.problem() else {
            return;
        };
        for field in fields {
            if self.written.troubles.len() < PROBLEMS_MAX {
                self.written.troubles.push(Trouble {
                    person: unit.journal.person.clone(),
                    target: outlet.name.to_owned(),
                    field,
                    code: problem.code.clone(),
                    message: problem.message.clone(),
                });
            }
        }
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
            site: outlet.site,
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
        let mut doubtful = Vec::new();
        for row in rows {
            match bad.get(row.person.as_str()) {
                Some(ChangeResult::Gone) => store.unlink(place, &row.person).await?,
                Some(_) => doubtful.push(row.person.clone()),
                None => match &row.fingerprint {
                    Some(print) => prints.push((row.person.clone(), print.clone())),
                    None => store.mark_due(place, &row.person).await?,
                },
            }
        }
        store.mark_doubtful(place, &doubtful).await?;
        store.save_fingerprints(place, &prints).await?;
        Ok(())
    }

    /// Before the first write of a plan that repairs drift: whoever is not reached is read again.
    ///
    /// Other plans need no such mark, because the fingerprints of their people differ.
    async fn doubt(&self, outlets: &[Outlet<'_>]) -> Result<(), Error> {
        if !self.manner.is_careful && !self.run.order.is_thorough() {
            return Ok(());
        }
        let mut after = (self.manner.from.target, self.manner.from.account.clone());
        loop {
            let rows = self.stage.rows((after.0, &after.1), PAGE_ROWS).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = (last.target, last.account.clone());
            for (number, outlet) in (0_u16..).zip(outlets) {
                let changed = rows
                    .iter()
                    .filter(|row| row.target == number && !row.packed.changes.is_empty());
                let people: Vec<String> = changed.map(|row| row.person.clone()).collect();
                let store = &self.run.host.store;
                store.mark_doubtful(self.place(outlet), &people).await?;
            }
        }
    }
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
            disowned: row.packed.disowned.contains(&change.0),
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
        value: change.owned(),
        previous: change.before.clone(),
    }
}

/// What a read-back says about one field, where there was one.
fn became(
    unit: &Unit,
    change: &FieldChange,
    answer: &Answer,
    result: ChangeResult,
) -> Option<ReadBack> {
    let stored = match (answer, result) {
        (_, ChangeResult::Written) => None,
        (Answer::Altered(held), _) => Some(held.get(&change.field).cloned().unwrap_or_default()),
        _ => return None,
    };
    Some(ReadBack {
        account: unit.journal.account.clone(),
        field: change.field.clone(),
        value: change.after.clone().unwrap_or_default(),
        stored,
    })
}
