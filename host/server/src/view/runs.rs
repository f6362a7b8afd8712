//! Runs: what was planned and written, and what is under way.

use std::collections::BTreeMap;

use attune_core::plan::{Report, Summary};
use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::fault::Failure;
use crate::jobs::RunningLine;
use crate::service::Service;
use crate::store::runs::Run as Row;
use crate::store::stage::Stage;
use crate::sync::{self, Host, Phase};

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Run {
    /// Its id, sortable by time.
    pub id: String,
    /// The connector file's name.
    pub connector: String,
    /// The connector's id.
    pub connector_id: String,
    /// `plan`, `sync`, `apply`, `approve` or `undo`.
    pub verb: String,
    /// `complete`, `changes`, `full`, `user` or `sample`.
    pub mode: String,
    /// `running`, `planned`, `applied`, `held`, `nothing`, `stopped` or `failed`.
    pub state: String,
    /// How many times it went on after it had been stopped, or its process had died.
    pub resumed: u32,
    /// When it began.
    pub started: String,
    /// When it ended.
    pub finished: Option<String>,
    /// Its counts, once there are any.
    pub summary: Option<Summary>,
    /// The digest of its plan.
    pub digest: Option<String>,
}

/// A run of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Listed {
    /// The run.
    #[serde(flatten)]
    pub run: Run,
    /// Who or what wanted it, where that was a job or it is under way.
    pub trigger: Option<String>,
    /// How far it is, while it is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// People or operations that are done.
    pub done: u64,
    /// Of how many; 0 where that is not known.
    pub total: u64,
}

/// A run with its report.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Shown {
    /// The run.
    #[serde(flatten)]
    pub run: Run,
    /// What it came to, with its first changes; none while it is under way, or where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// The runs that took it back.
    pub undone_by: Vec<String>,
    /// The run that it took back itself.
    pub undoes: Option<String>,
}

impl From<&Row> for Run {
    fn from(row: &Row) -> Self {
        Self {
            id: row.id.clone(),
            connector: row.name.clone(),
            connector_id: row.connector.clone(),
            verb: row.verb.clone(),
            mode: row.mode.clone(),
            state: row.state.clone(),
            resumed: row.resumed,
            started: time(row.started_ms),
            finished: row.finished_ms.map(time),
            summary: row.report.as_ref().map(|report| report.summary.clone()),
            digest: row.report.as_ref().map(|report| report.digest.clone()),
        }
    }
}

impl From<&RunningLine> for Progress {
    fn from(line: &RunningLine) -> Self {
        Self {
            phase: line.phase,
            done: line.done,
            total: line.total,
        }
    }
}

/// The newest runs, the latest first, with what is known of those under way.
pub async fn list(
    host: &Host,
    service: Option<&Service>,
    limit: u32,
) -> Result<Vec<Listed>, Failure> {
    let runs = host.store.runs(limit).await?;
    listed(host, service, &runs).await
}

/// The newest runs before one (empty: from the newest on), of one connector or of all (empty).
pub async fn page(
    host: &Host,
    service: Option<&Service>,
    place: (&str, &str),
    limit: u32,
) -> Result<Vec<Listed>, Failure> {
    let runs = host.store.runs_before(place, limit).await?;
    listed(host, service, &runs).await
}

/// Which runs somebody looks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// The connector's id; empty: all.
    pub connector: &'a str,
    /// `running`, `applied`, ...; empty: all.
    pub state: &'a str,
    /// Only those before this one; empty: from the newest on.
    pub before: &'a str,
}

/// The newest of the runs that somebody looks for.
pub async fn select(
    service: &Service,
    wanted: Wanted<'_>,
    limit: u32,
) -> Result<Vec<Listed>, Failure> {
    let host = service.pin().0;
    let place = (wanted.connector, wanted.before);
    let runs = host.store.runs_in(wanted.state, place, limit).await?;
    listed(&host, Some(service), &runs).await
}

