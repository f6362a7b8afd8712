//! What a source's documents really hold: every selector that occurs, how often it is filled, with
//! what kinds of values, and a few of those.
//!
//! Fed person by person, so that memory grows with the attributes and not with the people. Documents
//! are strangers: depth, names, elements, attributes and samples have limits, and what they cut off
//! is said (`is_whole`). Values of attributes that hold passwords are never a sample. Deliberately
//! not here: asking a source, and making samples fit to be shown ([`crate::plain`]).

mod walk;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::Selector;
use crate::project::Source;

/// Most attributes that are told apart.
const ATTRIBUTES_MAX: usize = 2000;
/// Most samples of one attribute.
const SAMPLES_MAX: usize = 3;
/// Most roles that are told apart.
const ROLES_MAX: usize = 20;
/// The role that selectors can follow.
const MANAGER: &str = "manager";
/// Parts of the names of attributes whose values open something.
const SECRETS: [&str; 6] = [
    "password",
    "pwd",
    "secret",
    "nthash",
    "principalkey",
    "token",
];
/// Longest sample, title and kind, in characters.
const SAMPLE_CHARS_MAX: usize = 60;
/// Attributes by which people are called, best first; what a ready-made selector of a relation asks
/// for, where the provider names none.
const CALLED: [&str; 6] = [
    "displayName",
    "profile.displayName",
    "name.fullName",
    "cn",
    "userName",
    "mail",
];

/// What a sample of people has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub struct Discovery {
    /// How many people were looked at.
    pub people: u32,
    /// How many of them could not be read.
    pub unreadable: u32,
    /// False where limits cut something off: very many attributes, very deep documents.
    pub is_whole: bool,
    /// By how many people have them, what belongs together side by side.
    pub attributes: Vec<Attribute>,
    /// Who leads to whom.
    pub relations: Vec<Relation>,
}

/// One selector that occurs, or that the provider knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Attribute {
    /// Ready to be a row's source.
    pub selector: String,
    /// How the provider calls it; may be empty.
    pub title: String,
    /// Of the values that were seen, sorted: `text`, `integer`, `number`, `boolean`, `list`, `object`,
    /// `bytes`, `unreadable`; where none was seen, what the provider says.
    pub kinds: Vec<String>,
    /// How many people have a value that is not missing.
    pub filled: u32,
    /// The same in percent of the people.
    pub percent: u8,
    /// Up to three different values, cut; bytes as their size.
    pub samples: Vec<String>,
}

/// A relation to other people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Relation {
    /// `manager`, ...
    pub role: String,
    /// How many people have one.
    pub filled: u32,
    /// The same in percent of the people.
    pub percent: u8,
    /// Ready to be a row's source.
    pub selectors: Vec<String>,
}

/// Looks at people one after another.
#[derive(Debug)]
pub struct Survey {
    keeps_samples: bool,
    people: u32,
    unreadable: u32,
    is_whole: bool,
    /// By selector, as the document's kind compares names.
    seen: BTreeMap<Key, Seen>,
    /// What the provider knows: selector, title, kind.
    known: Vec<(String, String, String)>,
    /// Roles, and how many people have somebody in them.
    roles: BTreeMap<String, u32>,
}

/// A selector's text, and whether it was folded because its document's names have no case.
type Key = (String, bool);

#[derive(Debug)]
struct Seen {
    selector: Selector,
    title: String,
    kinds: BTreeSet<String>,
    filled: u32,
    samples: Vec<String>,
}

impl Seen {
    fn of(selector: Selector) -> Self {
        Self {
            selector,
            title: String::new(),
            kinds: BTreeSet::new(),
            filled: 0,
            samples: Vec::new(),
        }
    }

    fn keep(&mut self, sample: &str) {
        let sample = cut(sample);
        if self.samples.len() < SAMPLES_MAX && !self.samples.contains(&sample) {
            self.samples.push(sample);
        }
    }
}

impl Survey {
    /// A survey that keeps values as samples, or none.
    pub fn new(keeps_samples: bool) -> Self {
        Self {
            keeps_samples,
            people: 0,
            unreadable: 0,
            is_whole: true,
            seen: BTreeMap::new(),
            known: Vec::new(),
            roles: BTreeMap::new(),
        }
    }

    /// How many people were looked at.
    pub fn people(&self) -> u32 {
        self.people
    }

    /// Somebody who was delivered and cannot be used.
    pub fn unreadable(&mut self) {
        self.people += 1;
        self.unreadable += 1;
    }

