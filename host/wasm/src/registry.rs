//! Which plugins there are: bundled ones and files, as one immutable snapshot.
//!
//! A snapshot reads everything at once, and digests and compiles nothing until it is used; a run
//! holds the snapshot it began with, so a file that is replaced meanwhile changes the next run.
//! Another snapshot with one build replaced shares all other entries, compiled as they are.
//! One broken plugin never hides the others: its error is kept and shown. Deliberately not here:
//! watching the folder, deciding about a build (the server).

mod build;
mod entry;
mod files;
mod names;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

pub use build::Build;
pub use entry::{Entry, Source};
pub use files::files;

use crate::load::nearest;
use crate::{Engine, Error, Plugin};

/// All plugins at one moment.
#[derive(Debug)]
pub struct Snapshot {
    engine: Engine,
    official: Arc<[&'static str]>,
    entries: BTreeMap<String, Arc<Entry>>,
    /// Who claims a full name, as far as somebody has asked.
    claims: Mutex<BTreeMap<String, Vec<String>>>,
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
            let build = Build::of_bytes(id, Source::Bundled, *bytes);
            entries.insert((*id).to_owned(), Entry::of(build));
        }
        let official: Arc<[&str]> = bundled.iter().map(|(id, _)| *id).collect();
        for (id, paths) in plugins_dir.map(files).transpose()?.unwrap_or_default() {
            let bundled = entries.get(&id).map(|_| Source::Bundled.to_string());
            let claims = paths
                .iter()
                .map(|path| Source::File(path.clone()).to_string());
            let entry = match paths.as_slice() {
                [path] if bundled.is_none() || overrides.contains(&id) => {
                    let build = Build::read(engine, &id, path);
                    Entry::new(&id, Source::File(path.clone()), build)
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
        let shared = entries.into_iter().map(|(id, entry)| (id, Arc::new(entry)));
        Ok(Self {
            current: Arc::new(Snapshot {
                engine: engine.clone(),
                official,
                entries: shared.collect(),
                claims: Mutex::default(),
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
            let entry = Entry::of(Build::of_bytes(&id, source, bytes));
            (id, Arc::new(entry))
        };
        Self {
            engine: engine.clone(),
            official: Arc::default(),
            entries: builds.into_iter().map(entry).collect(),
            claims: Mutex::default(),
        }
    }

    /// The same snapshot in which the build's id is this build, loaded as `plugin`. All other
    /// entries are shared, so nothing is compiled again; this one stays as it is for whoever holds
    /// it.
    #[must_use]
    pub fn with(&self, build: &Build, plugin: Plugin) -> Arc<Self> {
        let entry = Entry::of(build.clone())
            .loaded_as(plugin)
            .compared(&self.official);
        let mut entries = self.entries.clone();
        entries.insert(build.id().to_owned(), Arc::new(entry));
        Arc::new(Self {
            engine: self.engine.clone(),
            official: Arc::clone(&self.official),
            entries,
            claims: Mutex::default(),
        })
    }

    /// The plugin of that id, loaded at the first use. A failure is kept and given again; so is one
    /// that claims a full name which it cannot have here.
    pub fn plugin(&self, id: &str) -> Result<Plugin, Error> {
        match self.entries.get(id) {
            Some(entry) => {
                let plugin = entry.load(&self.engine)?;
                self.check_claims(entry, &plugin)?;
                Ok(plugin)
            }
            None => Err(Error::UnknownPlugin {
                id: id.to_owned(),
                nearest: nearest(id, self.entries.keys().map(String::as_str)),
            }),
        }
    }

    /// All entries, by id.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().map(Arc::as_ref)
    }

    /// One entry.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id).map(Arc::as_ref)
    }

    /// The engine that loads them.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
}
