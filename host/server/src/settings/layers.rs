//! One key, three places: flag, then `ATTUNE_*` variable, then `attune.toml`.
//!
//! A key is written `section.key` here; its variable is `ATTUNE_SECTION__KEY` with `-` as `_`.
//! Invariant: every key that is asked for is known, so that what is left over can be told.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::reader::{Mistake, Node, Section};
use super::{SecretRef, TextRef, nearest};

/// Variables that are read elsewhere: the settings file's own place.
const OTHER_VARIABLES: [&str; 1] = ["ATTUNE_CONFIG"];

pub(super) struct Layers<'t> {
    root: Section<'t>,
    sections: BTreeMap<&'static str, Option<Section<'t>>>,
    env: &'t BTreeMap<String, String>,
    flags: BTreeMap<&'static str, String>,
    folder: Option<PathBuf>,
    asked: RefCell<BTreeSet<String>>,
    mistakes: RefCell<Vec<Mistake>>,
}

/// A value and where it was found.
enum Found<'t> {
    /// On the command line or in the environment, with the name of the flag or variable.
    Word(String, &'t str),
    /// In the file.
    Node(Node<'t>),
}

const SECTIONS: [&str; 8] = [
    "net", "swap", "plugins", "limits", "keep", "notify", "log", "auth",
];

impl<'t> Layers<'t> {
    pub(super) fn new(
        root: Section<'t>,
        env: &'t BTreeMap<String, String>,
        flags: BTreeMap<&'static str, String>,
        folder: Option<PathBuf>,
    ) -> Self {
        let section = |name| (name, root.get(name).and_then(|node| node.section()));
        let sections = SECTIONS.into_iter().map(section).collect();
        Self {
            root,
            sections,
            env,
            flags,
            folder,
            asked: RefCell::default(),
            mistakes: RefCell::default(),
        }
    }

    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        match self.find(key)? {
            Found::Word(_, word) => Some(word.to_owned()).filter(|word| !word.is_empty()),
            Found::Node(node) => node.full_text().map(str::to_owned),
        }
    }

    /// A text or the place of one. What stands in a variable may be a secret, and stays there.
    pub(super) fn text_ref(&self, key: &'static str) -> Option<TextRef> {
        match self.find(key)? {
            Found::Word(name, _) => Some(TextRef::At(SecretRef::Env(name))),
            Found::Node(node) => {
                let folder = self.folder.as_deref().unwrap_or(Path::new(""));
                TextRef::read(&node, folder)
            }
        }
    }

    /// A table of the file, and the folder at which its paths start. No variable can hold one.
    pub(super) fn table(&self, key: &'static str) -> Option<(Section<'_>, PathBuf)> {
        match self.find(key)? {
            Found::Word(..) => {
                self.wrong(
                    key,
                    "it is a table, which can only stand in the settings file",
                );
                None
            }
            Found::Node(node) => Some((node.section()?, self.folder.clone().unwrap_or_default())),
        }
    }

    pub(super) fn parsed<T: FromStr>(&self, key: &'static str, what: &str) -> Option<T> {
        let text = self.text(key)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.wrong(key, &format!("it must be {what}"));
        }
        parsed
    }

    /// A path; in the file, relative ones start at the file's folder.
    pub(super) fn path(&self, key: &'static str, default: &str) -> PathBuf {
        match self.text(key) {
            Some(text) => self.resolve(key, &text),
            None => PathBuf::from(default),
        }
    }

    pub(super) fn resolve(&self, key: &'static str, path: &str) -> PathBuf {
        match (self.find(key), &self.folder) {
            (Some(Found::Node(_)), Some(folder)) => folder.join(path),
            _ => PathBuf::from(path),
        }
    }

    pub(super) fn flag(&self, key: &'static str, default: bool) -> Option<bool> {
        match self.find(key) {
            None => Some(default),
            Some(Found::Node(node)) => node.flag(),
            Some(Found::Word(_, "true" | "1")) => Some(true),
            Some(Found::Word(_, "false" | "0")) => Some(false),
            Some(Found::Word(..)) => {
                self.wrong(key, "it must be true or false");
                None
            }
        }
    }

    pub(super) fn whole(&self, key: &'static str, bounds: RangeInclusive<u64>) -> Option<u64> {
        let (first, last) = (*bounds.start(), *bounds.end());
        match self.find(key)? {
            Found::Node(node) => node.whole(bounds),
            Found::Word(_, word) => {
                let number = word.parse().ok().filter(|n| bounds.contains(n));
                if number.is_none() {
                    self.wrong(key, &format!("it must be a number from {first} to {last}"));
                }
                number
            }
        }
    }

    /// A list of texts; in a variable, they stand with commas between them.
    pub(super) fn list(&self, key: &'static str) -> Option<Vec<String>> {
        match self.find(key) {
            None => Some(Vec::new()),
            Some(Found::Node(node)) => node.texts(),
            Some(Found::Word(_, word)) => {
                let parts = word.split(',').map(|part| part.trim().to_owned());
                Some(parts.filter(|part| !part.is_empty()).collect())
            }
        }
    }

    pub(super) fn choice<T: Copy>(
        &self,
        key: &'static str,
        choices: &[(&'static str, T)],
        default: T,
    ) -> Option<T> {
        match self.find(key) {
            None => Some(default),
            Some(Found::Node(node)) => node.choice(choices),
            Some(Found::Word(_, word)) => {
                let found = choices.iter().find(|(name, _)| *name == word);
                if found.is_none() {
                    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
                    self.wrong(key, &format!("it must be one of: {}", names.join(", ")));
                }
                found.map(|(_, value)| *value)
            }
        }
    }

    /// A mistake at wherever the key's value was found. The value itself is not shown: an address
    /// may hold a password.
    pub(super) fn wrong(&self, key: &'static str, why: &str) {
        match self.find(key) {
            Some(Found::Node(node)) => node.error(format!("{}: {why}", node.name()), ""),
            Some(Found::Word(name, _)) => {
                let mistake = Mistake::of_file(name, why);
                self.mistakes.borrow_mut().push(mistake);
            }
            None => {}
        }
    }

    pub(super) fn unsupported(&self, key: &'static str, why: &str) {
        match self.find(key) {
            Some(Found::Node(node)) => node.unsupported(why, ""),
            Some(Found::Word(name, _)) => {
                let mut mistake = Mistake::of_file(name, why);
                mistake.code = "unsupported";
                self.mistakes.borrow_mut().push(mistake);
            }
            None => {}
        }
    }

    /// Reports what nobody asked for: keys as mistakes, variables as warnings.
    pub(super) fn finish(self) -> (Vec<String>, Vec<Mistake>) {
        let asked = self.asked.into_inner();
        let is_stray = |name: &&String| {
            name.starts_with("ATTUNE_")
                && !asked.contains(*name)
                && !OTHER_VARIABLES.contains(&name.as_str())
        };
        let warn = |name: &String| {
            let near = nearest(name, asked.iter().map(String::as_str));
            let hint = near.map_or(String::new(), |near| format!(" (did you mean {near}?)"));
            format!("the environment variable {name} is no setting and was ignored{hint}")
        };
        let warnings = self.env.keys().filter(is_stray).map(warn).collect();
        for section in self.sections.into_values().flatten() {
            section.finish();
        }
        self.root.finish();
        (warnings, self.mistakes.into_inner())
    }

    fn find(&self, key: &'static str) -> Option<Found<'_>> {
        let variable = variable(key);
        let (section, name) = match key.split_once('.') {
            Some((section, name)) => (self.sections.get(section)?.as_ref(), name),
            None => (Some(&self.root), key),
        };
        // Asked for before the other layers are looked at, so that the key is known in the file
        // even where a flag wins over it.
        let node = section.and_then(|section| section.get(name));
        self.asked.borrow_mut().insert(variable.clone());
        if let Some(word) = self.flags.get(key) {
            return Some(Found::Word(format!("--{}", key.replace('.', "-")), word));
        }
        if let Some(word) = self.env.get(&variable).filter(|word| !word.is_empty()) {
            return Some(Found::Word(variable, word));
        }
        node.map(Found::Node)
    }
}

/// `net.no-proxy` is `ATTUNE_NET__NO_PROXY`.
fn variable(key: &str) -> String {
    let name = key.replace('.', "__").replace('-', "_");
    format!("ATTUNE_{}", name.to_ascii_uppercase())
}

/// A time such as `90s`, `15m` or `2h`.
pub(super) fn span(text: &str) -> Option<Duration> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return None,
    };
    let count: u64 = count.parse().ok()?;
    Some(Duration::from_secs(count.checked_mul(seconds)?))
}

/// A length of time such as `30d`, `12h`, `15m`.
pub(super) fn days(text: &str) -> Option<u32> {
    text.strip_suffix('d')?.trim().parse().ok()
}
