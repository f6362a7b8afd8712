//! Writing pictures, after all fields: look, intend, write, record.
//!
//! Every account is looked at right before its write, in every kind of run: what the plan says is
//! there has to be there still. No request leaves before its intent is durable, with what the
//! account had before it. A target whose pictures fail as a whole is left; its fields are written,
//! and the others are finished.

use std::collections::HashMap;

use attune_core::Problem;
use attune_core::plan::{ChangeResult, Trouble};
use futures_util::{StreamExt as _, stream};
use tokio_util::sync::CancellationToken;

use super::super::apply::{Manner, Outlet, Written};
use super::super::resume::Reached;
use super::super::send::out_of_patience;
use super::super::{Error, Run};
use super::{described, field};
use crate::store::journal::{self, Ending, FieldChange};
use crate::store::ledger::{Author, Record};
use crate::store::links::Place;
use crate::store::pictures::{Intent, Known, Portrait};
use crate::store::runs::PROBLEMS_MAX;
use crate::store::stage::Stage;
use crate::store::stage::pictures::{Pictured, What};
use crate::target::{self, AccountRef, PictureWrite, Placed, Target};

/// Accounts per page: one group of intents, one group of records.
const PAGE_ROWS: u32 = 16;
/// Pictures have operation numbers of their own, far above those of fields.
pub(in crate::sync) const FIRST_NUMBER: i64 = 1 << 40;

/// Writes the pictures of a staged plan, and remembers those of which nothing has to be written.
pub(in crate::sync) async fn write(
    run: &Run<'_>,
    stage: &Stage,
    outlets: &mut [Outlet<'_>],
    (manner, fields): (&Manner, &Written),
) -> Result<Written, Error> {
    let stop = &manner.stop;
    let last = run.host.store.last_operation(&run.id, i64::MAX).await?;
    let mut writer = Writer {
        run,
        stage,
        stop,
        next: last.max(FIRST_NUMBER),
        written: Written::default(),
    };
    let mut down: HashMap<u16, Problem> = HashMap::new();
    let mut told = 0;
    let mut after = (0_u16, String::new());
    if manner.from.is_of_pictures {
        after = (manner.from.target, manner.from.account.clone());
    }
    loop {
        let rows = stage.pictured((after.0, &after.1), PAGE_ROWS).await?;
        let Some(last) = rows.last() else { break };
        after = (last.target, last.account.clone());
        for (number, outlet) in (0_u16..).zip(outlets.iter_mut()) {
            let rows: Vec<&Pictured> = rows.iter().filter(|row| row.target == number).collect();
            if rows.is_empty() {
                continue;
            }
            let is_open = outlet.error.is_none() && !down.contains_key(&number);
            let client = outlet.client.filter(|_| is_open);
            let failed = writer.page(client, outlet, &rows).await?;
            if let Some(problem) = failed {
                writer.left(outlet.name, &problem);
                down.insert(number, problem);
            }
        }
        let mut all = fields.clone();
        all.add(writer.written.clone());
        let mut place = Reached::of((after.0, &after.1), &all);
        place.is_of_pictures = true;
        let done = (&writer.written, &mut told);
        manner.note(run, place, done).await?;
    }
    if !stop.is_cancelled() {
        stage.forget_images().await?;
    }
    Ok(writer.written)
}

struct Writer<'a> {
    run: &'a Run<'a>,
    stage: &'a Stage,
    stop: &'a CancellationToken,
    next: i64,
    written: Written,
}

/// One picture on its way.
struct Task<'t> {
    row: &'t Pictured,
    number: i64,
    portrait: Portrait,
    before: target::Portrait,
    png: Option<Vec<u8>>,
}

/// How one picture ended.
enum End {
    Placed(Placed),
    /// It is shown already.
    There,
    Rejected(Problem),
    Gone,
    Conflict,
    NotSent(Option<Problem>),
    Unknown,
}

