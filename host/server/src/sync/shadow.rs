//! The shadow: another build or another revision tried over kept documents, before it is used.
//!
//! Two things come of it. A comparison of what both sides say about everybody in scope, whatever
//! their accounts hold; and the staged plan of a run over kept documents of the new side, which is
//! what an approval writes, byte for byte. Nothing is written and no source is asked. Where the old
//! side cannot be opened there is nothing to compare, and the plan stands alone.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use attune_core::compare::{self, Compared, Comparison, FieldId, Limits, Verdict};
use attune_core::evaluate::{Batch, FieldResult, Program, dropped};
use attune_core::mapping::Field;
use attune_core::plan::{Report, State};
use attune_core::{Cell, Kind, Outcome, Problem};
use attune_wasm::registry::Snapshot;
use serde::Serialize;

use super::kept;
use super::managers::Managers;
use super::page::{Page, Pages};
use super::pin::Pinned;
use super::progress::Phase;
use super::read::texts;
use super::run::{Watch, reader, run};
use super::walk::{Reading, Walk};
use super::{Error, Host, Mode, Order, Run, hex};
use crate::connector::Loaded;
use crate::fault::chain;
use crate::store::plans::StagedPlan;

/// Problems of the plan that a report of a shadow has.
const PROBLEMS_TOLD: usize = 50;

/// One side of a comparison.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The connector file.
    pub loaded: &'a Loaded,
    /// The plugins.
    pub plugins: &'a Arc<Snapshot>,
}

/// What came of trying.
#[derive(Debug)]
pub struct Shadow {
    /// The connector's id.
    pub connector: String,
    /// What to show.
    pub report: ShadowReport,
    /// What an approval writes; `None` where nobody is known yet.
    pub plan: Option<StagedPlan>,
}

/// What people decide from.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ShadowReport {
    /// The connector file's name.
    pub connector: String,
    /// Its id.
    pub id: String,
    /// The connector's revision, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<Replaced>,
    /// Plugins of which another build is used, came or went.
    pub generations: BTreeMap<String, Replaced>,
    /// What both sides say.
    pub compared: Option<Compared>,
    /// Why nothing was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncompared: Option<Problem>,
    /// What was never fetched, and waits for a complete listing.
    pub waits: Vec<Waiting>,
    /// How long a person takes.
    pub microseconds: Times,
    /// The limits of `[swap]`.
    pub verdicts: Vec<Verdict>,
    /// What the new side would write, without its changes and with the first few problems.
    pub plan: Report,
}

/// Digests of both sides; empty on the side that has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replaced {
    /// What was used.
    pub old: String,
    /// What would be used.
    pub new: String,
}

/// A selector that some documents were not read for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// The selector.
    pub selector: String,
    /// Of how many people.
    pub people: u64,
    /// Who needs it.
    pub rows: Vec<WaitingRow>,
}

/// A row that waits. What its field holds stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaitingRow {
    /// Name of the target; empty where `[scope]` waits.
    pub target: String,
    /// The field; empty where `[scope]` waits.
    pub field: String,
}

/// Time of evaluating one person, in microseconds, the mean over everybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Times {
    /// With the old side.
    pub old: f64,
    /// With the new side.
    pub new: f64,
}

impl ShadowReport {
    /// Whether somebody has to approve: a limit of `[swap]` or a guard of the plan holds it.
    pub fn is_held(&self) -> bool {
        self.verdicts.iter().any(|verdict| verdict.held) || self.plan.is_held()
    }

    /// Whether nothing at all comes out otherwise.
    pub fn is_quiet(&self) -> bool {
        let is_same = |compared: &Compared| {
            compared.changed_values == 0
                && compared.waiting == 0
                && compared.came_into_scope + compared.left_scope + compared.unknown == 0
        };
        self.compared.as_ref().is_some_and(is_same) && self.plan.summary.changes == 0
    }
}

