//! Forms that do something with connectors, runs, plans and people: each through `act`, and then to the
//! page that shows what came of it.
//!
//! A job is waited for a moment, so that most forms end at their run; what takes longer is watched there.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::Path;

use super::form::{Fields, encoded};
use super::held;
use super::page::{Answer, Visit, to};
use super::refused::Refused;
use super::shown::Time;
use crate::act::{Actor, HeldWhich};
use crate::fault::Failure;
use crate::jobs::Kind;
use crate::store::jobs::Job;
use crate::sync;

/// How long a form waits for its job to have a run.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a form about one person waits for the end.
const PATIENCE_FOR_ONE: Duration = Duration::from_secs(20);

/// Whoever asks, as one who does something.
pub(super) fn actor(visit: &Visit) -> Result<Actor, Failure> {
    Ok(Actor::new(visit.service()?, visit.principal()?, "console"))
}

/// `POST /connectors/{name}/sync`
pub(super) async fn sync(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let kind = match fields.one("mode") {
        "changes" => Kind::Changes,
        "full" => Kind::Full,
        _ => Kind::Sync,
    };
    let job = actor(&visit)?.run(&name, kind, "").await?;
    to_job(&visit, job, &name).await
}

/// `POST /connectors/{name}/plan`
pub(super) async fn plan(visit: Visit, Path(name): Path<String>) -> Answer {
    let job = actor(&visit)?.run(&name, Kind::Plan, "").await?;
    to_job(&visit, job, &name).await
}

/// `POST /connectors/{name}/pause`
pub(super) async fn pause(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let name = actor(&visit)?.pause(&name, fields.one("reason")).await?;
    to(&format!("/connectors/{}/status", encoded(&name)))
}

/// `POST /connectors/{name}/resume`
pub(super) async fn resume(visit: Visit, Path(name): Path<String>) -> Answer {
    let name = actor(&visit)?.resume(&name).await?;
    to(&format!("/connectors/{}/status", encoded(&name)))
}

/// `POST /connectors/{name}/check`: both ends are looked at, and nothing is written anywhere.
pub(super) async fn check(visit: Visit, Path(name): Path<String>) -> Answer {
    let checked = visit.service()?.apart(async move |service| {
        let loaded = service.found(&name)?;
        let lines = sync::check(&service.pin().0, &loaded).await?;
        Ok((loaded, lines))
    });
    let (loaded, lines) = checked.await?;
    let at = Time(visit.access.now().as_millisecond());
    visit.checks.keep(&loaded.connector.id, at, lines);
    to(&format!(
        "/connectors/{}/status",
        encoded(&loaded.connector.name)
    ))
}

/// `POST /runs/{id}/cancel`
pub(super) async fn cancel(visit: Visit, Path(id): Path<String>) -> Answer {
    actor(&visit)?.cancel(&id).await?;
    to(&format!("/runs/{}", encoded(&id)))
}

/// `POST /runs/{id}/undo`: a plan, which somebody approves.
pub(super) async fn undo(visit: Visit, Path(id): Path<String>) -> Answer {
    let job = actor(&visit)?.undo(&id).await?;
    let connector = job.connector.clone();
    to_job(&visit, job, &connector).await
}

/// `POST /plans/{digest}/approve`: a plan, or a change of a plugin or connector that waits with it.
pub(super) async fn approve(visit: Visit, Path(digest): Path<String>, fields: Fields) -> Answer {
    let actor = actor(&visit)?.saying(fields.one("comment"));
    if actor.approve_change(&digest).await?.is_some() {
        return to(&format!("/plans/{}", encoded(&digest)));
    }
    let job = actor.approve(&digest).await?;
    let connector = job.connector.clone();
    to_job(&visit, job, &connector).await
}

/// `POST /plans/{digest}/reject`
pub(super) async fn reject(visit: Visit, Path(digest): Path<String>, fields: Fields) -> Answer {
    let actor = actor(&visit)?.saying(fields.one("comment"));
    actor.reject(&digest).await?;
    to(&format!("/plans/{}", encoded(&digest)))
}

/// `POST /people/{name}/{key}/sync`
pub(super) async fn sync_person(visit: Visit, Path((name, key)): Path<(String, String)>) -> Answer {
    let job = actor(&visit)?.run(&name, Kind::User, &key).await?;
    let service = visit.service()?;
    service.wait_for(&job.id, PATIENCE_FOR_ONE).await?;
    let (name, key) = (encoded(&name), encoded(&key));
    to(&format!("/people/{name}/{key}?job={}", job.id))
}

