//! The files that git tracks, or, where there is no git, everything but what is built.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A text file of the repository.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// From the root, with `/`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl File {
    /// A made-up file, for the proof that a rule can fail.
    #[cfg(test)]
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(crate) fn is_rust(&self) -> bool {
        has_extension(&self.path, "rs")
    }
}

pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|e| e == extension)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every tracked text file.
pub(crate) fn tracked() -> Vec<File> {
    let root = root();
    let paths = listed(&root).unwrap_or_else(|| walked(&root));
    assert!(paths.len() > 50, "found only {} files", paths.len());
    let read = paths.into_iter().filter_map(|path| {
        // A file that was deleted but not yet committed is listed; bytes are not text.
        let text = std::fs::read_to_string(root.join(&path)).ok()?;
        Some(File { path, text })
    });
    read.collect()
}

fn listed(root: &Path) -> Option<Vec<String>> {
    let git = Command::new("git")
        .args(["ls-files", "-z", "--cached"])
        .current_dir(root)
        .output();
    let output = git.ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<String> = text.split_terminator('\0').map(str::to_owned).collect();
    (!paths.is_empty()).then_some(paths)
}

fn walked(root: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if path.is_dir() {
                if !matches!(name.as_ref(), "target" | "node_modules" | ".git" | "data") {
                    folders.push(path);
                }
            } else if let Ok(relative) = path.strip_prefix(root) {
                paths.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    paths.sort();
    paths
}

#[test]
fn walk_when_there_is_no_git_finds_this_file() {
    let walked = walked(&root());
    assert!(walked.iter().any(|path| path == "tests/tidy/files.rs"));
    assert!(!walked.iter().any(|path| path.starts_with("target/")));
}
