//! A disk that fails: what stops a write, and how it is told from everything else that can go wrong.
//!
//! [`Disk`] is the seam for tests: a store that was opened with one has connections that SQLite
//! itself refuses to write with, for as long as the test says. Nothing of it is in the way of a
//! store that was opened as usual.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::sqlite::SqliteConnection;

use super::{Error, Result, Store, make_private_file, make_private_folder, pool_of};
use crate::clock::Clock;

/// SQLite's primary codes for a file that cannot be written: read-only, I/O error, full.
const DISK_CODES: [i32; 3] = [8, 10, 13];

impl Error {
    /// Whether the disk is the reason: full, read-only or failing.
    pub fn is_of_disk(&self) -> bool {
        match self {
            Self::Sql(error)
            | Self::Open { source: error, .. }
            | Self::Migrate(
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _),
            ) => is_of_disk(error),
            Self::Folder { source, .. } | Self::File { source, .. } => is_unwritable(source),
            Self::Migrate(_)
            | Self::Row { .. }
            | Self::Busy { .. }
            | Self::Fenced
            | Self::Replaced { .. } => false,
        }
    }
}

fn is_of_disk(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => is_unwritable(error),
        sqlx::Error::Database(error) => {
            let code = error.code().and_then(|code| code.parse::<i32>().ok());
            code.is_some_and(|code| DISK_CODES.contains(&(code & 0xff)))
        }
        _ => false,
    }
}

fn is_unwritable(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::FileTooLarge
    )
}

/// What is wrong with a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No file grows any more.
    Full,
    /// Nothing is written any more.
    ReadOnly,
}

/// A disk that a test can break; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    plan: Arc<Mutex<Plan>>,
    clock: Option<Arc<dyn Clock>>,
}

#[derive(Debug, Default)]
struct Plan {
    trouble: Option<Trouble>,
    passed: u64,
    left: u64,
    met: u64,
}

impl Disk {
    /// A disk of which each use waits for its turn by this clock: a simulation has one order of them.
    pub fn turning_by(clock: Arc<dyn Clock>) -> Self {
        Self {
            plan: Arc::default(),
            clock: Some(clock),
        }
    }

    /// After so many uses of a connection, so many meet the trouble.
    pub fn fail(&self, trouble: Trouble, passed: u64, times: u64) {
        self.with(|plan| {
            *plan = Plan {
                trouble: Some(trouble),
                passed,
                left: times,
                met: plan.met,
            };
        });
    }

    /// The disk is as good as new.
    pub fn mend(&self) {
        self.with(|plan| plan.trouble = None);
    }

    /// How many uses of a connection met a trouble so far.
    pub fn met(&self) -> u64 {
        self.with(|plan| plan.met)
    }

    fn with<T>(&self, act: impl FnOnce(&mut Plan) -> T) -> T {
        act(&mut self.plan.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn next(&self) -> Option<Trouble> {
        self.with(|plan| {
            let trouble = plan.trouble?;
            if plan.passed > 0 {
                plan.passed -= 1;
                return None;
            }
            if plan.left == 0 {
                return None;
            }
            plan.left -= 1;
            plan.met += 1;
            Some(trouble)
        })
    }

    /// Tells a connection what it may do from now on.
    async fn set(&self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        if let Some(clock) = &self.clock {
            clock.sleep(Duration::ZERO).await;
        }
        // SQLite never lowers the limit below what the file has already.
        let state = match self.next() {
            None => "pragma query_only = off; pragma max_page_count = 1000000000",
            Some(Trouble::Full) => "pragma query_only = off; pragma max_page_count = 1",
            Some(Trouble::ReadOnly) => "pragma query_only = on",
        };
        sqlx::raw_sql(state).execute(connection).await?;
        Ok(())
    }
}

impl Store {
    /// Opens the database on a disk that a test can break.
    pub async fn open_on(disk: &Disk, data_dir: &Path) -> Result<Self> {
        let database = data_dir.join("attune.db");
        make_private_folder(data_dir)?;
        make_private_file(&database)?;
        let (new, used) = (disk.clone(), disk.clone());
        let pool = pool_of(3)
            .after_connect(move |connection, _| {
                let disk = new.clone();
                Box::pin(async move { disk.set(connection).await })
            })
            .before_acquire(move |connection, _| {
                let disk = used.clone();
                Box::pin(async move { disk.set(connection).await.map(|()| true) })
            });
        Self::open_through(data_dir, &database, pool).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_broken_disk_is_told_apart_and_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::default();
        let store = Store::open_on(&disk, folder.path()).await.unwrap();
        for trouble in [Trouble::Full, Trouble::ReadOnly] {
            disk.fail(trouble, 0, u64::MAX);
            let big = vec!["x".repeat(100_000)];
            let error = store.note_wanted("digest", &big).await.unwrap_err();
            assert!(error.is_of_disk(), "{trouble:?}: {error:?}");
            disk.mend();
        }
        let big = vec!["x".repeat(100_000)];
        store.note_wanted("digest", &big).await.unwrap();
        store.close().await;
    }

    /// What tells two schemas apart.
    async fn schema(store: &Store) -> Vec<String> {
        let select = "select coalesce(sql, name) from sqlite_master where name not like 'sqlite_%' \
                      order by name";
        sqlx::query_scalar(select)
            .fetch_all(&store.pool)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn an_upgrade_that_ends_at_any_point_is_finished_by_the_next_start() {
        let whole = tempfile::tempdir().unwrap();
        let fresh = Store::open(whole.path()).await.unwrap();
        let expected = schema(&fresh).await;
        fresh.close().await;
        let mut ended = 0;
        for pages in (2..1000).step_by(7) {
            let folder = tempfile::tempdir().unwrap();
            let database = folder.path().join("attune.db");
            let pool = pool_of(1).after_connect(move |connection, _| {
                Box::pin(async move {
                    let limit = format!("pragma max_page_count = {pages}");
                    let limit = sqlx::AssertSqlSafe(limit);
                    sqlx::raw_sql(limit).execute(connection).await.map(drop)
                })
            });
            let opened = Store::open_through(folder.path(), &database, pool).await;
            let is_whole = opened.is_ok();
            match opened {
                Ok(store) => store.close().await,
                Err(error) => {
                    assert!(error.is_of_disk(), "{pages} pages: {error:?}");
                    ended += 1;
                }
            }
            let again = Store::open(folder.path()).await.unwrap();
            assert_eq!(schema(&again).await, expected, "{pages} pages");
            again.close().await;
            if is_whole {
                break;
            }
        }
        assert!(ended > 5, "only {ended} upgrades ended early");
    }
}
