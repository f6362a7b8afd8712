//! The walk of one JSON document along the trie, while serde parses it.
//!
//! Nothing is built: a wanted value is remembered as the place where its text stands. Under a
//! `[*]` and on the careful second walk an object's members are noted first and descended into
//! afterwards, so that the last of two equal names counts and types are known before descending.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::trie::{Node, Trie};
use crate::json;
use crate::selector::{Names, Pick};

/// Where a value's text stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// 0 for the document, n for part n - 1.
    pub document: u32,
    pub start: u32,
    pub end: u32,
}

/// What was found for one wanted selector.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    Absent,
    One(Span),
    List(Vec<Span>),
}

/// What was found for all of them.
#[derive(Debug)]
pub(super) struct Found {
    slots: Vec<Slot>,
    lists: Vec<bool>,
    names: Names,
}

impl Found {
    pub(super) fn new(trie: &Trie, names: Names) -> Self {
        Self {
            slots: vec![Slot::Absent; trie.lists.len()],
            lists: trie.lists.clone(),
            names,
        }
    }

    pub(super) fn reset(&mut self) {
        self.slots.fill(Slot::Absent);
    }

    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Takes back everything found at a node and below.
    pub(super) fn forget(&mut self, node: &Node) {
        for &slot in &node.below {
            self.set(slot, Slot::Absent);
        }
    }

    fn set(&mut self, slot: usize, value: Slot) {
        if let Some(place) = self.slots.get_mut(slot) {
            *place = value;
        }
    }

    fn add(&mut self, slot: usize, span: Span) {
        if !self.lists.get(slot).copied().unwrap_or_default() {
            self.set(slot, Slot::One(span));
        } else if let Some(Slot::List(spans)) = self.slots.get_mut(slot) {
            spans.push(span);
        } else {
            self.set(slot, Slot::List(vec![span]));
        }
    }

    /// A `[*]` met an array: from now on its slots are lists, if empty ones.
    fn begin_lists(&mut self, node: &Node) {
        for &slot in &node.below {
            if let Some(place @ (Slot::Absent | Slot::One(_))) = self.slots.get_mut(slot) {
                *place = Slot::List(Vec::new());
            }
        }
    }
}

/// A position on the walk.
pub(super) struct Walk<'w> {
    node: &'w Node,
    found: &'w mut Found,
    document: u32,
    /// Address of the document's first byte: spans are differences of addresses.
    base: usize,
    careful: bool,
}

impl<'w> Walk<'w> {
    pub(super) fn new(node: &'w Node, found: &'w mut Found, document: u32, text: &str) -> Self {
        Self {
            node,
            found,
            document,
            base: text.as_ptr() as usize,
            careful: false,
        }
    }

    /// Walks a whole document.
    pub(super) fn run(mut self, text: &str, careful: bool) -> Result<(), serde_json::Error> {
        self.careful = careful;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        self.deserialize(&mut deserializer)?;
        deserializer.end()
    }

    fn below<'s>(&'s mut self, node: &'s Node) -> Walk<'s> {
        Walk {
            node,
            found: self.found,
            document: self.document,
            base: self.base,
            careful: self.careful,
        }
    }

    fn span(&self, raw: &str) -> Span {
        let start = (raw.as_ptr() as usize).saturating_sub(self.base);
        Span {
            document: self.document,
            start: start as u32,
            end: (start + raw.len()) as u32,
        }
    }

    /// Takes a value whose text is known and goes on inside of it.
    fn take(&mut self, raw: &str) -> Result<(), serde_json::Error> {
        let span = self.span(raw);
        for &leaf in &self.node.leaves {
            self.found.add(leaf, span);
        }
        let wanted = match raw.as_bytes().first() {
            Some(b'{') => !self.node.members.is_empty(),
            Some(b'[') => !self.node.picks.is_empty(),
            _ => false,
        };
        if !wanted {
            return Ok(());
        }
        let mut deserializer = serde_json::Deserializer::from_str(raw);
        let node = self.node;
        deserializer.deserialize_any(self.below(node))
    }

