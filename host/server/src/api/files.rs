//! Connector files: read, looked at, saved, and their rows set, tried and proposed.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Begun;
use super::ask::{self, actor, service, wrong};
use super::problem::Problem;
use crate::access::Principal;
use crate::connector::SCHEMA;
use crate::fault::Failure;
use crate::mapping::{
    self, Before, Changed, Looked, SetOrder, Suggested, Text, TrialOrder, trial as try_row,
};
use crate::sync::{Subject, Trial};

/// People looked at for proposals where nobody says.
const PEOPLE: u32 = 200;
/// The most of them.
const PEOPLE_MAX: u32 = 5_000;

/// The file of a connector; `ETag` names its text for a later `If-Match`.
#[utoipa::path(get, path = "/connectors/{name}/file", tag = "connectors", params(("name" = String, Path, description = "Connector file without `.toml`, or its id")), responses((status = OK, body = Text)))]
pub(super) async fn show(
    State(begun): State<Begun>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let folder = &service(&begun)?.options().connectors_dir;
    let text = tokio::task::block_in_place(|| mapping::read_file(folder, &name));
    Ok(answer(StatusCode::OK, text.map_err(Failure::from)?))
}

/// Saves the file of a connector: with `If-Match`, the text that it had; with `If-None-Match: *`, none.
/// A text that could not be used is refused, and nothing is written.
#[utoipa::path(put, path = "/connectors/{name}/file", tag = "connectors", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), ("If-Match" = Option<String>, Header, description = "The `ETag` of the text that it replaces"), ("If-None-Match" = Option<String>, Header, description = "`*`: there is no such file yet")), request_body(content = String, content_type = "text/plain"), responses((status = OK, body = Text), (status = CREATED, body = Text)))]
pub(super) async fn save(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let text = toml(&body)?;
    let actor = actor(&begun, &principal)?;
    if is_to_be_new(&headers)? {
        let saved = actor.save_file(&name, text, Before::Nothing).await?;
        return Ok(answer(StatusCode::CREATED, saved));
    }
    let tag = ask::version(&headers)?;
    let saved = actor.save_file(&name, text, Before::Tag(&tag)).await?;
    Ok(answer(StatusCode::OK, saved))
}

/// What a text would be as the file of a connector; nothing is written.
#[utoipa::path(post, path = "/connectors/{name}/validate", tag = "connectors", params(("name" = String, Path, description = "Connector file without `.toml`, or its id")), request_body(content = String, content_type = "text/plain"), responses((status = OK, body = Looked)))]
pub(super) async fn validate(
    State(begun): State<Begun>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Looked>, Problem> {
    let text = toml(&body)?;
    let service = service(&begun)?;
    let plugins = Arc::clone(&service.pin().1.plugins);
    let folder = &service.options().connectors_dir;
    let looked = tokio::task::block_in_place(|| mapping::look(folder, &name, text, &plugins));
    Ok(Json(looked.map_err(Failure::from)?))
}

/// The JSON Schema of connector files, for editors.
#[utoipa::path(get, path = "/connector-schema", tag = "connectors", responses((status = OK, body = serde_json::Value)))]
pub(super) async fn schema() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/schema+json")];
    (kind, SCHEMA).into_response()
}

/// A row of a mapping table.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRow {
    /// As it stands behind the `=`, such as `{ from = "department", steps = ["text.trim"] }`.
    row: String,
    /// Only while the connector's revision is this one.
    revision: Option<String>,
    /// Only to see what would differ.
    #[serde(default)]
    dry: bool,
}

/// Sets a row of the mapping table; comments and everything else of the file stay.
#[utoipa::path(put, path = "/connectors/{name}/targets/{target}/fields/{field}", tag = "mapping", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), ("target" = String, Path, description = "Name of the target"), ("field" = String, Path, description = "Name of the field")), request_body = NewRow, responses((status = OK, body = Changed)))]
pub(super) async fn set_row(
    State(begun): State<Begun>,
    principal: Principal,
    Path((name, target, field)): Path<(String, String, String)>,
    body: Bytes,
) -> Result<Json<Changed>, Problem> {
    let row: NewRow = ask::body(&body)?;
    let order = SetOrder {
        target: &target,
        field: &field,
        row: Some(&row.row),
        revision: row.revision.as_deref(),
        is_dry: row.dry,
    };
    let changed = actor(&begun, &principal)?.set_row(&name, order).await?;
    Ok(Json(changed))
}