impl<'a> Writer<'a> {
    /// One page of one target; answers why the target's pictures cannot be written any more.
    async fn page(
        &mut self,
        client: Option<&dyn Target>,
        outlet: &Outlet<'_>,
        rows: &[&Pictured],
    ) -> Result<Option<Problem>, Error> {
        let store = &self.run.host.store;
        let accounts: Vec<String> = rows.iter().map(|row| row.account.clone()).collect();
        let mut portraits = store.portraits(outlet.site, &accounts).await?;
        let writes = rows.iter().filter(|row| row.what == What::Write).copied();
        let mut ended: Vec<(&Pictured, i64, End)> = Vec::new();
        let mut tasks = Vec::new();
        let looked = match client.filter(|_| !self.stop.is_cancelled()) {
            Some(client) => look(client, writes.collect(), self.stop).await,
            None => writes.map(|row| (row, None)).collect(),
        };
        for (row, shown) in looked {
            self.next += 1;
            let portrait = portraits.remove(&row.account).unwrap_or_default();
            match self.ready(row, shown, portrait).await? {
                Ok(task) => tasks.push(task),
                Err(end) => ended.push((row, self.next, end)),
            }
        }
        let is_down = |end: &End| matches!(end, End::NotSent(Some(_)));
        if ended.iter().any(|(_, _, end)| is_down(end)) {
            ended.extend(
                tasks
                    .drain(..)
                    .map(|task| (task.row, task.number, End::NotSent(None))),
            );
        }
        let page = self.journal_page(outlet);
        let intents: Vec<Intent> = tasks.iter().map(Task::intent).collect();
        store.intend_pictures(page, &intents).await?;
        if let Some(client) = client {
            let at_once = client.capabilities().writes_at_once.max(1);
            let ends: Vec<End> = stream::iter(&tasks)
                .map(|task| self.send(client, task))
                .buffered(at_once)
                .collect()
                .await;
            let sent = tasks.iter().zip(ends);
            ended.extend(sent.map(|(task, end)| (task.row, task.number, end)));
        }
        let known: HashMap<&str, &Task<'_>> = tasks
            .iter()
            .map(|task| (task.row.account.as_str(), task))
            .collect();
        self.record((outlet, page), rows, &known, ended).await
    }

