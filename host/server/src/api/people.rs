//! People: found, shown, explained, tried again, forgotten.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Begun;
use super::ask::{self, Page, Window, actor, service};
use super::problem::Problem;
use crate::access::Principal;
use crate::act::{Forgotten, HeldWhich, Retried};
use crate::sync::{self, Explanation};
use crate::view::history::{self, Changed, Place};
use crate::view::people::{self, Document, Person};

/// Which people.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Search {
    /// Any part of a source key, user name, name or e-mail; left out: everybody.
    q: Option<String>,
}

/// People who are known of a connector, in the order of their keys.
#[utoipa::path(get, path = "/connectors/{name}/people", tag = "people", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), Search, Window), responses((status = OK, body = Page<Person>)))]
pub(super) async fn list(
    State(begun): State<Begun>,
    Path(name): Path<String>,
    Query(search): Query<Search>,
    Query(window): Query<Window>,
) -> Result<Json<Page<Person>>, Problem> {
    let service = service(&begun)?;
    let (loaded, limit) = (service.found(&name)?, window.limit()?);
    let store = service.pin().0.store;
    let text = search.q.unwrap_or_default();
    let place = (text.as_str(), window.cursor());
    let found = people::list(&store, &loaded, place, limit + 1).await?;
    Ok(Json(Page::of(found, limit, |one| one.person.clone())))
}

/// What was last read of a person, their accounts, and how much of theirs is held.
#[utoipa::path(get, path = "/connectors/{name}/people/{key}", tag = "people", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), ("key" = String, Path, description = "Source key, user name or e-mail")), responses((status = OK, body = Document)))]
pub(super) async fn show(
    State(begun): State<Begun>,
    Path((name, key)): Path<(String, String)>,
) -> Result<Json<Document>, Problem> {
    let service = service(&begun)?;
    let loaded = service.found(&name)?;
    let store = service.pin().0.store;
    Ok(Json(people::document(&store, &loaded, &key).await?))
}

/// Removes what is kept of a person. What their accounts hold at the targets stays.
#[utoipa::path(delete, path = "/connectors/{name}/people/{key}", tag = "people", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), ("key" = String, Path, description = "Source key, user name or e-mail")), responses((status = OK, body = Forgotten)))]
pub(super) async fn forget(
    State(begun): State<Begun>,
    principal: Principal,
    Path((name, key)): Path<(String, String)>,
) -> Result<Json<Forgotten>, Problem> {
    let forgotten = actor(&begun, &principal)?.forget(&name, &key).await?;
    Ok(Json(forgotten))
}

/// Which fields.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only this field, as reports name it.
    field: Option<String>,
}

/// Why each field of a person has its value: source, the input and output of each step, the build of
/// each plugin, and what was last written. The source is asked; no target is, and nothing is written.
#[utoipa::path(get, path = "/connectors/{name}/people/{key}/explain", tag = "people", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), ("key" = String, Path, description = "Source key, user name or e-mail"), Which), responses((status = OK, body = Explanation)))]
pub(super) async fn explain(
    State(begun): State<Begun>,
    Path((name, key)): Path<(String, String)>,
    Query(which): Query<Which>,
) -> Result<Json<Explanation>, Problem> {
    let explained = service(&begun)?.apart(async move |service| {
        let loaded = service.found(&name)?;
        let host = service.pin().0;
        Ok(sync::explain(&host, &loaded, &key, which.field.as_deref()).await?)
    });
    Ok(Json(explained.await?))
}

/// Everything that we changed of a person, the latest first. What was sent at once stands on one page,
/// which may be somewhat longer for it.
#[utoipa::path(get, path = "/connectors/{name}/people/{key}/history", tag = "people", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), ("key" = String, Path, description = "Source key, user name or e-mail"), Which, Window), responses((status = OK, body = Page<Changed>)))]
pub(super) async fn history(
    State(begun): State<Begun>,
    Path((name, key)): Path<(String, String)>,
    Query(which): Query<Which>,
    Query(window): Query<Window>,
) -> Result<Json<Page<Changed>>, Problem> {
    let (service, limit) = (service(&begun)?, window.limit()?);
    let after = match window.cursor() {
        "" => None,
        cursor => {
            let wrong = || ask::wrong("`cursor` is not one of this list");
            Some(Place::read(cursor).ok_or_else(wrong)?)
        }
    };
    // A connector whose file is gone has a history too.
    let connector = service
        .connector(&name)
        .map_or(name, |loaded| loaded.connector.id.clone());
    let store = service.pin().0.store;
    let whose = (connector.as_str(), key.as_str(), which.field.as_deref());
    let (items, next) = history::page(&store, whose, after.as_ref(), limit as usize).await?;
    let next = next.map(|place| place.cursor());
    Ok(Json(Page { items, next }))
}

/// Which held people.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Retry {
    /// Only of this connector.
    connector: Option<String>,
    /// Only those with this code.
    code: Option<String>,
    /// Only those of this field.
    field: Option<String>,
    /// Only those who have been held for so long that somebody has to look: four weeks.
    #[serde(default)]
    long: bool,
    /// Only this one, by source key.
    person: Option<String>,
}

/// Tries held people again, one run each; at most 1,000 with one request, those who were not tried for longest first.
#[utoipa::path(post, path = "/held/retry", tag = "held", request_body = Retry, responses((status = ACCEPTED, body = Retried)))]
pub(super) async fn retry(
    State(begun): State<Begun>,
    principal: Principal,
    body: Bytes,
) -> Result<(axum::http::StatusCode, Json<Retried>), Problem> {
    let asked: Retry = ask::body(&body)?;
    let which = HeldWhich {
        connector: asked.connector.as_deref(),
        code: asked.code.as_deref(),
        field: asked.field.as_deref(),
        is_old: asked.long,
        person: asked.person.as_deref(),
    };
    let retried = actor(&begun, &principal)?.retry(which).await?;
    Ok((axum::http::StatusCode::ACCEPTED, Json(retried)))
}
