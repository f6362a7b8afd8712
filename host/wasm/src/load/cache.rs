//! Compiled plugins kept between processes; a miss whenever there is the slightest doubt.
//!
//! The key covers the plugin's bytes, the engine (version, settings, processor) and the checks
//! that the plugin had passed, so a hit needs no check again. A damaged, foreign or readable file
//! is a miss and is written anew. A hit marks its file as used, and what was not used for longest
//! goes first once there are too many files or bytes, so the generations that somebody may go back
//! to stay. Invariant: nothing is ever stored that did not pass all checks.
//! Deliberately not here: the conversion into code (`trusted`).

use std::fs::{self, File, OpenOptions};
use std::hash::{Hash as _, Hasher};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};
use wasmtime::component::Component;

use super::trusted::{Compiled, deserialize};
use crate::Limits;

/// Changes when a check at load changes, so that cached plugins pass it too.
const CHECKS_VERSION: u32 = 2;
const MAGIC: &[u8; 16] = b"attune compiled\n";
const HEADER_BYTES: usize = MAGIC.len() + 32;
/// Largest file that is read.
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Rights of everybody but the owner.
const GROUP_AND_OTHERS: u32 = 0o077;
/// Files and bytes beyond which those that were not used for longest are removed.
const MOST: Most = Most {
    files: 200,
    bytes: 2 * 1024 * 1024 * 1024,
};

/// How much a folder may hold.
#[derive(Debug, Clone, Copy)]
struct Most {
    files: usize,
    bytes: u64,
}

/// A file of the folder: when it was last used, its size, its path.
type Kept = (SystemTime, u64, PathBuf);

/// A folder of compiled plugins.
#[derive(Debug)]
pub(crate) struct Cache {
    dir: PathBuf,
    uid: u32,
    engine: [u8; 32],
    written: AtomicU64,
}

impl Cache {
    /// Opens or makes the folder. None, with a warning, where it is not ours alone: plugins are
    /// then compiled in every process.
    pub(crate) fn open(dir: PathBuf, engine: &wasmtime::Engine, limits: &Limits) -> Option<Self> {
        match own(&dir) {
            Ok(uid) => Some(Self {
                dir,
                uid,
                engine: engine_key(engine, limits),
                written: AtomicU64::new(0),
            }),
            Err(error) => {
                tracing::warn!(dir = %dir.display(), %error, "compiled plugins are not cached");
                None
            }
        }
    }

    /// The compiled form of the plugin with this digest.
    pub(crate) fn find(&self, engine: &wasmtime::Engine, digest: &str) -> Option<Component> {
        let path = self.path(digest);
        match self.read(&path) {
            Ok(bytes) => {
                let found = checked(&bytes).and_then(|code| deserialize(engine, &code).ok());
                if found.is_none() {
                    tracing::warn!(path = %path.display(), "damaged compiled plugin, compiling again");
                }
                found
            }
            Err(error) => {
                if error.kind() != std::io::ErrorKind::NotFound {
                    tracing::warn!(path = %path.display(), %error, "compiled plugin not used");
                }
                None
            }
        }
    }

    /// Keeps the compiled form. A failure is a warning: the next process compiles again.
    pub(crate) fn store(&self, digest: &str, component: &Component) {
        let path = self.path(digest);
        if let Err(error) = self.write(&path, component) {
            tracing::warn!(path = %path.display(), %error, "compiled plugin not kept");
        }
        self.prune();
    }

    fn path(&self, digest: &str) -> PathBuf {
        let mut key = Sha256::new();
        key.update(self.engine);
        key.update(digest.as_bytes());
        self.dir
            .join(format!("{}.bin", super::hex(&key.finalize())))
    }

    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let about = file.metadata()?;
        let is_ours = about.is_file() && about.uid() == self.uid && is_private(&about);
        if !is_ours || about.len() > FILE_BYTES_MAX {
            return Err(std::io::Error::other(
                "it is not a private file of this user",
            ));
        }
        let mut bytes = Vec::with_capacity(about.len() as usize);
        file.read_to_end(&mut bytes)?;
        if let Err(error) = file.set_modified(used_now()) {
            tracing::debug!(path = %path.display(), %error, "not marked as used");
        }
        Ok(bytes)
    }

    /// Writes beside and renames, so that a reader sees all or nothing.
    fn write(&self, path: &Path, component: &Component) -> std::io::Result<()> {
        let code = component.serialize().map_err(std::io::Error::other)?;
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let beside = path.with_extension(format!("{}-{number}.tmp", std::process::id()));
        let write = || {
            let mut file = private_file(&beside)?;
            file.write_all(MAGIC)?;
            file.write_all(&Sha256::digest(&code))?;
            file.write_all(&code)?;
            file.flush()?;
            fs::rename(&beside, path)
        };
        let written = write();
        if written.is_err() {
            // Nothing more can be done about a leftover than to leave it.
            let _ = fs::remove_file(&beside);
        }
        written
    }

    fn prune(&self) {
        let Ok(entries) = fs::read_dir(&self.dir) else {
            return;
        };
        let kept = entries.filter_map(|entry| {
            let entry = entry.ok()?;
            let about = entry.metadata().ok()?;
            Some((about.modified().ok()?, about.len(), entry.path()))
        });
        for path in surplus(kept.collect(), MOST) {
            // Another process may have removed it already.
            let _ = fs::remove_file(path);
        }
    }
}

