//! Which files of the plugins' folder are plugins, by name alone.
//!
//! `ID.wasm` and `ID.ANYTHING.wasm`; hidden files are what editors and downloads have not finished.
//! Deliberately not here: reading them (`build`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::call::clean;
use crate::error::Cause;

/// Bytes of a wrong id that are shown.
const ID_BYTES_SHOWN: usize = 80;

/// `ID.wasm` and `ID.ANYTHING.wasm` of the folder by id, sorted; all of them where several claim
/// one id. A folder that does not exist is empty. An id that cannot be one is cleaned here, because
/// it is shown, and refused when it is read.
pub fn files(dir: &Path) -> Result<BTreeMap<String, Vec<PathBuf>>, Error> {
    let mut found: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    if !dir.exists() {
        return Ok(found);
    }
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
