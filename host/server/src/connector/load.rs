//! Connector files from their folder.
//!
//! Invariant: one wrong file never keeps the others from being used; two files with one id keep
//! each other from being used, because nobody can say which one owns the values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

use super::definition::Connector;
use super::files::{Folder, OptionFile};
use super::read::{self, Document};
use super::row::Place;
use super::write::replace_text;
use super::{Mistake, Weight};
use crate::settings::nearest;
use crate::store::revisions::KeptRevision;

/// Largest connector file that is read.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// A connector and what is known about its file.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What the file says.
    pub connector: Connector,
    /// The file.
    pub path: PathBuf,
    /// Files that options name; they are watched, too.
    pub files: Vec<OptionFile>,
    /// What the reader should know, such as keys without effect in this build.
    pub notes: Vec<Mistake>,
    has_id: bool,
    kept: Arc<KeptRevision>,
    fields_digest: [u8; 32],
    /// The file as JSON: what it says and not what that means.
    pub(super) whole: Json,
    places: BTreeMap<Place, (usize, usize)>,
}

impl Loaded {
    /// `sha256:...` of what the file says and of the files that its options name.
    pub fn revision(&self) -> &str {
        &self.kept.digest
    }

    /// Everything that it was read from, for [`load_kept`].
    pub fn kept(&self) -> &Arc<KeptRevision> {
        &self.kept
    }

    /// Of what decides about values and scope: a part of every person's fingerprint.
    pub fn fields_digest(&self) -> [u8; 32] {
        self.fields_digest
    }

    /// `connectors/entra.toml:12:5`, or the file alone where the place is not in it.
    pub fn place(&self, place: &Place) -> String {
        let file = self.path.display();
        match self.places.get(place) {
            Some((line, column)) => format!("{file}:{line}:{column}"),
            None => file.to_string(),
        }
    }

    /// The line of a place, where it is in the file.
    pub fn line(&self, place: &Place) -> Option<usize> {
        self.places.get(place).map(|(line, _)| *line)
    }

    /// An objection that somebody else has to a place of the file, such as a plugin to options.
    pub fn mistake_at(&self, place: &Place, message: impl Into<String>) -> Mistake {
        let mut mistake = Mistake::of_file(self.path.display().to_string(), message);
        if let Some((line, column)) = self.places.get(place) {
            (mistake.line, mistake.column) = (*line, *column);
        }
        mistake
    }
}

/// Writes the id into a file that has none, so that renaming the file changes nothing; true when
/// it was written. The rest of the file stays byte for byte.
pub fn settle_id(loaded: &Loaded) -> std::io::Result<bool> {
    if loaded.has_id {
        return Ok(false);
    }
    let text = std::fs::read_to_string(&loaded.path)?;
    let (mark, text) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text.as_str()),
    };
    let line = format!("id = {:?}\n", loaded.connector.id);
    replace_text(&loaded.path, &format!("{mark}{line}{text}"))?;
    Ok(true)
}

/// One file of the connectors' folder.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The file's name without `.toml`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// The connector, or everything that is wrong.
    pub result: Result<Box<Loaded>, Vec<Mistake>>,
}

/// Reads every `*.toml` of the folder, by name. A folder that does not exist has none.
pub fn load_dir(folder: &Path) -> Result<Vec<Entry>, Mistake> {
    let paths = paths(folder)?;
    let mut loaded: Vec<Entry> = paths.iter().map(|path| load_file(path)).collect();
    refuse_shared_ids(&mut loaded);
    Ok(loaded)
}

