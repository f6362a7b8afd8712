//! A connector file as a text: read, looked at before it is saved, saved.
//!
//! Invariants: what would not be used is not written; a text replaces only the one that its writer had
//! read, named by its tag; a new file never replaces one that is there. Deliberately not here: what a
//! service does with a file that changed.

use std::path::{Path, PathBuf};

use attune_wasm::registry::Snapshot;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::difference::difference;
use super::{Error, mistake, validated};
use crate::connector::{self, Mistake};
use crate::fault::chain;
use crate::sync;

/// Longest name of a connector file.
const NAME_CHARS_MAX: usize = 100;

/// A connector file as it lies there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Text {
    /// The file's name without `.toml`.
    pub connector: String,
    /// The file.
    pub file: String,
    /// What it says.
    pub text: String,
    /// Names exactly this text: SHA-256 in hex.
    pub tag: String,
}

/// Something in a text that somebody has to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Flaw {
    /// Line, from 1; 0 where the text as a whole is meant.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What it is.
    pub message: String,
    /// What to do; may be empty.
    pub hint: String,
}

/// What a text would be as a connector file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Looked {
    /// The file's name without `.toml`.
    pub connector: String,
    /// Whether there is no such file yet.
    pub is_new: bool,
    /// What differs from the file, line by line: ` ` stays, `-` goes, `+` comes.
    pub difference: Vec<String>,
    /// Why it could not be used; empty where it could.
    pub mistakes: Vec<Flaw>,
    /// What its writer should know.
    pub notes: Vec<Flaw>,
    /// The connector's revision with this text; none where it could not be used.
    pub revision: Option<String>,
}

/// What a text is to replace.
#[derive(Debug, Clone, Copy)]
pub enum Before<'a> {
    /// The text of this tag.
    Tag(&'a str),
    /// Nothing: there is no such file yet.
    Nothing,
}

/// Reads the file of a connector, also one with mistakes.
pub fn read(folder: &Path, name: &str) -> Result<Text, Error> {
    let entry = connector::find(folder, name).map_err(|mistake| Error::Mistakes(vec![mistake]))?;
    let text = connector::read_text(&entry.path).map_err(Error::Mistakes)?;
    Ok(Text {
        connector: entry.name,
        file: entry.path.display().to_string(),
        tag: tag(&text),
        text,
    })
}

/// Looks at a text that may become the file of a connector, or a new one.
pub fn look(folder: &Path, name: &str, text: &str, plugins: &Snapshot) -> Result<Looked, Error> {
    let (name, path) = place(folder, name)?;
    let is_new = !path.exists();
    let before = if is_new {
        String::new()
    } else {
        connector::read_text(&path).map_err(Error::Mistakes)?
    };
    let mut looked = Looked {
        connector: name,
        is_new,
        difference: difference(&before, text),
        mistakes: Vec::new(),
        notes: Vec::new(),
        revision: None,
    };
    match validated(&path, text, plugins) {
        Ok(loaded) => {
            looked.notes = loaded.notes.iter().map(Flaw::from).collect();
            looked.revision = Some(loaded.revision().to_owned());
        }
        Err(Error::Mistakes(mistakes)) => {
            looked.mistakes = mistakes.iter().map(Flaw::from).collect();
        }
        Err(error) => looked.mistakes.push(Flaw {
            line: 0,
            column: 0,
            message: chain(&error),
            hint: String::new(),
        }),
    }
    Ok(looked)
}

/// Makes a text the file of a connector; the file as it lies there then.
pub fn save(
    folder: &Path,
    name: &str,
    (text, before): (&str, Before<'_>),
    plugins: &Snapshot,
) -> Result<Text, Error> {
    let (name, path) = place(folder, name)?;
    let file = path.display().to_string();
    validated(&path, text, plugins)?;
    let unusable = |source| Error::File {
        file: file.clone(),
        source,
    };
    let is_saved = match before {
        Before::Nothing => match connector::create_text(&path, text) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(Error::Exists(file));
            }
            created => created.map(|()| true).map_err(unusable)?,
        },
        Before::Tag(expected) => {
            let now = connector::read_text(&path).map_err(Error::Mistakes)?;
            tag(&now) == expected
                && connector::replace_unchanged(&path, &now, text).map_err(unusable)?
        }
    };
    if !is_saved {
        return Err(Error::Changed { file });
    }
    Ok(Text {
        connector: name,
        file,
        text: text.to_owned(),
        tag: tag(text),
    })
}

/// The name without `.toml`, and where its file is or would be.
pub(super) fn place(folder: &Path, name: &str) -> Result<(String, PathBuf), Error> {
    if let Ok(entry) = connector::find(folder, name) {
        return Ok((entry.name, entry.path));
    }
    let bare = name.strip_suffix(".toml").unwrap_or(name);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_fit = bare.starts_with(|c: char| c.is_ascii_alphanumeric())
        && bare.len() <= NAME_CHARS_MAX
        && bare.chars().all(is_plain);
    if !is_fit {
        let hint = "at most 100 letters, digits, - _ and ., the first a letter or digit";
        return Err(mistake(bare, "this is no name of a connector file", hint));
    }
    Ok((bare.to_owned(), folder.join(format!("{bare}.toml"))))
}

/// Names exactly one text.
fn tag(text: &str) -> String {
    sync::hex(&Sha256::digest(text.as_bytes()))
}

impl From<&Mistake> for Flaw {
    fn from(mistake: &Mistake) -> Self {
        Self {
            line: mistake.line,
            column: mistake.column,
            message: mistake.message.clone(),
            hint: mistake.hint.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_leave_the_folder_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../x", "a/b", ".hidden", "", "a b", "a\0"] {
            assert!(place(folder.path(), name).is_err(), "{name:?}");
        }
        let (name, path) = place(folder.path(), "entra-2.toml").unwrap();
        assert_eq!(
            (name.as_str(), path),
            ("entra-2", folder.path().join("entra-2.toml"))
        );
    }

    #[test]
    fn tag_names_one_text_alone() {
        assert_ne!(tag("a"), tag("b"));
        assert_eq!(tag("a").len(), 64);
    }
}
