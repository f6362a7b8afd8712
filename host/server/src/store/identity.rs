//! Which database this is, and whether it is still there.
//!
//! A database has a word of its own, and the data directory has the same one in `attune.id`. Where the
//! directory knows a database that is gone, empty or another one, nothing is begun anew: everything
//! that is owned, linked and journalled would be forgotten without a word. While a process runs, the
//! file that it opened has to be the one at its path. Deliberately not here: making good of it; that
//! is a backup's.

use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Error, Result, Store};

/// The file of the data directory.
const FILE: &str = "attune.id";

/// The file that was opened, as the system knows it.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    path: Arc<PathBuf>,
    device: u64,
    number: u64,
}

impl Opened {
    pub(super) fn at(path: &Path) -> Result<Self> {
        let meta = std::fs::metadata(path).map_err(|_| replaced(path))?;
        Ok(Self {
            path: Arc::new(path.to_owned()),
            device: meta.dev(),
            number: meta.ino(),
        })
    }
}

impl Store {
    /// Fails where the database's file is gone, was emptied or is another one than was opened.
    pub fn still_there(&self) -> Result<()> {
        let opened = &self.opened;
        let Ok(meta) = std::fs::metadata(&*opened.path) else {
            return Err(replaced(&opened.path));
        };
        let is_same = (meta.dev(), meta.ino()) == (opened.device, opened.number);
        if is_same && meta.len() > 0 {
            return Ok(());
        }
        Err(replaced(&opened.path))
    }
}

/// Before anything is made: a directory that had a database has to have it still.
pub(super) fn must_be_there(data_dir: &Path, database: &Path) -> Result<()> {
    let is_empty = std::fs::metadata(database).map_or(true, |meta| meta.len() == 0);
    match read(data_dir)? {
        Some(_) if is_empty => Err(replaced(database)),
        _ => Ok(()),
    }
}

/// Before its schema is touched: the database has to be the one that the directory had.
pub(super) async fn must_be_same(
    pool: &sqlx::SqlitePool,
    data_dir: &Path,
    database: &Path,
) -> Result<()> {
    let Some(expected) = read(data_dir)? else {
        return Ok(());
    };
    // Without the table it is one of somebody else, or older than the file.
    let id: Option<String> = sqlx::query_scalar("select id from identity")
        .fetch_optional(pool)
        .await
        .unwrap_or_default();
    if id.as_deref() == Some(expected.as_str()) {
        return Ok(());
    }
    Err(replaced(database))
}

/// Gives a new database its word, and a directory without one the database's.
pub(super) async fn settle(pool: &sqlx::SqlitePool, data_dir: &Path) -> Result<()> {
    let mut random = [0; 16];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| Error::File {
        path: data_dir.join(FILE),
        source: std::io::Error::other("the system has no random numbers"),
    })?;
    let mut word = String::with_capacity(32);
    for byte in random {
        use std::fmt::Write as _;
        let _never_fails = write!(word, "{byte:02x}");
    }
    let mut tx = pool.begin_with("begin immediate").await?;
    sqlx::query("insert into identity (id) select $1 where not exists (select 1 from identity)")
        .bind(word)
        .execute(&mut *tx)
        .await?;
    let id: String = sqlx::query_scalar("select id from identity")
        .fetch_one(&mut *tx)
        .await?;
    tx.commit().await?;
    if read(data_dir)?.as_deref() != Some(id.as_str()) {
        write(data_dir, &id)?;
    }
    Ok(())
}

fn read(data_dir: &Path) -> Result<Option<String>> {
    let path = data_dir.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::File { path, source }),
    }
}

fn write(data_dir: &Path, id: &str) -> Result<()> {
    let path = data_dir.join(FILE);
    let failed = |source| Error::File {
        path: path.clone(),
        source,
    };
    let mut draft = tempfile::NamedTempFile::new_in(data_dir).map_err(failed)?;
    writeln!(draft, "{id}").map_err(failed)?;
    draft.as_file().sync_all().map_err(failed)?;
    let renamed = draft.persist(&path);
    renamed.map_err(|error| failed(error.error)).map(drop)
}

fn replaced(path: &Path) -> Error {
    Error::Replaced {
        path: path.to_owned(),
    }
}
