//! Mappings of other products become connector files of ours.
//!
//! The file that comes out is one that `connector validate` takes: what the strict reader or a plugin
//! would refuse is not in it, and is told instead. Nothing is dropped silently, and no secret is read.
//! Deliberately not here: asking the other product for anything.

mod draft;
mod entra;
mod object;
pub(super) mod toml;
mod user_sync;

use std::path::{Path, PathBuf};

use attune_wasm::registry::Snapshot;
use serde::Serialize;
use serde_json::Value;

use super::{Error, mistake, validated};
use crate::connector;
use crate::sync;
use draft::Draft;

pub use draft::{Kind, Remark};

/// Largest file that is read.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Whose export it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// User Sync for Jira and Confluence: its connectors as JSON.
    UserSync,
    /// Entra application provisioning: a `synchronizationSchema` of Microsoft Graph.
    Entra,
}

/// What is to be taken over.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Whose file.
    pub origin: Origin,
    /// The file.
    pub file: &'a Path,
    /// Which of several connectors in it, by name.
    pub pick: Option<&'a str>,
    /// The file to make; none where somebody only wants to see it.
    pub out: Option<&'a Path>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Imported {
    /// The connector's name.
    pub connector: String,
    /// The file that was made.
    pub file: Option<String>,
    /// The connector file.
    pub toml: String,
    /// How many rows it has.
    pub rows: usize,
    /// Everything that somebody should know.
    pub remarks: Vec<Remark>,
}

/// Makes a connector file of another product's export.
pub fn import(wish: Wish<'_>, plugins: &Snapshot) -> Result<Imported, Error> {
    let label = wish.file.display().to_string();
    let export = |why: String| Error::Export {
        file: label.clone(),
        why,
    };
    let text = read(wish.file)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let root: Value =
        serde_json::from_str(text).map_err(|error| export(format!("it is not JSON: {error}")))?;
    let drafts = match wish.origin {
        Origin::UserSync => user_sync::drafts(&root),
        Origin::Entra => entra::draft(&root).map(|draft| vec![draft]),
    };
    let mut draft = picked(drafts.map_err(export)?, wish.pick).map_err(export)?;
    if let Some(stem) = wish.out.and_then(Path::file_stem) {
        draft.name = stem.to_string_lossy().into_owned();
    }
    let path = match wish.out {
        Some(out) => out.to_owned(),
        None => PathBuf::from(format!("{}.toml", draft.name)),
    };
    let toml = settled(&mut draft, &path, &label, plugins)?;
    draft.ask_for_targets();
    if let Some(out) = wish.out {
        write(out, &draft.name, &toml)?;
    }
    draft.remarks.sort_by_key(|remark| remark.kind);
    Ok(Imported {
        rows: draft.targets().map(|target| target.rows.len()).sum(),
        connector: draft.name,
        file: wish.out.map(|out| out.display().to_string()),
        toml,
        remarks: draft.remarks,
    })
}

fn read(path: &Path) -> Result<String, Error> {
    let failed = |source| Error::File {
        file: path.display().to_string(),
        source,
    };
    let meta = std::fs::metadata(path).map_err(failed)?;
    if meta.len() > FILE_BYTES_MAX {
        return Err(Error::Export {
            file: path.display().to_string(),
            why: format!("it is larger than {FILE_BYTES_MAX} bytes"),
        });
    }
    std::fs::read_to_string(path).map_err(failed)
}

/// The one that is meant.
fn picked(mut drafts: Vec<Draft>, pick: Option<&str>) -> Result<Draft, String> {
    let names: Vec<String> = drafts.iter().map(|draft| draft.name.clone()).collect();
    if let Some(pick) = pick {
        let meant = object::folded(pick);
        drafts.retain(|draft| object::folded(&draft.name) == meant);
    }
    match (drafts.pop(), drafts.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(format!(
            "no connector of it is called so; there are: {}",
            names.join(", ")
        )),
        (Some(_), false) => Err(format!(
            "it has {} connectors: name one with --pick: {}",
            names.len(),
            names.join(", ")
        )),
    }
}

/// The file, without the rows that a plugin of this build refuses.
fn settled(
    draft: &mut Draft,
    path: &Path,
    label: &str,
    plugins: &Snapshot,
) -> Result<String, Error> {
    loop {
        if draft.targets().next().is_none() {
            return Err(Error::Nothing {
                file: label.to_owned(),
                remarks: std::mem::take(&mut draft.remarks),
            });
        }
        let text = draft.toml();
        let name = path.display().to_string();
        let text = connector::laid_out(&name, &text).unwrap_or(text);
        let refusals = match validated(path, &text, plugins) {
            Ok(_) => return Ok(text),
            Err(Error::Sync(sync::Error::Mapping(refusals))) => refusals,
            Err(error) => return Err(error),
        };
        let mut is_less = false;
        for (field, problem) in &refusals {
            for (field, row) in draft.take(field) {
                is_less = true;
                let row = row.toml();
                draft.remark(
                    Kind::Left,
                    field,
                    format!("{} (its row would have been {row})", problem.message),
                    "write the row by hand, and look at it with `attune mapping test`",
                );
            }
        }
        if !is_less {
            return Err(Error::Sync(sync::Error::Mapping(refusals)));
        }
    }
}

/// Makes the file, where neither it nor its id is there yet.
fn write(out: &Path, id: &str, text: &str) -> Result<(), Error> {
    let file = out.display().to_string();
    if out.extension().is_none_or(|end| end != "toml") {
        let hint = "such as connectors/entra.toml";
        return Err(mistake(file, "a connector file ends with .toml", hint));
    }
    let folder = out.parent().unwrap_or(Path::new("."));
    let folder = if folder == Path::new("") {
        Path::new(".")
    } else {
        folder
    };
    let others = connector::load_dir(folder).unwrap_or_default();
    let has_id = |entry: &&connector::Entry| {
        let loaded = entry.result.as_ref();
        loaded.is_ok_and(|loaded| loaded.connector.id == id)
    };
    if out.exists() {
        return Err(Error::Exists(file));
    }
    if let Some(other) = others.iter().find(has_id) {
        let message = format!("the id '{id}' is that of {} already", other.path.display());
        return Err(mistake(file, message, "give the new file another name"));
    }
    connector::create_text(out, text).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => Error::Exists(file),
        _ => Error::File { file, source },
    })
}

/// A text as file name and id; a fixed word where nothing of it can stand there.
fn slug(text: &str, otherwise: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug: String = slug.trim_matches('-').chars().take(60).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() { otherwise } else { slug }.to_owned()
}

#[cfg(test)]
mod tests;
