//! What somebody has paused: connectors that write nothing, and sites that nothing is sent to.

use std::collections::BTreeMap;

use sqlx::Row as _;

use super::{Result, Store};

/// Who paused something, when and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pause {
    /// Since when, in ms.
    pub since_ms: i64,
    /// Who.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
}

impl Store {
    /// Pauses a connector: it starts no job and writes nothing.
    pub async fn pause(&self, connector: &str, by: &str, reason: &str, now_ms: i64) -> Result<()> {
        let put = sqlx::query(
            "insert into pauses (connector, since_ms, who, reason) values ($1, $2, $3, $4) \
             on conflict (connector) do update set who = excluded.who, reason = excluded.reason",
        )
        .bind(connector)
        .bind(now_ms)
        .bind(by)
        .bind(reason);
        self.write(put).await.map(drop)
    }

    /// Ends a connector's pause; false where there was none.
    pub async fn unpause(&self, connector: &str) -> Result<bool> {
        let drop = sqlx::query("delete from pauses where connector = $1").bind(connector);
        let done = self.write(drop).await?;
        Ok(done.rows_affected() > 0)
    }

    /// A connector's pause.
    pub async fn paused(&self, connector: &str) -> Result<Option<Pause>> {
        Ok(self.pauses().await?.remove(connector))
    }

    /// Every paused connector.
    pub async fn pauses(&self) -> Result<BTreeMap<String, Pause>> {
        let rows = sqlx::query("select connector, since_ms, who, reason from pauses")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(decode).collect()
    }

    /// Pauses a site: nothing is sent there.
    pub async fn pause_site(&self, site: &str, by: &str, reason: &str, now_ms: i64) -> Result<()> {
        let put = sqlx::query(
            "insert into sites (site, since_ms, who, reason) values ($1, $2, $3, $4) \
             on conflict (site) do update set who = excluded.who, reason = excluded.reason",
        )
        .bind(site)
        .bind(now_ms)
        .bind(by)
        .bind(reason);
        self.write(put).await.map(drop)
    }

    /// Ends a site's pause; false where there was none.
    pub async fn resume_site(&self, site: &str) -> Result<bool> {
        let drop = sqlx::query("delete from sites where site = $1").bind(site);
        let done = self.write(drop).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Every paused site, by its URL without a final slash.
    pub async fn paused_sites(&self) -> Result<BTreeMap<String, Pause>> {
        let rows = sqlx::query("select site, since_ms, who, reason from sites")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(decode).collect()
    }
}

fn decode(row: &sqlx::sqlite::SqliteRow) -> Result<(String, Pause)> {
    let pause = Pause {
        since_ms: row.try_get(1)?,
        by: row.try_get(2)?,
        reason: row.try_get(3)?,
    };
    Ok((row.try_get(0)?, pause))
}