    /// What is there against what the plan says is there.
    async fn ready<'t>(
        &self,
        row: &'t Pictured,
        shown: Option<Result<target::Portrait, target::Error>>,
        portrait: Portrait,
    ) -> Result<Result<Task<'t>, End>, Error> {
        let shown = match shown {
            None => return Ok(Err(End::NotSent(None))),
            Some(Ok(shown)) => shown,
            Some(Err(target::Error::Gone)) => return Ok(Err(End::Gone)),
            Some(Err(target::Error::Target { problem })) => {
                return Ok(Err(End::NotSent(Some(problem))));
            }
            Some(Err(error)) => return Ok(Err(End::Rejected(error.problem()))),
        };
        let now = described(&shown, Some(&portrait));
        if now == row.after {
            return Ok(Err(End::There));
        }
        if now != row.before {
            return Ok(Err(End::Conflict));
        }
        let png = match &row.after {
            None => None,
            Some(hash) => match self.stage.image(hash).await? {
                Some(png) => Some(png),
                None => return Ok(Err(End::Rejected(not_kept()))),
            },
        };
        Ok(Ok(Task {
            row,
            number: self.next,
            portrait: Portrait {
                drawn: match (&shown.drawn, portrait.drawn.is_empty()) {
                    (Some(drawn), true) => drawn.clone(),
                    _ => portrait.drawn.clone(),
                },
                before: before(&shown),
                ..portrait
            },
            before: shown,
            png,
        }))
    }

    async fn send(&self, client: &dyn Target, task: &Task<'_>) -> End {
        if self.stop.is_cancelled() || !self.run.host.store.may_send().await {
            return End::NotSent(None);
        }
        let account = AccountRef {
            key: task.row.account.clone(),
            username: task.row.username.clone(),
        };
        let write = PictureWrite {
            account: &account,
            png: task.png.as_deref(),
            before: &task.before,
            made: &task.portrait.made,
            drawn: &task.portrait.drawn,
        };
        let put = tokio::select! {
            put = client.put_picture(&write) => put,
            () = out_of_patience(self.stop) => Err(target::Error::Unknown),
        };
        match put {
            Ok(placed) => End::Placed(placed),
            Err(target::Error::Gone) => End::Gone,
            Err(target::Error::Target { problem }) => End::NotSent(Some(problem)),
            Err(target::Error::Unknown) => End::Unknown,
            Err(error) => End::Rejected(error.problem()),
        }
    }

    /// Records a page: journal, ledger, what accounts show, who is in tune, and what came to
    /// nothing.
    async fn record(
        &mut self,
        (outlet, page): (&Outlet<'_>, journal::Page<'_>),
        rows: &[&Pictured],
        tasks: &HashMap<&str, &Task<'_>>,
        ended: Vec<(&Pictured, i64, End)>,
    ) -> Result<Option<Problem>, Error> {
        let mut records = Vec::new();
        let mut shown = Vec::new();
        let mut known = Vec::new();
        let mut endings = Vec::new();
        let mut results = Vec::new();
        let mut down = None;
        let size = self.size(outlet);
        for (row, number, end) in ended {
            endings.extend(end.ending().map(|ending| (number, ending)));
            let result = end.result();
            self.count(result, &end);
            if result == ChangeResult::Written {
                records.push(record(row));
                known.push(in_tune(row, size, self.run.now_ms));
            } else {
                results.push((row.as_row(), row.field, result));
            }
            if let (End::Placed(placed), Some(task)) = (&end, tasks.get(row.account.as_str())) {
                shown.push((row.account.clone(), task.portrait_after(placed)));
            }
            match end {
                End::NotSent(why) => down = down.or(why),
                end => self.explain(outlet.name, row, end),
            }
        }
        for row in rows {
            match row.what {
                What::Write => continue,
                What::Adopt | What::Release => records.push(record(row)),
                What::Remember => {}
            }
            if row.what != What::Release {
                known.push(in_tune(row, size, self.run.now_ms));
            }
        }
        let store = &self.run.host.store;
        let author = self.author(outlet);
        store
            .settle_pictures(page, &endings, (author, &records), (&shown, &known))
            .await?;
        let results: Vec<_> = results
            .iter()
            .map(|(row, field, result)| (row, *field, *result))
            .collect();
        self.stage.note(&results).await?;
        Ok(down)
    }

    fn count(&mut self, result: ChangeResult, end: &End) {
        match (result, end) {
            (ChangeResult::Written, _) => self.written.done += 1,
            (ChangeResult::Conflict, _) => self.written.conflicts += 1,
            // Only a run that was stopped is unfinished: pictures that fail are told as such.
            (ChangeResult::NotSent, End::NotSent(None)) if self.stop.is_cancelled() => {
                self.written.not_sent += 1;
            }
            _ => self.written.failed += 1,
        }
    }

    fn explain(&mut self, target: &str, row: &Pictured, end: End) {
        let problem = match end {
            End::Rejected(problem) => problem,
            End::Gone => Problem::new("account-gone", "the account does not exist any more"),
            End::Conflict => Problem::new("conflict", "somebody changed the picture meanwhile"),
            End::Unknown => Problem::new(
                "unavailable",
                "the answer was lost and the picture cannot be looked at; the next run looks again",
            ),
            End::Placed(_) | End::There | End::NotSent(_) => return,
        };
        self.trouble(&row.person, target, &problem);
    }

    /// The rest of a target's pictures is left.
    fn left(&mut self, target: &str, problem: &Problem) {
        let message = format!(
            "no more pictures are written in this run: {}",
            problem.message
        );
        self.trouble("", target, &Problem::new(&problem.code, message));
    }

    fn trouble(&mut self, person: &str, target: &str, problem: &Problem) {
        if self.written.troubles.len() < PROBLEMS_MAX {
            self.written.troubles.push(Trouble {
                person: person.to_owned(),
                target: target.to_owned(),
                field: field().name,
                code: problem.code.clone(),
                message: problem.message.clone(),
            });
        }
    }

    /// The edge that this target's pictures are made with.
    fn size(&self, outlet: &Outlet<'_>) -> u32 {
        let mut targets = self.run.pinned.targets.iter();
        let target = targets.find(|target| target.spec.name == outlet.name);
        target
            .and_then(|target| target.spec.photo)
            .map_or(0, |photo| photo.size)
    }

    fn journal_page<'p>(&self, outlet: &Outlet<'p>) -> journal::Page<'p>
    where
        'a: 'p,
    {
        journal::Page {
            place: Place {
                connector: &self.run.pinned.connector.id,
                target: outlet.name,
                site: outlet.site,
            },
            site: outlet.site,
            run: &self.run.id,
            now_ms: self.run.host.clock.now().as_millisecond(),
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
}

impl Task<'_> {
    fn intent(&self) -> Intent {
        Intent {
            operation: journal::Operation {
                number: self.number,
                account: self.row.account.clone(),
                person: self.row.person.clone(),
                fields: vec![FieldChange {
                    field: field(),
                    before: self.row.before.clone(),
                    after: self.row.after.clone(),
                    disowned: false,
                }],
            },
            portrait: self.portrait.clone(),
        }
    }

    /// What is known of the account once the picture is placed.
    fn portrait_after(&self, placed: &Placed) -> Portrait {
        Portrait {
            hash: self.row.after.clone().unwrap_or_default(),
            shown: match &self.row.after {
                Some(_) => placed.shown.own.clone().unwrap_or_default(),
                None => String::new(),
            },
            drawn: self.portrait.drawn.clone(),
            made: placed.made.clone(),
            before: Vec::new(),
        }
    }
}

