//! A staged plan: a SQLite file of its own with one packed row per person and target.
//!
//! Made while people are evaluated, then sorted and read in `(target, account)` order for the digest
//! and for the writes, and kept so that exactly this plan can be approved later. Fields are numbered
//! once per plan, so that a row holds values and not names.

mod forget;
pub mod pictures;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use attune_core::mapping::Field;
use attune_core::plan::ChangeResult;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteSynchronous;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{CHUNK_ROWS, Error, Result, connect, make_private_file, pool_of};

/// One change: number of the field, before, after (`None` = empty, so the field is cleared).
pub type PackedChange = (u16, Option<String>, Option<String>);

/// Everything that a run would do for one person in one target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// Fields to write, in field-number order.
    pub changes: Vec<PackedChange>,
    /// Fields whose value is already right: ours from now on, without a write.
    pub adopted: Vec<(u16, String)>,
    /// Fields that are no longer ours; nothing is written.
    pub released: Vec<u16>,
    /// Fields among the changes that are not ours once they are written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disowned: Vec<u16>,
}

/// One row of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedRow {
    /// Number of the target.
    pub target: u16,
    /// The account's stable key.
    pub account: String,
    /// The account's user name.
    pub username: String,
    /// The source key.
    pub person: String,
    /// Stored once everything is written; `None` where something of theirs failed.
    pub fingerprint: Option<Vec<u8>>,
    /// What to do.
    pub packed: Packed,
}

/// Names behind the numbers, and what a later apply must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageMeta {
    /// Target names by number.
    pub targets: Vec<String>,
    /// Fields by number, sorted within each target by name so that row order is digest order.
    pub fields: Vec<Field>,
    /// The report without its changes.
    pub report: attune_core::plan::Report,
}

/// An open stage.
#[derive(Debug, Clone)]
pub struct Stage {
    pool: sqlx::SqlitePool,
    path: PathBuf,
}

