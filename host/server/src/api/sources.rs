//! Sources and targets as they answer: what people really have, whether credentials and permissions
//! are well, and which secrets there are (never what they are).

use axum::Json;
use axum::extract::{Path, Query, State};

use super::Begun;
use super::ask::service;
use super::files::Sample;
use super::problem::Problem;
use crate::access::Principal;
use crate::connector::find_source;
use crate::fault::Failure;
use crate::sync::{self, CheckLine, Discovered};
use crate::view::secrets::{self, Secret};

/// What the people of a source have: each attribute with how many have it; samples only for who may
/// see values of people.
#[utoipa::path(get, path = "/connectors/{name}/discover", tag = "sources", params(("name" = String, Path, description = "Connector file without `.toml`, or its id"), Sample), responses((status = OK, body = Discovered)))]
pub(super) async fn discover(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
    Query(sample): Query<Sample>,
) -> Result<Json<Discovered>, Problem> {
    let (people, keeps_samples) = (sample.people()?, principal.personal);
    let found = service(&begun)?.apart(async move |service| {
        let folder = &service.options().connectors_dir;
        let file = find_source(folder, &name).map_err(|all| Failure::of_mistakes(&all))?;
        Ok(sync::discover(&service.pin().0, &file, people, keeps_samples).await?)
    });
    Ok(Json(found.await?))
}

/// Endpoints, credentials and permissions, line by line; nothing is written anywhere.
#[utoipa::path(post, path = "/connectors/{name}/check", tag = "sources", params(("name" = String, Path, description = "Connector file without `.toml`, or its id")), responses((status = OK, body = [CheckLine])))]
pub(super) async fn check(
    State(begun): State<Begun>,
    Path(name): Path<String>,
) -> Result<Json<Vec<CheckLine>>, Problem> {
    let lines = service(&begun)?.apart(async move |service| {
        let loaded = service.found(&name)?;
        let host = service.pin().0;
        let mut lines = sync::check(&host, &loaded).await?;
        // A server may say back what it was sent.
        for line in &mut lines {
            line.message = host.vault.redact(&line.message).into_owned();
        }
        Ok(lines)
    });
    Ok(Json(lines.await?))
}

/// The secrets of a connector: where each one lies, and whether it is there.
#[utoipa::path(get, path = "/connectors/{name}/secrets", tag = "sources", params(("name" = String, Path, description = "Connector file without `.toml`, or its id")), responses((status = OK, body = [Secret])))]
pub(super) async fn secrets(
    State(begun): State<Begun>,
    Path(name): Path<String>,
) -> Result<Json<Vec<Secret>>, Problem> {
    let service = service(&begun)?;
    let loaded = service.found(&name)?;
    let vault = service.pin().0.vault;
    Ok(Json(tokio::task::block_in_place(|| {
        secrets::of(&vault, &loaded)
    })))
}
