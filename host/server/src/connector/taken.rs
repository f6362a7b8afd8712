//! What a new revision of a connector file takes away from the one that runs.
//!
//! Invariant: a key or an element that was there and is not any more is told, wherever it stands:
//! of a file that was cut off, or that lost a line, something is missing and nothing else. A value
//! in the place of another one is a change like any other, which the plan shows.
//!
//! Three things are no loss although something is missing: a step fewer among others (the row is
//! another one then), what belonged to a step or credential of another kind, and one of several
//! ways to say the same thing that another one stands for (`env` for `file`, `first` for `from`).
//!
//! Deliberately not here: whether a change is wise (the plan and its guards), and waiting for an
//! answer.

mod form;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use attune_core::guard::{Limit, Limits};
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};

use super::load::Loaded;
use words::Part;

/// One thing that is taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// In words for an administrator: "row `Department` of target `jira`".
    pub what: String,
}

impl fmt::Display for Taken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)
    }
}

/// What `old` says and `new` does not say any more; empty where only values change or are added.
pub fn taken_away(old: &Loaded, new: &Loaded) -> Vec<Taken> {
    let (was, is) = (&old.connector, &new.connector);
    let mut lost = Vec::new();
    if was.id != is.id {
        lost.push(format!("connector `{}`", was.id));
    }
    if old.revision() != new.revision() {
        let (whole, rest) = (form::long(&old.whole), form::long(&new.whole));
        let mut losses = Losses::default();
        losses.compare(&mut Vec::new(), &whole, &rest);
        lost.append(&mut losses.found);
        lost.extend(guards((&old.whole, &was.guard), (&new.whole, &is.guard)));
        lost.extend(emptied(old, new));
    }
    lost.into_iter().map(|what| Taken { what }).collect()
}

/// A guard that was written down and is not, or that lets more pass than before.
fn guards(old: (&Json, &Limits), new: (&Json, &Limits)) -> Vec<String> {
    let has = |whole: &Json, name: &str| whole.get("guard").and_then(|all| all.get(name)).is_some();
    let mut lost = Vec::new();
    for (name, of) in GUARDS {
        let (was, is) = (of(old.1), of(new.1));
        let is_dropped = has(old.0, name) && !has(new.0, name);
        if is_dropped {
            lost.push(format!("guard `{name}` (was {was}, is {is} by default)"));
        } else if is_wider(was, is) {
            lost.push(format!("guard `{name}` (was {was}, is {is})"));
        }
    }
    lost
}

type LimitOf = fn(&Limits) -> Limit;

const GUARDS: [(&str, LimitOf); 6] = [
    ("changed-people", |all| all.changed_people),
    ("cleared-values", |all| all.cleared_values),
    ("one-value-takes-over", |all| all.one_value_takes_over),
    ("source-shrinks", |all| all.source_shrinks),
    ("emptied-attribute", |all| all.emptied_attribute),
    ("failed-values", |all| all.failed_values),
];

/// Whether more may pass. Nobody can say of a share and a number which one is more: then it may.
fn is_wider(was: Limit, is: Limit) -> bool {
    match (was, is) {
        (Limit::Off, _) => false,
        (Limit::Share(was), Limit::Share(is)) => is > was,
        (Limit::Count(was), Limit::Count(is)) => is > was,
        (_, Limit::Off)
        | (Limit::Share(_), Limit::Count(_))
        | (Limit::Count(_), Limit::Share(_)) => true,
    }
}

/// Files of options that had a content and have none. Other changes of them are changes of values.
fn emptied(old: &Loaded, new: &Loaded) -> Vec<String> {
    let empty: [u8; 32] = Sha256::digest(b"").into();
    let had_content = |path: &str| {
        let mut files = old.files.iter();
        files.any(|file| file.path == path && file.sha256 != empty)
    };
    let files = new.files.iter();
    let emptied = files.filter(|file| file.sha256 == empty && had_content(&file.path));
    let mut lost: Vec<String> = emptied
        .map(|file| format!("the content of the file `{}`", file.path))
        .collect();
    lost.dedup();
    lost
}

/// Keys of which one stands for another.
const ALTERNATIVES: [&[&str]; 3] = [
    &["env", "file"],
    &["first", "value"],
    &["equals", "not-equals", "in", "matches", "present"],
];

fn is_replaced(key: &str, new: &Map<String, Json>) -> bool {
    let mut groups = ALTERNATIVES.iter().filter(|group| group.contains(&key));
    groups.any(|group| group.iter().any(|other| new.contains_key(*other)))
}

