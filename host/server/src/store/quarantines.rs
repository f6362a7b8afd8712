//! Connectors that fail: how often in a row, since when they are left alone, when they are tried.

use std::collections::BTreeMap;

use sqlx::Row as _;

use super::{Result, Store};

/// A connector whose last run failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    /// Why, as a code.
    pub code: String,
    /// The same in words.
    pub message: String,
    /// How often in a row it failed with this code.
    pub times: i64,
    /// Since when it is left alone, in ms; `None`: it is not yet.
    pub since_ms: Option<i64>,
    /// How often it was tried since.
    pub probes: i64,
    /// When it is tried next, in ms.
    pub next_ms: i64,
}

impl Quarantine {
    /// Whether the connector is left alone.
    pub fn is_on(&self) -> bool {
        self.since_ms.is_some()
    }
}

impl Store {
    /// Every connector whose last run failed.
    pub async fn quarantines(&self) -> Result<BTreeMap<String, Quarantine>> {
        let rows = sqlx::query(
            "select connector, code, message, times, since_ms, probes, next_ms from quarantines",
        )
        .fetch_all(&self.pool)
        .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<(String, Quarantine)> {
            let quarantine = Quarantine {
                code: row.try_get(1)?,
                message: row.try_get(2)?,
                times: row.try_get(3)?,
                since_ms: row.try_get(4)?,
                probes: row.try_get(5)?,
                next_ms: row.try_get(6)?,
            };
            Ok((row.try_get(0)?, quarantine))
        };
        rows.iter().map(decode).collect()
    }

    /// Somebody has changed what may be wrong: it is tried at once.
    pub async fn hurry_quarantine(&self, connector: &str) -> Result<()> {
        self.write(
            sqlx::query("update quarantines set next_ms = 0 where connector = $1").bind(connector),
        )
        .await?;
        Ok(())
    }

    /// Records how a connector does; `None`: well.
    pub async fn save_quarantine(&self, connector: &str, now: Option<&Quarantine>) -> Result<()> {
        let Some(now) = now else {
            self.write(sqlx::query("delete from quarantines where connector = $1").bind(connector))
                .await?;
            return Ok(());
        };
        self.write(sqlx::query(
            "insert into quarantines (connector, code, message, times, since_ms, probes, next_ms) \
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (connector) do update set \
             code = excluded.code, message = excluded.message, times = excluded.times, \
             since_ms = excluded.since_ms, probes = excluded.probes, next_ms = excluded.next_ms",
        )
        .bind(connector)
        .bind(&now.code)
        .bind(&now.message)
        .bind(now.times)
        .bind(now.since_ms)
        .bind(now.probes)
        .bind(now.next_ms)).await?;
        Ok(())
    }
}
