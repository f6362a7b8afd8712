//! A connector file that is still being written: its text is the body, and nothing of it is kept.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Begun;
use super::ask::actor;
use super::files::{Sample, people as people_of, toml};
use super::problem::Problem;
use crate::access::Principal;
use crate::act::Whom;
use crate::mapping::Suggested;
use crate::sync::{CheckLine, FoundPerson, Trial};

/// Checks addresses, credentials and permissions of a text, line by line; one without targets is checked
/// as far as its source. Nothing is written anywhere.
#[utoipa::path(post, path = "/connectors/{name}/unsaved/check", tag = "sources", params(("name" = String, Path, description = "What the connector file would be called, without `.toml`")), request_body(content = String, content_type = "text/plain"), responses((status = OK, body = [CheckLine])))]
pub(super) async fn check(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Vec<CheckLine>>, Problem> {
    let text = toml(&body)?;
    let lines = actor(&begun, &principal)?
        .check_unsaved(&name, text)
        .await?;
    Ok(Json(lines))
}

/// Which people of a source.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Found {
    /// Source key, user name or e-mail, as the provider finds people; left out: the first ones.
    q: Option<String>,
    /// How many, where nobody is looked for by name: at most 5,000; 200 where it is left out.
    #[param(value_type = Option<u32>, maximum = 5000, minimum = 1)]
    people: Option<String>,
}

/// People of a text's source as it answers now. Nobody is kept.
#[utoipa::path(post, path = "/connectors/{name}/unsaved/people", tag = "sources", params(("name" = String, Path, description = "What the connector file would be called, without `.toml`"), Found), request_body(content = String, content_type = "text/plain"), responses((status = OK, body = [FoundPerson])))]
pub(super) async fn people(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
    Query(wanted): Query<Found>,
    body: Bytes,
) -> Result<Json<Vec<FoundPerson>>, Problem> {
    let (text, people) = (toml(&body)?, people_of(wanted.people.as_deref())?);
    let whom = match wanted.q {
        Some(q) if !q.is_empty() => Whom::Called(q),
        _ => Whom::First(people),
    };
    let actor = actor(&begun, &principal)?;
    Ok(Json(actor.people_unsaved(&name, text, whom).await?))
}

/// Rows that a text could have, by what the people of its source have.
#[utoipa::path(post, path = "/connectors/{name}/unsaved/suggestions", tag = "mapping", params(("name" = String, Path, description = "What the connector file would be called, without `.toml`"), Sample), request_body(content = String, content_type = "text/plain"), responses((status = OK, body = Suggested)))]
pub(super) async fn suggestions(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
    Query(sample): Query<Sample>,
    body: Bytes,
) -> Result<Json<Suggested>, Problem> {
    let (text, people) = (toml(&body)?, sample.people()?);
    let actor = actor(&begun, &principal)?;
    Ok(Json(actor.suggest_unsaved(&name, text, people).await?))
}

/// On whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct On {
    /// Source key, user name or e-mail.
    person: String,
}

/// What the rows of a text make of a person, step by step. No target is asked, and nobody is kept.
#[utoipa::path(post, path = "/connectors/{name}/unsaved/trial", tag = "mapping", params(("name" = String, Path, description = "What the connector file would be called, without `.toml`"), On), request_body(content = String, content_type = "text/plain"), responses((status = OK, body = Trial)))]
pub(super) async fn trial(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
    Query(on): Query<On>,
    body: Bytes,
) -> Result<Json<Trial>, Problem> {
    let text = toml(&body)?;
    let actor = actor(&begun, &principal)?;
    Ok(Json(actor.trial_unsaved(&name, text, &on.person).await?))
}
