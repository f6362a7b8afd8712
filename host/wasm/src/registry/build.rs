//! One build of a plugin: a file's bytes, read once.
//!
//! Everything that happens to a build (inspecting, compiling, keeping, comparing) happens to these
//! bytes, so a file that is replaced meanwhile cannot make two builds out of one. Invariant: the
//! digest is that of the bytes; it is taken when somebody asks, since nobody asks for those of the
//! many bundled plugins that a mapping does not use. Deliberately not here: when a file that is
//! being written is complete (the server waits for that), and what loading checks (`load`).

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::Source;
use crate::error::Cause;
use crate::load::{digest, is_kebab};
use crate::{Engine, Error, Plugin};

/// What is read of a signature's file; a real one has some 300 bytes.
const SIGNATURE_BYTES_MAX: u64 = 8 * 1024;

/// The bytes of a plugin, with the id that it is called by. Cheap to clone.
#[derive(Clone)]
pub struct Build {
    content: Arc<Content>,
}

#[derive(Clone)]
struct Content {
    id: String,
    source: Source,
    digest: OnceLock<String>,
    bytes: Cow<'static, [u8]>,
    signature: Option<String>,
}

impl Build {
    /// Reads `path`, and `path.minisig` if there is one. `id` is what the file is called by, as
    /// [`super::files`] gives it. A link counts as the file that it leads to.
    pub fn read(engine: &Engine, id: &str, path: &Path) -> Result<Self, Error> {
        if !is_kebab(id) {
            let what = "the file is not called `ID.wasm` with an id in kebab-case".to_owned();
            return Err(Error::Manifest { what });
        }
        let bytes = read(path, engine.limits().file_bytes)?;
        let build = Self::of_bytes(id, Source::File(path.to_owned()), bytes);
        Ok(build.signed(signature(path)))
    }

    /// A build of bytes that came by another way: with the binary, or out of the store.
    pub fn of_bytes(id: &str, source: Source, bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        let bytes = bytes.into();
        let content = Content {
            id: id.to_owned(),
            source,
            digest: OnceLock::new(),
            bytes,
            signature: None,
        };
        Self {
            content: Arc::new(content),
        }
    }

    /// The same bytes with this signature, which nobody has checked yet.
    #[must_use]
    pub fn signed(self, signature: Option<String>) -> Self {
        // A build that nobody shares yet is not copied.
        let content = Content {
            signature,
            ..Arc::unwrap_or_clone(self.content)
        };
        Self {
            content: Arc::new(content),
        }
    }

    /// The id that it is called by.
    pub fn id(&self) -> &str {
        &self.content.id
    }

    /// Where it came from.
    pub fn source(&self) -> &Source {
        &self.content.source
    }

    /// `sha256:` and the digest of its bytes: the name of the generation.
    pub fn digest(&self) -> &str {
        let taken = || digest(&self.content.bytes);
        self.content.digest.get_or_init(taken)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.content.bytes
    }

    /// What stood in the file of its signature, unchecked.
    pub fn signature(&self) -> Option<&str> {
        self.content.signature.as_deref()
    }

    /// Loads it by the one path that there is, and makes sure that it is what it is called. Each
    /// call gives a new plugin, whose health begins at nothing.
    pub fn load(&self, engine: &Engine) -> Result<Plugin, Error> {
        let plugin = engine.load(self.bytes())?;
        if plugin.id() == self.id() {
            return Ok(plugin);
        }
        let what = format!(
            "its id is `{}`, but it is called `{}`: rename the file",
            plugin.id(),
            self.id()
        );
        Err(Error::Manifest { what })
    }
}

impl std::fmt::Debug for Build {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Build")
            .field("id", &self.id())
            .field("source", self.source())
            .field("digest", &self.content.digest.get())
            .finish_non_exhaustive()
    }
}

/// The file's bytes, and never more than `most` of them, whatever grows meanwhile.
fn read(path: &Path, most: usize) -> Result<Vec<u8>, Error> {
    let failed = |error: std::io::Error| Error::File {
        path: path.to_owned(),
        source: Cause::of(&error),
    };
    // Opening a pipe would wait for whoever writes into it.
    let about = fs::metadata(path).map_err(failed)?;
    if !about.is_file() {
        let what = std::io::Error::other("it is no file");
        return Err(failed(what));
    }
    let too_large = |bytes: u64| Error::FileTooLarge {
        bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
        most,
    };
    if about.len() > most as u64 {
        return Err(too_large(about.len()));
    }
    let mut bytes = Vec::with_capacity(about.len() as usize);
    let file = File::open(path).map_err(failed)?;
    let mut file = file.take((most as u64).saturating_add(1));
    file.read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > most {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

/// What `FILE.minisig` says. One that cannot be read counts as none: where a signature is wanted
/// the build is then refused, where it is not nobody is stopped.
fn signature(path: &Path) -> Option<String> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".minisig");
    let path = PathBuf::from(beside);
    if !path.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    let read =
        File::open(&path).and_then(|file| file.take(SIGNATURE_BYTES_MAX).read_to_end(&mut bytes));
    match read {
        Ok(_) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a signature cannot be read");
            None
        }
    }
}
