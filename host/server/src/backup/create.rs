//! Making a backup, while whatever runs goes on.

use std::path::{Path, PathBuf};

use super::archive;
use super::{CONNECTORS, Error, FORMAT, Manifest, file};
use crate::connector;
use crate::store::{Store, audit, copies, make_private_folder};

/// Drafts of a backup that a process left behind are removed after a day.
const LEFT_MS: i64 = 24 * 60 * 60 * 1000;
const DRAFTS: &str = "backup-";

/// What is copied.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// The database and its folder.
    pub store: &'a Store,
    /// The connectors' folder.
    pub connectors_dir: &'a Path,
    /// When.
    pub now: jiff::Timestamp,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Created {
    /// What it says of itself.
    pub manifest: Manifest,
    /// What whoever made it should know.
    pub notes: Vec<String>,
}

/// Writes a backup into a file that does not exist yet.
pub async fn create(from: Kept<'_>, path: &Path) -> Result<Created, Error> {
    if path.exists() {
        return Err(Error::NotEmpty(path.to_owned()));
    }
    let store = from.store;
    tidy(store.data_dir(), from.now);
    // In the data directory: copies of what is private belong nowhere else. Made with 0700.
    let folder = tempfile::Builder::new()
        .prefix(DRAFTS)
        .tempdir_in(store.data_dir())
        .map_err(file(store.data_dir()))?;
    let mut notes = Vec::new();
    if let Some(flaw) = store.audit_verify().await?.flaw {
        notes.push(format!("the audit log has a flaw at row {}", flaw.sequence));
    }
    let mut parts = vec![("attune.db".to_owned(), folder.path().join("attune.db"))];
    let database = folder.path().join("attune.db");
    store.copy_to(&database).await?;
    let copy = copies::look(&database).await?;
    let (count, hash) = copy.audit;
    let texts = [
        ("attune.id", copy.id),
        ("audit.head", audit::head_text(count, &hash)?),
    ];
    for (name, text) in texts {
        let to = folder.path().join(name);
        std::fs::write(&to, text).map_err(file(&to))?;
        parts.push((name.to_owned(), to));
    }
    for plan in store.held_plans().await? {
        let name = plan.file_name().unwrap_or_default().to_string_lossy();
        let to = folder.path().join(&*name);
        copies::copy_stage(&plan, &to).await?;
        parts.push((format!("plans/{name}"), to));
    }
    let made = tokio::task::block_in_place(|| {
        builds(store, &mut parts)?;
        connectors(from.connectors_dir, folder.path(), &mut parts, &mut notes)?;
        let manifest = Manifest {
            format: FORMAT,
            attune: env!("CARGO_PKG_VERSION").to_owned(),
            schema: copy.schema,
            created: from.now.to_string(),
            parts: parts
                .iter()
                .map(|(name, from)| archive::part(name, from))
                .collect::<Result<_, Error>>()?,
        };
        archive::write(path, &manifest, &parts)?;
        Ok::<_, Error>(manifest)
    });
    Ok(Created {
        manifest: made?,
        notes,
    })
}

type Parts = Vec<(String, PathBuf)>;

fn builds(store: &Store, parts: &mut Parts) -> Result<(), Error> {
    let mut builds: Vec<PathBuf> = store.build_files()?;
    builds.sort();
    for build in builds {
        let name = build.file_name().unwrap_or_default().to_string_lossy();
        parts.push((format!("builds/{name}"), build.clone()));
    }
    Ok(())
}

/// Connector files as they are at this moment, also those that are wrong, and the files that the
/// others name.
fn connectors(
    from: &Path,
    folder: &Path,
    parts: &mut Parts,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    if !from.is_dir() {
        notes.push(format!("there is no folder {}", from.display()));
        return Ok(());
    }
    let Ok(entries) = connector::load_dir(from) else {
        notes.push(format!("the folder {} cannot be read", from.display()));
        return Ok(());
    };
    let root = folder.join(CONNECTORS);
    let mut keep = |path: &Path, content: &[u8]| {
        let name = path.to_string_lossy();
        let part = format!("{CONNECTORS}/{name}");
        let to = root.join(path);
        make_private_folder(to.parent().unwrap_or(&root))?;
        std::fs::write(&to, content).map_err(file(&to))?;
        if !parts.iter().any(|(known, _)| *known == part) {
            parts.push((part, to));
        }
        Ok::<_, Error>(())
    };
    for entry in entries {
        let content = std::fs::read(&entry.path).map_err(file(&entry.path))?;
        keep(Path::new(&format!("{}.toml", entry.name)), &content)?;
        match &entry.result {
            Ok(loaded) => {
                for (path, content) in &loaded.kept().files {
                    keep(Path::new(path), content)?;
                }
            }
            Err(_) => notes.push(format!(
                "{}.toml has mistakes: files that it names are not in the backup",
                entry.name
            )),
        }
    }
    Ok(())
}

/// Removes what processes left that ended in the middle.
fn tidy(data_dir: &Path, now: jiff::Timestamp) {
    for entry in std::fs::read_dir(data_dir).into_iter().flatten().flatten() {
        let is_draft = entry.file_name().to_string_lossy().starts_with(DRAFTS);
        let changed = entry.metadata().and_then(|meta| meta.modified()).ok();
        let changed = changed.and_then(|time| jiff::Timestamp::try_from(time).ok());
        let is_old = changed
            .is_some_and(|changed| now.as_millisecond() - changed.as_millisecond() > LEFT_MS);
        if is_draft && is_old {
            let _somebody_else_did = std::fs::remove_dir_all(entry.path());
        }
    }
}
