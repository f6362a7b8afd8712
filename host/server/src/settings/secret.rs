//! Where a secret comes from: a name, never the secret itself.
//!
//! Invariant: a secret that stands in a file in clear is refused, with the sentence how to write
//! it. What need not be a secret ([`TextRef`]) may stand there or in a secret's place. Deliberately
//! not here: reading it (`vault`).

use std::fmt;
use std::path::{Path, PathBuf};

use super::reader::{Node, Section};

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
        let section = in_its_place(node)?;
        let found = Self::in_section(node, &section, folder);
        section.finish();
        found
    }

    /// The same, with the place of what follows it: `{ file = "PATH", next = { file = "PATH" } }`.
    pub fn read_with_next(node: &Node<'_>, folder: &Path) -> Option<(Self, Option<Self>)> {
        let section = in_its_place(node)?;
        let found = Self::in_section(node, &section, folder);
        let next = section.get("next");
        let next = next.map(|next| (Self::read(&next, folder), next));
        section.finish();
        let found = found?;
        match next {
            None => Some((found, None)),
            Some((Some(same), node)) if same == found => {
                node.error(
                    format!(
                        "{} is the same place as the secret that it follows",
                        node.name()
                    ),
                    "name another one, or leave it out",
                );
                None
            }
            Some((next, _)) => next.map(|next| (found, Some(next))),
        }
    }

    fn in_section(node: &Node<'_>, section: &Section<'_>, folder: &Path) -> Option<Self> {
        let env = section.get("env");
        let file = section.get("file");
        match (&env, &file) {
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
        }
    }
}

/// A secret that stands in the file itself is a mistake.
fn in_its_place<'t>(node: &Node<'t>) -> Option<Section<'t>> {
    let section = node.as_section();
    if section.is_none() {
        let key = node.key();
        node.error(
            format!("the secret '{key}' stands here in clear"),
            &format!("write {key} = {{ env = \"NAME\" }} or {key} = {{ file = \"PATH\" }}"),
        );
    }
    section
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
