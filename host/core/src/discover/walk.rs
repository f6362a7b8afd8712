//! One person's documents as flat selectors, each with its kind and a value.
//!
//! An object's members become steps. A list of plain values is itself, and its first element; a list
//! of objects is told apart by what its elements say of themselves (`phones[type=work]`), else by
//! place. A root member `manager` that is an object is another person, and no attribute of this one.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::project::{Attribute, Document, Source};
use crate::selector::{Pick, Selector, Step};
use crate::{Cell, Column, Kind, json};

/// Deepest object that is looked into.
const DEPTH_MAX: usize = 8;
/// Members of one object that are looked at.
const MEMBERS_MAX: usize = 1000;
/// Elements of one list that are looked at.
const ELEMENTS_MAX: usize = 20;
/// Selectors of one person.
const FOUND_MAX: usize = 5000;
/// Longest name that becomes a step, in characters.
const NAME_CHARS_MAX: usize = 200;
/// Elements shown of a list.
const SHOWN_ELEMENTS_MAX: usize = 5;
/// Members by which the elements of a list are told apart, best first.
const TELLING: [&str; 5] = ["type", "signInType", "kind", "key", "name"];

/// What a person's documents have.
#[derive(Debug, Default)]
pub(super) struct Flat {
    pub(super) found: Vec<Found>,
    /// False where limits cut something off.
    pub(super) is_whole: bool,
    /// A document is no JSON object.
    pub(super) is_unreadable: bool,
}

/// One selector with its value.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) selector: Selector,
    /// Whether names of this document are told apart by case.
    pub(super) has_case: bool,
    pub(super) kind: &'static str,
    pub(super) is_filled: bool,
    pub(super) sample: Option<String>,
}

/// Flattens all documents of a person.
pub(super) fn flatten(source: &Source<'_>) -> Flat {
    let mut flat = Flat {
        is_whole: true,
        ..Flat::default()
    };
    flat.document(&[], source.document);
    for (member, part) in source.parts {
        if *member != "manager" {
            flat.document(&[step(member)], *part);
        }
    }
    flat
}

impl Flat {
    fn document(&mut self, path: &[Step], document: Document<'_>) {
        match document {
            Document::Nothing => {}
            Document::Entry(attributes, is_binary) => self.entry(path, attributes, is_binary),
            Document::Json(bytes) => {
                let members = std::str::from_utf8(bytes).ok().and_then(members);
                match members {
                    Some(members) => self.object(path, members, 0),
                    None => self.is_unreadable = true,
                }
            }
        }
    }

