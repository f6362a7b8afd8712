//! People whose values stand beside the rows of a connector's previews.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Begun;
use super::ask::{self, actor, service};
use super::problem::Problem;
use crate::access::Principal;
use crate::act::Pinned;

/// Somebody to pin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Pin {
    /// Source key, user name or e-mail.
    person: String,
}

/// Who is pinned in a connector; where nobody is, previews show the first people.
#[utoipa::path(get, path = "/connectors/{name}/pinned", tag = "mapping", params(("name" = String, Path, description = "Connector file without `.toml`, or its id")), responses((status = OK, body = Pinned)))]
pub(super) async fn list(
    State(begun): State<Begun>,
    Path(name): Path<String>,
) -> Result<Json<Pinned>, Problem> {
    let service = service(&begun)?;
    let id = service.found(&name)?.connector.id.clone();
    let people = service.pin().0.store.pinned(&id).await;
    Ok(Json(Pinned {
        people: people.map_err(crate::fault::Failure::from)?,
        connector: id,
    }))
}

/// Pins somebody for the previews of a connector; three are the most.
#[utoipa::path(post, path = "/connectors/{name}/pinned", tag = "mapping", params(("name" = String, Path, description = "Connector file without `.toml`, or its id")), request_body = Pin, responses((status = OK, body = Pinned)))]
pub(super) async fn pin(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Json<Pinned>, Problem> {
    let wanted: Pin = ask::body(&body)?;
    let pinned = actor(&begun, &principal)?
        .pin(&name, &wanted.person)
        .await?;
    Ok(Json(pinned))
}

/// Unpins somebody.
#[utoipa::path(delete, path = "/connectors/{name}/pinned/{key}", tag = "mapping", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), ("key" = String, Path, description = "Source key, user name or e-mail")), responses((status = OK, body = Pinned)))]
pub(super) async fn unpin(
    State(begun): State<Begun>,
    principal: Principal,
    Path((name, key)): Path<(String, String)>,
) -> Result<Json<Pinned>, Problem> {
    let pinned = actor(&begun, &principal)?.unpin(&name, &key).await?;
    Ok(Json(pinned))
}
