//! Files that options name: `{ file = "tables/departments.csv" }`, from disk or as they were kept.
//!
//! Invariant: only files below the connectors' folder are read: no absolute path, no `..`, no link
//! that leads out. The content becomes part of the options and of the revision.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::csv;
use crate::settings::reader::Node;

/// Largest file that an option may name.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A file that became part of a connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionFile {
    /// As the connector file names it.
    pub path: String,
    /// Where it is.
    pub full_path: PathBuf,
    /// Of its content.
    pub sha256: [u8; 32],
}

/// Where a connector file's other files are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Folder<'a> {
    /// The connectors' folder.
    Disk(&'a Path),
    /// Those that options name were kept, by their paths; relative places of secrets still mean this
    /// folder.
    Kept(&'a Path, &'a BTreeMap<String, Vec<u8>>),
}

impl<'a> Folder<'a> {
    /// The connectors' folder.
    pub(super) fn path(self) -> &'a Path {
        match self {
            Self::Disk(path) | Self::Kept(path, _) => path,
        }
    }
}

/// A file that an option names: what the option gets of it, and its bytes.
pub(super) struct Content {
    pub(super) json: Json,
    pub(super) file: OptionFile,
    pub(super) bytes: Vec<u8>,
}

/// The content of a file that an option names: rows of a `.csv`, what a `.json` says, or text. A
/// file that was read before, for another option, is what it was then.
pub(super) fn read(
    node: &Node<'_>,
    path: &str,
    folder: Folder<'_>,
    before: Option<&Vec<u8>>,
) -> Option<Content> {
    let found = match (before, folder) {
        (Some(bytes), folder) => Ok((bytes.clone(), folder.path().join(path))),
        (None, Folder::Disk(folder)) => load(path, folder),
        (None, Folder::Kept(folder, files)) => files
            .get(path)
            .map(|bytes| (bytes.clone(), folder.join(path)))
            .ok_or_else(|| "was not kept".to_owned()),
    };
    match found {
        Ok((bytes, full_path)) => {
            let sha256 = Sha256::digest(&bytes).into();
            let file = OptionFile {
                path: path.to_owned(),
                full_path,
                sha256,
            };
            content(path, &bytes)
                .map(|json| Content { json, file, bytes })
                .map_err(|why| node.error(format!("the file '{path}' {why}"), ""))
                .ok()
        }
        Err(why) => {
            node.error(format!("the file '{path}' {why}"), "");
            None
        }
    }
}

fn load(path: &str, folder: &Path) -> Result<(Vec<u8>, PathBuf), String> {
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if path.is_empty() || !Path::new(path).components().all(is_plain) {
        return Err("is not below the connectors' folder".to_owned());
    }
    let folder = folder
        .canonicalize()
        .map_err(|_| "has no connectors' folder".to_owned())?;
    let unreadable = |cause: std::io::Error| match cause.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        _ => format!("cannot be read: {cause}"),
    };
    // Resolved before it is opened: a link may point anywhere.
    let full = folder.join(path).canonicalize().map_err(unreadable)?;
    if !full.starts_with(&folder) {
        return Err("is a link that leads out of the connectors' folder".to_owned());
    }
    let meta = std::fs::metadata(&full).map_err(unreadable)?;
    if !meta.is_file() {
        return Err("is not a file".to_owned());
    }
    if meta.len() > FILE_BYTES_MAX {
        return Err(format!("is larger than {FILE_BYTES_MAX} bytes"));
    }
    let bytes = std::fs::read(&full).map_err(unreadable)?;
    Ok((bytes, full))
}

/// What options get of a file: rows of a table, JSON, or text, by the file's name.
fn content(path: &str, bytes: &[u8]) -> Result<Json, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let end = Path::new(path).extension().unwrap_or_default();
    match end.to_ascii_lowercase().to_str() {
        Some("csv") => csv::rows(text).map(Json::from),
        Some("json") => serde_json::from_str(text).map_err(|cause| format!("is not JSON: {cause}")),
        _ => Ok(Json::String(text.to_owned())),
    }
}
