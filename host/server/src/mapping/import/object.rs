//! Reads JSON of others tolerantly: several spellings of a name, and an account of what was not read.
//!
//! Names are compared without case and without anything but letters and digits (`source_attribute`,
//! `sourceAttribute` and `Source Attribute` are one). A value of another shape than was asked for counts
//! as not read. Invariant: [`Parts::rest`] names every member that holds something and was not read, and
//! never says what it holds.

use std::cell::RefCell;

use serde_json::{Map, Value};

use super::draft::{Draft, Kind};

/// Deepest member that is looked into for more of the same.
const DEPTH_MAX: usize = 3;
/// Parts of names whose values open something.
const SECRETS: [&str; 6] = [
    "secret",
    "password",
    "token",
    "credential",
    "privatekey",
    "apikey",
];

/// A name as it is compared.
pub(super) fn folded(name: &str) -> String {
    let plain = name.chars().filter(|c| c.is_alphanumeric());
    plain.flat_map(char::to_lowercase).collect()
}

/// An object together with members of it that only group its settings.
pub(super) struct Parts<'j> {
    objects: Vec<(String, &'j Map<String, Value>)>,
    /// Members that were read, by the part and the name.
    read: RefCell<Vec<(usize, &'j str)>>,
    /// Members of objects inside that were not.
    strays: RefCell<Vec<(String, &'j str, &'j Value)>>,
}

impl<'j> Parts<'j> {
    /// An object, with the members of those of these names as if they were its own.
    pub(super) fn new(map: &'j Map<String, Value>, at: &str, groups: &[&str]) -> Self {
        let parts = Self {
            objects: vec![(at.to_owned(), map)],
            read: RefCell::default(),
            strays: RefCell::default(),
        };
        parts.with_groups(groups)
    }

    fn with_groups(mut self, groups: &[&str]) -> Self {
        let mut from = 0;
        for _ in 0..DEPTH_MAX {
            let until = self.objects.len();
            let mut found = Vec::new();
            for (part, (at, map)) in self.objects.iter().enumerate().skip(from) {
                for (name, value) in *map {
                    let Value::Object(inner) = value else {
                        continue;
                    };
                    if groups.contains(&folded(name).as_str()) {
                        found.push((part, name.as_str(), (format!("{at}.{name}"), inner)));
                    }
                }
            }
            for (part, name, inner) in found {
                self.read.borrow_mut().push((part, name));
                self.objects.push(inner);
            }
            from = until;
        }
        self
    }

    /// Where the object stands.
    pub(super) fn at(&self) -> &str {
        self.objects.first().map_or("", |(at, _)| at.as_str())
    }

    /// The first of these spellings whose value can be used; it counts as read, and is answered with
    /// its place.
    pub(super) fn find<T>(
        &self,
        spellings: &[&str],
        usable: impl Fn(&'j Value) -> Option<T>,
    ) -> Option<(String, T)> {
        self.found(spellings, usable, false)
    }

    fn found<T>(
        &self,
        spellings: &[&str],
        usable: impl Fn(&'j Value) -> Option<T>,
        is_new: bool,
    ) -> Option<(String, T)> {
        for spelling in spellings {
            let spelling = folded(spelling);
            for (part, (at, map)) in self.objects.iter().enumerate() {
                for (name, value) in *map {
                    let was_read = || self.read.borrow().contains(&(part, name.as_str()));
                    if folded(name) != spelling || (is_new && was_read()) {
                        continue;
                    }
                    if let Some(found) = usable(value) {
                        self.read.borrow_mut().push((part, name));
                        let place = format!("{at}.{name}");
                        return Some((place.trim_start_matches('.').to_owned(), found));
                    }
                }
            }
        }
        None
    }

    /// A text; numbers and flags are taken as they stand. Blank ones are none.
    pub(super) fn text(&self, spellings: &[&str]) -> Option<String> {
        self.find(spellings, text).map(|(_, text)| text)
    }

    /// Yes or no.
    pub(super) fn flag(&self, spellings: &[&str]) -> Option<bool> {
        self.find(spellings, flag).map(|(_, flag)| flag)
    }

    /// Reads an object inside; what is not read of it is told with the rest.
    pub(super) fn inner<T>(
        &self,
        spellings: &[&str],
        read: impl Fn(&Parts<'j>) -> Option<T>,
    ) -> Option<T> {
        let (place, (found, strays)) = self.find(spellings, |value| {
            let inner = Parts::new(value.as_object()?, "", &[]);
            Some((read(&inner)?, inner.unread()))
        })?;
        let strays = strays.into_iter();
        let placed = strays.map(|(at, name, value)| (format!("{place}.{at}"), name, value));
        self.strays.borrow_mut().extend(placed);
        Some(found)
    }

    /// Whether the export has a value there, which is not looked at: it is a secret, or code.
    pub(super) fn has_any(&self, spellings: &[&str]) -> bool {
        let mut has = false;
        while self
            .find_next(spellings, |value| (!is_empty(value)).then_some(()))
            .is_some()
        {
            has = true;
        }
        has
    }

    /// The first of these spellings that was not read yet and can be used.
    pub(super) fn find_next<T>(
        &self,
        spellings: &[&str],
        usable: impl Fn(&'j Value) -> Option<T>,
    ) -> Option<(String, T)> {
        self.found(spellings, usable, true)
    }

    /// Place, name and value of what holds something and was not read.
    pub(super) fn unread(&self) -> Vec<(String, &'j str, &'j Value)> {
        let read = self.read.borrow();
        let mut unread = Vec::new();
        for (part, (at, map)) in self.objects.iter().enumerate() {
            for (name, value) in *map {
                if !is_empty(value) && !read.contains(&(part, name.as_str())) {
                    let place = format!("{at}.{name}").trim_start_matches('.').to_owned();
                    unread.push((place, name.as_str(), value));
                }
            }
        }
        unread.extend(self.strays.borrow().iter().cloned());
        unread
    }

    /// Names what was not read.
    pub(super) fn rest(self, draft: &mut Draft) {
        for (place, name, value) in self.unread() {
            unknown(draft, &place, name, value);
        }
    }
}

/// A member that nobody knows.
pub(super) fn unknown(draft: &mut Draft, place: &str, name: &str, value: &Value) {
    let folded = folded(name);
    if SECRETS.iter().any(|word| folded.contains(word)) {
        let advice =
            "secrets go into a variable or a file: { env = \"NAME\" }, { file = \"PATH\" }";
        draft.remark(
            Kind::Left,
            place,
            "it looks like a secret and was not read",
            advice,
        );
        return;
    }
    let shape = match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a switch",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    draft.remark(
        Kind::Left,
        place,
        format!("{shape} whose meaning is not known here"),
        "where it matters, write it by hand; `attune connector schema` has every key",
    );
}

/// The text of a value that is one.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Yes or no, however it is written.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(_) | Value::Number(_) => match folded(&text(value)?).as_str() {
            "true" | "yes" | "on" | "1" | "enabled" => Some(true),
            "false" | "no" | "off" | "0" | "disabled" => Some(false),
            _ => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a value says nothing.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