/// The files that must go, the least recently used first; the last one used stays in any case.
fn surplus(mut kept: Vec<Kept>, most: Most) -> Vec<PathBuf> {
    kept.sort();
    let mut files = kept.len();
    let mut bytes: u64 = kept.iter().map(|(_, bytes, _)| bytes).sum();
    kept.pop();
    let mut gone = Vec::new();
    for (_, size, path) in kept {
        if files <= most.files && bytes <= most.bytes {
            break;
        }
        files -= 1;
        bytes -= size;
        gone.push(path);
    }
    gone
}

#[expect(
    clippy::disallowed_methods,
    reason = "when a file was last used is compared with what the file system wrote on others, and \
              decides about nothing but what is compiled again"
)]
fn used_now() -> SystemTime {
    SystemTime::now()
}

/// The code in a file's bytes, if the header's digest is that of the rest.
fn checked(bytes: &[u8]) -> Option<Compiled<'_>> {
    let (header, code) = bytes.split_at_checked(HEADER_BYTES)?;
    let (magic, digest) = header.split_at_checked(MAGIC.len())?;
    (magic == MAGIC && digest == Sha256::digest(code).as_slice()).then_some(Compiled(code))
}

/// Makes sure that the folder is ours and closed to others; gives our user id, which is that of
/// a file that we make.
fn own(dir: &Path) -> std::io::Result<u32> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)?;
    let probe = dir.join(format!("{}.probe", std::process::id()));
    let _ = fs::remove_file(&probe);
    let uid = private_file(&probe)?.metadata()?.uid();
    fs::remove_file(&probe)?;
    let about = fs::metadata(dir)?;
    if about.uid() != uid || !is_private(&about) {
        return Err(std::io::Error::other(
            "the folder must belong to this user and have mode 0700",
        ));
    }
    Ok(uid)
}

/// Nobody but the owner has any right.
fn is_private(about: &fs::Metadata) -> bool {
    about.mode() & GROUP_AND_OTHERS == 0
}

fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

fn engine_key(engine: &wasmtime::Engine, limits: &Limits) -> [u8; 32] {
    let mut hasher = ShaHasher(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    CHECKS_VERSION.hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    // What was checked was checked under these limits.
    format!("{limits:?}").hash(&mut hasher);
    hasher.0.finalize().into()
}

/// Feeds what is hashed into SHA-256: the key must not depend on the standard library's hasher.
struct ShaHasher(Sha256);

impl Hasher for ShaHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Files of these sizes, the first of them not used for longest.
    fn kept(sizes: &[u64]) -> Vec<Kept> {
        let file = |(age, size): (usize, &u64)| {
            let used = SystemTime::UNIX_EPOCH + Duration::from_secs(age as u64);
            (used, *size, PathBuf::from(age.to_string()))
        };
        let mut kept: Vec<_> = sizes.iter().enumerate().map(file).collect();
        kept.reverse();
        kept
    }

    fn gone(sizes: &[u64]) -> Vec<String> {
        let most = Most {
            files: 4,
            bytes: 100,
        };
        let gone = surplus(kept(sizes), most).into_iter();
        gone.map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn what_was_not_used_for_longest_goes_when_there_are_too_many_files_or_bytes() {
        assert!(gone(&[]).is_empty());
        assert!(gone(&[25, 25, 25, 25]).is_empty());
        assert_eq!(gone(&[1, 1, 1, 1, 1]), ["0"]);
        assert_eq!(gone(&[60, 30, 30, 30]), ["0"]);
        assert_eq!(gone(&[30, 60, 30, 30]), ["0", "1"]);
    }

    #[test]
    fn what_was_used_last_stays_however_large() {
        assert_eq!(gone(&[1, 1_000]), ["0"]);
        assert!(gone(&[1_000]).is_empty());
    }
}