/// Tries the new side beside the old one. An error says why the new one cannot be used.
pub async fn shadow(
    host: &Host,
    old: Side<'_>,
    new: Side<'_>,
    limits: &Limits,
    watch: &Watch,
) -> Result<Shadow, Error> {
    let (pinned, programs) = Pinned::open(new.loaded, new.plugins)?;
    let mut new_half = Opened { pinned, programs };
    let order = Order::plan(Mode::Kept);
    let mut report = ShadowReport::of(&new_half.pinned);
    match Pinned::open(old.loaded, old.plugins) {
        Ok((pinned, programs)) => {
            report.tell_replaced(&pinned, &new_half.pinned);
            // What the documents of the version before were read for.
            let digest = hex(&pinned.asked.digest());
            host.store
                .note_wanted(&digest, &texts(&pinned.asked))
                .await?;
            let mut old_half = Opened { pinned, programs };
            let halves = (&mut old_half, &mut new_half);
            let compared = tokio::select! {
                compared = Box::pin(compare_all(host, &order, halves, watch)) => compared?,
                () = watch.stop.cancelled() => return Err(Error::Stopped),
            };
            report.verdicts = compare::judge(&compared.0, limits);
            report.compared = Some(compared.0);
            report.microseconds = compared.1;
        }
        Err(error) => report.uncompared = Some(Problem::new("old-unusable", chain(&error))),
    }
    report.waits = waits(host, &order, &new_half).await?;
    drop(new_half);
    let host = Host {
        plugins: Arc::clone(new.plugins),
        ..host.clone()
    };
    let done = run(&host, new.loaded, &order, watch).await?;
    if let Some(stage) = done.stage {
        stage.finish().await;
    }
    let source = done.report.source.as_ref();
    let is_of_nobody = source.is_some_and(|source| source.why.is_some());
    let mut plan = None;
    if !is_of_nobody {
        plan = host.store.plan(&done.report.digest).await?;
    }
    report.plan = done.report;
    report.plan.problems.truncate(PROBLEMS_TOLD);
    Ok(Shadow {
        connector: report.id.clone(),
        report,
        plan,
    })
}

impl ShadowReport {
    /// Nothing found yet.
    fn of(pinned: &Pinned) -> Self {
        let plan = Report {
            connector: pinned.connector.name.clone(),
            id: pinned.connector.id.clone(),
            revision: pinned.revision.clone(),
            digest: String::new(),
            generations: pinned.generations.clone(),
            now: String::new(),
            repeatable: true,
            run: None,
            state: State::Nothing,
            source: None,
            summary: attune_core::plan::Summary::default(),
            targets: BTreeMap::new(),
            changes: Vec::new(),
            problems: Vec::new(),
            guards: Vec::new(),
        };
        Self {
            connector: pinned.connector.name.clone(),
            id: pinned.connector.id.clone(),
            revision: None,
            generations: BTreeMap::new(),
            compared: None,
            uncompared: None,
            waits: Vec::new(),
            microseconds: Times::default(),
            verdicts: Vec::new(),
            plan,
        }
    }

    fn tell_replaced(&mut self, old: &Pinned, new: &Pinned) {
        let replaced = |old: &str, new: &str| Replaced {
            old: old.to_owned(),
            new: new.to_owned(),
        };
        if old.revision != new.revision {
            self.revision = Some(replaced(&old.revision, &new.revision));
        }
        let ids: BTreeSet<&String> = old
            .generations
            .keys()
            .chain(new.generations.keys())
            .collect();
        for id in ids {
            let of = |pinned: &Pinned| pinned.generations.get(id).cloned().unwrap_or_default();
            if of(old) != of(new) {
                let replaced = replaced(&of(old), &of(new));
                self.generations.insert(id.clone(), replaced);
            }
        }
    }
}

/// A side whose plugins were opened.
struct Opened {
    pinned: Pinned,
    programs: Vec<Program>,
}

/// A run that is recorded nowhere: it only reads what is kept.
async fn unrecorded<'a>(
    host: &'a Host,
    order: &'a Order,
    pinned: &'a Pinned,
) -> Result<(Run<'a>, Reading), Error> {
    let connector = &pinned.connector.id;
    let last = host.store.last_listing(connector).await?;
    let before = host.store.listed_by(connector).await?;
    let run = Run {
        host,
        pinned,
        order,
        verb: "plan",
        id: String::new(),
        part: 0,
        now_ms: host.clock.now().as_millisecond(),
        listing: last.map(|(_, listing)| listing).unwrap_or_default(),
        takes_over: before.is_some_and(|before| before != pinned.connector.source.provider),
    };
    let reading = kept::read(&run).await?;
    Ok((run, reading))
}

