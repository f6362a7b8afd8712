//! Plugins: what each one can and may do, what a waiting build would change, and files handed over.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

use super::Begun;
use super::ask::{actor, service, wrong};
use super::problem::Problem;
use crate::access::Principal;
use crate::connector::Loaded;
use crate::fault::Failure;
use crate::sync;
use crate::view::plugins::Inspected;

/// Largest component that is taken: a Python one has some 40 MiB.
pub(super) const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The header of a signature.
const SIGNATURE: &str = "attune-signature";

/// What a plugin can do, what it may, what it is given where it is used, and what it has used.
#[utoipa::path(get, path = "/plugins/{id}", tag = "plugins", params(("id" = String, Path, description = "Id of the plugin")), responses((status = OK, body = Inspected)))]
pub(super) async fn show(
    State(begun): State<Begun>,
    Path(id): Path<String>,
) -> Result<Json<Inspected>, Problem> {
    let inspected = service(&begun)?.apart(async move |service| {
        let (_, state) = service.pin();
        let plugins = Arc::clone(&state.plugins);
        let plugin = plugins.plugin(&id)?;
        let all = state.connectors.values().map(AsRef::as_ref);
        let users: Vec<&Loaded> = all
            .filter(|loaded| sync::uses(loaded, &plugins).contains(&id))
            .collect();
        Inspected::of(&plugin, &plugins, &users)
    });
    Ok(Json(inspected.await?))
}

/// What a build that waits would change, connector by connector: fields, pairs of values, examples of
/// people, and the limits that hold it.
#[utoipa::path(get, path = "/plugins/{id}/shadow", tag = "plugins", params(("id" = String, Path, description = "Id of the plugin, or name of the connector whose file waits")), responses((status = OK, body = [serde_json::Value])))]
pub(super) async fn shadow(
    State(begun): State<Begun>,
    Path(id): Path<String>,
) -> Result<Json<Vec<crate::service::Told>>, Problem> {
    let reports = service(&begun)?.reports(&id);
    let none = || Failure::of("nothing-waits", format!("nothing of `{id}` waits"));
    Ok(Json(reports.ok_or_else(none)?))
}

/// A component that was handed over.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Uploaded {
    /// Its id.
    plugin: String,
    /// As its manifest says.
    version: String,
    /// `transform` or `provider`.
    kind: &'static str,
    /// `sha256:...` of it.
    digest: String,
}

/// Puts a component into the plugins' folder: from there it goes the way of every build. At most 64 MiB.
#[utoipa::path(put, path = "/plugins/{id}/file", tag = "plugins", params(("id" = String, Path, description = "Id of the plugin"), ("Attune-Signature" = Option<String>, Header, description = "The text of its minisign signature, in Base64")), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = ACCEPTED, body = Uploaded)))]
pub(super) async fn upload(
    State(begun): State<Begun>,
    principal: Principal,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Uploaded>), Problem> {
    let signature = match headers.get(SIGNATURE) {
        None => None,
        Some(text) => {
            let bytes = STANDARD.decode(text.as_bytes()).ok();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            let text = text.ok_or_else(|| wrong("`Attune-Signature` must be text in Base64"))?;
            Some(text)
        }
    };
    let actor = actor(&begun, &principal)?;
    let uploaded = actor.upload(&id, body.to_vec(), signature).await?;
    let uploaded = Uploaded {
        plugin: uploaded.id,
        version: uploaded.version,
        kind: uploaded.kind.word(),
        digest: uploaded.digest,
    };
    Ok((StatusCode::ACCEPTED, Json(uploaded)))
}
