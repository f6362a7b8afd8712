//! A run, from the first request to the last record. Read this file first.

use std::path::PathBuf;
use std::sync::Arc;

use attune_core::plan::{How, Report, State};
use tokio_util::sync::CancellationToken;

use super::apply::{Manner, Outlet, Writer, Written};
use super::kept::{self, Layouts};
use super::lanes::{self, Lane, any_left};
use super::pin::Pinned;
use super::progress::Progress;
use super::read::{Inputs, Purpose, Reader};
use super::tally::Tally;
use super::walk::{Reading, Walk};
use super::{Error, Host, Mode, Order, Run, changes, ends, pictures, recover, verdict};
use crate::connector::Loaded;
use crate::source;
use crate::store::make_private_folder;
use crate::store::plans::StagedPlan;
use crate::store::runs::Run as RunRow;
use crate::store::stage::{Stage, StageMeta};

/// A held plan can be approved for a day.
const PLAN_AGE_MAX_MS: i64 = 24 * 60 * 60 * 1000;

/// What a run came to.
#[derive(Debug)]
pub struct Done {
    /// Counts, guards and problems; its changes are in the stage.
    pub report: Report,
    /// The staged plan, where there is one.
    pub stage: Option<Stage>,
}

/// How to stop a run, and how to see how far it is.
#[derive(Clone, Default)]
pub struct Watch {
    /// Counters.
    pub progress: Arc<Progress>,
    /// Ends the run after the operations under way.
    pub stop: CancellationToken,
}

/// Makes the plan of a connector, and writes it where the order says so and no guard holds it.
pub async fn run(
    host: &Host,
    loaded: &Loaded,
    order: &Order,
    watch: &Watch,
) -> Result<Done, Error> {
    let (pinned, programs) = Pinned::open(loaded, &host.plugins)?;
    let mut run = open(host, &pinned, order, order.verb()).await?;
    let outcome = async {
        let mut lanes = lanes::open(host, &pinned, programs)?;
        let prepared = tokio::select! {
            prepared = Box::pin(prepare(&mut run, &mut lanes, &watch.progress)) => prepared?,
            () = watch.stop.cancelled() => return Err(Error::Stopped),
        };
        let Prepared {
            stage,
            meta,
            has_rows,
            reading,
        } = prepared;
        let mut report = meta.report.clone();
        let writes = order.writes && has_rows && report.state != State::Held;
        let changes = report.summary.changes;
        if writes && order.changes_max.is_some_and(|most| changes > most) {
            return Err(Error::TooManyChanges(changes));
        }
        if writes {
            report = write(&run, &stage, &meta, (&mut lanes, watch, false)).await?;
        }
        changes::close(&run, &reading, &report).await?;
        Ok(Done {
            report,
            stage: Some(stage),
        })
    }
    .await;
    close(&run, outcome).await
}

/// A plan before its first write.
struct Prepared {
    stage: Stage,
    meta: StageMeta,
    /// Whether there is something to write or to record.
    has_rows: bool,
    reading: Reading,
}

/// Everything up to the verdict: nothing is written to a target here.
async fn prepare(
    run: &mut Run<'_>,
    lanes: &mut [Lane],
    progress: &Progress,
) -> Result<Prepared, Error> {
    recover::recover(run, lanes).await?;
    let source = match run.order.mode {
        Mode::Kept => None,
        _ => Some(ends::source(run.host, run.pinned)?),
    };
    let reader = reader(run, source.as_ref());
    let reading = read(run, (&reader, lanes), progress).await?;
    let run = &*run;
    let stage = Stage::create(&plan_path(run)?).await?;
    let mut tally = Tally::new(run.pinned);
    let walk = Walk {
        run,
        reader: &reader,
        reading: &reading,
        progress,
    };
    let troubles = walk.link(lanes).await?;
    tally.troubles(troubles);
    any_left(run.pinned, lanes)?;
    walk.plan(lanes, &stage, &mut tally).await?;
    any_left(run.pinned, lanes)?;
    // No source tells of new pictures among its changes, and none is asked for kept people.
    if !matches!(reading.how, How::Changes | How::Kept) {
        Box::pin(pictures::plan(run, lanes, &stage, &mut tally)).await?;
    }
    tally.is_unrepeatable = !finish(lanes)?;
    tally.troubles(reader.take_troubles());
    let source = changes::told(&reading, &reader);
    let meta = verdict::close(run, &stage, tally, lanes, (&reading, source)).await?;
    let has_rows =
        !stage.rows((0, ""), 1).await?.is_empty() || !stage.pictured((0, ""), 1).await?.is_empty();
    Ok(Prepared {
        stage,
        meta,
        has_rows,
        reading,
    })
}