/// `POST /people/{name}/{key}/plan`
pub(super) async fn plan_person(visit: Visit, Path((name, key)): Path<(String, String)>) -> Answer {
    let job = actor(&visit)?.run(&name, Kind::Plan, &key).await?;
    to_job(&visit, job, &name).await
}

/// `POST /people/{name}/{key}/forget`
pub(super) async fn forget(visit: Visit, Path((name, key)): Path<(String, String)>) -> Answer {
    actor(&visit)?.forget(&name, &key).await?;
    to("/people")
}

/// `POST /people/{name}/{key}/pin`: their values stand in previews from now on.
pub(super) async fn pin(
    visit: Visit,
    Path((name, key)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    actor(&visit)?.pin(&name, &key).await?;
    to(&place_of(&name, &key, &fields))
}

/// `POST /people/{name}/{key}/unpin`
pub(super) async fn unpin(
    visit: Visit,
    Path((name, key)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    actor(&visit)?.unpin(&name, &key).await?;
    to(&place_of(&name, &key, &fields))
}

/// The page that the form of a person was on.
fn place_of(name: &str, key: &str, fields: &Fields) -> String {
    let (name, key) = (encoded(name), encoded(key));
    if fields.one("from") == "tab" {
        return format!("/connectors/{name}/people");
    }
    format!("/people/{name}/{key}")
}

/// `POST /held/retry`: those that were ticked, or everybody whom the filters of the page mean.
pub(super) async fn retry(visit: Visit, fields: Fields) -> Answer {
    let retried = if fields.has("all") {
        Some(retry_all(&visit, &fields).await?)
    } else {
        retry_ticked(&visit, &fields).await?
    };
    let Some((retried, left)) = retried else {
        return to(&held::address(&fields, &[("retried", "none")]));
    };
    let (retried, left) = (retried.to_string(), left.to_string());
    let left = if left == "0" { "" } else { &left };
    to(&held::address(
        &fields,
        &[("retried", &retried), ("left", left)],
    ))
}

/// How many of those that were ticked are tried again, and how many are left; none where nobody was ticked.
async fn retry_ticked(visit: &Visit, fields: &Fields) -> Result<Option<(usize, u64)>, Refused> {
    let actor = actor(visit)?;
    let ticked = fields.all("held").filter_map(|held| held.split_once('/'));
    let ticked: BTreeSet<(&str, &str)> = ticked.collect();
    if ticked.is_empty() {
        return Ok(None);
    }
    let mut retried = 0;
    for (connector, person) in ticked {
        let which = HeldWhich {
            connector: Some(connector),
            person: Some(person),
            ..HeldWhich::default()
        };
        retried += retry_those(&actor, which).await?.0;
    }
    Ok(Some((retried, 0)))
}

/// How many of those are tried again whom a cause and the filters mean, whether the page shows them or
/// not, and how many are left.
async fn retry_all(visit: &Visit, fields: &Fields) -> Result<(usize, u64), Refused> {
    let some = |name| Some(fields.one(name)).filter(|text| !text.is_empty());
    let which = HeldWhich {
        connector: some("connector"),
        code: some("code"),
        field: some("field"),
        is_old: fields.has("older"),
        person: None,
    };
    retry_those(&actor(visit)?, which).await
}

async fn retry_those(actor: &Actor, which: HeldWhich<'_>) -> Result<(usize, u64), Refused> {
    match actor.retry(which).await {
        Ok(retried) => Ok((retried.jobs.len(), retried.left)),
        // They came in tune since the page was made.
        Err(failure) if failure.code == "nothing-waits" => Ok((0, 0)),
        Err(failure) => Err(failure.into()),
    }
}

/// To the run that a job became, as soon as it is one.
pub(super) async fn to_job(visit: &Visit, job: Job, connector: &str) -> Answer {
    let service = visit.service()?;
    let later = service.wait_for(&job.id, PATIENCE).await?;
    let job = later.unwrap_or(job);
    if job.run.is_empty() && job.finished_ms.is_some() {
        // It came to its end before it was a run.
        return match job.code.as_str() {
            "" => to(&format!("/connectors/{}/status", encoded(connector))),
            code => Err(Failure::of(code, job.message.clone()).into()),
        };
    }
    let id = match job.run.as_str() {
        "" => &job.id,
        run => run,
    };
    to(&format!("/runs/{}", encoded(id)))
}
