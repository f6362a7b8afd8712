//! What the service runs: the builds of plugins that it saw, and the revision of each connector.
//!
//! Both outlive the process, so that a build or a file that waits for approval does not come into
//! use by a restart.

use sqlx::Row as _;

use super::{Result, Store};

/// What became of one build of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// The plugin's id.
    pub plugin: String,
    /// `sha256:...` of the build.
    pub digest: String,
    /// As its manifest says; empty where it could not be read.
    pub version: String,
    /// Where it came from.
    pub source: String,
    /// How far it came: `waiting`, `active`, `retired`, ...
    pub stage: String,
    /// Why it did not come further; empty where there is nothing to say.
    pub reason: String,
    /// Since when, in ms.
    pub since_ms: i64,
}

/// Which revision of a connector runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The connector's id.
    pub connector: String,
    /// Its revision.
    pub digest: String,
    /// The file's name.
    pub name: String,
}

impl Store {
    /// Records how far a build came.
    pub async fn note_generation(&self, generation: &Generation) -> Result<()> {
        self.write(sqlx::query(
            "insert into generations (plugin, digest, version, source, stage, reason, since_ms) \
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (plugin, digest) do update set \
             version = excluded.version, source = excluded.source, stage = excluded.stage, \
             reason = excluded.reason, since_ms = excluded.since_ms",
        )
        .bind(&generation.plugin)
        .bind(&generation.digest)
        .bind(&generation.version)
        .bind(&generation.source)
        .bind(&generation.stage)
        .bind(&generation.reason)
        .bind(generation.since_ms))
        .await?;
        Ok(())
    }

    /// Every build that was seen, the newest news of each plugin first.
    pub async fn generations(&self) -> Result<Vec<Generation>> {
        let rows = sqlx::query(
            "select plugin, digest, version, source, stage, reason, since_ms from generations \
             order by plugin, since_ms desc, digest",
        )
        .fetch_all(&self.pool)
        .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<Generation> {
            Ok(Generation {
                plugin: row.try_get(0)?,
                digest: row.try_get(1)?,
                version: row.try_get(2)?,
                source: row.try_get(3)?,
                stage: row.try_get(4)?,
                reason: row.try_get(5)?,
                since_ms: row.try_get(6)?,
            })
        };
        rows.iter().map(decode).collect()
    }

    /// Records which revision of a connector runs from now on.
    pub async fn note_running(&self, running: &Running, now_ms: i64) -> Result<()> {
        self.write(
            sqlx::query(
                "insert into running (connector, digest, name, since_ms) values ($1, $2, $3, $4) \
             on conflict (connector) do update set digest = excluded.digest, \
             name = excluded.name, since_ms = excluded.since_ms",
            )
            .bind(&running.connector)
            .bind(&running.digest)
            .bind(&running.name)
            .bind(now_ms),
        )
        .await?;
        Ok(())
    }

    /// A connector does not run any more.
    pub async fn forget_running(&self, connector: &str) -> Result<()> {
        self.write(sqlx::query("delete from running where connector = $1").bind(connector))
            .await?;
        Ok(())
    }

    /// Which revisions run.
    pub async fn running(&self) -> Result<Vec<Running>> {
        let rows = sqlx::query("select connector, digest, name from running order by connector")
            .fetch_all(&self.pool)
            .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<Running> {
            Ok(Running {
                connector: row.try_get(0)?,
                digest: row.try_get(1)?,
                name: row.try_get(2)?,
            })
        };
        rows.iter().map(decode).collect()
    }
}
