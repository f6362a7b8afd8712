//! The audit log.

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::fault::Failure;
use crate::store::Store;
use crate::store::audit::Entry;
use crate::store::audit_search::Wanted;

/// Decisions that are looked through.
const DECISIONS_MAX: u32 = 200;
/// The fewest digits of a digest that name a plan.
const DIGITS_MIN: usize = 8;

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

/// Approvals and rejections that were done, the latest first: those in which this text stands.
pub async fn decisions(store: &Store, text: &str) -> Result<Vec<Act>, Failure> {
    let wanted = Wanted {
        text,
        who: "",
        from_ms: i64::MIN,
        until_ms: i64::MAX,
        before: i64::MAX,
    };
    let found = store.audit_like(&wanted, DECISIONS_MAX).await?;
    let is_decision = |entry: &&Entry| {
        matches!(entry.what.as_str(), "approve" | "reject")
            && matches!(entry.result.as_str(), "done" | "partly")
    };
    Ok(found.iter().filter(is_decision).map(Act::from).collect())
}

/// The last decision about a plan, among these. An entry names the digest; one that was written by an
/// earlier version may have only its beginning.
pub fn decided<'a>(decisions: &'a [Act], digest: &str) -> Option<&'a Act> {
    let digest = bare(digest);
    decisions.iter().find(|act| {
        let named = bare(&act.object);
        named.len() >= DIGITS_MIN && digest.starts_with(named)
    })
}

fn bare(digest: &str) -> &str {
    digest.strip_prefix("sha256:").unwrap_or(digest)
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
