//! Jobs: what was asked for, and what became of it.

use attune_core::plan::Summary;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::fault::{self, Failure};
use crate::service::Service;
use crate::store::jobs::Job as Row;

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Job {
    /// Its id, sortable by time.
    pub id: String,
    /// The connector file's name.
    pub connector: String,
    /// The connector's id.
    pub connector_id: String,
    /// `sync`, `changes`, `full`, `user`, `held` or `probe`.
    pub kind: String,
    /// `schedule`, `cli`, `api`, `retry` or `maintenance`.
    pub trigger: String,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// When somebody asked.
    pub asked: Option<String>,
    /// When it began.
    pub started: Option<String>,
    /// When it ended.
    pub finished: Option<String>,
    /// Whom it is about, as they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// How many jobs of the connector come before it, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ahead: Option<u64>,
    /// The run that it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The counts of that run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Trouble>,
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Trouble {
    /// The stable word.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub hint: &'static str,
}

/// A job as it is at this moment.
pub async fn of(service: &Service, row: &Row) -> Result<Job, Failure> {
    let (host, state) = service.pin();
    let name = state.connectors.get(&row.connector);
    let name = name.map_or(&row.connector, |loaded| &loaded.connector.name);
    let ahead = match row.state.as_str() {
        "queued" => Some(service.ahead_of(row).await?),
        _ => None,
    };
    let run = match row.run.as_str() {
        "" => None,
        run => host.store.run(run).await?,
    };
    let report = run.and_then(|run| run.report);
    Ok(Job {
        id: row.id.clone(),
        connector: name.clone(),
        connector_id: row.connector.clone(),
        kind: row.kind.clone(),
        trigger: row.cause.clone(),
        state: row.state.clone(),
        asked: Some(time(row.asked_ms)),
        started: row.started_ms.map(time),
        finished: row.finished_ms.map(time),
        person: some(&row.person),
        ahead,
        run: some(&row.run),
        summary: report.map(|report| report.summary),
        error: some(&row.code).map(|code| Trouble {
            hint: fault::find(&code).map_or("", |entry| entry.remedy),
            message: row.message.clone(),
            code,
        }),
    })
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
