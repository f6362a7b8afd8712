//! `plugin pack`: what goes with a build on its way to somebody else.
//!
//! A checksum in the form of `sha256sum`, and a signature where the author has a key. Deliberately
//! not here: keys and the signature itself (`sign`).

use std::path::{Path, PathBuf};

use attune_wasm::Engine;
use serde::Serialize;

use super::build::put;
use super::sign::Signer;
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
    /// The file of the signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<PathBuf>,
    /// The id of the key that signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Loads a build with all checks, and writes its checksum beside it; with a key, its signature too.
/// `seconds` is the time.
pub fn pack(
    engine: &Engine,
    file: &Path,
    bytes: &[u8],
    signer: Option<(&Signer, i64)>,
) -> Result<Packed, Failure> {
    let plugin = engine.load(bytes)?;
    let checksum = beside(file, ".sha256");
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let digest = plugin.digest();
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    put(&checksum, format!("{hex}  {name}\n").as_bytes())?;
    let mut signature = None;
    if let Some((signer, seconds)) = signer {
        let path = beside(file, ".minisig");
        put(&path, signer.sign(&name, bytes, seconds)?.as_bytes())?;
        signature = Some(path);
    }
    Ok(Packed {
        plugin: plugin.id().to_owned(),
        version: plugin.version().to_owned(),
        digest: digest.to_owned(),
        checksum,
        signature,
        key: signer.map(|(signer, _)| signer.public().id.clone()),
    })
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(end);
    PathBuf::from(path)
}