    fn pick(&mut self, elements: &[&str]) -> Result<(), serde_json::Error> {
        let node = self.node;
        for (pick, child) in &node.picks {
            let one = match pick {
                Pick::Each => {
                    self.found.begin_lists(child);
                    for element in elements {
                        self.below(child).take(element)?;
                    }
                    continue;
                }
                Pick::Index(index) => at(elements, *index),
                Pick::Member(member, value) => {
                    let names = self.found.names;
                    let mut all = elements.iter();
                    all.find(|element| has_member(element, member, value, names))
                        .copied()
                }
            };
            if let Some(element) = one {
                self.below(child).take(element)?;
            }
        }
        Ok(())
    }
}

fn at<'a>(elements: &[&'a str], index: i64) -> Option<&'a str> {
    let place = usize::try_from(index.unsigned_abs()).ok()?;
    let place = if index < 0 {
        elements.len().checked_sub(place)?
    } else {
        place
    };
    elements.get(place).copied()
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        let knows_the_text = self.careful || self.node.collects || !self.node.leaves.is_empty();
        if knows_the_text {
            let raw: &'de RawValue = serde::Deserialize::deserialize(deserializer)?;
            return self.take(raw.get()).map_err(serde::de::Error::custom);
        }
        if self.node.descends() {
            deserializer.deserialize_any(self)
        } else {
            deserializer.deserialize_ignored_any(IgnoredAny).map(|_| ())
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let node = self.node;
        let defers = self.careful || node.collects;
        let mut noted: Vec<Option<&'de str>> = Vec::new();
        if defers {
            noted.resize(node.members.len(), None);
        }
        // More than 64 wanted members of one object: those beyond are always taken back first.
        let mut seen = 0_u64;
        while let Some(place) = map.next_key_seed(Key(&self))? {
            let Some(place) = place else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if defers {
                let raw: &'de RawValue = map.next_value()?;
                if let Some(note) = noted.get_mut(place) {
                    *note = Some(raw.get());
                }
                continue;
            }
            let child = node.members.at(place);
            let bit = 1_u64.checked_shl(place as u32).unwrap_or(u64::MAX);
            if seen & bit != 0 {
                self.found.forget(child);
            }
            seen |= bit;
            map.next_value_seed(self.below(child))?;
        }
        for (place, raw) in noted.into_iter().enumerate() {
            if let Some(raw) = raw {
                let taken = self.below(node.members.at(place)).take(raw);
                taken.map_err(serde::de::Error::custom)?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        if self.node.picks.is_empty() {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element::<&'de RawValue>()? {
            elements.push(element.get());
        }
        self.pick(&elements).map_err(serde::de::Error::custom)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

/// A member's name, read as bytes (so that no name can fail) and looked up at once.
struct Key<'k, 'w>(&'k Walk<'w>);

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Key<'_, '_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<Self::Value, E> {
        Ok(self.0.node.members.find_bytes(name, self.0.found.names))
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        self.visit_bytes(name.as_bytes())
    }
}

/// Whether a raw element is an object whose member is this text, without case.
fn has_member(element: &str, member: &str, value: &str, names: Names) -> bool {
    struct Member<'m>(&'m str, Names);
    impl<'de> Visitor<'de> for Member<'_> {
        type Value = Option<&'de str>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut last = None;
            while let Some(same) = map.next_key_seed(Same(self.0, self.1))? {
                let raw: &'de RawValue = map.next_value()?;
                if same {
                    last = Some(raw.get());
                }
            }
            Ok(last)
        }
    }
    if !element.starts_with('{') {
        return false;
    }
    let mut deserializer = serde_json::Deserializer::from_str(element);
    let found = deserializer.deserialize_map(Member(member, names));
    let Ok(Some(raw)) = found else {
        return false;
    };
    json::scalar(raw).is_ok_and(|one| one.text().is_some_and(|text| same_text(text, value)))
}

fn same_text(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || crate::matching::fold_case(a) == crate::matching::fold_case(b)
}

/// Whether a member's name is the one that is looked for.
struct Same<'m>(&'m str, Names);

impl<'de> DeserializeSeed<'de> for Same<'_> {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Same<'_> {
    type Value = bool;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }
    fn visit_bytes<E>(self, name: &[u8]) -> Result<bool, E> {
        Ok(match self.1 {
            Names::Exact => self.0.as_bytes() == name,
            Names::IgnoreCase => self.0.as_bytes().eq_ignore_ascii_case(name),
        })
    }
    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<bool, E> {
        self.visit_bytes(name.as_bytes())
    }
}