/// What everybody's kept document comes to on both sides, page by page.
async fn compare_all(
    host: &Host,
    order: &Order,
    (old, new): (&mut Opened, &mut Opened),
    watch: &Watch,
) -> Result<(Compared, Times), Error> {
    let (old_run, old_reading) = unrecorded(host, order, &old.pinned).await?;
    let (new_run, new_reading) = unrecorded(host, order, &new.pinned).await?;
    let progress = watch.progress.as_ref();
    progress.begin(Phase::Planning, new_reading.count);
    let (old_reader, new_reader) = (reader(&old_run, None), reader(&new_run, None));
    let walk = |run, reader, reading| Walk {
        run,
        reader,
        reading,
        progress,
    };
    let old_walk = walk(&old_run, &old_reader, &old_reading);
    let new_walk = walk(&new_run, &new_reader, &new_reading);
    let mut old_half = Half::new(&old_walk, &mut old.programs);
    let mut new_half = Half::new(&new_walk, &mut new.programs);
    let mut comparison = Comparison::new();
    let fields = Joint::all(&mut comparison, &old.pinned, &new.pinned);
    loop {
        // Both sides see the same people, whatever others keep meanwhile.
        let kept = new_half.pages.kept().await?;
        if kept.is_empty() {
            break;
        }
        progress.add(kept.len() as u64);
        let old_page = old_half.page(kept.clone()).await?;
        let new_page = new_half.page(kept).await?;
        add_page(&mut comparison, &fields, &old_page, &new_page);
    }
    let times = Times {
        old: old_half.time_each(),
        new: new_half.time_each(),
    };
    Ok((comparison.close(), times))
}

/// One side while everybody is walked over.
struct Half<'a> {
    run: &'a Run<'a>,
    pages: Pages<'a>,
    programs: &'a mut [Program],
    time: Duration,
    people: u64,
}

/// What one side says about one page.
struct Answers {
    page: Page,
    /// Per target the outcomes of its fields, and who takes no part.
    targets: Vec<(Vec<FieldResult>, Vec<bool>)>,
}

impl<'a> Half<'a> {
    fn new(walk: &Walk<'a>, programs: &'a mut [Program]) -> Self {
        Self {
            run: walk.run,
            pages: Pages::new(walk, &walk.run.pinned.resolved, Vec::new()),
            programs,
            time: Duration::ZERO,
            people: 0,
        }
    }

    async fn page(
        &mut self,
        kept: Vec<crate::store::people::KeptDocument>,
    ) -> Result<Answers, Error> {
        let mut page = self.pages.page(kept).await?;
        let pinned = self.run.pinned;
        let mut targets = Vec::with_capacity(pinned.targets.len());
        let nobody = HashMap::new();
        for (target, program) in pinned.targets.iter().zip(self.programs.iter_mut()) {
            let managers = Managers {
                store: &self.run.host.store,
                place: self.run.place(target),
                claims: (&self.run.listing, ""),
                refused: &nobody,
                selectors: &pinned.resolved,
                are_looked_for: false,
            };
            let Page { chain, columns, .. } = &mut page;
            managers.fill(&target.accounts, chain, columns).await?;
            let people: Vec<&str> = page.people.iter().map(|known| known.key()).collect();
            let batch = Batch {
                wanted: &pinned.resolved,
                columns: &page.columns,
                people: &people,
                connector: &pinned.connector.id,
                target: &target.spec.name,
                now_ms: self.run.now_ms,
            };
            let began = Instant::now();
            let results = crate::compute::here(|| program.evaluate(&batch));
            self.time += began.elapsed();
            let dropped = dropped(&results, people.len());
            targets.push((results, dropped));
        }
        self.people += page.people.len() as u64;
        Ok(Answers { page, targets })
    }

    fn time_each(&self) -> f64 {
        let people = u32::try_from(self.people).unwrap_or(u32::MAX).max(1);
        let each = self.time.as_secs_f64() * 1e6 / f64::from(people);
        (each * 10.0).round() / 10.0
    }
}

/// A field that either side has.
struct Joint {
    id: FieldId,
    old: Option<(usize, usize)>,
    new: Option<(usize, usize)>,
}

