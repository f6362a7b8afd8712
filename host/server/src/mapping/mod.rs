//! The mapping table as something that is worked on: a row is changed, tried, proposed, or taken over
//! from elsewhere.
//!
//! Functions over texts, plugins and a host; whoever calls them renders what they answer. Invariants:
//! a connector file is replaced only by one that `connector validate` takes, and only while it is what
//! was read; comments and layout stay; trying a row writes nothing, not even what was read for it; no
//! secret is read, and none gets into a file.
//!
//! Deliberately not here: evaluating (`sync`), the strict reader of connector files (`connector`), and
//! what a service does with a file that changed.

mod difference;
mod draft;
mod edit;
mod file;
mod import;
mod keys;
mod set;
mod suggest;
mod trial;
mod unsaved;

use std::path::Path;

use attune_wasm::registry::Snapshot;

use crate::connector::{self, Loaded, Mistake};
use crate::sync::{self, Pinned};

pub use difference::difference;
pub use draft::{Draft, DraftStep, Written};
pub use file::{Before, Flaw, Looked, Text, look, read as read_file, save};
pub use import::{Imported, Kind as RemarkKind, Origin, Remark, Wish, import};
pub use keys::{Edit, edited, is_table, moved};
pub use set::{Changed, Order as SetOrder, set, with_row};
pub use suggest::{Suggested, Suggestion, suggest};
pub use trial::{Order as TrialOrder, trial, trial_kept};
pub use unsaved::Unsaved;

/// Why a mapping table could not be worked on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connector file, or what is to get into it, is wrong; all mistakes.
    #[error("{}", lines(.0))]
    Mistakes(Vec<Mistake>),
    /// No target maps the field.
    #[error("no target of this connector maps `{field}`")]
    NoField {
        /// The field as it was asked for.
        field: String,
        /// What to do.
        hint: String,
    },
    /// The file is not what it was any more.
    #[error("{file} has changed meanwhile, and nothing was written")]
    Changed {
        /// The connector file.
        file: String,
    },
    /// What is asked for cannot be meant.
    #[error("{0}")]
    Usage(String),
    /// A file cannot be read or written.
    #[error("cannot use {file}")]
    File {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is a file already where one is to be made.
    #[error("there is a file {0} already, and nothing was written")]
    Exists(String),
    /// A file of another product is not what it was said to be.
    #[error("{file}: {why}")]
    Export {
        /// The file.
        file: String,
        /// What it is instead.
        why: String,
    },
    /// A file of another product has nothing in it that can be carried over.
    #[error("{file} has nothing in it that can be carried over")]
    Nothing {
        /// The file.
        file: String,
        /// What is in it.
        remarks: Vec<Remark>,
    },
    /// A plugin refuses the table, the source cannot be asked, or nobody is called so.
    #[error(transparent)]
    Sync(#[from] sync::Error),
}

fn lines(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// What the file would be with this text in it, as `connector validate` looks at it: the file itself,
/// and what plugins think of their options.
fn validated(path: &Path, text: &str, plugins: &Snapshot) -> Result<Loaded, Error> {
    let entry = connector::load_as(path, text);
    let loaded = entry.result.map_err(Error::Mistakes)?;
    Pinned::open(&loaded, plugins)?;
    Ok(*loaded)
}

/// A mistake of one file or place.
fn mistake(file: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::Mistakes(vec![Mistake::of_file(file, message).hint(hint)])
}

/// Which of some names was meant, or which there are.
fn meant(name: &str, names: &[&str]) -> String {
    match crate::settings::nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean '{near}'?"),
        None if names.is_empty() => "there is none".to_owned(),
        None => format!("there are: {}", names.join(", ")),
    }
}
