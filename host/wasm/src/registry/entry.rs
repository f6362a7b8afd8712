//! One plugin of a snapshot: where it came from, its build, and the plugin once it was used.
//!
//! Shared by all snapshots that have it, so nothing is compiled twice. Invariant: what was loaded,
//! or why that failed, never changes. Deliberately not here: which entries there are.

use std::path::PathBuf;
use std::sync::OnceLock;

use super::Build;
use crate::call::clean;
use crate::load::{kind, look_alike};
use crate::{Engine, Error, Kind, Plugin};

/// Where a plugin came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// It travels inside the binary.
    Bundled,
    /// A file in the plugins' folder.
    File(PathBuf),
    /// It was kept from an earlier file, because nobody has approved the one that lies there now.
    Kept,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bundled => f.write_str("bundled"),
            Self::Kept => f.write_str("kept"),
            // Whoever may put a file there chooses its name.
            Self::File(path) => f.write_str(&clean(&path.display().to_string(), 4_096)),
        }
    }
}

/// One plugin of a snapshot, compiled or not.
#[derive(Debug)]
pub struct Entry {
    id: String,
    source: Source,
    resembles: Option<String>,
    build: Result<Build, Error>,
    kind: OnceLock<Option<Kind>>,
    loaded: OnceLock<Result<Plugin, Error>>,
}

impl Entry {
    pub(super) fn new(id: &str, source: Source, build: Result<Build, Error>) -> Self {
        Self {
            id: id.to_owned(),
            source,
            resembles: None,
            build,
            kind: OnceLock::new(),
            loaded: OnceLock::new(),
        }
    }

    /// Of a build that could be read.
    pub(super) fn of(build: Build) -> Self {
        let (id, source) = (build.id().to_owned(), build.source().clone());
        Self::new(&id, source, Ok(build))
    }

    /// The same, loaded already. A plugin of other bytes is not taken: the build is then loaded at
    /// its first use.
    pub(super) fn loaded_as(self, plugin: Plugin) -> Self {
        let is_it = self.digest() == Some(plugin.digest()) && self.id == plugin.id();
        if is_it {
            // The lock is new and therefore empty.
            let _ = self.loaded.set(Ok(plugin));
        }
        self
    }

    /// The same, held against the ids that everybody knows.
    pub(super) fn compared(mut self, official: &[&str]) -> Self {
        if let Some(known) = look_alike(&self.id, official) {
            let (plugin, source) = (&self.id, &self.source);
            tracing::warn!(%plugin, %source, known, "a plugin is called almost like a bundled one");
            self.resembles = Some(known.to_owned());
        }
        self
    }

    /// The id that it is used by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it came from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The bundled plugin for which its id could be taken.
    pub fn resembles(&self) -> Option<&str> {
        self.resembles.as_deref()
    }

    /// Its build, when it could be read.
    pub fn build(&self) -> Option<&Build> {
        self.build.as_ref().ok()
    }

    /// `sha256:...` of its bytes, when they could be read.
    pub fn digest(&self) -> Option<&str> {
        self.build().map(Build::digest)
    }

    /// Its bytes, when they could be read.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.build().map(Build::bytes)
    }

    /// Size of its bytes.
    pub fn size(&self) -> Option<usize> {
        self.bytes().map(<[u8]>::len)
    }

    /// Why it cannot be used, as far as is known without loading it.
    pub fn error(&self) -> Option<&Error> {
        match (&self.build, self.loaded.get()) {
            (Err(error), _) | (_, Some(Err(error))) => Some(error),
            _ => None,
        }
    }

    /// The plugin, if it has been used before.
    pub fn loaded(&self) -> Option<&Plugin> {
        self.loaded.get().and_then(|loaded| loaded.as_ref().ok())
    }

    /// What it does, as far as its bytes tell without being compiled.
    pub fn kind(&self, engine: &Engine) -> Option<Kind> {
        if let Some(plugin) = self.loaded() {
            return Some(plugin.kind());
        }
        let told = || kind(self.bytes()?, engine.limits());
        *self.kind.get_or_init(told)
    }

    pub(super) fn load(&self, engine: &Engine) -> Result<Plugin, Error> {
        let build = self.build.as_ref().map_err(Clone::clone)?;
        self.loaded.get_or_init(|| build.load(engine)).clone()
    }
}
