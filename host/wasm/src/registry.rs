//! Which plugins there are: bundled ones and files, as one immutable snapshot.
//!
//! A snapshot reads and digests everything at once and compiles nothing until it is used; a run
//! holds the snapshot it began with, so a file that is replaced meanwhile changes the next run.
//! One broken plugin never hides the others: its error is kept and shown. Deliberately not here:
//! watching the folder, swapping with a plan (the server).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::call::clean;
use crate::error::Cause;
use crate::load::{digest, is_kebab, look_alike, nearest};
use crate::{Engine, Error, Plugin};

/// Bytes of a wrong id that are shown.
const ID_BYTES_SHOWN: usize = 80;

/// Where a plugin came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// It travels inside the binary.
    Bundled,
    /// A file in the plugins' folder.
    File(PathBuf),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bundled => f.write_str("bundled"),
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
    content: Result<Content, Error>,
    loaded: OnceLock<Result<Plugin, Error>>,
}

#[derive(Debug)]
struct Content {
    digest: String,
    bytes: Cow<'static, [u8]>,
}

/// All plugins at one moment.
#[derive(Debug)]
pub struct Snapshot {
    engine: Engine,
    entries: BTreeMap<String, Entry>,
}

/// Holds the current snapshot.
#[derive(Debug, Clone)]
pub struct Registry {
    current: Arc<Snapshot>,
}

impl Registry {
    /// Reads the bundled plugins and every `ID.wasm` of the folder. A file with a bundled id
    /// replaces it only if `overrides` names it; one that is called almost like that gets a
    /// warning.
    pub fn open(
        engine: &Engine,
        bundled: &[(&'static str, &'static [u8])],
        plugins_dir: Option<&Path>,
        overrides: &[String],
    ) -> Result<Self, Error> {
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for (id, bytes) in bundled {
            let content = Content {
                digest: digest(bytes),
                bytes: Cow::Borrowed(bytes),
            };
            entries.insert(
                (*id).to_owned(),
                Entry::new(id, Source::Bundled, Ok(content)),
            );
        }
        let official: Vec<&str> = bundled.iter().map(|(id, _)| *id).collect();
        for (id, paths) in files(plugins_dir)? {
            let bundled = entries.get(&id).map(|_| Source::Bundled.to_string());
            let claims = paths
                .iter()
                .map(|path| Source::File(path.clone()).to_string());
            let entry = match paths.as_slice() {
                [path] if bundled.is_none() || overrides.contains(&id) => {
                    Entry::new(&id, Source::File(path.clone()), read(engine, &id, path))
                }
                [path] => {
                    // The bundled one goes on; the file is shown as refused beside it.
                    let claims = bundled.into_iter().chain(claims).collect();
                    let error = Error::DuplicateId {
                        id: id.clone(),
                        claims,
                    };
                    let source = Source::File(path.clone());
                    let shown = format!("{id} ({source})");
                    entries.insert(shown.clone(), Entry::new(&shown, source, Err(error)));
                    continue;
                }
                paths => {
                    let first = paths.first().cloned().unwrap_or_default();
                    let claims = claims.collect();
                    let error = Error::DuplicateId {
                        id: id.clone(),
                        claims,
                    };
                    Entry::new(&id, Source::File(first), Err(error))
                }
            };
            let entry = entry.compared(&official);
            entries.insert(id, entry);
        }
        Ok(Self {
            current: Arc::new(Snapshot {
                engine: engine.clone(),
                entries,
            }),
        })
    }

    /// The snapshot to begin a run with.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current)
    }
}

impl Snapshot {
    /// A snapshot of exactly these builds: id, where it came from, bytes.
    pub fn of_builds(engine: &Engine, builds: Vec<(String, Source, Vec<u8>)>) -> Self {
        let entry = |(id, source, bytes): (String, Source, Vec<u8>)| {
            let content = Content {
                digest: digest(&bytes),
                bytes: Cow::Owned(bytes),
            };
            let entry = Entry::new(&id, source, Ok(content));
            (id, entry)
        };
        Self {
            engine: engine.clone(),
            entries: builds.into_iter().map(entry).collect(),
        }
    }

