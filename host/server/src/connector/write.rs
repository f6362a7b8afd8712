//! Writing connector files: whole or not at all.
//!
//! Invariant: whoever reads meanwhile sees the text before or the one after, never half a file, and
//! after a power cut one of the two stands there. Deliberately not here: what a text says, and whether
//! it may be written.

use std::fs::{File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::NamedTempFile;

/// What a new file may be opened for, before the process' own mask.
const NEW_MODE: u32 = 0o666;

/// Puts another text into a connector file. A link stays one: its target is replaced.
pub fn replace_text(path: &Path, text: &str) -> io::Result<()> {
    let path = std::fs::canonicalize(path)?;
    let draft = draft(&path, text, std::fs::metadata(&path)?.permissions())?;
    draft.persist(&path)?;
    settle(&path)
}

/// The same, unless the file does not say any more what it said; then false, and nothing is written.
pub fn replace_unchanged(path: &Path, before: &str, text: &str) -> io::Result<bool> {
    let path = std::fs::canonicalize(path)?;
    let draft = draft(&path, text, std::fs::metadata(&path)?.permissions())?;
    // Looked at as late as can be.
    if std::fs::read(&path)? != before.as_bytes() {
        return Ok(false);
    }
    draft.persist(&path)?;
    settle(&path)?;
    Ok(true)
}

/// Makes a new file; an error of kind `AlreadyExists` where there is one.
pub fn create_text(path: &Path, text: &str) -> io::Result<()> {
    let draft = draft(path, text, Permissions::from_mode(NEW_MODE))?;
    draft.persist_noclobber(path)?;
    settle(path)
}

/// The text in a file of another name beside it, on the disk; hidden, and of another ending.
fn draft(path: &Path, text: &str, permissions: Permissions) -> io::Result<NamedTempFile> {
    let is_new = permissions.mode() == NEW_MODE;
    let mut draft = tempfile::Builder::new()
        .prefix(".")
        .suffix(".toml.new")
        .permissions(permissions.clone())
        .tempfile_in(folder(path))?;
    if !is_new {
        draft.as_file().set_permissions(permissions)?;
    }
    draft.write_all(text.as_bytes())?;
    draft.as_file().sync_all()?;
    Ok(draft)
}

/// Keeps the new name over a power cut.
fn settle(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn text_when_the_file_is_as_it_was_replaces_it_and_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, "a = 1\n").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert!(replace_unchanged(&path, "a = 1\n", "a = 2\n").unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a = 2\n");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert_eq!(names(folder.path()), ["a.toml"]);
    }

    #[test]
    fn text_when_the_file_changed_meanwhile_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, "a = 3\n").unwrap();
        assert!(!replace_unchanged(&path, "a = 1\n", "a = 2\n").unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a = 3\n");
        assert_eq!(names(folder.path()), ["a.toml"], "no draft is left");
    }

    #[test]
    fn link_when_replaced_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.toml"), folder.path().join("b.toml"));
        std::fs::write(&path, "a = 1\n").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace_text(&link, "a = 2\n").unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a = 2\n");
    }

    #[test]
    fn new_file_when_there_is_one_already_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        create_text(&path, "a = 1\n").unwrap();
        let again = create_text(&path, "a = 2\n").unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a = 1\n");
        assert_eq!(names(folder.path()), ["a.toml"]);
    }
}
