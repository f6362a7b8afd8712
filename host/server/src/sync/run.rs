//! A run, from the first request to the last record. Read this file first.

use std::path::PathBuf;
use std::sync::Arc;

use attune_core::Column;
use attune_core::evaluate::Program;
use attune_core::plan::{Report, State};
use attune_core::scope::Standing;
use attune_core::selector::Wanted;
use tokio_util::sync::CancellationToken;

use super::apply::{Manner, Outlet, Writer, Written};
use super::link::Linker;
use super::pin::Pinned;
use super::plan::{Lane, PageOf, Planner};
use super::progress::{Phase, Progress};
use super::read::{Inputs, Purpose, Reader};
use super::relate::{Known, Relations};
use super::tally::Tally;
use super::{Error, Host, Mode, Order, Run, ends, recover, verdict};
use crate::connector::Loaded;
use crate::store::people::Reading;
use crate::store::plans::StagedPlan;
use crate::store::runs::Run as RunRow;
use crate::store::stage::{Stage, StageMeta};
use crate::store::{make_private_folder, people::Kept};
use crate::{source, target};

/// People per page; also the size of a batch that crosses into a plugin.
const PAGE_PEOPLE: u32 = 256;
/// A held plan can be approved for a day.
const PLAN_AGE_MAX_MS: i64 = 24 * 60 * 60 * 1000;

/// What a run came to.
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
    let run = open(host, &pinned, order, order.verb()).await?;
    let outcome = async {
        let source = ends::source(host, &pinned)?;
        let mut lanes = lanes(host, &pinned, programs).await?;
        recover::recover(&run, &lanes).await?;
        let reader = reader(&run, &source);
        let reading = read(&run, &reader, &watch.progress).await?;
        let stage = Stage::create(&plan_path(&run)?).await?;
        let mut tally = Tally::new(&pinned);
        link(&run, &reader, &reading, &mut lanes, &watch.progress).await?;
        plan(
            &run,
            &reader,
            &reading,
            &mut lanes,
            (&stage, &mut tally),
            &watch.progress,
        )
        .await?;
        tally.troubles(reader.take_troubles());
        let meta = verdict::close(&run, &stage, tally, &lanes, &reading).await?;
        let report = match meta.report.state {
            State::Planned if order.writes => {
                write(&run, &stage, &meta, &mut lanes, watch, false).await?
            }
            _ => meta.report,
        };
        if order.is_listing() && order.writes {
            close_listing(&run, &reading).await?;
        }
        Ok(Done {
            report,
            stage: Some(stage),
        })
    }
    .await;
    close(&run, outcome).await
}

/// Writes a plan that was staged before, as far as it still holds. No new plan is made.
pub async fn approve(
    host: &Host,
    loaded: &Loaded,
    plan: &StagedPlan,
    watch: &Watch,
) -> Result<Done, Error> {
    let (pinned, programs) = Pinned::open(loaded, &host.plugins)?;
    let order = Order {
        mode: Mode::Complete,
        writes: true,
    };
    let now_ms = host.clock.now().as_millisecond();
    if plan.state == "applied" || plan.state == "rejected" {
        return Err(Error::NoSuchPlan(format!(
            "the plan was {} before",
            plan.state
        )));
    }
    if plan.revision != pinned.revision {
        let message = "the connector was edited since this plan was made";
        return Err(Error::NoSuchPlan(message.to_owned()));
    }
    if now_ms - plan.created_ms > PLAN_AGE_MAX_MS {
        return Err(Error::NoSuchPlan(
            "the plan is older than 24 hours".to_owned(),
        ));
    }
    let stage = Stage::open(&host.store.data_dir().join("plans").join(&plan.file)).await?;
    let meta = stage.meta().await?;
    let run = open(host, &pinned, &order, "approve").await?;
    let outcome = async {
        let mut lanes = lanes(host, &pinned, programs).await?;
        recover::recover(&run, &lanes).await?;
        let report = write(&run, &stage, &meta, &mut lanes, watch, true).await?;
        Ok(Done {
            report,
            stage: Some(stage),
        })
    }
    .await;
    close(&run, outcome).await
}

/// Writes exactly the plan of a file, as far as it still holds.
pub async fn apply_file(
    host: &Host,
    loaded: &Loaded,
    file: &super::PlanFile,
    watch: &Watch,
) -> Result<Done, Error> {
    let (pinned, programs) = Pinned::open(loaded, &host.plugins)?;
    let order = Order {
        mode: Mode::Complete,
        writes: true,
    };
    let run = open(host, &pinned, &order, "apply").await?;
    let outcome = async {
        let stage = Stage::create(&plan_path(&run)?).await?;
        let meta = file.stage(&pinned, &stage).await?;
        let mut lanes = lanes(host, &pinned, programs).await?;
        recover::recover(&run, &lanes).await?;
        let report = write(&run, &stage, &meta, &mut lanes, watch, true).await?;
        Ok(Done {
            report,
            stage: Some(stage),
        })
    }
    .await;
    close(&run, outcome).await
}