    fn entry(&mut self, path: &[Step], attributes: &[Attribute], is_binary: &dyn Fn(&str) -> bool) {
        for (name, values) in attributes {
            if !self.admits(name) {
                continue;
            }
            let path = with(path, step(name));
            let is_binary = is_binary(name);
            let seen: Vec<(&'static str, Option<String>)> = values
                .iter()
                .take(SHOWN_ELEMENTS_MAX)
                .map(|value| {
                    let mut cell = Column::default();
                    json::push_octets(value, is_binary, &mut cell);
                    shown(cell.cell(0))
                })
                .collect();
            match seen.as_slice() {
                [] => self.add(path, false, ("text", None), false),
                [(kind, sample)] => {
                    let is_filled = sample.as_deref() != Some("");
                    self.add(path, false, (kind, sample.clone()), is_filled);
                }
                [(kind, first), ..] => {
                    let samples = seen.iter().filter_map(|(_, sample)| sample.as_deref());
                    let joined = samples.collect::<Vec<_>>().join(", ");
                    self.add(path.clone(), false, ("list", Some(joined)), true);
                    let first_of = picked(path, Pick::Index(0));
                    self.add(first_of, false, (kind, first.clone()), true);
                }
            }
        }
    }

    fn object(&mut self, path: &[Step], members: Vec<(String, &RawValue)>, depth: usize) {
        if members.len() > MEMBERS_MAX {
            self.is_whole = false;
        }
        for (name, value) in members.into_iter().take(MEMBERS_MAX) {
            let is_person = path.is_empty() && name == "manager" && value.get().starts_with('{');
            if !is_person && self.admits(&name) {
                self.value(with(path, step(&name)), value.get(), depth);
            }
        }
    }

    fn value(&mut self, path: Vec<Step>, raw: &str, depth: usize) {
        match raw.as_bytes().first() {
            Some(b'{') => match members(raw) {
                Some(members) if depth < DEPTH_MAX => self.object(&path, members, depth + 1),
                _ => {
                    self.is_whole = false;
                    self.add(path, true, ("object", None), true);
                }
            },
            Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(raw) {
                Ok(elements) if depth < DEPTH_MAX => self.list(path, &elements, depth + 1),
                _ => {
                    self.is_whole = false;
                    self.add(path, true, ("list", None), true);
                }
            },
            _ => {
                let mut cell = Column::default();
                json::push_value(raw, &mut cell);
                let cell = cell.cell(0);
                let is_filled = !json::is_missing(cell, false);
                self.add(path, true, shown(cell), is_filled);
            }
        }
    }

    fn list(&mut self, path: Vec<Step>, elements: &[&RawValue], depth: usize) {
        let is_plain = |raw: &&RawValue| !raw.get().starts_with(['{', '[']);
        if elements.len() > ELEMENTS_MAX {
            self.is_whole = false;
        }
        let elements = elements.get(..ELEMENTS_MAX).unwrap_or(elements);
        if elements.iter().all(is_plain) {
            let texts = elements.iter().take(SHOWN_ELEMENTS_MAX).filter_map(|raw| {
                let mut cell = Column::default();
                json::push_value(raw.get(), &mut cell);
                shown(cell.cell(0)).1
            });
            let joined = texts.collect::<Vec<_>>().join(", ");
            let is_filled = !elements.is_empty();
            let sample = is_filled.then_some(joined);
            self.add(path.clone(), true, ("list", sample), is_filled);
            if let Some(first) = elements.first() {
                self.value(picked(path, Pick::Index(0)), first.get(), depth);
            }
            return;
        }
        self.add(path.clone(), true, ("list", None), true);
        let mut told: Vec<(String, String)> = Vec::new();
        for (place, raw) in elements.iter().enumerate() {
            let members = members(raw.get());
            let telling = members.as_deref().and_then(telling);
            let is_first = match telling.clone() {
                // `[type=work]` is the first of that type, without case.
                Some((name, value)) => {
                    let key = (name, value.to_lowercase());
                    let is_new = !told.contains(&key);
                    told.push(key);
                    is_new
                }
                None => place == 0,
            };
            if !is_first {
                continue;
            }
            let pick = telling.map_or(Pick::Index(0), |(name, value)| Pick::Member(name, value));
            let path = picked(path.clone(), pick);
            match members {
                Some(members) if depth < DEPTH_MAX => self.object(&path, members, depth + 1),
                Some(_) => self.is_whole = false,
                None => self.value(path, raw.get(), depth),
            }
        }
    }

    /// Whether a name can be a step that somebody would write.
    fn admits(&mut self, name: &str) -> bool {
        let is_name = !name.is_empty() && name.chars().nth(NAME_CHARS_MAX).is_none();
        let is_admitted = is_name && self.found.len() < FOUND_MAX;
        self.is_whole &= is_admitted;
        is_admitted
    }

    fn add(
        &mut self,
        path: Vec<Step>,
        has_case: bool,
        (kind, sample): (&'static str, Option<String>),
        is_filled: bool,
    ) {
        if let Some(selector) = Selector::from_steps(path) {
            self.found.push(Found {
                selector,
                has_case,
                kind,
                is_filled,
                sample: sample.filter(|_| is_filled),
            });
        }
    }
}

/// What an element says that it is: member and value.
fn telling(members: &[(String, &RawValue)]) -> Option<(String, String)> {
    TELLING.into_iter().find_map(|name| {
        let (_, raw) = members.iter().find(|(member, _)| member == name)?;
        let text: String = serde_json::from_str(raw.get()).ok()?;
        let is_word = (1..=40).contains(&text.chars().count());
        let is_plain = !text.chars().any(crate::plain::is_deceptive);
        (is_word && is_plain).then(|| (name.to_owned(), text))
    })
}

/// A value's kind and text; bytes as their size.
fn shown(cell: Cell<'_>) -> (&'static str, Option<String>) {
    let text = || Some(String::from_utf8_lossy(cell.bytes).into_owned());
    match cell.kind {
        Kind::Text => ("text", text()),
        Kind::Integer => ("integer", text()),
        Kind::Number => ("number", text()),
        Kind::Boolean => ("boolean", text()),
        Kind::Bytes => ("bytes", Some(format!("({} bytes)", cell.bytes.len()))),
        Kind::Json => ("object", None),
        Kind::Absent | Kind::Null => ("text", None),
        Kind::Keep | Kind::Clear | Kind::DropPerson | Kind::Failed => ("unreadable", None),
    }
}

fn step(name: &str) -> Step {
    Step {
        name: name.to_owned(),
        picks: Vec::new(),
    }
}

fn with(path: &[Step], step: Step) -> Vec<Step> {
    let mut path = path.to_vec();
    path.push(step);
    path
}

fn picked(mut path: Vec<Step>, pick: Pick) -> Vec<Step> {
    if let Some(last) = path.last_mut() {
        last.picks.push(pick);
    }
    path
}

/// The members of an object, values as they are written; of a name that comes twice the last one.
fn members(raw: &str) -> Option<Vec<(String, &RawValue)>> {
    let Members(mut members) = serde_json::from_str(raw).ok()?;
    let mut names = std::collections::HashSet::new();
    members.reverse();
    members.retain(|(name, _)| names.insert(name.clone()));
    members.reverse();
    Some(members)
}

struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}