impl Joint {
    fn all(comparison: &mut Comparison, old: &Pinned, new: &Pinned) -> Vec<Self> {
        let (old, new) = (places(old), places(new));
        let names: BTreeSet<&(&str, &Field)> = old.keys().chain(new.keys()).collect();
        let joint = |name: &&(&str, &Field)| Self {
            id: comparison.field(name.0, name.1),
            old: old.get(*name).copied(),
            new: new.get(*name).copied(),
        };
        names.iter().map(joint).collect()
    }
}

/// Where the results of each field are: the target's place and the field's.
fn places(pinned: &Pinned) -> BTreeMap<(&str, &Field), (usize, usize)> {
    let targets = pinned.targets.iter().enumerate();
    let all = targets.flat_map(|(at, target)| {
        let fields = target.fields.iter().enumerate();
        fields.map(move |(field, name)| ((target.spec.name.as_str(), name), (at, field)))
    });
    all.collect()
}

impl Answers {
    fn cell(&self, place: Option<(usize, usize)>, row: usize) -> Cell<'_> {
        const fn nothing(kind: Kind) -> Cell<'static> {
            Cell { kind, bytes: &[] }
        }
        // A field that a side does not have says nothing.
        let Some((target, field)) = place else {
            return nothing(Kind::Keep);
        };
        let Some((results, dropped)) = self.targets.get(target) else {
            return nothing(Kind::Keep);
        };
        if dropped.get(row) == Some(&true) {
            return nothing(Kind::DropPerson);
        }
        results
            .get(field)
            .map_or(nothing(Kind::Keep), |result| result.outcomes.cell(row))
    }
}

fn add_page(comparison: &mut Comparison, fields: &[Joint], old: &Answers, new: &Answers) {
    let rows = |answers: &'_ Answers| -> Vec<String> {
        let people = answers.page.people.iter();
        people.map(|known| known.key().to_owned()).collect()
    };
    let (old_people, new_people) = (rows(old), rows(new));
    let new_rows: HashMap<&str, usize> = new_people
        .iter()
        .enumerate()
        .map(|(row, key)| (key.as_str(), row))
        .collect();
    let unknown: HashSet<&str> = [old, new]
        .into_iter()
        .flat_map(|answers| &answers.page.unknown)
        .map(|(key, _)| key.as_str())
        .collect();
    for _ in &unknown {
        comparison.unknown();
    }
    for (row, key) in old_people.iter().enumerate() {
        match new_rows.get(key.as_str()) {
            Some(new_row) => {
                comparison.begin_person(key);
                for field in fields {
                    let cells = (old.cell(field.old, row), new.cell(field.new, *new_row));
                    add_value(comparison, field.id, cells);
                }
            }
            None if unknown.contains(key.as_str()) => {}
            None => comparison.left_scope(),
        }
    }
    let before: HashSet<&str> = old_people.iter().map(String::as_str).collect();
    for key in &new_people {
        if !before.contains(key.as_str()) && !unknown.contains(key.as_str()) {
            comparison.came_into_scope();
        }
    }
}

fn add_value(comparison: &mut Comparison, field: FieldId, (old, new): (Cell<'_>, Cell<'_>)) {
    let is_same = old.kind == new.kind && old.bytes == new.bytes;
    if is_same && old.kind != Kind::Failed {
        comparison.same(field, old.kind == Kind::Text && !old.bytes.is_empty());
        return;
    }
    comparison.add(field, &Outcome::of(old), &Outcome::of(new));
}

/// What documents were not read for, and who needs it.
async fn waits(host: &Host, order: &Order, new: &Opened) -> Result<Vec<Waiting>, Error> {
    let (run, reading) = unrecorded(host, order, &new.pinned).await?;
    let mut waits = Vec::new();
    for (selector, people) in kept::unread(&run, &reading).await? {
        let mut rows = Vec::new();
        if new.pinned.scope.selectors().any(|own| *own == selector) {
            rows.push(WaitingRow {
                target: String::new(),
                field: String::new(),
            });
        }
        for (target, program) in new.pinned.targets.iter().zip(&new.programs) {
            let fields = program.readers(&selector).into_iter();
            rows.extend(fields.map(|field| WaitingRow {
                target: target.spec.name.clone(),
                field: field.name.clone(),
            }));
        }
        // Match rules are for people without an account, whom this run does not look for.
        if !rows.is_empty() {
            waits.push(Waiting {
                selector: selector.to_string(),
                people,
                rows,
            });
        }
    }
    Ok(waits)
}
