//! A run, from the first request to the last record. Read this file first.

use std::path::PathBuf;
use std::sync::Arc;

use attune_core::plan::{How, Report, State};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::apply::{Manner, Outlet, Writer, Written};
use super::kept::{self, Layouts};
use super::lanes::{self, Lane, any_left};
use super::open::{lease, open};
use super::pin::Pinned;
use super::progress::Progress;
use super::read::{Inputs, Purpose, Reader};
use super::resume::{self, Left, Reached};
use super::tally::Tally;
use super::walk::{Reading, Walk};
use super::{
    Error, Host, Mode, Order, Run, changes, ends, fills, held, leavers, outcome, pictures, recover,
    tell, verdict,
};
use crate::connector::Loaded;
use crate::source;
use crate::store::make_private_folder;
use crate::store::stage::{Stage, StageMeta};

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
///
/// A run of the same order that died, or was stopped, goes on.
pub async fn run(
    host: &Host,
    loaded: &Loaded,
    order: &Order,
    watch: &Watch,
) -> Result<Done, Error> {
    let host = &in_its_lane(host, order);
    let (pinned, programs) = Pinned::open(loaded, &host.plugins)?;
    let host = &lease(host, &pinned).await?;
    let (mut run, left) = open(host, &pinned, order, order.verb()).await?;
    watch.progress.opened(&run.id);
    let span = outcome::span(&run);
    let outcome = async {
        let mut lanes = lanes::open(host, &pinned, programs).await?;
        let prepared = tokio::select! {
            // Whoever stops it stops it at once, whatever came at the same moment.
            biased;
            () = watch.stop.cancelled() => return Err(Error::Stopped),
            prepared = Box::pin(prepare(&mut run, &mut lanes, left, &watch.progress)) => prepared?,
        };
        let (prepared, place) = prepared;
        let (stage, meta) = (prepared.stage, prepared.meta);
        let mut report = meta.report.clone();
        let writes = order.writes && prepared.has_rows && report.state != State::Held;
        let changes = report.summary.changes;
        if writes && order.changes_max.is_some_and(|most| changes > most) {
            return Err(Error::TooManyChanges(changes));
        }
        if writes {
            let manner = resume::manner(&run, &meta, place, watch).await?;
            report = write(&run, (&stage, &meta), &mut lanes, (watch, manner)).await?;
        }
        changes::close(&run, &prepared.reading, &report).await?;
        Ok(Done {
            report,
            stage: Some(stage),
        })
    }
    .instrument(span)
    .await;
    close(&run, outcome, watch).await
}

/// A plan before its first write, or before its next one.
pub(super) struct Prepared {
    pub stage: Stage,
    pub meta: StageMeta,
    /// Whether there is something to write or to record.
    pub has_rows: bool,
    pub reading: Reading,
}

/// Everything up to the verdict: nothing is written to a target here. With the plan of a run that
/// was writing it comes the place where it goes on.
async fn prepare(
    run: &mut Run<'_>,
    lanes: &mut [Lane],
    left: Left,
    progress: &Progress,
) -> Result<(Prepared, Option<Reached>), Error> {
    recover::recover(run, lanes).await?;
    if let Some((prepared, place)) = resume::staged(run, &left).await? {
        return Ok((prepared, Some(place)));
    }
    let source = match run.order.mode {
        Mode::Kept => None,
        _ => Some(ends::source(run.host, run.pinned)?),
    };
    let reader = reader(run, source.as_ref());
    let reading = match &left.read {
        Some(read) => read.again(run, &reader).await?,
        None => read(run, (&reader, lanes), left, progress).await?,
    };
    let run = &*run;
    resume::note_read(run, &reading, &reader).await?;
    let stage = Stage::create(&plan_path(run)?).await?;
    let mut tally = Tally::new(run.pinned);
    tally.fills = fills::look(run, &reading).await?;
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
    Box::pin(leavers::plan(&walk, lanes, &stage, &mut tally)).await?;
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
    let prepared = Prepared {
        stage,
        meta,
        has_rows,
        reading,
    };
    Ok((prepared, None))
}