    /// The plugin of that id, loaded at the first use. A failure is kept and given again.
    pub fn plugin(&self, id: &str) -> Result<Plugin, Error> {
        match self.entries.get(id) {
            Some(entry) => entry.load(&self.engine),
            None => Err(Error::UnknownPlugin {
                id: id.to_owned(),
                nearest: nearest(id, self.entries.keys().map(String::as_str)),
            }),
        }
    }

    /// All entries, by id.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// One entry.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// The engine that loads them.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
}

impl Entry {
    fn new(id: &str, source: Source, content: Result<Content, Error>) -> Self {
        Self {
            id: id.to_owned(),
            source,
            resembles: None,
            content,
            loaded: OnceLock::new(),
        }
    }

    /// The same, held against the ids that everybody knows.
    fn compared(mut self, official: &[&str]) -> Self {
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

    /// `sha256:...` of its bytes, when they could be read.
    pub fn digest(&self) -> Option<&str> {
        self.content
            .as_ref()
            .ok()
            .map(|content| content.digest.as_str())
    }

    /// Size of its bytes.
    pub fn size(&self) -> Option<usize> {
        self.content
            .as_ref()
            .ok()
            .map(|content| content.bytes.len())
    }

    /// Its bytes, when they could be read.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.content
            .as_ref()
            .ok()
            .map(|content| content.bytes.as_ref())
    }

    /// Why it cannot be used, as far as is known without loading it.
    pub fn error(&self) -> Option<&Error> {
        match (&self.content, self.loaded.get()) {
            (Err(error), _) | (_, Some(Err(error))) => Some(error),
            _ => None,
        }
    }

    /// The plugin, if it has been used before.
    pub fn loaded(&self) -> Option<&Plugin> {
        self.loaded.get().and_then(|loaded| loaded.as_ref().ok())
    }

    fn load(&self, engine: &Engine) -> Result<Plugin, Error> {
        let content = self.content.as_ref().map_err(Clone::clone)?;
        let load = || {
            let plugin = engine.load(&content.bytes)?;
            if plugin.id() == self.id {
                return Ok(plugin);
            }
            let what = format!(
                "its id is `{}`, but it is called `{}`: rename the file",
                plugin.id(),
                self.id
            );
            Err(Error::Manifest { what })
        };
        self.loaded.get_or_init(load).clone()
    }
}

/// `ID.wasm` and `ID.ANYTHING.wasm` of the folder, by id. A folder that does not exist is empty.
/// An id that cannot be one is cleaned here, because it is shown, and refused when it is read.
fn files(dir: Option<&Path>) -> Result<BTreeMap<String, Vec<PathBuf>>, Error> {
    let mut found: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    let Some(dir) = dir.filter(|dir| dir.exists()) else {
        return Ok(found);
    };
    let failed = |error: std::io::Error| Error::File {
        path: dir.to_owned(),
        source: Cause::of(&error),
    };
    for entry in fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let (Some(stem), false) = (name.strip_suffix(".wasm"), name.starts_with('.')) {
            let id = clean(stem.split('.').next().unwrap_or(stem), ID_BYTES_SHOWN);
            found.entry(id).or_default().push(path);
        }
    }
    for paths in found.values_mut() {
        paths.sort();
    }
    Ok(found)
}

fn read(engine: &Engine, id: &str, path: &Path) -> Result<Content, Error> {
    if !is_kebab(id) {
        let what = "the file is not called `ID.wasm` with an id in kebab-case".to_owned();
        return Err(Error::Manifest { what });
    }
    let failed = |error: std::io::Error| Error::File {
        path: path.to_owned(),
        source: Cause::of(&error),
    };
    let most = engine.limits().file_bytes;
    let size = fs::metadata(path).map_err(failed)?.len();
    if size > most as u64 {
        let bytes = usize::try_from(size).unwrap_or(usize::MAX);
        return Err(Error::FileTooLarge { bytes, most });
    }
    let bytes = fs::read(path).map_err(failed)?;
    Ok(Content {
        digest: digest(&bytes),
        bytes: Cow::Owned(bytes),
    })
}
