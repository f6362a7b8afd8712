//! Runs, plans and jobs: what was made, what is under way, and what is to be written.

use attune_core::plan::Change;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Begun;
use super::ask::{self, Page, Window, actor, service};
use super::changes::Changed;
use super::problem::Problem;
use super::triggers::{Asks, queued, wait};
use crate::access::Principal;
use crate::fault::Failure;
use crate::jobs::{Kind, work};
use crate::sync;
use crate::view;
use crate::view::plans::Breakdown;
use crate::view::runs::{Listed, Shown};

/// Changes that a run or plan shows with its report; more are on their own pages.
const CHANGES_SHOWN: u64 = 100;

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only those of this connector, by its file's name or id.
    connector: Option<String>,
}

/// Runs, the latest first.
#[utoipa::path(get, path = "/runs", tag = "runs", params(Window, Which), responses((status = OK, body = Page<Listed>)))]
pub(super) async fn list(
    State(begun): State<Begun>,
    Query(which): Query<Which>,
    Query(window): Query<Window>,
) -> Result<Json<Page<Listed>>, Problem> {
    let service = service(&begun)?;
    let limit = window.limit()?;
    let connector = match &which.connector {
        Some(name) => service.found(name)?.connector.id.clone(),
        None => String::new(),
    };
    let (host, _) = service.pin();
    let place = (connector.as_str(), window.cursor());
    let runs = view::runs::page(&host, Some(service), place, limit + 1).await?;
    Ok(Json(Page::of(runs, limit, |one| one.run.id.clone())))
}

/// A run with its report, its problems and its first 100 changes; values only for who may see them.
#[utoipa::path(get, path = "/runs/{id}", tag = "runs", params(("id" = String, Path, description = "Id of the run, or an unambiguous beginning")), responses((status = OK, body = Shown)))]
pub(super) async fn show(
    State(begun): State<Begun>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<Shown>, Problem> {
    let shown = service(&begun)?
        .apart(async move |service| view::runs::show(&service.pin().0, &id, CHANGES_SHOWN).await);
    Ok(Json(for_eyes_of(&principal, shown.await?)))
}

/// Without the right to see values of people: neither changes nor words that may quote a value.
fn for_eyes_of(principal: &Principal, mut shown: Shown) -> Shown {
    if let Some(report) = shown.report.as_mut().filter(|_| !principal.personal) {
        report.changes.clear();
        for problem in &mut report.problems {
            problem.message.clear();
        }
        for guard in &mut report.guards {
            guard.detail.clear();
        }
    }
    shown
}

/// Changes of a plan, in the order of its digest; what became of them, where it was written. Changes of one
/// account stand on one page, which may be somewhat longer for it.
#[utoipa::path(get, path = "/plans/{digest}/changes", tag = "plans", params(("digest" = String, Path, description = "Digest of the plan"), Window), responses((status = OK, body = Page<Change>)))]
pub(super) async fn changes(
    State(begun): State<Begun>,
    Path(digest): Path<String>,
    Query(window): Query<Window>,
) -> Result<Json<Page<Change>>, Problem> {
    let limit = window.limit()?;
    let after = match window.cursor().split_once('.') {
        Some((target, account)) => target.parse().ok().map(|of| (of, account.to_owned())),
        None => window.cursor().is_empty().then(|| (0, String::new())),
    };
    let after = after.ok_or_else(|| ask::wrong("`cursor` is not one of this list"))?;
    let read = service(&begun)?.apart(async move |service| {
        let host = service.pin().0;
        let Some(stage) = view::runs::staged(&host, &digest).await? else {
            return Err(not_staged(&digest));
        };
        let after = (after.0, after.1.as_str());
        let page = async {
            let legend = sync::Legend::of(&stage).await?;
            sync::changes_after((&stage, &legend), after, limit as usize).await
        }
        .await;
        stage.finish().await;
        Ok(page?)
    });
    let (items, next) = read.await?;
    let next = next.map(|(target, account)| format!("{target}.{account}"));
    Ok(Json(Page { items, next }))
}

/// A plan with its guards and its first 100 changes; values only for who may see them.
#[utoipa::path(get, path = "/plans/{digest}", tag = "plans", params(("digest" = String, Path, description = "Digest of the plan")), responses((status = OK, body = Shown)))]
pub(super) async fn plan(
    State(begun): State<Begun>,
    principal: Principal,
    Path(digest): Path<String>,
) -> Result<Json<Shown>, Problem> {
    let shown = service(&begun)?.apart(async move |service| {
        let host = service.pin().0;
        let plan = work::staged(&host, &digest).await?;
        view::runs::show(&host, &plan.run, CHANGES_SHOWN).await
    });
    Ok(Json(for_eyes_of(&principal, shown.await?)))
}

/// What a plan comes to, field by field and change by change; values only for who may see them.
#[utoipa::path(get, path = "/plans/{digest}/breakdown", tag = "plans", params(("digest" = String, Path, description = "Digest of the plan")), responses((status = OK, body = Breakdown)))]
pub(super) async fn breakdown(
    State(begun): State<Begun>,
    principal: Principal,
    Path(digest): Path<String>,
) -> Result<Json<Breakdown>, Problem> {
    let counted = service(&begun)?.apart(async move |service| {
        let counted = view::plans::breakdown(&service.pin().0, &digest).await?;
        counted.ok_or_else(|| not_staged(&digest))
    });
    let mut counted = counted.await?;
    if !principal.personal {
        counted.values.clear();
        for field in &mut counted.fields {
            field.example = (None, None);
        }
    }
    Ok(Json(counted))
}

fn not_staged(digest: &str) -> Failure {
    let message = format!("no plan of digest {digest} is staged");
    Failure::of("no-such-plan", message)
}

/// Whom a plan is of.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Plans {
    /// One person, by source key, user name or e-mail; left out: everybody.
    person: Option<String>,
}