/// What a reading brought.
pub(super) struct Readers {
    /// People by key where they were asked for one by one; `None` for a listing.
    pub people: Option<Vec<String>>,
    /// How many people the source counted.
    pub count: u64,
    /// The last complete listing before this one: its count and name.
    pub before: Option<(u64, String)>,
}

async fn open<'a>(
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
    host.store.open_run(&row, &pinned.revision).await?;
    let last = host.store.last_listing(&pinned.connector.id).await?;
    let listing = match last {
        Some((_, last)) if !order.is_listing() => last,
        _ => id.clone(),
    };
    Ok(Run {
        host,
        pinned,
        order,
        id,
        now_ms,
        listing,
    })
}

/// Sortable by time, and unique without asking the system for the time a second time.
fn run_id(host: &Host) -> String {
    let now = host.clock.now();
    let seconds = now.as_second().unsigned_abs();
    let time =
        uuid::Timestamp::from_unix_time(seconds, now.subsec_nanosecond().unsigned_abs(), 0, 0);
    uuid::Uuid::new_v7(time).simple().to_string()
}

async fn close(run: &Run<'_>, outcome: Result<Done, Error>) -> Result<Done, Error> {
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
                .await?
        }
    }
    outcome
}

fn plan_path(run: &Run<'_>) -> Result<PathBuf, Error> {
    let folder = run.host.store.data_dir().join("plans");
    make_private_folder(&folder)?;
    Ok(folder.join(format!("{}.db", run.id)))
}

/// Opens every target; one that cannot be signed in to takes no part. All failing is an error.
async fn lanes(host: &Host, pinned: &Pinned, programs: Vec<Program>) -> Result<Vec<Lane>, Error> {
    let mut lanes = Vec::with_capacity(programs.len());
    let mut last = None;
    for ((number, target), program) in (0_u16..).zip(&pinned.targets).zip(programs) {
        let client = ends::target(host, &target.spec)?;
        let error = match client.sign_in().await {
            Ok(()) => None,
            Err(error) => {
                let problem = target::problem(&error);
                last = Some((target.spec.name.clone(), error));
                Some(problem)
            }
        };
        let prints = target.prints.clone();
        lanes.push(Lane {
            number,
            program,
            prints,
            client,
            error,
        });
    }
    match last {
        Some((name, source)) if lanes.iter().all(|lane| lane.error.is_some()) => {
            Err(Error::NoTarget { name, source })
        }
        _ => Ok(lanes),
    }
}

fn reader<'a>(run: &'a Run<'a>, source: &'a source::Source) -> Reader<'a> {
    Reader::new(Inputs {
        store: &run.host.store,
        source,
        connector: &run.pinned.connector.id,
        groups: &run.pinned.connector.scope.groups,
        wanted: &run.pinned.documents,
        keeps_names: run.pinned.follows_relations(),
        now_ms: run.now_ms,
    })
}

async fn read(run: &Run<'_>, reader: &Reader<'_>, progress: &Progress) -> Result<Readers, Error> {
    let before = run
        .host
        .store
        .last_listing(&run.pinned.connector.id)
        .await?;
    if let Mode::User(user) = &run.order.mode {
        let person = super::explain::one_person(reader, user).await?;
        return Ok(Readers {
            people: Some(vec![person]),
            count: 1,
            before,
        });
    }
    let people_max = match run.order.mode {
        Mode::Sample(people) => Some(people),
        _ => None,
    };
    let purpose = Purpose {
        run: &run.id,
        people_max,
    };
    reader.list(purpose, progress).await?;
    let count = run
        .host
        .store
        .listed_count(&run.pinned.connector.id, &run.id)
        .await?;
    Ok(Readers {
        people: None,
        count,
        before,
    })
}

