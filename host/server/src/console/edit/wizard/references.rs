//! Credentials as forms have them: a kind, its plain keys, and where the secret lies.
//!
//! Invariant: a secret is named and never asked for. Deliberately not here: whether it is there, which the
//! test says.

use serde_json::{Map, Value as Json, json};

use super::super::super::form::Fields;
use super::super::super::page::Visit;
use super::super::super::shown::cut;
use super::Errors;
use super::draft::key;
use crate::connector::CredentialKind;
use crate::mapping::Edit;

/// Keys that hold a path although they are no secret.
const FILES: [&str; 1] = ["certificate"];

/// A place for a credential.
pub(super) struct Slot {
    /// What the names of its fields begin with.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) purpose: String,
    pub(super) error: String,
    pub(super) kinds: Vec<Kind>,
}

/// One way to sign in.
pub(super) struct Kind {
    pub(super) word: String,
    pub(super) title: String,
    pub(super) chosen: bool,
    pub(super) keys: Vec<Key>,
    pub(super) secret: Key,
    /// Whether the secret is in an environment variable; else it is in a file.
    pub(super) is_env: bool,
}

/// A field of it.
pub(super) struct Key {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) title: String,
    pub(super) value: String,
    pub(super) error: String,
    pub(super) required: bool,
}

/// What a slot is asked for.
pub(super) struct Asked<'a> {
    /// Where it stands in the file: `["source", "credential", "app"]`.
    pub(super) path: &'a [&'a str],
    /// What the names of its fields begin with.
    pub(super) prefix: &'a str,
    pub(super) title: String,
    pub(super) purpose: &'a str,
    /// Words of the kinds that fit, best first.
    pub(super) kinds: &'a [String],
}

impl Asked<'_> {
    /// The fields, with what the file says.
    pub(super) fn slot(&self, visit: &Visit, said: &Json, errors: &Errors) -> Slot {
        let is = said.pointer(&format!("/{}", self.path.join("/")));
        let prefix = self.prefix;
        let text = |name: &str| {
            let value = is.and_then(|is| is.get(name)).and_then(Json::as_str);
            value.unwrap_or_default().to_owned()
        };
        let first = self.kinds.first().map(String::as_str);
        let chosen = match text("kind") {
            kind if kind.is_empty() => first.unwrap_or_default().to_owned(),
            kind => kind,
        };
        let kinds = self.kinds.iter().filter_map(|word| {
            let keys = CredentialKind::of_word(word)?.keys();
            let is_chosen = *word == chosen;
            let field = |name: &str, required| {
                let full = format!("{prefix}.{word}.{name}");
                let value = if is_chosen && FILES.contains(&name) {
                    place(is, name).1
                } else if is_chosen {
                    text(name)
                } else {
                    String::new()
                };
                Key {
                    id: full.replace('.', "-"),
                    title: visit.say(&format!("wiz-key-{name}")),
                    error: errors.of(&full),
                    name: full,
                    value,
                    required,
                }
            };
            let plain = keys.plain.iter().map(|name| field(name, true));
            let optional = keys.optional.iter().filter(|name| **name != "algorithm");
            let (is_env, at) = place(is, keys.secret);
            Some(Kind {
                title: visit.say(&format!("wiz-kind-{word}")),
                keys: plain
                    .chain(optional.map(|name| field(name, false)))
                    .collect(),
                secret: Key {
                    value: if is_chosen { at } else { String::new() },
                    ..field(keys.secret, true)
                },
                is_env: is_env && is_chosen,
                chosen: is_chosen,
                word: word.clone(),
            })
        });
        Slot {
            title: self.title.clone(),
            purpose: cut(self.purpose),
            error: errors.of(prefix),
            kinds: kinds.collect(),
            name: prefix.to_owned(),
        }
    }

    /// What a form sent, as edits of the file; what is missing is told.
    pub(super) fn read(&self, visit: &Visit, fields: &Fields, errors: &mut Errors) -> Vec<Edit> {
        let prefix = self.prefix;
        let sent = fields.one(&format!("{prefix}.kind"));
        let word = self.kinds.iter().find(|kind| *kind == sent);
        let Some((word, kind)) = word.and_then(|word| Some((word, CredentialKind::of_word(word)?)))
        else {
            errors.put(prefix, visit.say("wiz-kind-missing"));
            return Vec::new();
        };
        let keys = kind.keys();
        let mut found = Map::new();
        found.insert("kind".to_owned(), json!(word));
        let of = |name: &str| fields.one(&format!("{prefix}.{word}.{name}")).trim();
        for name in keys.plain.iter().chain(keys.optional) {
            let value = of(name);
            if !value.is_empty() {
                let value = if FILES.contains(name) {
                    json!({ "file": value })
                } else {
                    json!(value)
                };
                found.insert((*name).to_owned(), value);
            } else if keys.plain.contains(name) {
                errors.put(format!("{prefix}.{word}.{name}"), visit.say("wiz-missing"));
            }
        }
        let is_env = fields.one(&format!("{prefix}.{word}.from")) == "env";
        let place = of(keys.secret);
        let full = format!("{prefix}.{word}.{}", keys.secret);
        if place.is_empty() {
            errors.put(full, visit.say("wiz-missing"));
        } else if is_env && !is_variable(place) {
            // What is no name may be the secret itself: it goes no further than here.
            errors.put(full, visit.say("wiz-env-wrong"));
        } else {
            let from = if is_env { "env" } else { "file" };
            found.insert(keys.secret.to_owned(), json!({ from: place }));
        }
        self.edits(found)
    }

    /// The keys in the order in which files have them; those of other kinds go.
    fn edits(&self, mut found: Map<String, Json>) -> Vec<Edit> {
        let mut names = vec!["kind"];
        for word in self.kinds {
            let Some(kind) = CredentialKind::of_word(word) else {
                continue;
            };
            let keys = kind.keys();
            names.extend(keys.plain.iter().chain(keys.optional).chain([&keys.secret]));
        }
        names.sort_by_key(|name| *name != "kind");
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        let edit = |name: &str| {
            let path = [self.path, &[name]].concat();
            key(&path, found.remove(name))
        };
        names.into_iter().map(edit).collect()
    }
}

/// Where a secret lies: whether in a variable, and its name.
fn place(is: Option<&Json>, name: &str) -> (bool, String) {
    let place = is.and_then(|is| is.get(name));
    let at = |from: &str| {
        place
            .and_then(|place| place.get(from))
            .and_then(Json::as_str)
    };
    match (at("env"), at("file")) {
        (Some(name), _) => (true, name.to_owned()),
        (None, file) => (false, file.unwrap_or_default().to_owned()),
    }
}

/// Whether something can be the name of an environment variable.
fn is_variable(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(is_plain)
}
