//! Where a secret comes from: a name, never the secret itself.
//!
//! Invariant: a secret that stands in a file in clear is refused, with the sentence how to write
//! it. What need not be a secret ([`TextRef`]) may stand there or in a secret's place. Deliberately
//! not here: reading it (`vault`).

use std::fmt;
use std::path::{Path, PathBuf};

use super::reader::Node;

/// The place of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecretRef {
    /// An environment variable.
    Env(String),
    /// A file; one line end at its end does not belong to the secret.
    File(PathBuf),
}

impl fmt::Display for SecretRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(out, "the environment variable {name}"),
            Self::File(path) => write!(out, "the file {}", path.display()),
        }
    }
}

impl SecretRef {
    /// Reads `{ env = "NAME" }` or `{ file = "PATH" }`; relative paths start at `folder`.
    pub fn read(node: &Node<'_>, folder: &Path) -> Option<Self> {
        let Some(section) = node.as_section() else {
            let key = node.key();
            node.error(
                format!("the secret '{key}' stands here in clear"),
                &format!("write {key} = {{ env = \"NAME\" }} or {key} = {{ file = \"PATH\" }}"),
            );
            return None;
        };
        let env = section.get("env");
        let file = section.get("file");
        let found = match (&env, &file) {
            (Some(env), None) => env.full_text().map(|name| Self::Env(name.to_owned())),
            (None, Some(file)) => file
                .full_text()
                .map(|path| Self::File(folder.join(Path::new(path)))),
            _ => {
                node.error(
                    format!("{} needs exactly one of 'env' and 'file'", node.name()),
                    "{ env = \"NAME\" } or { file = \"PATH\" }",
                );
                None
            }
        };
        section.finish();
        found
    }
}

/// A text as it stands, or the place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextRef {
    /// No secret.
    Text(String),
    /// Whoever needs it reads it there.
    At(SecretRef),
}

impl TextRef {
    /// Reads `"text"`, `{ env = "NAME" }` or `{ file = "PATH" }`.
    pub fn read(node: &Node<'_>, folder: &Path) -> Option<Self> {
        if node.as_section().is_some() {
            return SecretRef::read(node, folder).map(Self::At);
        }
        node.full_text().map(|text| Self::Text(text.to_owned()))
    }
}