/// Calls `each` for every page of people in scope.
async fn pages(
    run: &Run<'_>,
    reader: &Reader<'_>,
    reading: &Readers,
    selectors: &Wanted,
    mut each: impl AsyncFnMut(PageOf<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let store = &run.host.store;
    let connector = &run.pinned.connector.id;
    let mut relations = Relations::new(store, reader);
    let mut after = String::new();
    let people_max = match run.order.mode {
        Mode::Sample(people) => people,
        _ => usize::MAX,
    };
    let mut seen = 0;
    while seen < people_max {
        let mut kept: Vec<Kept> = match &reading.people {
            Some(keys) if after.is_empty() => store.people_by_key(connector, keys).await?,
            Some(_) => Vec::new(),
            None => {
                store
                    .listed_people(connector, &run.listing, &after, PAGE_PEOPLE)
                    .await?
            }
        };
        let Some(last) = kept.last() else { break };
        after.clone_from(&last.key);
        kept.truncate(people_max - seen);
        seen += kept.len();
        let people: Vec<Arc<Known>> = kept
            .into_iter()
            .filter_map(Known::of)
            .map(Arc::new)
            .collect();
        let columns = relations.columns(selectors, &people).await?;
        let page = in_scope(run, selectors, people, columns)?;
        if page.people.is_empty() && reading.people.is_some() {
            let Mode::User(user) = &run.order.mode else {
                break;
            };
            return Err(Error::OutOfScope(user.clone()));
        }
        each(PageOf {
            people: &page.people,
            columns: &page.columns,
            unknown: &page.unknown,
        })
        .await?;
    }
    Ok(())
}

/// A page after the scope was judged.
struct Scoped {
    people: Vec<Arc<Known>>,
    columns: Vec<Column>,
    unknown: Vec<(String, attune_core::Problem)>,
}

fn in_scope(
    run: &Run<'_>,
    selectors: &Wanted,
    people: Vec<Arc<Known>>,
    columns: Vec<Column>,
) -> Result<Scoped, Error> {
    let mut rows = Vec::with_capacity(people.len());
    let mut unknown = Vec::new();
    for (row, known) in people.iter().enumerate() {
        let cell = |selector: &attune_core::Selector| {
            let position = selectors.position(selector)?;
            Some(columns.get(position)?.cell(row))
        };
        match run.pinned.scope.standing(&cell).map_err(Error::Scope)? {
            Standing::In => rows.push(row),
            Standing::Out => {}
            Standing::Unknown(problem) => unknown.push((known.key().to_owned(), problem)),
        }
    }
    if rows.len() == people.len() {
        return Ok(Scoped {
            people,
            columns,
            unknown,
        });
    }
    let taken = columns.iter().map(|column| column.take(&rows)).collect();
    let people = rows
        .iter()
        .filter_map(|row| people.get(*row).cloned())
        .collect();
    Ok(Scoped {
        people,
        columns: taken,
        unknown,
    })
}

async fn link(
    run: &Run<'_>,
    reader: &Reader<'_>,
    reading: &Readers,
    lanes: &mut [Lane],
    progress: &Progress,
) -> Result<(), Error> {
    progress.begin(Phase::Matching, reading.count);
    for (target, lane) in run.pinned.targets.iter().zip(lanes.iter_mut()) {
        if lane.error.is_some() {
            continue;
        }
        let rules = target.match_selectors();
        let scope = run.pinned.scope.selectors().cloned();
        let selectors = Wanted::new(rules.iter().cloned().chain(scope));
        let mut linker = Linker::new(run, target, lane.client.as_ref());
        let linked = pages(run, reader, reading, &selectors, async |page| {
            let columns: Vec<Column> = rules
                .iter()
                .filter_map(|rule| page.columns.get(selectors.position(rule)?).cloned())
                .collect();
            progress.add(page.people.len() as u64);
            linker.link(page.people, &columns).await
        })
        .await;
        match linked {
            Ok(()) => {
                let person = reading.people.as_deref().and_then(<[String]>::first);
                linker
                    .close(person.map(String::as_str).unwrap_or_default())
                    .await?;
            }
            Err(Error::Target(error)) => lane.error = Some(target::problem(&error)),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn plan(
    run: &Run<'_>,
    reader: &Reader<'_>,
    reading: &Readers,
    lanes: &mut [Lane],
    (stage, tally): (&Stage, &mut Tally),
    progress: &Progress,
) -> Result<(), Error> {
    progress.begin(Phase::Planning, reading.count);
    let planner = Planner::new(run, stage);
    pages(run, reader, reading, &run.pinned.resolved, async |page| {
        tally.people(page.people.len() as u64);
        tally.unknown(page.unknown);
        for (target, lane) in run.pinned.targets.iter().zip(lanes.iter_mut()) {
            if lane.error.is_none() {
                planner.page(lane, target, &page, tally).await?;
            }
        }
        tally.close_page();
        progress.add(page.people.len() as u64);
        Ok(())
    })
    .await
}

async fn write(
    run: &Run<'_>,
    stage: &Stage,
    meta: &StageMeta,
    lanes: &mut [Lane],
    watch: &Watch,
    is_careful: bool,
) -> Result<Report, Error> {
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
    let written = writer.write(&mut outlets, &watch.progress).await?;
    stage.mark_written().await?;
    run.host
        .store
        .mark_plan(&meta.report.digest, "applied")
        .await?;
    Ok(applied(run, meta, &outlets, written))
}

fn applied(run: &Run<'_>, meta: &StageMeta, outlets: &[Outlet<'_>], written: Written) -> Report {
    let mut report = meta.report.clone();
    report.run = Some(run.id.clone());
    report.summary.written = written.written;
    for outlet in outlets {
        if let Some(target) = report.targets.get_mut(outlet.name) {
            target.error = outlet.error.clone().or_else(|| target.error.clone());
        }
    }
    report.state = if written.not_sent > 0 {
        State::Stopped
    } else {
        State::Applied
    };
    report
}

async fn close_listing(run: &Run<'_>, reading: &Readers) -> Result<(), Error> {
    if matches!(run.order.mode, Mode::Sample(_)) {
        return Ok(());
    }
    let connector = &run.pinned.connector.id;
    let listing = Reading {
        connector,
        listing: &run.id,
        now_ms: run.now_ms,
    };
    run.host.store.close_listing(listing, reading.count).await?;
    Ok(())
}
