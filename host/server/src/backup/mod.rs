//! Backups: one file with everything that is kept, and the way back.
//!
//! The file is a tar with a manifest first: versions, and name, length and sha256 of each part. Parts
//! are a copy of the database of one moment, plans that wait, builds of plugins, connector files and
//! the files that they name. Invariants: a backup or a data directory is whole or not there, wherever
//! a process ends; nothing is restored of a file of which one part is damaged. Deliberately not here:
//! secrets, which connector files name and do not hold, and settings.

mod archive;
mod create;
mod restore;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::store;

pub use archive::verify;
pub use create::{Created, Kept, create};
pub use restore::{Restored, To, restore};

/// What the file's form is called.
const FORMAT: u32 = 1;
/// Where connector files are, in the file and in a restored data directory.
const CONNECTORS: &str = "connectors-of-backup";

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the file.
    pub format: u32,
    /// The version of attune that made it.
    pub attune: String,
    /// The schema of its database.
    pub schema: i64,
    /// When; RFC 3339, UTC.
    pub created: String,
    /// Its parts, in their order.
    pub parts: Vec<Part>,
}

/// One part of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its path below the data directory.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// `sha256:...` of its content.
    pub sha256: String,
}

/// Why a backup was not made, or not restored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] store::Error),
    /// A file cannot be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is something where something is to be put.
    #[error("{} is there already", .0.display())]
    NotEmpty(PathBuf),
    /// A part is not what the manifest says.
    #[error("{part}: {what}")]
    Damaged {
        /// The part's name.
        part: String,
        /// What is wrong with it.
        what: String,
    },
    /// It was made by a version whose database this one does not know.
    #[error("it was made by attune {version}, with schema {schema}; this one knows {known}")]
    Newer {
        /// That version.
        version: String,
        /// Its schema.
        schema: i64,
        /// The newest schema that is known here.
        known: i64,
    },
}

fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { path, source }
}
