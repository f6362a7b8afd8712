//! The file itself: written part by part, and read with each part held against the manifest.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

use attune_core::plan::sha256_text;
use sha2::{Digest as _, Sha256};

use super::{CONNECTORS, Error, FORMAT, Manifest, Part, file};
use crate::store::make_private_folder;

const MANIFEST: &str = "manifest.json";
const DIGEST: &str = "manifest.sha256";
/// Longest manifest: some hundred thousand parts.
const MANIFEST_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// What a backup may put into a data directory.
const FOLDERS: [&str; 3] = ["plans", "builds", CONNECTORS];
const FILES: [&str; 3] = ["attune.db", "attune.id", "audit.head"];

/// Writes a backup: beside the file and then renamed, so that half a one is never seen.
pub(super) fn write(
    path: &Path,
    manifest: &Manifest,
    parts: &[(String, PathBuf)],
) -> Result<(), Error> {
    let failed = || file(path);
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Drafts are made with 0600.
    let draft = tempfile::NamedTempFile::new_in(folder).map_err(failed())?;
    let mut tar = tar::Builder::new(BufWriter::new(draft));
    let text = serde_json::to_vec_pretty(manifest).map_err(|error| failed()(error.into()))?;
    let digest = sha256_text(&Sha256::digest(&text));
    append(&mut tar, (MANIFEST, text.len() as u64), text.as_slice()).map_err(failed())?;
    append(&mut tar, (DIGEST, digest.len() as u64), digest.as_bytes()).map_err(failed())?;
    for (part, (name, from)) in manifest.parts.iter().zip(parts) {
        let source = File::open(from).map_err(file(from))?;
        let source = BufReader::new(source).take(part.bytes);
        append(&mut tar, (name.as_str(), part.bytes), source).map_err(failed())?;
    }
    let out = tar.into_inner().map_err(failed())?;
    let draft = out
        .into_inner()
        .map_err(|error| failed()(error.into_error()))?;
    draft.as_file().sync_all().map_err(failed())?;
    draft
        .persist_noclobber(path)
        .map_err(|error| match error.error.kind() {
            std::io::ErrorKind::AlreadyExists => Error::NotEmpty(path.to_owned()),
            _ => failed()(error.error),
        })?;
    let folder_file = File::open(folder).map_err(file(folder))?;
    folder_file.sync_all().map_err(file(folder))
}

fn append(
    tar: &mut tar::Builder<impl Write>,
    (name, bytes): (&str, u64),
    content: impl Read,
) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(0);
    tar.append_data(&mut header, name, content)
}

/// Length and digest of a file.
pub(super) fn part(name: &str, from: &Path) -> Result<Part, Error> {
    let mut source = File::open(from).map_err(file(from))?;
    let (bytes, sha256) = pour(&mut source, &mut std::io::sink()).map_err(file(from))?;
    Ok(Part {
        name: name.to_owned(),
        bytes,
        sha256,
    })
}

/// Whether a backup is whole; what it says of itself.
pub fn verify(path: &Path) -> Result<Manifest, Error> {
    read(path, None)
}

/// Reads a backup, every part held against the manifest, into a folder or to nowhere.
pub(super) fn read(path: &Path, into: Option<&Path>) -> Result<Manifest, Error> {
    let source = File::open(path).map_err(file(path))?;
    let mut archive = tar::Archive::new(BufReader::new(source));
    let mut entries = archive.entries().map_err(file(path))?;
    let text = small(entries.next(), MANIFEST)?;
    let digest = small(entries.next(), DIGEST)?;
    if sha256_text(&Sha256::digest(&text)).as_bytes() != digest {
        return Err(damaged(MANIFEST, "it is not as it was written"));
    }
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| damaged(MANIFEST, &error.to_string()))?;
    if manifest.format != FORMAT {
        return Err(damaged(MANIFEST, "it is of a form that is not known here"));
    }
    for part in &manifest.parts {
        let spoilt = |error: std::io::Error| damaged(&part.name, &error.to_string());
        let Some(entry) = entries.next() else {
            return Err(damaged(&part.name, "it is missing"));
        };
        let mut entry = entry.map_err(spoilt)?;
        if *entry.path_bytes() != *part.name.as_bytes() {
            return Err(damaged(&part.name, "something else stands in its place"));
        }
        let place = place(&part.name)?;
        let (bytes, sha256) = match into {
            Some(folder) => {
                let to = folder.join(place);
                make_private_folder(to.parent().unwrap_or(folder))?;
                let mut out = create(&to).map_err(file(&to))?;
                let poured = pour(&mut entry, &mut out).map_err(spoilt)?;
                out.sync_all().map_err(file(&to))?;
                poured
            }
            None => pour(&mut entry, &mut std::io::sink()).map_err(spoilt)?,
        };
        if (bytes, &sha256) != (part.bytes, &part.sha256) {
            return Err(damaged(&part.name, "its content is not what was written"));
        }
    }
    match entries.next() {
        None => Ok(manifest),
        Some(_) => Err(damaged(
            MANIFEST,
            "the file has parts that it does not name",
        )),
    }
}

fn create(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.create_new(true).write(true).mode(0o600);
    options.open(path)
}

fn small<R: Read>(
    entry: Option<std::io::Result<tar::Entry<'_, R>>>,
    name: &str,
) -> Result<Vec<u8>, Error> {
    let Some(Ok(entry)) = entry else {
        return Err(damaged(
            name,
            "the file is no backup, or its beginning is lost",
        ));
    };
    if *entry.path_bytes() != *name.as_bytes() {
        return Err(damaged(name, "the file is no backup"));
    }
    let mut text = Vec::new();
    let read = entry.take(MANIFEST_BYTES_MAX).read_to_end(&mut text);
    read.map_err(|error| damaged(name, &error.to_string()))?;
    Ok(text)
}

/// Where a part belongs: nowhere but in the folders of a data directory.
fn place(name: &str) -> Result<&Path, Error> {
    let path = Path::new(name);
    let is_inside = path
        .components()
        .all(|one| matches!(one, Component::Normal(_)));
    let first = name.split('/').next().unwrap_or_default();
    let is_known = FILES.contains(&name) || (FOLDERS.contains(&first) && first != name);
    if is_inside && is_known {
        return Ok(path);
    }
    Err(damaged(name, "a backup has no such part"))
}

fn pour(from: &mut impl Read, to: &mut impl Write) -> std::io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    let mut bytes = 0;
    loop {
        let read = from.read(&mut buffer)?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else {
            return Ok((bytes, sha256_text(&hash.finalize())));
        };
        hash.update(piece);
        to.write_all(piece)?;
        bytes += read as u64;
    }
}

pub(super) fn damaged(part: &str, what: &str) -> Error {
    Error::Damaged {
        part: part.to_owned(),
        what: what.to_owned(),
    }
}