/// Collects what is missing while both files are walked.
#[derive(Default)]
struct Losses {
    found: Vec<String>,
}

impl Losses {
    fn compare(&mut self, path: &mut Vec<Part>, old: &Json, new: &Json) {
        match (old, new) {
            (Json::Object(old), Json::Object(new)) => self.members(path, old, new),
            (Json::Array(old), Json::Array(new)) if words::is_steps(path) => {
                self.steps(path, old, new);
            }
            (Json::Array(old), Json::Array(new)) => self.elements(path, old, new),
            // A value of another shape is another value.
            _ => {}
        }
    }

    fn members(&mut self, path: &mut Vec<Part>, old: &Map<String, Json>, new: &Map<String, Json>) {
        if words::is_credential(path) && old.get("kind") != new.get("kind") {
            return;
        }
        for (key, value) in old {
            // Guards are compared by what they mean, and the id by itself.
            if path.is_empty() && (key == "guard" || key == "id") {
                continue;
            }
            path.push(Part::Key(key.clone()));
            match new.get(key) {
                Some(other) => self.compare(path, value, other),
                None if is_replaced(key, new) => {}
                None => self.lose(path, value),
            }
            path.pop();
        }
    }

    /// Elements are the same wherever they stand. Of the others, those that are about the same
    /// thing belong together, then those that come first; one that is left over is lost.
    fn elements(&mut self, path: &mut Vec<Part>, old: &[Json], new: &[Json]) {
        let mut added: BTreeMap<String, VecDeque<&Json>> = BTreeMap::new();
        for value in new {
            added.entry(value.to_string()).or_default().push_back(value);
        }
        let mut missing: Vec<(usize, &Json)> = Vec::new();
        for (at, value) in old.iter().enumerate() {
            let same = added.get_mut(&value.to_string());
            if same.and_then(VecDeque::pop_front).is_none() {
                missing.push((at, value));
            }
        }
        let mut named: BTreeMap<String, VecDeque<&Json>> = BTreeMap::new();
        for value in added.into_values().flatten() {
            named.entry(subject(value)).or_default().push_back(value);
        }
        let mut pairs = Vec::new();
        missing.retain(|(at, value)| {
            let other = named.get_mut(&subject(value)).and_then(VecDeque::pop_front);
            pairs.extend(other.map(|other| (*at, *value, other)));
            other.is_none()
        });
        let mut others = named.into_values().flatten();
        for (at, value) in missing {
            match others.next() {
                Some(other) => pairs.push((at, value, other)),
                None => self.at(path, (at, old.len()), |all, path| all.lose(path, value)),
            }
        }
        for (at, value, other) in pairs {
            self.at(path, (at, old.len()), |all, path| {
                all.compare(path, value, other);
            });
        }
    }

    /// Steps that are left of those that were there, in their order, must have their options.
    fn steps(&mut self, path: &mut Vec<Part>, old: &[Json], new: &[Json]) {
        let mut rest = new;
        for (at, step) in old.iter().enumerate() {
            let used = step.get("use");
            let Some(next) = rest.iter().position(|other| other.get("use") == used) else {
                continue;
            };
            let (before, after) = rest.split_at(next + 1);
            rest = after;
            if let Some(other) = before.last() {
                self.at(path, (at, old.len()), |all, path| {
                    all.compare(path, step, other);
                });
            }
        }
    }

    fn at(
        &mut self,
        path: &mut Vec<Part>,
        (at, of): (usize, usize),
        then: impl FnOnce(&mut Self, &mut Vec<Part>),
    ) {
        path.push(Part::Element { at, of });
        then(self, path);
        path.pop();
    }

    /// A section that is lost is told by what was in it, where that says more.
    fn lose(&mut self, path: &mut Vec<Part>, value: &Json) {
        match value {
            Json::Object(members) if words::is_section(path) && !members.is_empty() => {
                for (key, value) in members {
                    path.push(Part::Key(key.clone()));
                    self.lose(path, value);
                    path.pop();
                }
            }
            Json::Array(list) if words::is_section(path) && !list.is_empty() => {
                for (at, value) in list.iter().enumerate() {
                    self.at(path, (at, list.len()), |all, path| all.lose(path, value));
                }
            }
            _ => self.found.push(words::name(path, value)),
        }
    }
}

/// What an element is about: one about the same thing is the same element with another value.
fn subject(value: &Json) -> String {
    let keys = ["attribute", "source", "use", "first", "value"];
    let found = keys.iter().find_map(|key| Some((*key, value.get(*key)?)));
    found.map_or_else(String::new, |(key, value)| format!("{key} {value}"))
}
