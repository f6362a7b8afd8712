//! Undo: the plan that puts back what a run found, field by field, where the field still holds what
//! the run wrote.
//!
//! It is a plan like any other: staged, named by its digest, shown and held, so that somebody
//! approves exactly it; then `run::approve` writes it carefully, with a journal, and a crash is
//! recovered from like any other. Invariants: what somebody else or a later run put there is left and
//! told; a value that was never ours is not ours afterwards. Nothing is written here. Deliberately not
//! here: pausing the connector, which whoever asked for it does.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use attune_core::Problem;
use attune_core::mapping::{Field, FieldKind};
use attune_core::plan::{How, Op, Report, SourceRead, State, Summary, TargetSummary, Trouble};
use futures_util::{StreamExt as _, stream};

use super::approve::recover_unless_stopped;
use super::lanes::{self, Lane, any_left};
use super::open::{lease, open};
use super::pictures::{self, Images, Taken};
use super::pin::{Pinned, PinnedTarget};
use super::run::{self, Done, Watch};
use super::{Error, Host, Mode, Order, Run, counts, verdict};
use crate::connector::Loaded;
use crate::store::journal::FieldChange;
use crate::store::ledger::Entries;
use crate::store::runs::{PROBLEMS_MAX, Run as RunRow};
use crate::store::stage::pictures::{Pictured, What};
use crate::store::stage::{Packed, Stage, StageMeta, StagedRow};
use crate::store::undos::{Slice, Undo, WrittenAccount};
use crate::target::{self, AccountRef, Held};

/// Operations read at once.
const PAGE_ROWS: u32 = 256;

/// What is to be taken back.
#[derive(Debug, Clone)]
pub struct Undoing<'a> {
    /// The run.
    pub run: &'a RunRow,
    /// The only person, by their source key; `None`: everybody.
    pub person: Option<String>,
    /// The connector is not paused when the plan is written.
    pub keeps_running: bool,
}

/// Makes the plan that takes a run back, and holds it.
pub async fn undo(
    host: &Host,
    loaded: &Loaded,
    undoing: &Undoing<'_>,
    watch: &Watch,
) -> Result<Done, Error> {
    let (pinned, programs) = Pinned::open(loaded, &host.plugins)?;
    let order = Order::plan(Mode::Kept);
    let host = &lease(host, &pinned).await?;
    let (run, _) = open(host, &pinned, &order, "undo").await?;
    watch.progress.opened(&run.id);
    let outcome = async {
        let mut lanes = lanes::open(host, &pinned, programs).await?;
        recover_unless_stopped(&run, &mut lanes, watch).await?;
        tokio::select! {
            planned = Box::pin(plan(&run, &mut lanes, undoing)) => planned,
            () = watch.stop.cancelled() => Err(Error::Stopped),
        }
    }
    .await;
    run::close(&run, outcome, watch).await
}

async fn plan(run: &Run<'_>, lanes: &mut [Lane], undoing: &Undoing<'_>) -> Result<Done, Error> {
    let fields = fields(run, undoing).await?;
    let mut maker = Maker {
        run,
        undoing,
        stage: Stage::create(&run::plan_path(run)?).await?,
        fields,
        images: Images::default(),
        summary: Summary::default(),
        targets: BTreeMap::new(),
        troubles: Vec::new(),
    };
    let mut after = (String::new(), String::new());
    loop {
        let slice = undoing.slice((&after.0, &after.1));
        let page = run.host.store.written_by(slice, PAGE_ROWS).await?;
        let Some(last) = page.last() else { break };
        after = (last.target.clone(), last.account.clone());
        for accounts in page.chunk_by(|a, b| (&a.target, &a.site) == (&b.target, &b.site)) {
            maker.accounts(lanes, accounts).await?;
        }
    }
    any_left(run.pinned, lanes)?;
    maker.close(lanes).await
}

impl Undoing<'_> {
    fn slice<'s>(&'s self, after: (&'s str, &'s str)) -> Slice<'s> {
        Slice {
            run: &self.run.id,
            person: self.person.as_deref(),
            after,
        }
    }
}