/// Takes a row out of the mapping table.
#[utoipa::path(delete, path = "/connectors/{name}/targets/{target}/fields/{field}", tag = "mapping", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), ("target" = String, Path, description = "Name of the target"), ("field" = String, Path, description = "Name of the field")), responses((status = OK, body = Changed)))]
pub(super) async fn remove_row(
    State(begun): State<Begun>,
    principal: Principal,
    Path((name, target, field)): Path<(String, String, String)>,
) -> Result<Json<Changed>, Problem> {
    let order = SetOrder {
        target: &target,
        field: &field,
        row: None,
        revision: None,
        is_dry: false,
    };
    let changed = actor(&begun, &principal)?.set_row(&name, order).await?;
    Ok(Json(changed))
}

/// A row that is tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Try {
    /// The field as reports name it.
    field: String,
    /// Only in this target.
    target: Option<String>,
    /// A row instead of that of the file.
    row: Option<String>,
    /// On whom: source key, user name or e-mail.
    person: Option<String>,
    /// Attributes instead of theirs.
    document: Option<serde_json::Value>,
}

/// Tries one field on one person, step by step; nothing is written and nothing kept.
#[utoipa::path(post, path = "/connectors/{name}/trial", tag = "mapping", params(("name" = String, Path, description = "Connector file without `.toml`, or its id")), request_body = Try, responses((status = OK, body = Trial)))]
pub(super) async fn trial(
    State(begun): State<Begun>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Trial>, Problem> {
    let asked: Try = ask::body(&body)?;
    let tried = service(&begun)?.apart(async move |service| {
        let loaded = service.found(&name)?;
        let document = asked.document.as_ref().map(ToString::to_string);
        let order = TrialOrder {
            field: &asked.field,
            target: asked.target.as_deref(),
            row: asked.row.as_deref(),
            subject: Subject {
                user: asked.person.as_deref(),
                input: document.as_deref(),
            },
        };
        Ok(try_row(&service.pin().0, &loaded, order).await?)
    });
    Ok(Json(tried.await?))
}

/// How many people are looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Sample {
    /// At most 5,000; 200 where it is left out.
    #[param(value_type = Option<u32>, maximum = 5000, minimum = 1)]
    people: Option<String>,
}

impl Sample {
    pub(super) fn people(&self) -> Result<u32, Failure> {
        people(self.people.as_deref())
    }
}

/// How many people somebody wants looked at.
pub(super) fn people(wanted: Option<&str>) -> Result<u32, Failure> {
    let Some(people) = wanted else {
        return Ok(PEOPLE);
    };
    let people = people.parse().ok();
    let people = people.filter(|people| (1..=PEOPLE_MAX).contains(people));
    people.ok_or_else(|| wrong("`people` must be a number from 1 to 5000"))
}

/// Rows that a connector could have, by what its people have.
#[utoipa::path(get, path = "/connectors/{name}/suggestions", tag = "mapping", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), Sample), responses((status = OK, body = Suggested)))]
pub(super) async fn suggest(
    State(begun): State<Begun>,
    Path(name): Path<String>,
    Query(sample): Query<Sample>,
) -> Result<Json<Suggested>, Problem> {
    let people = sample.people()?;
    let suggested = service(&begun)?.apart(async move |service| {
        let folder = service.options().connectors_dir.clone();
        Ok(mapping::suggest(&service.pin().0, &folder, &name, people).await?)
    });
    Ok(Json(suggested.await?))
}

fn answer(status: StatusCode, text: Text) -> Response {
    let tag = HeaderValue::from_str(&format!("\"{}\"", text.tag));
    let mut answer = (status, Json(text)).into_response();
    if let Ok(tag) = tag {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer
}

/// Whether there must be no such file yet.
fn is_to_be_new(headers: &HeaderMap) -> Result<bool, Failure> {
    match headers
        .get(header::IF_NONE_MATCH)
        .map(HeaderValue::as_bytes)
    {
        None => Ok(false),
        Some(b"*") => Ok(true),
        Some(_) => Err(wrong("`If-None-Match` can only be `*` here")),
    }
}

pub(super) fn toml(body: &Bytes) -> Result<&str, Failure> {
    std::str::from_utf8(body).map_err(|_| wrong("the body must be TOML in UTF-8"))
}
