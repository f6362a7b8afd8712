//! Restoring: built beside, looked at, and then exchanged with what is there in one step.

use std::fs::File;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::archive::{self, damaged};
use super::{CONNECTORS, Error, Manifest, file};
use crate::store::{Store, copies};

/// Where a backup goes.
#[derive(Debug, Clone, Copy)]
pub struct To<'a> {
    /// The data directory, or a link to it; no mount point, which has no second name.
    pub data_dir: &'a Path,
    /// The connectors' folder; what is in it stays.
    pub connectors_dir: &'a Path,
    /// What is in the data directory is moved aside.
    pub replaces: bool,
    /// When.
    pub now: jiff::Timestamp,
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// Where the data directory of before is now.
    pub aside: Option<PathBuf>,
    /// Where the connector files are: in the connectors' folder where that had none.
    pub connectors: PathBuf,
}

/// Makes the data directory what it was. Its accounts are all read again by the next run: what was
/// written since then is not known any more.
pub async fn restore(path: &Path, to: To<'_>) -> Result<Restored, Error> {
    let is_there = to.data_dir.exists();
    // A link stays where it is: exchanged is what it leads to.
    let data_dir = if is_there {
        std::fs::canonicalize(to.data_dir).map_err(file(to.data_dir))?
    } else {
        to.data_dir.to_owned()
    };
    let to = To {
        data_dir: &data_dir,
        ..to
    };
    // Whoever runs there has it to itself.
    let has_lock = to.data_dir.join("attune.lock").exists();
    let _lock = has_lock
        .then(|| Store::lock_folder(to.data_dir))
        .transpose()?;
    let is_used = is_there && is_used(to.data_dir)?;
    if is_used && !to.replaces {
        return Err(Error::NotEmpty(to.data_dir.to_owned()));
    }
    let parent = to.data_dir.parent();
    let parent = parent.filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(file(parent))?;
    let staged = tempfile::Builder::new()
        .prefix(".attune-restore-")
        .tempdir_in(parent)
        .map_err(file(parent))?;
    let manifest = tokio::task::block_in_place(|| archive::read(path, Some(staged.path())))?;
    settle(&manifest, staged.path()).await?;
    sync(staged.path())?;
    let aside = exchange(staged, (to, is_there, is_used))?;
    sync(parent)?;
    let connectors = place_connectors(to)?;
    Ok(Restored {
        manifest,
        aside,
        connectors,
    })
}

/// Whether anything would be lost.
fn is_used(data_dir: &Path) -> Result<bool, Error> {
    let entries = std::fs::read_dir(data_dir).map_err(file(data_dir))?;
    let is_data = |name: &std::ffi::OsStr| name != "attune.lock" && name != "compiled";
    Ok(entries.flatten().any(|entry| is_data(&entry.file_name())))
}

/// Brings the copy up to date, and doubts what it says of accounts.
async fn settle(manifest: &Manifest, staged: &Path) -> Result<(), Error> {
    let newer = |schema| Error::Newer {
        version: manifest.attune.clone(),
        schema,
        known: copies::schema(),
    };
    if manifest.schema > copies::schema() {
        return Err(newer(manifest.schema));
    }
    let database = staged.join("attune.db");
    if !database.is_file() {
        return Err(damaged("attune.db", "it is missing"));
    }
    let copy = copies::look(&database).await;
    let copy = copy.map_err(|error| damaged("attune.db", &crate::fault::chain(&error)))?;
    if copy.schema > copies::schema() {
        return Err(newer(copy.schema));
    }
    let store = Store::open(staged).await?;
    store.doubt_everybody().await?;
    store.close().await;
    Ok(())
}

/// In one step: wherever a process ends there is one whole directory of that name.
fn exchange(
    staged: tempfile::TempDir,
    (to, is_there, is_used): (To<'_>, bool, bool),
) -> Result<Option<PathBuf>, Error> {
    let failed = || file(to.data_dir);
    let flags = if is_there {
        RenameFlags::EXCHANGE
    } else {
        RenameFlags::NOREPLACE
    };
    renameat_with(CWD, staged.path(), CWD, to.data_dir, flags)
        .map_err(|error| failed()(error.into()))?;
    // From here on it is what was there before, and is not removed by anybody's drop.
    let before = staged.keep();
    if !is_there {
        return Ok(None);
    }
    // What plugins were compiled to is true of any data; without it they are compiled again.
    let _none_or_in_the_way =
        std::fs::rename(before.join("compiled"), to.data_dir.join("compiled"));
    if !is_used {
        std::fs::remove_dir_all(&before).map_err(file(&before))?;
        return Ok(None);
    }
    let stamp = to.now.strftime("%Y%m%dT%H%M%SZ");
    let name = to
        .data_dir
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let aside = to.data_dir.with_file_name(format!("{name}.before-{stamp}"));
    let flags = RenameFlags::NOREPLACE;
    match renameat_with(CWD, &before, CWD, &aside, flags) {
        Ok(()) => Ok(Some(aside)),
        // It is whole under its other name.
        Err(_) => Ok(Some(before)),
    }
}

/// Puts connector files where none are; else they stay beside the database.
fn place_connectors(to: To<'_>) -> Result<PathBuf, Error> {
    let from = to.data_dir.join(CONNECTORS);
    let folder = to.connectors_dir;
    let is_toml = |path: &Path| path.extension().is_some_and(|end| end == "toml");
    let mut entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    if !from.is_dir() || entries.any(|entry| is_toml(&entry.path())) {
        return Ok(from);
    }
    copy_folder(&from, folder)?;
    Ok(folder.to_owned())
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(to).map_err(file(to))?;
    for entry in std::fs::read_dir(from).map_err(file(from))? {
        let entry = entry.map_err(file(from))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to)?;
        } else if !to.exists() {
            std::fs::copy(&from, &to).map_err(file(&to))?;
        }
    }
    Ok(())
}

/// Makes the names in a folder durable, and in the folders below it.
fn sync(folder: &Path) -> Result<(), Error> {
    let opened = File::open(folder).map_err(file(folder))?;
    opened.sync_all().map_err(file(folder))
}
