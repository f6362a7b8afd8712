//! `plugin watch`: when the sources of a project changed, and handing a build over.
//!
//! Sources are looked at, not listened to: a project is small, and an editor's way of saving (write,
//! rename, both) makes no difference then. Deliberately not here: the stages that follow (`cli`).

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::build::put;
use super::project::Project;
use super::sign::Signer;
use crate::fault::Failure;

/// The sources of a project as they were last seen.
#[derive(Debug)]
pub struct Changes {
    project: Project,
    known: Option<Vec<(PathBuf, SystemTime)>>,
}

impl Changes {
    /// Nothing was seen yet.
    pub fn of(project: Project) -> Self {
        Self {
            project,
            known: None,
        }
    }

    /// The first source that is new, gone or written since this was last asked; at first the
    /// folder itself.
    pub fn look(&mut self) -> Option<PathBuf> {
        let now = self.project.sources();
        let before = self.known.replace(now);
        let now = self.known.as_ref()?;
        let Some(before) = before else {
            return Some(self.project.dir.clone());
        };
        let news = now.iter().find(|source| !before.contains(source));
        let gone = || before.iter().find(|source| !now.contains(source));
        news.or_else(gone).map(|(path, _)| path.clone())
    }
}

/// Puts a build into the plugins' folder of a service, whole or not at all; gives where. With a key
/// and the time its signature goes there first, so that the service never finds the build without.
pub fn hand_over(
    build: &Path,
    id: &str,
    folder: &Path,
    signer: Option<(&Signer, i64)>,
) -> Result<PathBuf, Failure> {
    let bytes = std::fs::read(build).map_err(|error| {
        Failure::of("usage", format!("cannot read {}: {error}", build.display()))
    })?;
    let name = format!("{id}.wasm");
    if let Some((signer, seconds)) = signer {
        let signature = signer.sign(&name, &bytes, seconds)?;
        put(
            &folder.join(format!("{name}.minisig")),
            signature.as_bytes(),
        )?;
    }
    let path = folder.join(name);
    put(&path, &bytes)?;
    Ok(path)
}
