//! What a folder holds: which language, where its build lies.
//!
//! Deliberately not here: making a project (`new`) and building it (`build`).

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::fault::Failure;

/// A language that plugins are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// With the crate `attune-plugin`.
    Rust,
    /// With `attune.js`, by componentize-qjs.
    JavaScript,
    /// With `attune.py`, by componentize-py.
    Python,
}

/// The folder of a plugin's sources.
#[derive(Debug, Clone)]
pub struct Project {
    /// Where it is.
    pub dir: PathBuf,
    /// Its language.
    pub language: Language,
}

/// Folders in which nobody writes sources.
const NOT_SOURCES: [&str; 5] = ["target", "node_modules", ".venv", ".git", "__pycache__"];

impl Language {
    /// The file that a project of this language is known by.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::JavaScript => "plugin.js",
            Self::Python => "plugin.py",
        }
    }
}

impl Project {
    /// The project of a folder.
    pub fn find(dir: &Path) -> Result<Self, Failure> {
        let all = [Language::Rust, Language::JavaScript, Language::Python];
        let known = all.into_iter().find(|one| dir.join(one.mark()).is_file());
        let Some(language) = known else {
            let place = dir.display();
            let message = format!(
                "{place} is no plugin project: there is no Cargo.toml, plugin.js or plugin.py"
            );
            return Err(Failure::of("usage", message)
                .hint("`attune plugin new NAME` makes one; or name a folder that is one"));
        };
        Ok(Self {
            dir: dir.to_owned(),
            language,
        })
    }

    /// Its sources: every file that may change what is built, with when it was written.
    pub fn sources(&self) -> Vec<(PathBuf, SystemTime)> {
        let mut found = Vec::new();
        let mut open = vec![self.dir.clone()];
        while let Some(dir) = open.pop() {
            for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
                let path = entry.path();
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if path.is_dir() {
                    if !NOT_SOURCES.contains(&&*name) {
                        open.push(path);
                    }
                } else if is_source(&name)
                    && let Ok(written) = entry.metadata().and_then(|about| about.modified())
                {
                    found.push((path, written));
                }
            }
        }
        found.sort();
        found
    }
}

/// What is built or swept aside is no source, and neither is a file that an editor is writing.
fn is_source(name: &str) -> bool {
    let built = [".wasm", ".sha256", ".minisig", ".lock", "~", ".swp"];
    !name.starts_with('.') && !built.iter().any(|end| name.ends_with(end))
}

/// The file of a build: the path itself, or the one `.wasm` that lies in a project's folder.
pub fn component(path: &Path) -> Result<PathBuf, Failure> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let entries = std::fs::read_dir(path).map_err(|error| {
        let place = path.display();
        Failure::of("usage", format!("cannot read {place}: {error}"))
    })?;
    let files = entries.flatten().map(|entry| entry.path());
    let mut builds: Vec<PathBuf> = files
        .filter(|file| file.extension().is_some_and(|end| end == "wasm"))
        .collect();
    builds.sort();
    let place = path.display();
    match builds.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(
            Failure::of("usage", format!("there is no build in {place}"))
                .hint("`attune plugin build` makes one"),
        ),
        _ => Err(
            Failure::of("usage", format!("there are several builds in {place}"))
                .hint("name one of the files"),
        ),
    }
}
