//! Which staged plans exist, and in what state they are.

use sqlx::Row as _;

use super::{Result, Store};

/// One staged plan; its changes are in [`super::stage::Stage`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedPlan {
    /// Its digest, the name that people approve.
    pub digest: String,
    /// The connector's id.
    pub connector: String,
    /// The run that made it.
    pub run: String,
    /// The connector's revision that it was made with.
    pub revision: String,
    /// Its file's name below `plans/` in the data directory.
    pub file: String,
    /// `planned`, `held`, `applied`, `rejected` or `expired`.
    pub state: String,
    /// When, in ms.
    pub created_ms: i64,
}

impl Store {
    /// Records a staged plan; the same digest again replaces the older file.
    pub async fn save_plan(&self, plan: &StagedPlan) -> Result<()> {
        self.write(
            sqlx::query(
                "insert into plans (digest, connector, run, revision, file, state, created_ms) \
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (digest) do update set \
             run = excluded.run, file = excluded.file, state = excluded.state, \
             created_ms = excluded.created_ms",
            )
            .bind(&plan.digest)
            .bind(&plan.connector)
            .bind(&plan.run)
            .bind(&plan.revision)
            .bind(&plan.file)
            .bind(&plan.state)
            .bind(plan.created_ms),
        )
        .await?;
        Ok(())
    }

    /// A plan by its run, its digest, or an unambiguous beginning of that of at least 8 hex digits.
    pub async fn plan(&self, digest: &str) -> Result<Option<StagedPlan>> {
        let bare = digest.strip_prefix("sha256:").unwrap_or(digest);
        if bare.len() < 8 {
            return Ok(None);
        }
        let rows = sqlx::query(
            "select digest, connector, run, revision, file, state, created_ms from plans \
             where substr(digest, 1, length($1)) = $1 or run = $2 limit 2",
        )
        .bind(format!("sha256:{bare}"))
        .bind(digest)
        .fetch_all(&self.pool)
        .await?;
        let [row] = rows.as_slice() else {
            return Ok(None);
        };
        decode(row).map(Some)
    }

    /// Files of a connector's plans that nobody has written yet, the newest first.
    pub async fn unwritten_plans(&self, connector: &str) -> Result<Vec<String>> {
        let files = sqlx::query_scalar(
            "select file from plans where connector = $1 and state in ('planned', 'held') \
             order by created_ms desc",
        )
        .bind(connector)
        .fetch_all(&self.pool)
        .await?;
        Ok(files)
    }

    /// Moves a plan to another state.
    pub async fn mark_plan(&self, digest: &str, state: &str) -> Result<()> {
        self.write(
            sqlx::query("update plans set state = $2 where digest = $1")
                .bind(digest)
                .bind(state),
        )
        .await?;
        Ok(())
    }
}

pub(super) fn decode(row: &sqlx::sqlite::SqliteRow) -> Result<StagedPlan> {
    Ok(StagedPlan {
        digest: row.try_get(0)?,
        connector: row.try_get(1)?,
        run: row.try_get(2)?,
        revision: row.try_get(3)?,
        file: row.try_get(4)?,
        state: row.try_get(5)?,
        created_ms: row.try_get(6)?,
    })
}