/// Writes a plan that was staged before, as far as it still holds. No new plan is made.
pub async fn approve(
    host: &Host,
    loaded: &Loaded,
    plan: &StagedPlan,
    watch: &Watch,
) -> Result<Done, Error> {
    let (pinned, programs) = Pinned::open(loaded, &host.plugins)?;
    let order = Order::sync(Mode::Complete);
    let (stage, meta) = usable(host, &pinned, plan).await?;
    let undo = host.store.undo_of_plan(&plan.digest).await?;
    let verb = if undo.is_some() { "undo" } else { "approve" };
    let run = open(host, &pinned, &order, verb).await?;
    let outcome = async {
        if let Some(undo) = &undo {
            host.store.begin_undo(&undo.plan, &run.id).await?;
        }
        let mut lanes = lanes::open(host, &pinned, programs)?;
        recover_unless_stopped(&run, &mut lanes, watch).await?;
        let report = write(&run, &stage, &meta, (&mut lanes, watch, true)).await?;
        let of_source = meta.report.source.as_ref().map(|source| source.read);
        if of_source.is_none_or(|how| how == How::Complete) {
            close_approved_listing(&run, plan).await?;
        }
        Ok(Done {
            report,
            stage: Some(stage),
        })
    }
    .await;
    close(&run, outcome).await
}

/// Whether a staged plan can still be written as it is, with these plugins and this file.
pub async fn is_usable(host: &Host, loaded: &Loaded, plan: &StagedPlan) -> Result<(), Error> {
    let (pinned, _) = Pinned::open(loaded, &host.plugins)?;
    let (stage, _) = usable(host, &pinned, plan).await?;
    stage.finish().await;
    Ok(())
}

/// The stage of a plan that can still be written as it is.
async fn usable(
    host: &Host,
    pinned: &Pinned,
    plan: &StagedPlan,
) -> Result<(Stage, StageMeta), Error> {
    let refused = |message: String| Err(Error::NoSuchPlan(message));
    if plan.state == "applied" || plan.state == "rejected" {
        return refused(format!("the plan was {} before", plan.state));
    }
    if plan.revision != pinned.revision {
        return refused("the connector was edited since this plan was made".to_owned());
    }
    if host.clock.now().as_millisecond() - plan.created_ms > PLAN_AGE_MAX_MS {
        return refused("the plan is older than 24 hours".to_owned());
    }
    let path = host.store.data_dir().join("plans").join(&plan.file);
    let stage = Stage::open(&path).await?;
    let meta = stage.meta().await?;
    if meta.report.generations != pinned.generations {
        return refused("a plugin was replaced since this plan was made".to_owned());
    }
    Ok((stage, meta))
}

pub(super) async fn recover_unless_stopped(
    run: &Run<'_>,
    lanes: &mut [Lane],
    watch: &Watch,
) -> Result<u64, Error> {
    tokio::select! {
        settled = recover::recover(run, lanes) => settled,
        () = watch.stop.cancelled() => Err(Error::Stopped),
    }
}

/// Writes exactly the plan of a file, as far as it still holds.
pub async fn apply_file(
    host: &Host,
    loaded: &Loaded,
    file: &super::PlanFile,
    watch: &Watch,
) -> Result<Done, Error> {
    let (pinned, programs) = Pinned::open(loaded, &host.plugins)?;
    file.check(&pinned)?;
    if host
        .store
        .undo_of_plan(&file.report.digest)
        .await?
        .is_some()
    {
        // Whose a value is afterwards stands in the staged plan alone.
        let digest = &file.report.digest;
        let what = format!("it takes back a run: attune approve {digest}");
        return Err(Error::PlanFile(what));
    }
    let order = Order::sync(Mode::Complete);
    let run = open(host, &pinned, &order, "apply").await?;
    let outcome = async {
        let stage = Stage::create(&plan_path(&run)?).await?;
        let meta = file.stage(&pinned, &stage).await?;
        take_images(&run, &stage, &meta).await?;
        let mut lanes = lanes::open(host, &pinned, programs)?;
        recover_unless_stopped(&run, &mut lanes, watch).await?;
        let report = write(&run, &stage, &meta, (&mut lanes, watch, true)).await?;
        Ok(Done {
            report,
            stage: Some(stage),
        })
    }
    .await;
    close(&run, outcome).await
}

/// The pictures of a plan file are where it was made: with the plan of its digest.
async fn take_images(run: &Run<'_>, stage: &Stage, meta: &StageMeta) -> Result<(), Error> {
    let store = &run.host.store;
    let Some(plan) = store.plan(&meta.report.digest).await? else {
        return Ok(());
    };
    let path = store.data_dir().join("plans").join(&plan.file);
    if meta.report.summary.photos > 0 && path.exists() {
        let made_with = Stage::open(&path).await?;
        stage.copy_images(&made_with).await?;
        made_with.finish().await;
    }
    Ok(())
}