/// Somebody waits for one person's run, which is short: its requests go first.
fn in_its_lane(host: &Host, order: &Order) -> Host {
    let mut host = host.clone();
    if matches!(order.mode, Mode::User(_)) {
        host.net = host.net.ahead();
    }
    host
}

/// Records how a run ended. One that another one overtook is not ours to close.
pub(super) async fn close(
    run: &Run<'_>,
    outcome: Result<Done, Error>,
    watch: &Watch,
) -> Result<Done, Error> {
    let store = &run.host.store;
    let finished_ms = run.host.clock.now().as_millisecond();
    outcome::ended(run, outcome.as_ref(), finished_ms);
    match &outcome {
        Ok(done) => {
            let state = outcome::word(done.report.state);
            store.save_problems(&run.id, &done.report.problems).await?;
            store
                .close_run(&run.id, state, finished_ms, Some(&done.report))
                .await?;
            held::note(run, &done.report).await?;
            tell::told(run, &done.report).await?;
        }
        Err(Error::Fenced) => return outcome,
        Err(Error::Stopped) if run.order.goes_on() => {
            store
                .close_run(&run.id, "stopped", finished_ms, None)
                .await?;
        }
        Err(error) => {
            // A disk that is full stops a run; it is no fault of what the run was doing.
            let is_of_disk = matches!(error, Error::Store(error) if error.is_of_disk());
            let state = if is_of_disk { "stopped" } else { "failed" };
            store.close_run(&run.id, state, finished_ms, None).await?;
            held::put_off(run, error).await?;
        }
    }
    if !watch.stop.is_cancelled() && run.order.goes_on() {
        // What a site left undone is planned anew.
        store.drop_unfinished(&run.pinned.connector.id).await?;
    }
    store.give_lease_back().await?;
    outcome
}

/// Ends the steps' own checks; true when every value would come out the same again. A plugin that
/// mixes people up voids the plan before anybody sees it.
fn finish(lanes: &mut [Lane]) -> Result<bool, Error> {
    let mut is_repeatable = true;
    for lane in lanes {
        let verdict = crate::compute::here(|| lane.program.finish());
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
    // A run that was overtaken may still have the file of its part open.
    let part = match run.part {
        0 => String::new(),
        part => format!("-{part}"),
    };
    Ok(folder.join(format!("{}{part}.db", run.id)))
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
        clock: host.clock.as_ref(),
    })
}

/// Reads the source as the order says; from then on it is known whose listing counts.
async fn read(
    run: &mut Run<'_>,
    (reader, lanes): (&Reader<'_>, &[Lane]),
    left: Left,
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
    if run.order.mode == Mode::Changes && left.talk.is_some() {
        why = Some("nothing told what changed when the run began".to_owned());
    } else if run.order.mode == Mode::Changes {
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
        goes_on: run.order.goes_on(),
    };
    let checkpoint = match left.talk {
        Some(talk) => reader.list_on(purpose, &talk, progress).await?,
        None if left.run.is_some() => reader.list_again(purpose, progress).await?,
        None => reader.list(purpose, progress).await?,
    };
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

pub(super) async fn write(
    run: &Run<'_>,
    (stage, meta): (&Stage, &StageMeta),
    lanes: &mut [Lane],
    (watch, manner): (&Watch, Manner),
) -> Result<Report, Error> {
    for (target, lane) in run.pinned.targets.iter().zip(lanes.iter_mut()) {
        let line = meta.report.targets.get(&target.spec.name);
        if line.is_some_and(|line| line.changes > 0) {
            // Nobody waits for a site to let us in after a stop.
            tokio::select! {
                _ = lane.is_ready() => {}
                () = watch.stop.cancelled() => return Err(Error::Stopped),
            }
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
    let writer = Writer::new(run, (stage, meta), manner).await?;
    let (mut written, manner) = writer.write(&mut outlets, &watch.progress).await?;
    let writing = pictures::write(run, stage, &mut outlets, (&manner, &written));
    let pictures = Box::pin(writing).await?;
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