/// Makes a plan; nothing is written.
#[utoipa::path(post, path = "/connectors/{name}/plan", tag = "plans", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), Asks), request_body = Plans, responses((status = ACCEPTED, body = view::jobs::Job), (status = OK, body = view::jobs::Job)))]
pub(super) async fn make_plan(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
    Query(asks): Query<Asks>,
    body: Bytes,
) -> Result<Response, Problem> {
    let plans: Plans = ask::body(&body)?;
    let wait = wait(&asks)?;
    let person = plans.person.as_deref().unwrap_or_default();
    let actor = actor(&begun, &principal)?;
    let job = actor.run(&name, Kind::Plan, person).await?;
    queued(service(&begun)?, job, wait).await
}

/// What somebody says about a decision.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Comment {
    /// At most 500 characters; the audit log keeps them.
    #[serde(default)]
    comment: String,
}

/// What came of an approval.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "only its schema is used: the answers are made of its parts"
)]
pub(super) enum Approved {
    /// Of a plan: the job that writes it.
    Job(Box<view::jobs::Job>),
    /// Of a change of a plugin or connector.
    Changed(Changed),
}

/// Writes exactly this plan, or brings exactly this change of a plugin or connector into use.
#[utoipa::path(post, path = "/plans/{digest}/approve", tag = "plans", params(("digest" = String, Path, description = "Digest of the plan, build or revision"), Asks), request_body = Comment, responses((status = ACCEPTED, body = view::jobs::Job), (status = OK, body = Approved)))]
pub(super) async fn approve(
    State(begun): State<Begun>,
    principal: Principal,
    Path(digest): Path<String>,
    Query(asks): Query<Asks>,
    body: Bytes,
) -> Result<Response, Problem> {
    let wait = wait(&asks)?;
    let said: Comment = ask::body(&body)?;
    let actor = actor(&begun, &principal)?.saying(&said.comment);
    if let Some(answer) = actor.approve_change(&digest).await? {
        return Ok(Json(Changed::from(answer)).into_response());
    }
    let job = actor.approve(&digest).await?;
    queued(service(&begun)?, job, wait).await
}

/// Drops a plan, or a change of a plugin or connector that waits.
#[utoipa::path(post, path = "/plans/{digest}/reject", tag = "plans", params(("digest" = String, Path, description = "Digest of the plan, build or revision")), request_body = Comment, responses((status = NO_CONTENT)))]
pub(super) async fn reject(
    State(begun): State<Begun>,
    principal: Principal,
    Path(digest): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let said: Comment = ask::body(&body)?;
    let actor = actor(&begun, &principal)?.saying(&said.comment);
    actor.reject(&digest).await?;
    Ok(axum::http::StatusCode::NO_CONTENT.into_response())
}

/// Makes the plan that takes a run back, and holds it.
#[utoipa::path(post, path = "/runs/{id}/undo", tag = "runs", params(("id" = String, Path, description = "Id of the run, or an unambiguous beginning"), Asks), responses((status = ACCEPTED, body = view::jobs::Job), (status = OK, body = view::jobs::Job)))]
pub(super) async fn undo(
    State(begun): State<Begun>,
    principal: Principal,
    Path(id): Path<String>,
    Query(asks): Query<Asks>,
) -> Result<Response, Problem> {
    let wait = wait(&asks)?;
    let job = actor(&begun, &principal)?.undo(&id).await?;
    queued(service(&begun)?, job, wait).await
}