/// How many changes a staged plan has; 0 where its file is gone.
pub async fn changes_of(host: &Host, plan: &StagedPlan) -> Result<u64, Error> {
    let path = host.store.data_dir().join("plans").join(&plan.file);
    if !path.exists() {
        return Ok(0);
    }
    let stage = Stage::open(&path).await?;
    let meta = stage.meta().await?;
    stage.finish().await;
    Ok(meta.report.summary.changes)
}

pub(super) async fn open<'a>(
    host: &'a Host,
    pinned: &'a Pinned,
    order: &'a Order,
    verb: &str,
) -> Result<Run<'a>, Error> {
    let now_ms = host.clock.now().as_millisecond();
    let id = run_id(host);
    host.store
        .close_lost_runs(&pinned.connector.id, now_ms)
        .await?;
    let row = RunRow {
        id: id.clone(),
        connector: pinned.connector.id.clone(),
        name: pinned.connector.name.clone(),
        verb: verb.to_owned(),
        mode: order.mode.word().to_owned(),
        state: "running".to_owned(),
        started_ms: now_ms,
        finished_ms: None,
        report: None,
    };
    keep_builds(host, pinned)?;
    host.store.open_run(&row, &pinned.kept).await?;
    let last = host.store.last_listing(&pinned.connector.id).await?;
    let before = host.store.listed_by(&pinned.connector.id).await?;
    let takes_over = before.is_some_and(|before| before != pinned.connector.source.provider);
    if takes_over && order.mode != Mode::Kept {
        host.store.take_over(&pinned.connector.id).await?;
    }
    let listing = match last {
        Some((_, last)) if matches!(order.mode, Mode::User(_) | Mode::Kept) && !takes_over => last,
        _ => id.clone(),
    };
    Ok(Run {
        host,
        pinned,
        order,
        id,
        now_ms,
        listing,
        takes_over,
    })
}

/// Keeps the builds that a run uses, bundled ones too: another binary has others.
fn keep_builds(host: &Host, pinned: &Pinned) -> Result<(), Error> {
    for (id, digest) in &pinned.generations {
        let entry = host.plugins.entry(id);
        let entry = entry.filter(|entry| entry.digest() == Some(digest));
        if let Some(bytes) = entry.and_then(|entry| entry.bytes()) {
            host.store.keep_build(digest, bytes)?;
        }
    }
    Ok(())
}

/// Sortable by time, and unique without asking the system for the time a second time.
fn run_id(host: &Host) -> String {
    let now = host.clock.now();
    let seconds = now.as_second().unsigned_abs();
    let time =
        uuid::Timestamp::from_unix_time(seconds, now.subsec_nanosecond().unsigned_abs(), 0, 0);
    uuid::Uuid::new_v7(time).simple().to_string()
}

pub(super) async fn close(run: &Run<'_>, outcome: Result<Done, Error>) -> Result<Done, Error> {
    let store = &run.host.store;
    let finished_ms = run.host.clock.now().as_millisecond();
    match &outcome {
        Ok(done) => {
            let state = match done.report.state {
                State::Planned => "planned",
                State::Applied => "applied",
                State::Held => "held",
                State::Nothing => "nothing",
                State::Stopped => "stopped",
            };
            store.save_problems(&run.id, &done.report.problems).await?;
            store
                .close_run(&run.id, state, finished_ms, Some(&done.report))
                .await?;
        }
        Err(_) => {
            store
                .close_run(&run.id, "failed", finished_ms, None)
                .await?;
        }
    }
    outcome
}

/// Ends the steps' own checks; true when every value would come out the same again. A plugin that
/// mixes people up voids the plan before anybody sees it.
fn finish(lanes: &mut [Lane]) -> Result<bool, Error> {
    let mut is_repeatable = true;
    for lane in lanes {
        let verdict = tokio::task::block_in_place(|| lane.program.finish());
        is_repeatable &= verdict.is_repeatable;
        if let Some(problem) = verdict.problem {
            let id = problem.at.clone();
            let source = attune_wasm::Error::Problem(problem);
            return Err(Error::Plugin { id, source });
        }
    }
    Ok(is_repeatable)
}

pub(super) fn plan_path(run: &Run<'_>) -> Result<PathBuf, Error> {
    let folder = run.host.store.data_dir().join("plans");
    make_private_folder(&folder)?;
    Ok(folder.join(format!("{}.db", run.id)))
}

/// A reader of this source, or of none, for a run.
pub(super) fn reader<'a>(run: &Run<'a>, source: Option<&'a source::Source>) -> Reader<'a> {
    let (host, pinned) = (run.host, run.pinned);
    Reader::new(Inputs {
        store: &host.store,
        source,
        connector: &pinned.connector.id,
        groups: &pinned.connector.scope.groups,
        wanted: &pinned.documents,
        asked: &pinned.asked,
        keeps_names: pinned.follows_relations(),
        now_ms: run.now_ms,
    })
}

