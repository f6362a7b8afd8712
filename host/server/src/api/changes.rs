//! What changes what runs: builds of plugins and files of connectors, approved, swapped and taken back.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::Begun;
use super::ask::actor;
use super::problem::Problem;
use crate::access::Principal;
use crate::service::Answer;

/// What came of a change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(
    tag = "state",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub(super) enum Changed {
    /// It is in use.
    InUse {
        /// `plugin` or `connector`.
        kind: &'static str,
        /// The plugin's id or the connector file's name.
        name: String,
        /// Digest of the build or the revision.
        digest: String,
        /// The runs that wrote what it changes.
        runs: Vec<attune_core::plan::Report>,
    },
    /// It waits for approval.
    Waiting {
        /// Digest to approve.
        digest: String,
        /// Why it waits.
        reasons: Vec<String>,
    },
    /// It runs already.
    Same {
        /// Its digest.
        digest: String,
    },
}

impl From<Answer> for Changed {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::InUse {
                kind,
                name,
                digest,
                done,
            } => Self::InUse {
                kind,
                name,
                digest,
                runs: done.into_iter().map(|one| one.report).collect(),
            },
            Answer::Waits { digest, reasons } => Self::Waiting { digest, reasons },
            Answer::Same { digest } => Self::Same { digest },
        }
    }
}

/// Uses the build of a plugin that lies in the plugins' folder.
#[utoipa::path(post, path = "/plugins/{id}/swap", tag = "plugins", params(("id" = String, Path, description = "Id of the plugin")), responses((status = OK, body = Changed)))]
pub(super) async fn swap(
    State(begun): State<Begun>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<Changed>, Problem> {
    let answer = actor(&begun, &principal)?.swap(&id).await?;
    Ok(Json(answer.into()))
}

/// Puts the build back that ran before.
#[utoipa::path(post, path = "/plugins/{id}/rollback", tag = "plugins", params(("id" = String, Path, description = "Id of the plugin")), responses((status = OK, body = Changed)))]
pub(super) async fn roll_back(
    State(begun): State<Begun>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<Changed>, Problem> {
    let answer = actor(&begun, &principal)?.roll_back(&id).await?;
    Ok(Json(answer.into()))
}

/// Brings the changed file of a connector into use, which waits for somebody.
#[utoipa::path(post, path = "/connectors/{name}/accept", tag = "connectors", params(("name" = String, Path, description = "Connector file without `.toml`, or its id")), responses((status = OK, body = Changed)))]
pub(super) async fn accept(
    State(begun): State<Begun>,
    principal: Principal,
    Path(name): Path<String>,
) -> Result<Json<Changed>, Problem> {
    let answer = actor(&begun, &principal)?.accept(&name).await?;
    Ok(Json(answer.into()))
}