impl Stage {
    /// Makes a new stage file; an older one of that name is replaced.
    pub async fn create(path: &Path) -> Result<Self> {
        for suffix in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            let _missing_is_fine = std::fs::remove_file(name);
        }
        make_private_file(path)?;
        let stage = Self::open(path).await?;
        // Nobody reads the file before `sort`: until then it needs to survive nothing.
        stage.set("pragma journal_mode = off").await?;
        stage.set("pragma synchronous = off").await?;
        sqlx::query(
            "create table staged (target integer not null, account text not null, \
             username text not null, person text not null, fingerprint blob, \
             packed text not null)",
        )
        .execute(&stage.pool)
        .await?;
        sqlx::query("create table meta (json text not null)")
            .execute(&stage.pool)
            .await?;
        sqlx::query(
            "create table results (target integer not null, account text not null, \
             field integer not null, result text not null, \
             primary key (target, account, field)) without rowid",
        )
        .execute(&stage.pool)
        .await?;
        Ok(stage)
    }

    /// Opens a stage that was made before.
    pub async fn open(path: &Path) -> Result<Self> {
        let pool = connect(path, SqliteSynchronous::Normal, pool_of(1)).await?;
        for table in pictures::TABLES {
            sqlx::query(table).execute(&pool).await?;
        }
        sqlx::query("create table if not exists counts (json text not null)")
            .execute(&pool)
            .await?;
        Ok(Self {
            pool,
            path: path.to_owned(),
        })
    }

    /// Adds rows.
    pub async fn add(&self, rows: &[StagedRow]) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        for chunk in rows.chunks(CHUNK_ROWS) {
            let mut packed = Vec::with_capacity(chunk.len());
            for row in chunk {
                let text = serde_json::to_string(&row.packed).map_err(|_| Error::Row {
                    what: "a staged row",
                })?;
                packed.push((row, text));
            }
            let mut insert = QueryBuilder::<Sqlite>::new(
                "insert into staged (target, account, username, person, fingerprint, packed) ",
            );
            insert.push_values(packed, |mut line, (row, text)| {
                line.push_bind(row.target)
                    .push_bind(&row.account)
                    .push_bind(&row.username)
                    .push_bind(&row.person)
                    .push_bind(&row.fingerprint)
                    .push_bind(text);
            });
            insert.build().execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Ends the adding: only now are rows put into order.
    ///
    /// Kept in order from the first row on, a large plan would read and write a page of the file
    /// for every person.
    pub async fn sort(&self) -> Result<()> {
        sqlx::query("create unique index if not exists in_order on staged (target, account)")
            .execute(&self.pool)
            .await?;
        self.set("pragma journal_mode = wal").await?;
        self.set("pragma synchronous = normal").await?;
        let file = tokio::fs::File::open(&self.path).await;
        let synced = match file {
            Ok(file) => file.sync_all().await,
            Err(error) => Err(error),
        };
        synced.map_err(|source| Error::Open {
            path: self.path.clone(),
            source: sqlx::Error::Io(source),
        })
    }

    async fn set(&self, pragma: &'static str) -> Result<()> {
        sqlx::query(pragma).execute(&self.pool).await?;
        Ok(())
    }

    /// The next rows in `(target, account)` order after the given place.
    pub async fn rows(&self, after: (u16, &str), limit: u32) -> Result<Vec<StagedRow>> {
        let rows = sqlx::query(
            "select target, account, username, person, fingerprint, packed from staged \
             where (target, account) > ($1, $2) order by target, account limit $3",
        )
        .bind(after.0)
        .bind(after.1)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| -> Result<StagedRow> {
            let packed: &str = row.try_get(5)?;
            Ok(StagedRow {
                target: row.try_get(0)?,
                account: row.try_get(1)?,
                username: row.try_get(2)?,
                person: row.try_get(3)?,
                fingerprint: row.try_get(4)?,
                packed: serde_json::from_str(packed).map_err(|_| Error::Row {
                    what: "a staged row",
                })?,
            })
        };
        rows.iter().map(decode).collect()
    }

    /// Notes what became of changes; those without a note were written.
    pub async fn note(&self, results: &[(&StagedRow, u16, ChangeResult)]) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        for (row, field, result) in results {
            let word =
                serde_json::to_string(result).map_err(|_| Error::Row { what: "a result" })?;
            sqlx::query(
                "insert into results (target, account, field, result) values ($1, $2, $3, $4) \
                 on conflict (target, account, field) do update set result = excluded.result",
            )
            .bind(row.target)
            .bind(&row.account)
            .bind(field)
            .bind(word)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// What was not sent before is about to be: it is no result any more.
    pub async fn forget_unsent(&self) -> Result<()> {
        let word = serde_json::to_string(&ChangeResult::NotSent);
        let word = word.map_err(|_| Error::Row { what: "a result" })?;
        sqlx::query("delete from results where result = $1")
            .bind(word)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// From now on a change without a note counts as written.
    pub async fn mark_written(&self) -> Result<()> {
        sqlx::query("create table if not exists written (at integer)")
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Whether the plan was written, as far as notes do not say otherwise.
    pub async fn is_written(&self) -> Result<bool> {
        let count: i64 =
            sqlx::query_scalar("select count(*) from sqlite_master where name = 'written'")
                .fetch_one(&self.pool)
                .await?;
        Ok(count > 0)
    }

    /// All notes: `(target, account, field)` and result.
    pub async fn notes(&self) -> Result<HashMap<(u16, String, u16), ChangeResult>> {
        let rows = sqlx::query("select target, account, field, result from results")
            .fetch_all(&self.pool)
            .await?;
        let decode = |row: &sqlx::sqlite::SqliteRow| {
            let word: &str = row.try_get(3)?;
            let result = serde_json::from_str(word).map_err(|_| Error::Row { what: "a result" })?;
            Ok(((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?), result))
        };
        rows.iter().map(decode).collect()
    }

    /// Completes the stage: names, counts and digest.
    pub async fn close(&self, meta: &StageMeta) -> Result<()> {
        let text = serde_json::to_string(meta).map_err(|_| Error::Row {
            what: "a staged plan",
        })?;
        let mut tx = self.pool.begin().await?;
        sqlx::query("delete from meta").execute(&mut *tx).await?;
        sqlx::query("insert into meta (json) values ($1)")
            .bind(text)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What [`Stage::close`] stored.
    pub async fn meta(&self) -> Result<StageMeta> {
        let text: String = sqlx::query_scalar("select json from meta")
            .fetch_one(&self.pool)
            .await?;
        serde_json::from_str(&text).map_err(|_| Error::Row {
            what: "a staged plan",
        })
    }

    /// Keeps what the plan comes to, counted: a JSON text of the caller's.
    pub async fn keep_counts(&self, json: &str) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("delete from counts").execute(&mut *tx).await?;
        sqlx::query("insert into counts (json) values ($1)")
            .bind(json)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What [`Stage::keep_counts`] kept; `None` where nothing is, or somebody of the plan was forgotten.
    pub async fn counts(&self) -> Result<Option<String>> {
        let found = sqlx::query_scalar("select json from counts")
            .fetch_optional(&self.pool)
            .await?;
        Ok(found)
    }

    /// The file's name, for [`super::plans::StagedPlan`].
    pub fn file_name(&self) -> String {
        self.path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    /// Closes the file.
    pub async fn finish(self) {
        self.pool.close().await;
    }
}