    /// Looks at one person: documents, and the roles of those to whom they lead.
    pub fn person<'r>(&mut self, source: &Source<'_>, roles: impl Iterator<Item = &'r str>) {
        self.people += 1;
        let flat = walk::flatten(source);
        self.is_whole &= flat.is_whole;
        self.unreadable += u32::from(flat.is_unreadable);
        let mut counted = BTreeSet::new();
        for found in flat.found {
            let text = found.selector.to_string();
            let key = if found.has_case {
                (text, false)
            } else {
                (text.to_lowercase(), true)
            };
            if self.seen.len() >= ATTRIBUTES_MAX && !self.seen.contains_key(&key) {
                self.is_whole = false;
                continue;
            }
            let is_secret = is_secret(&found.selector);
            let seen = self.seen.entry(key.clone());
            let seen = seen.or_insert_with(|| Seen::of(found.selector));
            if !found.is_filled {
                continue;
            }
            seen.kinds.insert(found.kind.to_owned());
            seen.filled += u32::from(counted.insert(key));
            if self.keeps_samples && !is_secret {
                found.sample.iter().for_each(|sample| seen.keep(sample));
            }
        }
        for role in roles.collect::<BTreeSet<_>>() {
            if self.roles.len() < ROLES_MAX || self.roles.contains_key(role) {
                *self.roles.entry(role.to_owned()).or_default() += 1;
            }
        }
    }

    /// An attribute that the provider knows of, whether anybody has it or not.
    pub fn known(&mut self, selector: &str, title: &str, kind: &str) {
        if self.known.len() < ATTRIBUTES_MAX {
            let title = if title == selector { "" } else { title };
            self.known
                .push((selector.to_owned(), cut(title), cut(kind)));
        }
    }

    /// Everything that was seen, in order.
    pub fn finish(mut self) -> Discovery {
        let leading = self.merge_known();
        let relations = self.relations(leading);
        let mut roots: BTreeMap<String, u32> = BTreeMap::new();
        for seen in self.seen.values() {
            let root = roots.entry(seen.selector.root().to_owned()).or_default();
            *root = (*root).max(seen.filled);
        }
        let people = self.people;
        let mut all: Vec<Seen> = self.seen.into_values().collect();
        all.sort_by_cached_key(|seen| {
            let root = seen.selector.root();
            let filled = roots.get(root).copied().unwrap_or_default();
            let name = (root.to_lowercase(), root.to_owned());
            (Reverse(filled), name, seen.selector.clone())
        });
        let attributes = all.into_iter().map(|seen| Attribute {
            selector: seen.selector.to_string(),
            title: seen.title,
            kinds: seen.kinds.into_iter().collect(),
            filled: seen.filled,
            percent: percent(seen.filled, people),
            samples: seen.samples,
        });
        Discovery {
            people,
            unreadable: self.unreadable,
            is_whole: self.is_whole,
            attributes: attributes.collect(),
            relations,
        }
    }

    /// Adds titles, and attributes that nobody has; answers those that lead to other people.
    fn merge_known(&mut self) -> BTreeMap<String, Vec<String>> {
        let mut leading: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (said, title, kind) in std::mem::take(&mut self.known) {
            // A name of LDAP may have dots, and is one step all the same.
            let name = Selector::member(said.as_str());
            let is_name = self
                .seen
                .contains_key(&(name.to_string().to_lowercase(), true));
            let selector = if is_name {
                name
            } else if let Ok(selector) = said.parse::<Selector>() {
                selector
            } else {
                continue;
            };
            let text = selector.to_string();
            if selector.strip_relation().is_ok_and(|it| it.depth > 0) {
                let of_role = leading.entry(selector.root().to_owned()).or_default();
                of_role.push(text);
                continue;
            }
            let folded = (text.to_lowercase(), true);
            let key = if self.seen.contains_key(&folded) {
                folded
            } else {
                (text, false)
            };
            let seen = self.seen.entry(key).or_insert_with(|| Seen::of(selector));
            seen.title = title;
            if seen.kinds.is_empty() && !kind.is_empty() {
                seen.kinds.insert(kind);
            }
        }
        leading
    }

    fn relations(&self, mut leading: BTreeMap<String, Vec<String>>) -> Vec<Relation> {
        let mut roles = self.roles.clone();
        for role in leading.keys() {
            roles.entry(role.clone()).or_default();
        }
        let of_role = |(role, filled): (String, u32)| {
            let mut selectors = leading.remove(&role).unwrap_or_default();
            if role == MANAGER {
                if selectors.is_empty() {
                    selectors.extend(self.called().map(|name| format!("{role}.{name}")));
                }
                selectors.push(format!("{role}.account.username"));
            }
            Relation {
                percent: percent(filled, self.people),
                role,
                filled,
                selectors,
            }
        };
        roles.into_iter().map(of_role).collect()
    }

    /// The attribute by which the people of the sample are called.
    fn called(&self) -> Option<String> {
        let is_here = |name: &&str| {
            let name = name.to_lowercase();
            let mut filled = self.seen.iter().filter(|(_, seen)| seen.filled > 0);
            filled.any(|((text, _), _)| text.to_lowercase() == name)
        };
        CALLED.into_iter().find(is_here).map(str::to_owned)
    }
}

fn percent(filled: u32, people: u32) -> u8 {
    let percent = (u64::from(filled) * 200 + u64::from(people)) / (u64::from(people) * 2).max(1);
    u8::try_from(percent).unwrap_or(100)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SAMPLE_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// Whether an attribute holds a password or what opens like one.
fn is_secret(selector: &Selector) -> bool {
    selector.steps().iter().any(|step| {
        let name = step.name.to_lowercase();
        SECRETS.iter().any(|word| name.contains(word))
    })
}

#[cfg(test)]
mod tests;