impl End {
    /// What the journal says; nothing where the next run has to look.
    fn ending(&self) -> Option<Ending> {
        match self {
            Self::Placed(_) | Self::There => Some(Ending::Written),
            Self::Rejected(_) => Some(Ending::Rejected),
            Self::Gone => Some(Ending::Gone),
            Self::Conflict => Some(Ending::Conflict),
            Self::NotSent(_) => Some(Ending::NotSent),
            Self::Unknown => None,
        }
    }

    fn result(&self) -> ChangeResult {
        match self {
            Self::Placed(_) | Self::There => ChangeResult::Written,
            Self::Rejected(_) | Self::Unknown => ChangeResult::Failed,
            Self::Gone => ChangeResult::Gone,
            Self::Conflict => ChangeResult::Conflict,
            Self::NotSent(_) => ChangeResult::NotSent,
        }
    }
}

/// Everything of the account's own that was there before an upload.
pub(super) fn before(shown: &target::Portrait) -> Vec<String> {
    let mut before = shown.uploads.clone();
    before.extend(
        shown
            .own
            .iter()
            .filter(|own| !shown.uploads.contains(own))
            .cloned(),
    );
    before
}

type Looked<'t> = (
    &'t Pictured,
    Option<Result<target::Portrait, target::Error>>,
);

async fn look<'t>(
    client: &dyn Target,
    rows: Vec<&'t Pictured>,
    stop: &CancellationToken,
) -> Vec<Looked<'t>> {
    let at_once = client.capabilities().writes_at_once.max(1);
    stream::iter(rows)
        .map(|row| async move {
            let account = AccountRef {
                key: row.account.clone(),
                username: row.username.clone(),
            };
            let shown = tokio::select! {
                shown = client.portrait(&account) => Some(shown),
                () = stop.cancelled() => None,
            };
            (row, shown)
        })
        .buffered(at_once)
        .collect()
        .await
}

fn record(row: &Pictured) -> Record {
    let previous = match row.what {
        What::Write => row.before.clone(),
        _ => row.after.clone(),
    };
    Record {
        account: row.account.clone(),
        field: field(),
        value: row.after.clone(),
        previous,
    }
}

fn in_tune(row: &Pictured, size: u32, now_ms: i64) -> Known {
    Known {
        person: row.person.clone(),
        account: row.account.clone(),
        mark: row.mark.clone(),
        hash: row.after.clone().unwrap_or_default(),
        size,
        looked_ms: now_ms,
    }
}

fn not_kept() -> Problem {
    Problem::new(
        "picture-gone",
        "the picture that the plan speaks of is not kept any more: make a new plan",
    )
}