/// All fields that are concerned, target by target and by name: the order of the digest.
async fn fields(run: &Run<'_>, undoing: &Undoing<'_>) -> Result<Vec<Vec<Field>>, Error> {
    let mut found: Vec<BTreeSet<(String, FieldKind)>> = Vec::new();
    found.resize_with(run.pinned.targets.len(), BTreeSet::new);
    let mut after = (String::new(), String::new());
    loop {
        let slice = undoing.slice((&after.0, &after.1));
        let page = run.host.store.written_by(slice, PAGE_ROWS).await?;
        let Some(last) = page.last() else { break };
        after = (last.target.clone(), last.account.clone());
        for account in &page {
            let at = position(run.pinned, account);
            let Some(fields) = at.and_then(|at| found.get_mut(at)) else {
                continue;
            };
            for (change, _) in &account.fields {
                let field = &change.field;
                if !fields.contains(&(field.name.clone(), field.kind)) {
                    fields.insert((field.name.clone(), field.kind));
                }
            }
        }
    }
    let listed = |(name, kind)| Field { kind, name };
    let fields = found.into_iter();
    Ok(fields
        .map(|fields| fields.into_iter().map(listed).collect())
        .collect())
}

/// The target of the connector file that the account is in.
fn position(pinned: &Pinned, account: &WrittenAccount) -> Option<usize> {
    let mut targets = pinned.targets.iter();
    targets.position(|t| t.spec.name == account.target && t.site == account.site)
}

/// A plan in the making.
struct Maker<'a> {
    run: &'a Run<'a>,
    undoing: &'a Undoing<'a>,
    stage: Stage,
    fields: Vec<Vec<Field>>,
    images: Images,
    summary: Summary,
    targets: BTreeMap<String, TargetSummary>,
    troubles: Vec<Trouble>,
}

/// What is known of the accounts of a page.
struct Known {
    ledger: HashMap<String, Entries>,
    ours: HashMap<(String, String, Field), String>,
    usernames: HashMap<String, String>,
}

