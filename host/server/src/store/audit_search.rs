//! Looking for acts in the audit log.

use super::audit::{Entry, decode};
use super::{Result, Store};

/// Which acts are looked for; an empty text means all.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// A part of what was done, or to what.
    pub text: &'a str,
    /// A part of who did it.
    pub who: &'a str,
    /// From then on, in ms.
    pub from_ms: i64,
    /// Until then, in ms.
    pub until_ms: i64,
    /// Only below this number.
    pub before: i64,
}

impl Store {
    /// The newest of the acts that are looked for, the latest first.
    pub async fn audit_like(&self, wanted: &Wanted<'_>, limit: u32) -> Result<Vec<Entry>> {
        let rows = sqlx::query(
            "select sequence, at_ms, who, what, object, result, detail, before, hash from audit \
             where sequence < $1 and at_ms >= $2 and at_ms < $3 \
             and ($4 = '' or instr(lower(who), lower($4)) > 0) \
             and ($5 = '' or instr(lower(what), lower($5)) > 0 \
             or instr(lower(object), lower($5)) > 0) order by sequence desc limit $6",
        )
        .bind(wanted.before)
        .bind(wanted.from_ms)
        .bind(wanted.until_ms)
        .bind(wanted.who)
        .bind(wanted.text)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode).collect()
    }
}
