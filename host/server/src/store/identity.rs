//! Which database this is, and whether it is still there.
//!
//! A database has a word of its own, and the data directory has the same one in `attune.id`. Where the
//! directory knows a database that is gone, empty or another one, nothing is begun anew: everything
//! that is owned, linked and journalled would be forgotten without a word. While a process runs, the
//! file that it opened has to be the one at its path.
//!
//! A part of the word stands in the first bytes of the file too, where it is read before SQLite sees
//! the file: SQLite would apply the log of the database of before to whatever lies there now.
//! Deliberately not here: making good of it; that is a backup's.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::{Error, Result, Store};

/// The file of the data directory.
const FILE: &str = "attune.id";
/// Behind the word in that file, where the database was seen with its mark.
const MARKED: &str = "marked";

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
        Some(known) if known.is_marked && marked(database) != Some(mark(&known.id)) => {
            Err(replaced(database))
        }
        _ => Ok(()),
    }
}

/// What the data directory knows.
struct Known {
    id: String,
    /// The file was seen with the mark of this word.
    is_marked: bool,
}

/// What stands in a file of this word: in SQLite's format `user_version` and `application_id`.
fn mark(id: &str) -> [[u8; 4]; 2] {
    let digest = Sha256::digest(id.as_bytes());
    let mut bytes = digest.iter().copied();
    let mut four = || [(); 4].map(|()| bytes.next().unwrap_or_default());
    [four(), four()]
}

/// What stands in the file itself; nothing where it is too short.
fn marked(database: &Path) -> Option<[[u8; 4]; 2]> {
    let mut head = [0; 72];
    let mut file = std::fs::File::open(database).ok()?;
    file.read_exact(&mut head).ok()?;
    let four = |at: usize| head.get(at..at + 4)?.try_into().ok();
    Some([four(60)?, four(68)?])
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
    if id.as_deref() == Some(expected.id.as_str()) {
        return Ok(());
    }
    Err(replaced(database))
}

/// Gives a new database its word, and a directory without one the database's.
pub(super) async fn settle(
    pool: &sqlx::SqlitePool,
    data_dir: &Path,
    database: &Path,
) -> Result<()> {
    if read(data_dir)?.is_some_and(|known| known.is_marked) {
        return Ok(());
    }
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
    let [version, application] = mark(&id).map(i32::from_be_bytes);
    for pragma in [
        format!("pragma user_version = {version}"),
        format!("pragma application_id = {application}"),
        // Into the file itself; where somebody is in the way, the next start does it.
        "pragma wal_checkpoint(truncate)".to_owned(),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(pragma))
            .execute(pool)
            .await?;
    }
    let is_marked = marked(database) == Some(mark(&id));
    write(data_dir, &Known { id, is_marked })
}

fn read(data_dir: &Path) -> Result<Option<Known>> {
    let path = data_dir.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let mut words = text.split_whitespace();
            Ok(Some(Known {
                id: words.next().unwrap_or_default().to_owned(),
                is_marked: words.next() == Some(MARKED),
            }))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::File { path, source }),
    }
}

fn write(data_dir: &Path, known: &Known) -> Result<()> {
    let path = data_dir.join(FILE);
    let failed = |source| Error::File {
        path: path.clone(),
        source,
    };
    let mut draft = tempfile::NamedTempFile::new_in(data_dir).map_err(failed)?;
    let word = if known.is_marked { MARKED } else { "" };
    writeln!(draft, "{} {word}", known.id).map_err(failed)?;
    draft.as_file().sync_all().map_err(failed)?;
    let renamed = draft.persist(&path);
    renamed.map_err(|error| failed(error.error)).map(drop)
}

fn replaced(path: &Path) -> Error {
    Error::Replaced {
        path: path.to_owned(),
    }
}
