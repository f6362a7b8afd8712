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
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Begun;
use super::problem::Problem;
use crate::access::Principal;
use crate::fault::{self, Failure};
use crate::jobs::{self, Kind};
use crate::service::{Service, Wish};
use crate::store::jobs::Job;

/// The longest that a request waits, in seconds.
const WAIT_MAX: u64 = 30;
/// The longest name of a person.
const PERSON_CHARS_MAX: usize = 500;

/// What an address may ask for.
#[derive(Debug, Deserialize)]
pub(super) struct Asks {
    wait: Option<String>,
}

/// `POST /connectors/{name}/people/{key}/sync`
pub(super) async fn person(
    State(begun): State<Begun>,
    Path((connector, person)): Path<(String, String)>,
    Query(asks): Query<Asks>,
) -> Result<Response, Problem> {
    let service = service(&begun)?;
    let person = person.trim();
    if person.is_empty() || person.chars().count() > PERSON_CHARS_MAX {
        return Err(wrong("a person is named by source key, user name or e-mail").into());
    }
    let wish = Wish {
        connector: &connector,
        kind: Kind::User,
        person,
        cause: "api",
    };
    queue(service, wish, &asks).await
}

/// `POST /connectors/{name}/sync` with `{"kind": "sync | changes | full"}`
pub(super) async fn connector(
    State(begun): State<Begun>,
    Path(connector): Path<String>,
    Query(asks): Query<Asks>,
    body: Bytes,
) -> Result<Response, Problem> {
    let service = service(&begun)?;
    let word = member(&body, "kind")?.unwrap_or_else(|| "sync".to_owned());
    let Some(kind @ (Kind::Sync | Kind::Changes | Kind::Full)) = Kind::of(&word) else {
        return Err(wrong("`kind` must be sync, changes or full").into());
    };
    let wish = Wish {
        connector: &connector,
        kind,
        person: "",
        cause: "api",
    };
    queue(service, wish, &asks).await
}

/// `GET /jobs/{id}`
pub(super) async fn job(
    State(begun): State<Begun>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let service = service(&begun)?;
    let job = service.job(&id).await?;
    let job = job.filter(|job| principal.covers(&job.connector));
    let job = job.ok_or_else(|| unknown(&id))?;
    Ok(Json(document(service, &job).await?).into_response())
}

/// `POST /runs/{id}/cancel`
pub(super) async fn cancel(
    State(begun): State<Begun>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let service = service(&begun)?;
    if !service.cancel(&id).await? {
        return Err(unknown(&id).into());
    }
    jobs::audit(&service.pin().0, &principal.who(), ("cancel", &id)).await;
    Ok(Json(json!({ "id": id, "state": "stopping" })).into_response())
}

/// `POST /connectors/{name}/pause` with `{"reason": "..."}`
pub(super) async fn pause(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let service = service(&begun)?;
    let loaded = service.found(&name)?;
    let reason = member(&body, "reason")?.unwrap_or_default();
    let host = service.pin().0;
    let (id, now_ms) = (&loaded.connector.id, host.clock.now().as_millisecond());
    let who = principal.who();
    let paused = host.store.pause(id, &who, &reason, now_ms).await;
    paused.map_err(Failure::from)?;
    jobs::audit(&host, &who, ("pause", &loaded.connector.name)).await;
    Ok(Json(json!({ "connector": loaded.connector.name, "paused": true })).into_response())
}

/// `POST /connectors/{name}/resume`
pub(super) async fn resume(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let service = service(&begun)?;
    let loaded = service.found(&name)?;
    service.resume(&loaded.connector.id).await?;
    let act = ("resume", loaded.connector.name.as_str());
    jobs::audit(&service.pin().0, &principal.who(), act).await;
    Ok(Json(json!({ "connector": loaded.connector.name, "paused": false })).into_response())
}

async fn queue(service: &Service, wish: Wish<'_>, asks: &Asks) -> Result<Response, Problem> {
    let wait = wait(asks)?;
    let (mut job, _is_new) = service.ask(wish).await?;
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
    let document = document(service, &job).await?;
    let mut answer = (status, Json(document)).into_response();
    if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/jobs/{}", job.id)) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    Ok(answer)
}

/// A job as it is shown.
async fn document(service: &Service, job: &Job) -> Result<Value, Failure> {
    let (host, state) = service.pin();
    let name = state.connectors.get(&job.connector);
    let name = name.map_or(&job.connector, |loaded| &loaded.connector.name);
    let mut shown = json!({
        "id": job.id, "connector": name, "connector-id": job.connector, "kind": job.kind,
        "trigger": job.cause, "state": job.state, "asked": time(Some(job.asked_ms)),
        "started": time(job.started_ms), "finished": time(job.finished_ms),
    });
    let Some(members) = shown.as_object_mut() else {
        return Ok(shown);
    };
    if !job.person.is_empty() {
        members.insert("person".to_owned(), json!(job.person));
    }
    if job.state == "queued" {
        let ahead = service.ahead_of(job).await?;
        members.insert("ahead".to_owned(), json!(ahead));
    }
    if !job.run.is_empty() {
        members.insert("run".to_owned(), json!(job.run));
        let run = host.store.run(&job.run).await?;
        let report = run.and_then(|run| run.report);
        if let Some(report) = report {
            members.insert("summary".to_owned(), json!(report.summary));
        }
    }
    if !job.code.is_empty() {
        let hint = fault::find(&job.code).map_or("", |entry| entry.remedy);
        let error = json!({ "code": job.code, "message": job.message, "hint": hint });
        members.insert("error".to_owned(), error);
    }
    Ok(shown)
}

pub(super) fn time(ms: Option<i64>) -> Option<String> {
    let time = Timestamp::from_millisecond(ms?).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

pub(super) fn service(begun: &Begun) -> Result<&Service, Failure> {
    let starting = || Failure::of("no-service", "the service is starting");
    begun.get().ok_or_else(starting)
}

fn wait(asks: &Asks) -> Result<Option<Duration>, Failure> {
    let Some(wait) = &asks.wait else {
        return Ok(None);
    };
    let seconds = wait.parse().ok().filter(|seconds| *seconds <= WAIT_MAX);
    let wrong = || wrong("`wait` must be a number of seconds, at most 30");
    seconds.map(Duration::from_secs).ok_or_else(wrong).map(Some)
}

/// One member of a body that may be empty.
fn member(body: &Bytes, name: &str) -> Result<Option<String>, Failure> {
    if body.trim_ascii().is_empty() {
        return Ok(None);
    }
    let document: Value = serde_json::from_slice(body)
        .map_err(|error| wrong(&format!("the body is not JSON: {error}")))?;
    let Value::Object(members) = document else {
        return Err(wrong("the body must be a JSON object"));
    };
    let strange = members.keys().find(|key| *key != name);
    if let Some(key) = strange {
        return Err(wrong(&format!("the body knows no `{key}`, but `{name}`")));
    }
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong(&format!("`{name}` must be a text"))),
    }
}

pub(super) fn wrong(message: &str) -> Failure {
    Failure::of("request", message)
}

fn unknown(id: &str) -> Failure {
    let message = format!("nothing has the id `{id}`, or several begin like this");
    Failure::of("no-such-job", message)
}
