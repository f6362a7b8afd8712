//! Replay: the plan of a past run made again, or what other builds of its plugins would have done.
//!
//! The staged plan is the record of what was due. The run's revision, its builds and everybody's
//! documents as of then come out of the store; every staged row is evaluated again with the run's
//! time, and the plan is made again. What a field held that the run left alone follows from the
//! record and from the run's own builds. Invariant: no request leaves, and no run, plan, person or
//! account is written. Deliberately not here: people without a staged row, whom the run skipped;
//! pictures, whose bytes are not kept; accounts of managers as of then: they are those of today, and
//! whose fingerprint tells that it matters is named.

mod fields;
mod judge;
mod makers;
mod past;
mod rows;

use std::collections::BTreeMap;

use attune_core::plan::{Change, Head};
use serde::Serialize;

use super::{Error, Host};
use crate::connector;
use crate::store::plans::StagedPlan;
use crate::store::runs::Run;
use crate::store::stage::{Stage, StageMeta};
use makers::Makers;

/// Differences that are told one by one.
pub const DIFFERENCES_MAX: usize = 1_000;

/// What a replay came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Replayed {
    /// The run.
    pub run: String,
    /// The connector file's name.
    pub connector: String,
    /// When the run began; RFC 3339, UTC.
    pub now: String,
    /// The builds of this replay: the run's, or those given instead.
    pub generations: BTreeMap<String, String>,
    /// The digest of the plan as it was recorded.
    pub recorded: String,
    /// The digest of the plan that these builds make.
    pub replayed: String,
    /// Whether the run's own builds make the recorded plan again, bit for bit.
    pub repeats: bool,
    /// Whether these builds make the recorded changes, all of them and no others.
    pub is_same: bool,
    /// People who were evaluated, once for each target.
    pub people: u64,
    /// Changes of the recorded plan.
    pub recorded_changes: u64,
    /// Changes of the plan that these builds make.
    pub replayed_changes: u64,
    /// Pictures among them, taken from the record: their bytes are not kept.
    pub pictures: u64,
    /// Changes that are not what was recorded.
    pub different: u64,
    /// The first [`DIFFERENCES_MAX`] of them.
    pub differences: Vec<Difference>,
    /// Keys of people whose documents of then are not kept any more, managers among them.
    pub missing: Vec<String>,
    /// Keys of people whose documents are kept and whose inputs are not those of then all the same,
    /// such as the account of a manager.
    pub other_inputs: Vec<String>,
    /// Whether every value would come out the same once more.
    pub repeatable: bool,
}

/// One field of one account of which record and replay tell different things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// As recorded; absent where the run left the field alone.
    pub recorded: Option<Change>,
    /// As replayed; absent where these builds leave the field alone.
    pub replayed: Option<Change>,
}

/// The record of one run.
struct Record {
    run: String,
    plan: StagedPlan,
    stage: Stage,
    meta: StageMeta,
    now_ms: i64,
}

/// Makes the plan of a run again; with `instead`, other builds by the ids of the plugins.
pub async fn replay(
    host: &Host,
    run: &str,
    instead: &[(String, Vec<u8>)],
) -> Result<Replayed, Error> {
    let record = record(host, run).await?;
    let outcome = of_record(host, &record, instead).await;
    record.stage.finish().await;
    outcome
}

async fn of_record(
    host: &Host,
    record: &Record,
    instead: &[(String, Vec<u8>)],
) -> Result<Replayed, Error> {
    let (store, plan) = (&host.store, &record.plan);
    let kept = store.revision(&plan.connector, &plan.revision).await?;
    let kept = kept.ok_or_else(|| gone("its connector file was not kept"))?;
    let path = std::path::PathBuf::from(format!("{}.toml", kept.name));
    let entry = connector::load_kept(&path, &kept);
    let loaded = entry.result.map_err(|mistakes| {
        let first = mistakes.first().map(ToString::to_string);
        let first = first.unwrap_or_default();
        gone(&format!(
            "this version cannot read its connector file: {first}"
        ))
    })?;
    let report = &record.meta.report;
    let own = makers::builds(host, &report.generations)?;
    let own = Makers::open(host, &loaded, own, &[])?;
    let is_known = own.pinned.revision == plan.revision
        && own.pinned.generations == report.generations
        && own.pinned.fields == record.meta.fields;
    if !is_known {
        return Err(gone("this version reads its connector file otherwise"));
    }
    let other = match instead {
        [] => None,
        instead => {
            makers::known(instead, &report.generations)?;
            let builds = makers::builds(host, &report.generations)?;
            Some(Makers::open(host, &loaded, builds, instead)?)
        }
    };
    rows::replay(host, record, own, other).await
}

/// The staged plan of a run, or of the run whose plan it wrote.
async fn record(host: &Host, id: &str) -> Result<Record, Error> {
    let store = &host.store;
    let run = store.run(id).await?;
    let run = run.ok_or_else(|| Error::NoSuchPlan(format!("there is no run `{id}`")))?;
    let mut plan = store.plan(&run.id).await?;
    if let (None, Some(report)) = (&plan, &run.report) {
        plan = store.plan(&report.digest).await?;
    }
    let plan = plan.filter(|plan| plan.connector == run.connector);
    let plan = plan.ok_or_else(|| gone(without_plan(&run)))?;
    if store.undo_of_plan(&plan.digest).await?.is_some() {
        return Err(gone("it took another run back, and evaluated nobody"));
    }
    let path = store.data_dir().join("plans").join(&plan.file);
    if !path.is_file() {
        return Err(gone("its plan is not kept any more"));
    }
    let stage = Stage::open(&path).await?;
    let meta = stage.meta().await?;
    let now: jiff::Timestamp = meta
        .report
        .now
        .parse()
        .map_err(|_| gone("its time is no time"))?;
    Ok(Record {
        run: run.id,
        plan,
        stage,
        meta,
        now_ms: now.as_millisecond(),
    })
}

fn without_plan(run: &Run) -> &'static str {
    match (run.mode.as_str(), run.state.as_str()) {
        ("sample", _) => "the plan of a sample is not kept",
        (_, "failed" | "stopped" | "running") => "it ended before it had a plan",
        _ => "it has no plan of its own that is kept",
    }
}

fn gone(why: &str) -> Error {
    Error::NoSuchPlan(format!("the run cannot be replayed: {why}"))
}

impl Record {
    fn head<'a>(&'a self, generations: &'a BTreeMap<String, String>) -> Head<'a> {
        Head {
            connector: &self.plan.connector,
            revision: &self.plan.revision,
            generations,
            now_ms: self.now_ms,
        }
    }
}
