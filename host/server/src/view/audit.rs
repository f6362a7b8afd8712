//! The audit log.

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::store::audit::Entry;

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Act {
    /// Its number; the first is 1 and none is left out.
    pub sequence: i64,
    /// When.
    pub time: String,
    /// Who.
    pub who: String,
    /// What was done.
    pub what: String,
    /// To what.
    pub object: String,
    /// `done`, or the code of what went wrong.
    pub result: String,
    /// More about it; may be empty.
    pub detail: String,
    /// The hash of the row before it.
    pub before: String,
    /// Its own hash.
    pub hash: String,
}

impl From<&Entry> for Act {
    fn from(entry: &Entry) -> Self {
        Self {
            sequence: entry.sequence,
            time: time(entry.at_ms),
            who: entry.who.clone(),
            what: entry.what.clone(),
            object: entry.object.clone(),
            result: entry.result.clone(),
            detail: entry.detail.clone(),
            before: entry.before.clone(),
            hash: entry.hash.clone(),
        }
    }
}