impl Maker<'_> {
    /// Stages what can be put back of accounts of one target.
    async fn accounts(
        &mut self,
        lanes: &mut [Lane],
        accounts: &[WrittenAccount],
    ) -> Result<(), Error> {
        let pinned = self.run.pinned;
        let at = accounts.first().and_then(|one| position(pinned, one));
        let found = at.and_then(|at| Some((at, pinned.targets.get(at)?, lanes.get_mut(at)?)));
        let Some((at, target, lane)) = found else {
            let gone = "its target is not in the connector file any more, or at another address";
            for account in accounts {
                self.left(account, &Problem::new("not-undoable", gone));
            }
            return Ok(());
        };
        if !lane.is_ready().await {
            return Ok(());
        }
        let (is_gone, here): (Vec<_>, Vec<_>) = accounts.iter().partition(|one| one.is_forgotten);
        for account in is_gone {
            self.left(
                account,
                &Problem::new("forgotten", "the values were forgotten"),
            );
        }
        let known = self.known(target, &here).await?;
        let observed = observe(lane, &here, &known).await;
        let mut rows = Vec::with_capacity(here.len());
        let mut pictured = Vec::new();
        for (account, held) in here.into_iter().zip(observed) {
            let held = match held {
                Ok(held) => held,
                Err(target::Error::Target { problem }) => {
                    lane.error.get_or_insert(problem);
                    continue;
                }
                Err(target::Error::Gone) => {
                    let gone = Problem::new("account-gone", "the account does not exist any more");
                    self.left(account, &gone);
                    continue;
                }
                Err(error) => {
                    self.left(account, &error.problem());
                    continue;
                }
            };
            let row = self.row((at, lane), account, &held, &known);
            rows.extend(row);
            pictured.extend(self.picture((at, lane), account, &known).await?);
        }
        self.count(at, &rows, &pictured);
        self.stage.add(&rows).await?;
        self.stage.add_pictured(&pictured).await?;
        Ok(())
    }

    async fn known(
        &self,
        target: &PinnedTarget,
        accounts: &[&WrittenAccount],
    ) -> Result<Known, Error> {
        let store = &self.run.host.store;
        let keys: Vec<String> = accounts.iter().map(|one| one.account.clone()).collect();
        let people: Vec<String> = accounts.iter().map(|one| one.person.clone()).collect();
        let connector = &self.run.pinned.connector.id;
        let links = store.links(self.run.place(target), &people).await?;
        let usernames = links
            .into_values()
            .map(|link| (link.account, link.username));
        Ok(Known {
            ledger: store.ledger(&target.site, &keys).await?,
            ours: store
                .ours_before((connector, &self.undoing.run.id), &people)
                .await?,
            usernames: usernames.collect(),
        })
    }

    /// The fields of an account that hold what the run wrote, as a row of the plan.
    fn row(
        &mut self,
        (at, lane): (usize, &Lane),
        account: &WrittenAccount,
        held: &Held,
        known: &Known,
    ) -> Option<StagedRow> {
        let client = lane.client.as_ref();
        let mut packed = Packed::default();
        for (change, is_written) in &account.fields {
            if change.field.kind == FieldKind::Photo || change.before == change.after {
                continue;
            }
            let Some(number) = self.number(at, &change.field) else {
                continue;
            };
            let entries = known.ledger.get(&account.account);
            let entry = entries.and_then(|entries| entries.get(&change.field));
            // Of an operation that did not hold as a whole the ledger says what became ours.
            if !is_written && entry.is_none_or(|entry| entry.run != self.undoing.run.id) {
                continue;
            }
            let now = held.get(&change.field).map(String::as_str);
            let is = |value: &Option<String>| client.is_same(&change.field, now, value.as_deref());
            if !is(&change.after) {
                if !is(&change.before) {
                    let message = "the field holds something else than the run wrote; it is left";
                    self.trouble(account, &change.field, &Problem::new("conflict", message));
                }
                continue;
            }
            if entry.is_some_and(|entry| entry.owner != self.run.pinned.connector.id) {
                let message = "the field belongs to another connector now; it is left";
                self.trouble(account, &change.field, &Problem::new("conflict", message));
                continue;
            }
            let is_still_known = entry.is_some() || change.owned().is_none();
            let is_ours = is_still_known && was_ours(account, change, known);
            if change.before.is_some() && !is_ours {
                packed.disowned.push(number);
            }
            let now = now.map(str::to_owned);
            packed.changes.push((number, now, change.before.clone()));
        }
        packed.changes.sort_by_key(|change| change.0);
        (!packed.changes.is_empty()).then(|| StagedRow {
            target: at as u16,
            account: account.account.clone(),
            username: known.username(account),
            person: account.person.clone(),
            // Whatever they hold then is not what the file says: they are due.
            fingerprint: None,
            packed,
        })
    }

    async fn picture(
        &mut self,
        (at, lane): (usize, &mut Lane),
        account: &WrittenAccount,
        known: &Known,
    ) -> Result<Option<Pictured>, Error> {
        let is_picture = |one: &&(FieldChange, bool)| one.0.field.kind == FieldKind::Photo && one.1;
        let Some((change, _)) = account.fields.iter().find(is_picture) else {
            return Ok(None);
        };
        let pinned = self.run.pinned;
        let (Some(number), Some(target)) = (self.number(at, &change.field), pinned.targets.get(at))
        else {
            return Ok(None);
        };
        let row = Pictured {
            target: at as u16,
            account: account.account.clone(),
            username: known.username(account),
            person: account.person.clone(),
            field: number,
            what: What::Write,
            before: None,
            after: None,
            // The next run asks for it again.
            mark: String::new(),
        };
        let place = (&*lane, target, &self.stage);
        let taken = pictures::take_back(self.run, place, &mut self.images, row, change).await?;
        match taken {
            Taken::Back(row) => return Ok(Some(row)),
            Taken::There => {}
            Taken::Left(problem) => self.trouble(account, &change.field, &problem),
            Taken::Down(problem) => {
                lane.error.get_or_insert(problem);
            }
        }
        Ok(None)
    }

    fn number(&self, at: usize, field: &Field) -> Option<u16> {
        let before: usize = self.fields.iter().take(at).map(Vec::len).sum();
        let fields = self.fields.get(at)?;
        let place = fields.binary_search_by(|known| {
            let by_name = known.name.cmp(&field.name);
            by_name.then(known.kind.cmp(&field.kind))
        });
        u16::try_from(before + place.ok()?).ok()
    }

    fn count(&mut self, at: usize, rows: &[StagedRow], pictured: &[Pictured]) {
        let Some(target) = self.run.pinned.targets.get(at) else {
            return;
        };
        let line = self.targets.entry(target.spec.name.clone()).or_default();
        line.matched += rows.len() as u64;
        let alone = |one: &&Pictured| !rows.iter().any(|row| row.account == one.account);
        line.matched += pictured.iter().filter(alone).count() as u64;
        let changes = rows.iter().flat_map(|row| &row.packed.changes);
        let ops = changes.map(|change| change.2.as_ref().map_or(Op::Clear, |_| Op::Set));
        for op in ops.chain(pictured.iter().map(|_| Op::Photo)) {
            line.changes += 1;
            self.summary.count(op);
        }
    }

    /// Nothing of an account can be put back.
    fn left(&mut self, account: &WrittenAccount, problem: &Problem) {
        for (change, _) in &account.fields {
            self.trouble(account, &change.field, problem);
        }
    }

    fn trouble(&mut self, account: &WrittenAccount, field: &Field, problem: &Problem) {
        self.summary.failed += 1;
        if self.troubles.len() < PROBLEMS_MAX {
            self.troubles.push(Trouble {
                person: account.person.clone(),
                target: account.target.clone(),
                field: field.name.clone(),
                code: problem.code.clone(),
                message: problem.message.clone(),
            });
        }
    }

    /// Names the plan and holds it: nobody wrote it without having seen it.
    async fn close(mut self, lanes: &[Lane]) -> Result<Done, Error> {
        self.stage.sort().await?;
        let run = self.run;
        let pinned = run.pinned;
        // Everybody concerned has an account in every target that counts.
        let people = self.targets.values().map(|line| line.matched).max();
        self.summary.people = people.unwrap_or(0);
        self.summary.matched = self.summary.people * pinned.targets.len() as u64;
        for (target, lane) in pinned.targets.iter().zip(lanes) {
            let line = self.targets.entry(target.spec.name.clone()).or_default();
            line.matched = self.summary.people;
            line.error.clone_from(&lane.error);
        }
        let now = jiff::Timestamp::from_millisecond(run.now_ms);
        let is_empty = self.summary.changes == 0;
        let state = if is_empty {
            State::Nothing
        } else {
            State::Held
        };
        let mut meta = StageMeta {
            targets: pinned.targets.iter().map(|t| t.spec.name.clone()).collect(),
            fields: self.fields.into_iter().flatten().collect(),
            report: Report {
                connector: pinned.connector.name.clone(),
                id: pinned.connector.id.clone(),
                revision: pinned.revision.clone(),
                digest: String::new(),
                generations: pinned.generations.clone(),
                now: now.map(|now| now.to_string()).unwrap_or_default(),
                repeatable: true,
                run: Some(run.id.clone()),
                state,
                source: Some(SourceRead {
                    read: How::Kept,
                    requests: 0,
                    bytes: 0,
                    why: None,
                }),
                summary: self.summary,
                targets: self.targets,
                changes: Vec::new(),
                problems: self.troubles,
                guards: Vec::new(),
            },
        };
        let (digest, counts) = verdict::digest(run, &self.stage, &meta).await?;
        meta.report.digest = digest;
        counts::keep(&self.stage, &counts).await?;
        self.stage.close(&meta).await?;
        verdict::keep(run, &self.stage, &meta).await?;
        let undo = Undo {
            plan: meta.report.digest.clone(),
            undone: self.undoing.run.id.clone(),
            person: self.undoing.person.clone().unwrap_or_default(),
            keeps_running: self.undoing.keeps_running,
        };
        run.host.store.save_undo(&undo).await?;
        Ok(Done {
            report: meta.report,
            stage: Some(self.stage),
        })
    }
}