/// The connector files of the folder, by name.
pub(super) fn paths(folder: &Path) -> Result<Vec<PathBuf>, Mistake> {
    let mut paths = Vec::new();
    let wrong = |cause: &std::io::Error| {
        let why = format!("the connectors' folder cannot be read: {cause}");
        Mistake::of_file(folder.display().to_string(), why)
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(wrong(&cause)),
    };
    for entry in entries {
        let path = entry.map_err(|cause| wrong(&cause))?.path();
        let is_toml = path.extension().is_some_and(|end| end == "toml");
        let is_hidden = name_of(&path).starts_with('.');
        if is_toml && !is_hidden && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The connector with this file name or id.
pub fn find(folder: &Path, name: &str) -> Result<Entry, Mistake> {
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let mut entries = load_dir(folder)?;
    let has_id = |entry: &Entry| {
        let loaded = entry.result.as_ref().ok();
        loaded.is_some_and(|loaded| loaded.connector.id == name)
    };
    let at = entries
        .iter()
        .position(|entry| entry.name == name)
        .or_else(|| entries.iter().position(has_id));
    if let Some(at) = at {
        return Ok(entries.swap_remove(at));
    }
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let hint = match (nearest(name, names.iter().copied()), names.is_empty()) {
        (Some(near), _) => format!("did you mean '{near}'?"),
        (None, true) => "the folder has no connector file".to_owned(),
        (None, false) => format!("there are: {}", names.join(", ")),
    };
    let message = format!("there is no connector '{name}'");
    Err(Mistake::of_file(folder.display().to_string(), message).hint(hint))
}

/// Reads one file; its folder is the connectors' folder.
pub fn load_file(path: &Path) -> Entry {
    load_text(path, read_text(path))
}

/// What a file would be with this text in it; files that options name are those of its folder.
pub fn load_as(path: &Path, text: &str) -> Entry {
    load_text(path, Ok(text.to_owned()))
}

/// The connector of a file that was read already.
pub(super) fn load_text(path: &Path, text: Result<String, Vec<Mistake>>) -> Entry {
    let name = name_of(path);
    let folder = path.parent().unwrap_or(Path::new("."));
    let result = text.and_then(|text| load(path, &name, text, Folder::Disk(folder)));
    Entry {
        name,
        path: path.to_owned(),
        result,
    }
}

/// Reads a kept revision exactly as from disk, the files that options name as they were kept. The
/// path is where the file would be: its folder is the connectors' folder. It need not exist.
pub fn load_kept(path: &Path, kept: &KeptRevision) -> Entry {
    let folder = path.parent().unwrap_or(Path::new("."));
    let folder = Folder::Kept(folder, &kept.files);
    Entry {
        name: kept.name.clone(),
        path: path.to_owned(),
        result: load(path, &kept.name, kept.text.clone(), folder),
    }
}

fn load(
    path: &Path,
    name: &str,
    text: String,
    folder: Folder<'_>,
) -> Result<Box<Loaded>, Vec<Mistake>> {
    let read = read::read(Document {
        label: &path.display().to_string(),
        name,
        content: &text,
        folder,
    })?;
    Ok(Box::new(Loaded {
        connector: read.connector,
        path: path.to_owned(),
        files: read.files,
        notes: read.notes,
        has_id: read.has_id,
        kept: Arc::new(KeptRevision {
            digest: read.digests.revision,
            name: name.to_owned(),
            text,
            files: read.contents,
        }),
        fields_digest: read.digests.fields,
        whole: read.whole,
        places: read.places,
    }))
}

/// The text of a connector file.
pub fn read_text(path: &Path) -> Result<String, Vec<Mistake>> {
    text_of(path, read_bytes(path)?)
}

pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, Vec<Mistake>> {
    let wrong = |why: String| vec![Mistake::of_file(path.display().to_string(), why)];
    let unreadable = |cause: std::io::Error| wrong(format!("the file cannot be read: {cause}"));
    let meta = std::fs::metadata(path).map_err(unreadable)?;
    if meta.len() > FILE_BYTES_MAX {
        return Err(wrong(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    std::fs::read(path).map_err(unreadable)
}

pub(super) fn text_of(path: &Path, bytes: Vec<u8>) -> Result<String, Vec<Mistake>> {
    let wrong = |_| Mistake::of_file(path.display().to_string(), "it is not UTF-8");
    String::from_utf8(bytes).map_err(|cause| vec![wrong(cause)])
}

pub(super) fn refuse_shared_ids(entries: &mut [Entry]) {
    let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in entries.iter() {
        if let Ok(loaded) = &entry.result {
            let id = loaded.connector.id.clone();
            let owner = entry.path.display().to_string();
            owners.entry(id).or_default().push(owner);
        }
    }
    for entry in entries.iter_mut() {
        let Ok(loaded) = &entry.result else { continue };
        let id = &loaded.connector.id;
        let label = entry.path.display().to_string();
        let all = owners.get(id).map_or(&[] as &[String], Vec::as_slice);
        let others: Vec<&str> = all
            .iter()
            .filter(|owner| **owner != label)
            .map(String::as_str)
            .collect();
        if others.is_empty() {
            continue;
        }
        let message = format!("the id '{id}' is also that of {}", others.join(", "));
        let mistake = Mistake {
            weight: Weight::Error,
            ..Mistake::of_file(label, message)
        };
        entry.result = Err(vec![
            mistake.hint("neither is used; give each file its own id"),
        ]);
    }
}

pub(super) fn name_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
