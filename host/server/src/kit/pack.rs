//! `plugin pack`: what goes with a build on its way to somebody else.
//!
//! A checksum in the form of `sha256sum`. Deliberately not here: signatures; no library of the tree
//! makes those of minisign, and its own tool does.

use std::path::{Path, PathBuf};

use attune_wasm::Engine;
use serde::Serialize;

use super::build::put;
use crate::fault::Failure;

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Packed {
    /// The plugin's id.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// The digest of the build.
    pub digest: String,
    /// The file of the checksum.
    pub checksum: PathBuf,
}

/// Loads a build with all checks, and writes its checksum beside it.
pub fn pack(engine: &Engine, file: &Path, bytes: &[u8]) -> Result<Packed, Failure> {
    let plugin = engine.load(bytes)?;
    let mut beside = file.as_os_str().to_owned();
    beside.push(".sha256");
    let checksum = PathBuf::from(beside);
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let digest = plugin.digest();
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    put(&checksum, format!("{hex}  {name}\n").as_bytes())?;
    Ok(Packed {
        plugin: plugin.id().to_owned(),
        version: plugin.version().to_owned(),
        digest: digest.to_owned(),
        checksum,
    })
}
