//! The audit log: who did what, when, and what came of it. Rows are added and never changed.
//!
//! Each row's hash covers the row and the hash before it, so that a changed, removed, inserted or
//! moved row breaks the chain. The chain alone says nothing of a tail that was cut off: how many rows
//! there are and the last hash stand beside, in `audit.head` of the data directory. Both together show
//! damage and careless hands; whoever may write both as this user can make a new chain, so that only a
//! copy of the head that lies elsewhere (the log tells it with every row) shows that.
//!
//! Invariant: one event is one line, and holds no values of people. Deliberately not here: which
//! commands are acts (`cli::acts`).

use std::io::Write as _;
use std::path::PathBuf;

use attune_core::plain::visible;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sqlx::{Row as _, Sqlite, Transaction};

use super::{Error, Result, Store};

/// Longest text of one column, in characters.
const TEXT_CHARS_MAX: usize = 400;
/// Rows verified at once.
const PAGE_ROWS: i64 = 1024;
/// The file beside the database.
const HEAD: &str = "audit.head";

/// Something that somebody did.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// `cli:NAME`, `schedule`, `service` or `api`.
    pub who: &'a str,
    /// `approve`, `swap`, `pause`, ...
    pub what: &'a str,
    /// A connector, plugin, run or digest; people by their keys.
    pub object: &'a str,
    /// `done`, or the code of what came of it.
    pub result: &'a str,
    /// What else is to be known; may be empty.
    pub detail: &'a str,
}

/// One row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number; the first is 1.
    pub sequence: i64,
    /// When, in ms.
    pub at_ms: i64,
    /// See [`Act`].
    pub who: String,
    /// See [`Act`].
    pub what: String,
    /// See [`Act`].
    pub object: String,
    /// See [`Act`].
    pub result: String,
    /// See [`Act`].
    pub detail: String,
    /// The hash of the row before it.
    pub before: String,
    /// Its own hash.
    pub hash: String,
}

/// What looking at the whole log came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many rows are in order, from the first on.
    pub count: i64,
    /// The hash of the last of them.
    pub head: String,
    /// The first row that is not as it was written.
    pub flaw: Option<Flaw>,
}

/// Where a log is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaw {
    /// The first bad sequence number.
    pub sequence: i64,
    /// What is wrong there.
    pub what: &'static str,
}

/// The file beside the database.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Head {
    count: i64,
    hash: String,
    /// The hash of a row that was being added when this was written: it may be there or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Store {
    /// Adds an act to the log; durable when this returns.
    pub async fn audit(&self, act: Act<'_>, now_ms: i64) -> Result<()> {
        let mut tx = self.begin().await?;
        let (count, before) = last(&mut tx).await?;
        let mut entry = Entry {
            sequence: count + 1,
            at_ms: now_ms,
            who: one_line(act.who),
            what: one_line(act.what),
            object: one_line(act.object),
            result: one_line(act.result),
            detail: one_line(act.detail),
            before,
            hash: String::new(),
        };
        entry.hash = entry.digest();
        self.write_head(&Head {
            count,
            hash: entry.before.clone(),
            next: Some(entry.hash.clone()),
        })?;
        sqlx::query(
            "insert into audit (sequence, at_ms, who, what, object, result, detail, before, hash) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(entry.sequence)
        .bind(entry.at_ms)
        .bind(&entry.who)
        .bind(&entry.what)
        .bind(&entry.object)
        .bind(&entry.result)
        .bind(&entry.detail)
        .bind(&entry.before)
        .bind(&entry.hash)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        // Under the lock of writers again: of two processes none writes an older head.
        let mut tx = self.begin().await?;
        let (count, hash) = last(&mut tx).await?;
        let next = None;
        self.write_head(&Head { count, hash, next })?;
        tx.rollback().await?;
        tracing::info!(
            sequence = entry.sequence,
            who = entry.who,
            what = entry.what,
            object = entry.object,
            result = entry.result,
            hash = entry.hash,
            "audit"
        );
        Ok(())
    }

    /// The newest acts since a moment, the latest first.
    pub async fn audit_log(&self, limit: u32, since_ms: i64) -> Result<Vec<Entry>> {
        self.audit_before((since_ms, i64::MAX), limit).await
    }

    /// The newest acts since a moment and below a number, the latest first.
    pub async fn audit_before(
        &self,
        (since_ms, before): (i64, i64),
        limit: u32,
    ) -> Result<Vec<Entry>> {
        let rows = sqlx::query(
            "select sequence, at_ms, who, what, object, result, detail, before, hash from audit \
             where at_ms >= $1 and sequence < $2 order by sequence desc limit $3",
        )
        .bind(since_ms)
        .bind(before)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(decode).collect()
    }

    /// Looks at every row: whether the log is as it was written.
    pub async fn audit_verify(&self) -> Result<Verified> {
        let head = self.read_head()?;
        let mut seen = Verified {
            count: 0,
            head: String::new(),
            flaw: None,
        };
        let mut at_head = None;
        loop {
            let rows = sqlx::query(
                "select sequence, at_ms, who, what, object, result, detail, before, hash \
                 from audit order by sequence limit $1 offset $2",
            )
            .bind(PAGE_ROWS)
            .bind(seen.count)
            .fetch_all(&self.pool)
            .await?;
            for row in &rows {
                let entry = decode(row)?;
                if let Some(what) = entry.flaw_after(seen.count, &seen.head) {
                    let sequence = entry.sequence.min(seen.count + 1);
                    seen.flaw = Some(Flaw { sequence, what });
                    return Ok(seen);
                }
                seen.count = entry.sequence;
                seen.head = entry.hash;
                if head.as_ref().is_some_and(|head| head.count == seen.count) {
                    at_head = Some(seen.head.clone());
                }
            }
            if rows.is_empty() {
                break;
            }
        }
        seen.flaw = against(head.as_ref(), at_head.as_deref(), &seen);
        Ok(seen)
    }

    fn head_path(&self) -> PathBuf {
        self.data_dir.join(HEAD)
    }

    fn read_head(&self) -> Result<Option<Head>> {
        let path = self.head_path();
        match std::fs::read(&path) {
            // One that cannot be read says nothing, and its count is not the log's.
            Ok(text) => Ok(Some(serde_json::from_slice(&text).unwrap_or_else(|_| {
                Head {
                    count: -1,
                    ..Head::default()
                }
            }))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::File { path, source }),
        }
    }

    /// Beside it and then renamed: half a head is never seen. Drafts are made with 0600.
    fn write_head(&self, head: &Head) -> Result<()> {
        let path = self.head_path();
        let failed = |source| Error::File {
            path: path.clone(),
            source,
        };
        let text = serde_json::to_string(head).map_err(|_| Error::Row { what: "a head" })?;
        let mut draft = tempfile::NamedTempFile::new_in(&self.data_dir).map_err(failed)?;
        writeln!(draft, "{text}").map_err(failed)?;
        draft.as_file().sync_all().map_err(failed)?;
        let renamed = draft.persist(&path);
        renamed.map_err(|error| failed(error.error)).map(drop)
    }
}

