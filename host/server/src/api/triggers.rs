//! `/api/v1`: what scripts and log-in hooks may ask for.
//!
//! A request queues a job and gets its address back; with `?wait=SECONDS` it gets the end of it. A
//! second request for the same joins the job that waits, so a storm of them is one run.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Begun;
use super::ask::{self, actor, service, wrong};
use super::problem::Problem;
use crate::access::Principal;
use crate::fault::Failure;
use crate::jobs::Kind;
use crate::service::Service;
use crate::store::jobs::Job;
use crate::view;

/// The longest that a request waits, in seconds.
const WAIT_MAX: u64 = 30;
/// The longest name of a person.
const PERSON_CHARS_MAX: usize = 500;

/// How long a request waits for the end of its job.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asks {
    /// Seconds, at most 30; left out: the job is answered as it was queued.
    #[param(value_type = Option<u32>, maximum = 30)]
    wait: Option<String>,
}

/// What kind of run.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Syncs {
    /// `sync` (a complete listing; where it is left out), `changes` or `full`.
    kind: Option<String>,
}

/// Why a connector is paused.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Pauses {
    /// For whoever looks at it later.
    reason: Option<String>,
}

/// What is being stopped.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stopping {
    /// Its id, as it was asked for.
    id: String,
    /// `stopping`.
    state: &'static str,
}

/// Whether a connector is paused now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Paused {
    /// The connector file's name.
    connector: String,
    /// Whether it is.
    paused: bool,
}

/// Brings one person in tune, such as at their log-in.
#[utoipa::path(post, path = "/connectors/{name}/people/{key}/sync", tag = "people", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), ("key" = String, Path, description = "Source key, user name or e-mail"), Asks), responses((status = ACCEPTED, body = view::jobs::Job), (status = OK, body = view::jobs::Job)))]
pub(super) async fn person(
    State(begun): State<Begun>,
    principal: Principal,
    Path((connector, person)): Path<(String, String)>,
    Query(asks): Query<Asks>,
) -> Result<Response, Problem> {
    let actor = actor(&begun, &principal)?;
    let wait = wait(&asks)?;
    let person = person.trim();
    if person.is_empty() || person.chars().count() > PERSON_CHARS_MAX {
        return Err(wrong("a person is named by source key, user name or e-mail").into());
    }
    let job = actor.run(&connector, Kind::User, person).await?;
    queued(service(&begun)?, job, wait).await
}

/// Brings everybody of a connector in tune.
#[utoipa::path(post, path = "/connectors/{name}/sync", tag = "connectors", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), Asks), request_body = Syncs, responses((status = ACCEPTED, body = view::jobs::Job), (status = OK, body = view::jobs::Job)))]
pub(super) async fn connector(
    State(begun): State<Begun>,
    principal: Principal,
    Path(connector): Path<String>,
    Query(asks): Query<Asks>,
    body: Bytes,
) -> Result<Response, Problem> {
    let actor = actor(&begun, &principal)?;
    let wait = wait(&asks)?;
    let syncs: Syncs = ask::body(&body)?;
    let word = syncs.kind.unwrap_or_else(|| "sync".to_owned());
    let Some(kind @ (Kind::Sync | Kind::Changes | Kind::Full)) = Kind::of(&word) else {
        return Err(wrong("`kind` must be sync, changes or full").into());
    };
    let job = actor.run(&connector, kind, "").await?;
    queued(service(&begun)?, job, wait).await
}

/// A job, and what became of it.
#[utoipa::path(get, path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path, description = "Id of the job, or an unambiguous beginning")), responses((status = OK, body = view::jobs::Job)))]
pub(super) async fn job(
    State(begun): State<Begun>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let service = service(&begun)?;
    let job = service.job(&id).await?;
    let job = job.filter(|job| principal.covers(&job.connector));
    let job = job.ok_or_else(|| unknown(&id))?;
    Ok(Json(view::jobs::of(service, &job).await?).into_response())
}

/// Stops what is under way after what it is in the middle of, or takes a job out of the queue.
#[utoipa::path(post, path = "/runs/{id}/cancel", tag = "runs", params(("id" = String, Path, description = "Id of the run or job, or an unambiguous beginning")), responses((status = OK, body = Stopping)))]
pub(super) async fn cancel(
    State(begun): State<Begun>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    actor(&begun, &principal)?.cancel(&id).await?;
    let state = "stopping";
    Ok(Json(Stopping { id, state }).into_response())
}

/// Lets a connector write nothing until it is resumed.
#[utoipa::path(post, path = "/connectors/{name}/pause", tag = "connectors", params(("name" = String, Path, description = "Connector file without `.toml`, or its id")), request_body = Pauses, responses((status = OK, body = Paused)))]
pub(super) async fn pause(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let pauses: Pauses = ask::body(&body)?;
    let reason = pauses.reason.unwrap_or_default();
    let connector = actor(&begun, &principal)?.pause(&name, &reason).await?;
    let paused = true;
    Ok(Json(Paused { connector, paused }).into_response())
}

/// Lets a connector write again; what waited meanwhile begins.
#[utoipa::path(post, path = "/connectors/{name}/resume", tag = "connectors", params(("name" = String, Path, description = "Connector file without `.toml`, or its id")), responses((status = OK, body = Paused)))]
pub(super) async fn resume(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let connector = actor(&begun, &principal)?.resume(&name).await?;
    let paused = false;
    Ok(Json(Paused { connector, paused }).into_response())
}

/// The answer to whoever asked for a job: as it was queued, or its end where they wait for it.
pub(super) async fn queued(
    service: &Service,
    mut job: Job,
    wait: Option<Duration>,
) -> Result<Response, Problem> {
    if let Some(wait) = wait
        && let Some(later) = service.wait_for(&job.id, wait).await?
    {
        job = later;
    }
    let is_over = job.finished_ms.is_some();
    // Nobody of that name: the request itself was wrong, and it is known in time to say so.
    if is_over && job.code == "no-such-person" {
        return Err(Failure::of(&job.code, job.message).into());
    }
    let status = if is_over {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    };
    let document = view::jobs::of(service, &job).await?;
    let mut answer = (status, Json(document)).into_response();
    if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/jobs/{}", job.id)) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    Ok(answer)
}

pub(super) fn wait(asks: &Asks) -> Result<Option<Duration>, Failure> {
    let Some(wait) = &asks.wait else {
        return Ok(None);
    };
    let seconds = wait.parse().ok().filter(|seconds| *seconds <= WAIT_MAX);
    let wrong = || wrong("`wait` must be a number of seconds, at most 30");
    seconds.map(Duration::from_secs).ok_or_else(wrong).map(Some)
}

fn unknown(id: &str) -> Failure {
    let message = format!("nothing has the id `{id}`, or several begin like this");
    Failure::of("no-such-job", message)
}
