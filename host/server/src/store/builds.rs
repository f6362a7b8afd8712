//! Builds of plugins that runs used, by digest: `data-dir/builds/HEX.wasm`.
//!
//! Files and not rows: they are large, never change and are read whole. Invariant: what is answered
//! for a digest has that digest; a damaged file counts as not kept, and is written anew when the
//! build is used again. Deliberately not here: which builds are still needed.

use std::io::Write as _;
use std::path::PathBuf;

use attune_core::plan::sha256_text;
use sha2::{Digest as _, Sha256};

use super::{Error, Result, Store, files_in, make_private_folder};

const FOLDER: &str = "builds";

impl Store {
    /// Keeps a build; nothing where it is kept already.
    pub fn keep_build(&self, digest: &str, bytes: &[u8]) -> Result<()> {
        let path = self.build_path(digest)?;
        let is_kept = std::fs::metadata(&path).is_ok_and(|meta| meta.len() == bytes.len() as u64);
        if is_kept {
            return Ok(());
        }
        if sha256_text(&Sha256::digest(bytes)) != digest {
            return Err(Error::Row { what: A_BUILD });
        }
        let folder = self.data_dir.join(FOLDER);
        make_private_folder(&folder)?;
        let failed = |source| Error::File {
            path: path.clone(),
            source,
        };
        // Beside it and then renamed: half a build is never seen. Drafts are made with 0600.
        let mut draft = tempfile::NamedTempFile::new_in(&folder).map_err(failed)?;
        let written = draft.write_all(bytes);
        let synced = written.and_then(|()| draft.as_file().sync_all());
        synced.map_err(failed)?;
        let renamed = draft.persist(&path);
        renamed.map_err(|error| failed(error.error)).map(drop)
    }

    /// A build by its digest; `None` where it is not kept, or is damaged.
    pub fn build(&self, digest: &str) -> Result<Option<Vec<u8>>> {
        let path = self.build_path(digest)?;
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::File { path, source }),
        };
        if sha256_text(&Sha256::digest(&bytes)) == digest {
            return Ok(Some(bytes));
        }
        tracing::warn!(path = %path.display(), "a kept build of a plugin is damaged");
        std::fs::remove_file(&path).map_err(|source| Error::File { path, source })?;
        Ok(None)
    }

    /// The files of all kept builds.
    pub fn build_files(&self) -> Result<Vec<PathBuf>> {
        Ok(self
            .builds()?
            .into_iter()
            .map(|(_, path, _)| path)
            .collect())
    }

    /// Bytes of all kept builds.
    pub fn builds_bytes(&self) -> Result<u64> {
        let sizes = self.builds()?.into_iter().map(|(_, _, bytes)| bytes);
        Ok(sizes.sum())
    }

    /// Forgets all builds but these; how many.
    pub fn drop_builds(&self, keep: &[String]) -> Result<u64> {
        let mut dropped = 0;
        for (digest, path, _) in self.builds()? {
            if keep.contains(&digest) {
                continue;
            }
            std::fs::remove_file(&path).map_err(|source| Error::File { path, source })?;
            dropped += 1;
        }
        Ok(dropped)
    }

    /// Digest, file and size of every kept build; drafts of another process are none.
    fn builds(&self) -> Result<Vec<(String, PathBuf, u64)>> {
        let mut found = Vec::new();
        for (name, path) in files_in(&self.data_dir.join(FOLDER))? {
            let hex = name.strip_suffix(".wasm").filter(|hex| is_hex(hex));
            let Some(hex) = hex else { continue };
            let meta = std::fs::metadata(&path);
            let bytes = meta
                .map_err(|source| Error::File {
                    path: path.clone(),
                    source,
                })?
                .len();
            found.push((format!("sha256:{hex}"), path, bytes));
        }
        Ok(found)
    }

    /// A digest becomes a file name, and must be one.
    fn build_path(&self, digest: &str) -> Result<PathBuf> {
        let hex = digest.strip_prefix("sha256:").filter(|hex| is_hex(hex));
        let hex = hex.ok_or(Error::Row { what: A_BUILD })?;
        Ok(self.data_dir.join(FOLDER).join(format!("{hex}.wasm")))
    }
}

const A_BUILD: &str = "a build of a plugin whose digest is none";

fn is_hex(text: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == 64 && text.bytes().all(is_digit)
}