async fn listed(
    host: &Host,
    service: Option<&Service>,
    runs: &[Row],
) -> Result<Vec<Listed>, Failure> {
    let ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
    let causes = host.store.causes_of_runs(&ids).await?;
    let causes: BTreeMap<String, String> = causes.into_iter().collect();
    let under_way = service.map(Service::running).unwrap_or_default();
    let listed = runs.iter().map(|row| {
        let mut lines = under_way.iter();
        let line = lines.find(|line| line.run.as_ref() == Some(&row.id));
        Listed {
            run: Run::from(row),
            trigger: line
                .map(|line| &line.trigger)
                .or(causes.get(&row.id))
                .cloned(),
            progress: line.map(Progress::from),
        }
    });
    Ok(listed.collect())
}

/// One run with its problems and the first so many changes of its plan, where it is still staged.
pub async fn show(host: &Host, id: &str, changes_max: u64) -> Result<Shown, Failure> {
    let store = &host.store;
    let row = found(host, id).await?;
    let mut report = row.report.clone();
    if let Some(report) = &mut report {
        report.problems = store.problems(&row.id).await?;
        if let Some(stage) = staged(host, &report.digest).await? {
            report.changes = sync::changes(&stage, changes_max).await?;
            stage.finish().await;
        }
    }
    Ok(Shown {
        run: Run::from(&row),
        report,
        undone_by: store.undone_by(&row.id).await?,
        undoes: store.undoes(&row.id).await?,
    })
}

/// Who or what wanted a run, where that was a job.
pub async fn trigger(host: &Host, run: &str) -> Result<Option<String>, Failure> {
    let causes = host.store.causes_of_runs(&[run]).await?;
    Ok(causes.into_iter().next().map(|(_, cause)| cause))
}

/// The run of an id, or of an unambiguous beginning of it.
pub async fn found(host: &Host, id: &str) -> Result<Row, Failure> {
    host.store.run(id).await?.ok_or_else(|| {
        let message = format!("there is no run `{id}`, or several begin like this");
        Failure::of("no-such-run", message).hint("attune runs lists them")
    })
}

/// The staged plan of a digest, where it is still there.
pub async fn staged(host: &Host, digest: &str) -> Result<Option<Stage>, Failure> {
    let Some(plan) = host.store.plan(digest).await? else {
        return Ok(None);
    };
    let path = host.store.data_dir().join("plans").join(&plan.file);
    if path.is_file() {
        Ok(Some(Stage::open(&path).await?))
    } else {
        Ok(None)
    }
}

/// How a run or job stands at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Moment {
    /// The run; none before a job has begun.
    pub run: Option<String>,
    /// The connector's id.
    pub connector: String,
    /// `queued` or `running`; else what became of it.
    pub state: String,
    /// Since when it runs.
    pub since: Option<String>,
    /// How far it is.
    pub progress: Option<Progress>,
    /// Whether it is over.
    pub is_over: bool,
}

/// How the run or job of an id stands.
pub async fn moment(service: &Service, id: &str) -> Result<Moment, Failure> {
    let is_meant = |line: &&RunningLine| {
        !id.is_empty()
            && (line.job.starts_with(id)
                || line.run.as_ref().is_some_and(|run| run.starts_with(id)))
    };
    if let Some(line) = service.running().iter().find(is_meant) {
        return Ok(Moment {
            run: line.run.clone(),
            connector: line.connector.clone(),
            state: "running".to_owned(),
            since: Some(time(line.since_ms)),
            progress: Some(Progress::from(line)),
            is_over: false,
        });
    }
    if let Some(job) = service.job(id).await? {
        let is_over = job.finished_ms.is_some();
        return Ok(Moment {
            run: Some(job.run).filter(|run| !run.is_empty()),
            connector: job.connector,
            state: job.state,
            since: job.started_ms.map(time),
            progress: None,
            is_over,
        });
    }
    let row = found(&service.pin().0, id).await?;
    Ok(Moment {
        run: Some(row.id),
        connector: row.connector,
        since: Some(time(row.started_ms)),
        progress: None,
        // A run that nobody carries on stands still.
        is_over: true,
        state: row.state,
    })
}