/// Reads the source as the order says; from then on it is known whose listing counts.
async fn read(
    run: &mut Run<'_>,
    (reader, lanes): (&Reader<'_>, &[Lane]),
    progress: &Progress,
) -> Result<Reading, Error> {
    if run.order.mode == Mode::Kept {
        return kept::read(run).await;
    }
    let store = &run.host.store;
    let connector = &run.pinned.connector.id;
    let before = store.last_listing(connector).await?;
    if let Mode::User(user) = &run.order.mode {
        let (person, is_listed) = super::explain::one_person(reader, user).await?;
        if !is_listed {
            return Err(Error::OutOfScope(user.clone()));
        }
        return Ok(Reading {
            people: Some(vec![person]),
            how: How::Person,
            count: 1,
            before,
            checkpoint: None,
            why: None,
            layouts: Layouts::default(),
        });
    }
    let mut why = None;
    if run.order.mode == Mode::Changes {
        let uses_now = lanes.iter().any(|lane| lane.program.uses_now());
        match changes::read(run, reader, uses_now, progress).await? {
            changes::Attempt::Read(reading, listing) => {
                run.listing = listing;
                return Ok(reading);
            }
            changes::Attempt::Instead(reason) => why = Some(reason),
        }
    }
    let (people_max, how) = match run.order.mode {
        Mode::Sample(people) => (Some(people), How::Sample),
        _ => (None, How::Complete),
    };
    let purpose = Purpose {
        run: &run.id,
        people_max,
    };
    let checkpoint = reader.list(purpose, progress).await?;
    Ok(Reading {
        people: None,
        how,
        count: store.listed_count(connector, &run.id).await?,
        before,
        checkpoint,
        why,
        layouts: Layouts::default(),
    })
}

async fn write(
    run: &Run<'_>,
    stage: &Stage,
    meta: &StageMeta,
    (lanes, watch, is_careful): (&mut [Lane], &Watch, bool),
) -> Result<Report, Error> {
    for (target, lane) in run.pinned.targets.iter().zip(lanes.iter_mut()) {
        let line = meta.report.targets.get(&target.spec.name);
        if line.is_some_and(|line| line.changes > 0) {
            lane.is_ready().await;
        }
    }
    any_left(run.pinned, lanes)?;
    let mut outlets: Vec<Outlet<'_>> = Vec::with_capacity(lanes.len());
    for name in &meta.targets {
        let at = run
            .pinned
            .targets
            .iter()
            .position(|target| target.spec.name == *name);
        let found = at.and_then(|at| Some((run.pinned.targets.get(at)?, lanes.get(at)?)));
        let Some((target, lane)) = found else {
            let message = format!("target `{name}` is not in the connector file any more");
            return Err(Error::NoSuchPlan(message));
        };
        outlets.push(Outlet {
            name,
            site: &target.site,
            client: Some(lane.client.as_ref()).filter(|_| lane.error.is_none()),
            error: lane.error.clone(),
        });
    }
    let manner = Manner {
        is_careful,
        stop: watch.stop.clone(),
    };
    let writer = Writer::new(run, stage, meta, manner);
    let mut written = writer.write(&mut outlets, &watch.progress).await?;
    let pictures = Box::pin(pictures::write(run, stage, &mut outlets, &watch.stop)).await?;
    written.add(pictures);
    stage.mark_written().await?;
    // What a stopped run left can still be approved.
    if written.not_sent == 0 {
        let store = &run.host.store;
        store.mark_plan(&meta.report.digest, "applied").await?;
    }
    Ok(applied(run, meta, &outlets, written))
}

fn applied(run: &Run<'_>, meta: &StageMeta, outlets: &[Outlet<'_>], written: Written) -> Report {
    let mut report = meta.report.clone();
    report.run = Some(run.id.clone());
    report.summary.written = written.done;
    report.summary.failed += written.failed;
    report.problems.extend(written.troubles);
    for outlet in outlets {
        if let Some(target) = report.targets.get_mut(outlet.name) {
            target.error = outlet.error.clone().or_else(|| target.error.clone());
        }
    }
    report.state = match (written.not_sent, report.summary.changes) {
        (0, 0) => State::Nothing,
        (0, _) => State::Applied,
        _ => State::Stopped,
    };
    report
}

/// The listing of an approved plan becomes the last complete one, unless there is a newer one.
async fn close_approved_listing(run: &Run<'_>, plan: &StagedPlan) -> Result<(), Error> {
    let store = &run.host.store;
    let newest = store.newest_listing(&plan.connector).await?;
    if newest.as_deref() != Some(plan.run.as_str()) {
        return Ok(());
    }
    let people = store.listed_count(&plan.connector, &plan.run).await?;
    changes::close_listing(run, &plan.run, people).await
}