impl Known {
    fn username(&self, account: &WrittenAccount) -> String {
        let known = self.usernames.get(&account.account);
        known.cloned().unwrap_or_default()
    }
}

/// Whether what the run found was ours: what we cleared always was, and what an earlier run wrote.
fn was_ours(account: &WrittenAccount, change: &FieldChange, known: &Known) -> bool {
    if change.after.is_none() && !change.disowned {
        return true;
    }
    let (site, key) = (account.site.clone(), account.account.clone());
    let ours = known.ours.get(&(site, key, change.field.clone()));
    ours.is_some() && ours == change.before.as_ref()
}

/// What the accounts hold now, a few asked at once; nobody is asked for pictures here.
async fn observe(
    lane: &Lane,
    accounts: &[&WrittenAccount],
    known: &Known,
) -> Vec<Result<Held, target::Error>> {
    let client = lane.client.as_ref();
    let at_once = client.capabilities().writes_at_once.max(1);
    stream::iter(accounts)
        .map(|account| async move {
            let changes = account.fields.iter().map(|(change, _)| &change.field);
            let fields = changes.filter(|field| field.kind != FieldKind::Photo);
            let fields: Vec<Field> = fields.cloned().collect();
            if fields.is_empty() {
                return Ok(Held::default());
            }
            let account = AccountRef {
                key: account.account.clone(),
                username: known.username(account),
            };
            client.observe(&account, &fields).await
        })
        .buffered(at_once)
        .collect()
        .await
}
