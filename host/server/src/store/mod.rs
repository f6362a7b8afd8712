//! The database: what must outlive a process.
//!
//! One concrete [`Store`] with one file per noun. Look-ups of people, accounts and relations go
//! through here, so that memory does not grow with the directory. SQL text appears nowhere else,
//! and stays within what SQLite and PostgreSQL both understand. A staged plan is a SQLite file of
//! its own ([`stage::Stage`]), so that making one never locks the store.

pub mod accounts;
pub mod admins;
pub mod altered;
pub mod audit;
pub mod audit_search;
pub mod builds;
pub mod changed;
pub mod checkpoints;
pub mod copies;
pub mod examine;
pub mod figures;
pub mod fills;
pub mod forget;
pub mod generations;
pub mod held;
pub mod held_causes;
pub mod hindered;
pub mod history;
mod identity;
pub mod jobs;
pub mod journal;
pub mod known;
pub mod leases;
pub mod leavers;
pub mod ledger;
pub mod links;
pub mod notices;
pub mod pauses;
pub mod people;
pub mod pictures;
pub mod pinned;
pub mod plans;
pub mod providers;
pub mod quarantines;
pub mod recent;
pub mod revisions;
pub mod runs;
pub mod schedules;
pub mod search;
pub mod sessions;
pub mod stage;
pub mod standing;
pub mod tidy;
pub mod tokens;
pub mod undos;
pub mod unfinished;
pub mod versions;
pub mod wanted;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

/// Rows per multi-row statement: one plan for SQLite to keep, far below its parameter limit.
const CHUNK_ROWS: usize = 256;

/// What went wrong in the database; the cause is the source.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file or its folder cannot be opened.
    #[error("cannot open the database {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The folder of the database cannot be made.
    #[error("cannot make the folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The schema could not be brought up to date.
    #[error("cannot bring the database up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A file of the data directory cannot be read or written.
    #[error("cannot keep or read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A statement failed.
    #[error("the database refused a statement")]
    Sql(#[from] sqlx::Error),
    /// A row holds what this version cannot read.
    #[error("the database holds {what} that cannot be read")]
    Row {
        /// Which noun.
        what: &'static str,
    },
    /// Another run took over: this one writes nothing any more.
    #[error("another run of this connector has taken over")]
    Fenced,
    /// The database is gone, or is not the one that the data directory had.
    #[error("the database {} is gone, or is not the one that this data directory had", path.display())]
    Replaced {
        /// The file.
        path: PathBuf,
    },
    /// Another process works on this data directory.
    #[error("another attune (process {pid}) is working in {}", path.display())]
    Busy {
        /// The data directory.
        path: PathBuf,
        /// Its process id, or `?`.
        pid: String,
    },
}

/// The result of every store call.
pub type Result<T> = std::result::Result<T, Error>;

/// The open database and the folder it lives in.
#[derive(Debug, Clone)]
pub struct Store {
    pool: sqlx::SqlitePool,
    data_dir: PathBuf,
    /// What every transaction that writes is checked against; none outside of runs.
    lease: Option<leases::Lease>,
    opened: identity::Opened,
}

impl Store {
    /// Opens (or makes) `attune.db` in the data directory and brings its schema up to date.
    ///
    /// The folder is made with 0700 and the file with 0600: it holds people's attributes.
    pub async fn open(data_dir: &Path) -> Result<Self> {
        Self::open_at(data_dir, &data_dir.join("attune.db")).await
    }

    /// The same with the database somewhere else; staged plans stay in the folder.
    pub async fn open_at(data_dir: &Path, database: &Path) -> Result<Self> {
        make_private_folder(data_dir)?;
        identity::must_be_there(data_dir, database)?;
        make_private_file(database)?;
        Self::open_through(data_dir, database, pool_of(3)).await
    }

    async fn open_through(
        data_dir: &Path,
        database: &Path,
        pool: SqlitePoolOptions,
    ) -> Result<Self> {
        let pool = connect(database, SqliteSynchronous::Full, pool).await?;
        identity::must_be_same(&pool, data_dir, database).await?;
        sqlx::migrate!().run(&pool).await?;
        identity::settle(&pool, data_dir, database).await?;
        Ok(Self {
            pool,
            data_dir: data_dir.to_owned(),
            lease: None,
            opened: identity::Opened::at(database)?,
        })
    }

    /// The folder that holds the database, the plans and the compiled plugins.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The same before a database is opened there.
    pub fn lock_folder(data_dir: &Path) -> Result<Lock> {
        Lock::take(data_dir)
    }

    /// Takes the folder for one writing process; released when the lock is dropped.
    pub fn lock(&self) -> Result<Lock> {
        Lock::take(&self.data_dir)
    }

    /// Closes all connections, which also folds the write-ahead log back in.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Keeps a second process from planning or writing on the same data directory.
#[derive(Debug)]
pub struct Lock {
    _file: std::fs::File,
}

impl Lock {
    fn take(data_dir: &Path) -> Result<Self> {
        use std::io::{Read as _, Seek as _, Write as _};
        let path = data_dir.join("attune.lock");
        let failed = |source| Error::Folder {
            path: path.clone(),
            source,
        };
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        if file.try_lock().is_err() {
            let mut pid = String::new();
            let _unreadable_is_unknown = file.read_to_string(&mut pid);
            let pid = if pid.trim().is_empty() {
                "?".to_owned()
            } else {
                pid.trim().to_owned()
            };
            return Err(Error::Busy {
                path: data_dir.to_owned(),
                pid,
            });
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "{}", std::process::id()))
            .map_err(failed)?;
        Ok(Self { _file: file })
    }
}

async fn connect(
    path: &Path,
    synchronous: SqliteSynchronous,
    pool: SqlitePoolOptions,
) -> Result<sqlx::SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(Duration::from_secs(10))
        // The default of 2 MB makes every look-up in a large table a read from the system.
        .pragma("cache_size", "-2048")
        // A whole page of rows crosses from SQLite's thread at once, not fifty at a time.
        .row_buffer_size(1024)
        .foreign_keys(true);
    let opened = pool.connect_with(options).await;
    opened.map_err(|source| Error::Open {
        path: path.to_owned(),
        source,
    })
}

/// A pool of so many connections to a file.
fn pool_of(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        // A file does not hang up.
        .test_before_acquire(false)
}

/// Makes a folder that only its owner can enter.
pub fn make_private_folder(path: &Path) -> Result<()> {
    let failed = |source| Error::Folder {
        path: path.to_owned(),
        source,
    };
    std::fs::create_dir_all(path).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

/// Names and paths of what lies in a folder; nothing where there is no such folder.
fn files_in(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let failed = |source| Error::File {
        path: folder.to_owned(),
        source,
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    entries
        .map(|entry| {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            Ok((name, entry.path()))
        })
        .collect()
}

fn make_private_file(path: &Path) -> Result<()> {
    let failed = |source| Error::Folder {
        path: path.to_owned(),
        source,
    };
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map(|_file| ()).map_err(failed)
}