/// What stands beside a log of so many rows with this last hash.
pub fn head_text(count: i64, hash: &str) -> Result<String> {
    let head = Head {
        count,
        hash: hash.to_owned(),
        next: None,
    };
    serde_json::to_string(&head).map_err(|_| Error::Row { what: "a head" })
}

impl Entry {
    /// The hash that this row has to have.
    fn digest(&self) -> String {
        let (sequence, at_ms) = (self.sequence.to_string(), self.at_ms.to_string());
        let parts = [
            &sequence,
            &at_ms,
            &self.who,
            &self.what,
            &self.object,
            &self.result,
            &self.detail,
            &self.before,
        ];
        let mut hash = Sha256::new();
        for part in parts {
            // With its length: no two rows are the same text.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        attune_core::plan::sha256_text(&hash.finalize())
    }

    /// What is wrong with a row that has to follow these.
    fn flaw_after(&self, count: i64, before: &str) -> Option<&'static str> {
        if self.sequence != count + 1 {
            Some("a row is missing, or one was put in before the first")
        } else if self.before != before {
            Some("the row does not follow the one before it")
        } else if self.hash != self.digest() {
            Some("the row is not as it was written")
        } else {
            None
        }
    }
}

/// What the head says against a chain that is in order in itself.
fn against(head: Option<&Head>, at_head: Option<&str>, seen: &Verified) -> Option<Flaw> {
    let flaw = |sequence: i64, what| Some(Flaw { sequence, what });
    let Some(head) = head else {
        let lost =
            "the file audit.head is gone: nobody can say whether rows are missing after these";
        return flaw(seen.count + 1, lost).filter(|_| seen.count > 0);
    };
    if head.count < 0 {
        return flaw(seen.count + 1, "the file audit.head cannot be read");
    }
    if head.count > seen.count {
        return flaw(seen.count + 1, "rows are missing at the end");
    }
    if head.count > 0 && at_head != Some(head.hash.as_str()) {
        return flaw(head.count, "the row is another one than audit.head says");
    }
    let is_next = head.next.as_deref() == Some(seen.head.as_str());
    match seen.count - head.count {
        0 => None,
        // A process ended right after it had added the row.
        1 if is_next => None,
        _ => flaw(head.count + 1, "the row was added by somebody else"),
    }
}

async fn last(tx: &mut Transaction<'_, Sqlite>) -> Result<(i64, String)> {
    let row: Option<(i64, String)> =
        sqlx::query_as("select sequence, hash from audit order by sequence desc limit 1")
            .fetch_optional(&mut **tx)
            .await?;
    Ok(row.unwrap_or_default())
}

fn one_line(text: &str) -> String {
    let line = visible(text);
    match line.char_indices().nth(TEXT_CHARS_MAX) {
        Some((at, _)) => format!("{}...", line.get(..at).unwrap_or_default()),
        None => line.into_owned(),
    }
}

pub(super) fn decode(row: &sqlx::sqlite::SqliteRow) -> Result<Entry> {
    Ok(Entry {
        sequence: row.try_get(0)?,
        at_ms: row.try_get(1)?,
        who: row.try_get(2)?,
        what: row.try_get(3)?,
        object: row.try_get(4)?,
        result: row.try_get(5)?,
        detail: row.try_get(6)?,
        before: row.try_get(7)?,
        hash: row.try_get(8)?,
    })
}

#[cfg(test)]
mod tests;
