//! The `[source]` of a connector file alone, for those who look at a directory before they map it.
//!
//! A file that is well is read as ever. Of one that is not (no target yet, a row that is wrong) the
//! source counts, and only what is wrong with that is told.

use std::path::Path;

use super::definition::SourceSpec;
use super::files::Folder;
use super::load::{Entry, find, load_as, read_text};
use super::row::Context;
use super::{Loaded, Mistake, read, source};
use crate::settings::reader::{File, Weight};

/// A connector as far as its source.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The id, or the file's name where it has none.
    pub id: String,
    /// The file's name.
    pub name: String,
    /// `[source]`.
    pub source: SourceSpec,
}

/// The source of the connector with this file name or id.
pub fn find_source(folder: &Path, name: &str) -> Result<SourceFile, Vec<Mistake>> {
    let entry = find(folder, name).map_err(|mistake| vec![mistake])?;
    match &entry.result {
        Ok(loaded) => Ok(SourceFile::from(loaded.as_ref())),
        Err(_) => alone(&entry, &read_text(&entry.path)?),
    }
}

/// The source of a text that no file has yet; the path is where its file would be.
pub fn source_of(path: &Path, text: &str) -> Result<SourceFile, Vec<Mistake>> {
    let entry = load_as(path, text);
    match &entry.result {
        Ok(loaded) => Ok(SourceFile::from(loaded.as_ref())),
        Err(_) => alone(&entry, text),
    }
}

impl From<&Loaded> for SourceFile {
    fn from(loaded: &Loaded) -> Self {
        Self {
            id: loaded.connector.id.clone(),
            name: loaded.connector.name.clone(),
            source: loaded.connector.source.clone(),
        }
    }
}

fn alone(entry: &Entry, text: &str) -> Result<SourceFile, Vec<Mistake>> {
    let label = entry.path.display().to_string();
    let file = File::new(&label, text);
    let table = file.parse();
    if !file.is_clean() {
        return Err(file.into_mistakes());
    }
    let folder = entry.path.parent().unwrap_or(Path::new("."));
    let context = Context::new(Folder::Disk(folder));
    let root = file.root(&table);
    let id = match root.get("id") {
        Some(node) => read::id(&node),
        None => Some(entry.name.clone()),
    };
    let section = root.need("source", "write [source] with a provider");
    let section = section.and_then(|node| node.section());
    let spec = section.and_then(|section| source::read(section, &context));
    let mistakes = file.into_mistakes();
    match (id, spec) {
        (Some(id), Some(source)) if mistakes.iter().all(|m| m.weight == Weight::Note) => {
            Ok(SourceFile {
                id,
                name: entry.name.clone(),
                source,
            })
        }
        _ => Err(mistakes),
    }
}
