//! Notices that are open: what somebody should know.

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::fault::Failure;
use crate::store::notices::OpenNotice;
use crate::sync::Host;

/// Something that somebody should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Notice {
    /// `held`, `quarantined`, `secret-expires`, `not-delivered` or `stopped`.
    pub kind: String,
    /// The connector, as people call it; empty for the service itself.
    pub connector: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Since when.
    pub since: String,
}

/// What is open.
pub async fn open(host: &Host) -> Result<Vec<Notice>, Failure> {
    let open = host.store.open_notices().await?;
    Ok(open.into_iter().map(Notice::from).collect())
}

impl From<OpenNotice> for Notice {
    fn from(row: OpenNotice) -> Self {
        Self {
            kind: row.kind,
            connector: row.connector,
            message: row.message,
            hint: row.hint,
            since: time(row.since_ms),
        }
    }
}
