//! Copies of the database and of staged plans, for backups: each is of one moment, also while others
//! write.

use std::path::{Path, PathBuf};

use sqlx::Row as _;

use super::{Error, Result, Store, connect, pool_of};

/// What a copy of the database says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The last migration that it went through.
    pub schema: i64,
    /// Its word.
    pub id: String,
    /// How many rows its audit log has, and the hash of the last one.
    pub audit: (i64, String),
}

/// The schema of this build.
pub fn schema() -> i64 {
    let migrations = sqlx::migrate!();
    let versions = migrations.iter().map(|migration| migration.version);
    versions.max().unwrap_or_default()
}

/// Reads a copy; fails where it is damaged. Nothing of it is changed but its log of writes.
pub async fn look(path: &Path) -> Result<Copy> {
    let pool = connect(path, sqlx::sqlite::SqliteSynchronous::Full, pool_of(1)).await?;
    let copy = read(&pool).await;
    pool.close().await;
    copy
}

async fn read(pool: &sqlx::SqlitePool) -> Result<Copy> {
    let row = sqlx::query("pragma quick_check(1)").fetch_one(pool).await?;
    if row.try_get::<&str, _>(0)? != "ok" {
        return Err(Error::Row {
            what: "something damaged",
        });
    }
    let schema = sqlx::query_scalar("select max(version) from _sqlx_migrations")
        .fetch_one(pool)
        .await?;
    let id = sqlx::query_scalar("select id from identity")
        .fetch_one(pool)
        .await?;
    let audit: Option<(i64, String)> =
        sqlx::query_as("select sequence, hash from audit order by sequence desc limit 1")
            .fetch_optional(pool)
            .await?;
    Ok(Copy {
        schema,
        id,
        audit: audit.unwrap_or_default(),
    })
}

impl Store {
    /// Copies the database as it is at one moment into a new file.
    pub async fn copy_to(&self, path: &Path) -> Result<()> {
        copy(&self.pool, path).await
    }

    /// The files of plans that wait for somebody.
    pub async fn held_plans(&self) -> Result<Vec<PathBuf>> {
        let files: Vec<String> = sqlx::query_scalar("select file from plans where state = 'held'")
            .fetch_all(&self.pool)
            .await?;
        let folder = self.data_dir.join("plans");
        let paths = files.iter().map(|file| folder.join(file));
        Ok(paths.filter(|path| path.is_file()).collect())
    }

    /// What accounts hold was written after this copy was made, or was not: everybody is read again.
    pub async fn doubt_everybody(&self) -> Result<()> {
        self.write(
            sqlx::query("update links set fingerprint = $1").bind(super::links::Link::DOUBTFUL),
        )
        .await?;
        Ok(())
    }
}

/// Copies a staged plan, which somebody may be reading.
pub async fn copy_stage(from: &Path, to: &Path) -> Result<()> {
    let pool = connect(from, sqlx::sqlite::SqliteSynchronous::Normal, pool_of(1)).await?;
    let copied = copy(&pool, to).await;
    pool.close().await;
    copied
}

async fn copy(pool: &sqlx::SqlitePool, path: &Path) -> Result<()> {
    sqlx::query("vacuum into $1")
        .bind(path.to_string_lossy().into_owned())
        .execute(pool)
        .await?;
    Ok(())
}
