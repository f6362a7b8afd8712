//! An invented company: generated from a seed, changed between runs, written as Graph writes it.
//!
//! The same seed and number give the same people for ever. People are held as a few numbers
//! each and rendered on request; an edit is kept as the JSON text that replaces one member, so
//! that hostile values (lone surrogates, numbers that fit no type) can be served too: [`hostile`]
//! has ten thousand of them.
//!
//! Deliberately not here: HTTP, and any notion of a connector or a target.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

pub use feed::{Change, What};
use person::Person;
pub use person::{DOMAIN, Manager};

pub mod hostile;

mod feed;
mod ids;
mod members;
mod names;
mod person;
mod places;
mod text;

#[cfg(test)]
mod tests;

pub use members::{is_member, is_single_only};
pub(crate) use text::push_text;

/// One person of a [`People`]; stays theirs for ever and is never given to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who(u32);

impl Who {
    /// The place in the order of the listing, removed people counted.
    pub fn position(self) -> usize {
        self.0 as usize
    }
}

/// Members that replace the generated ones: raw JSON, or `None` for a member that is missing.
type Edits = BTreeMap<Box<str>, Option<Box<str>>>;

/// The people of a directory.
#[derive(Debug)]
pub struct People {
    seed: u64,
    persons: Vec<Person>,
    gone: usize,
    edits: HashMap<u32, Edits>,
    by_user_principal_name: HashMap<u64, u32>,
    twins: HashMap<u64, u16>,
    feed: feed::Feed,
}

impl People {
    /// Invents `number` people. From 40 people on, the last two members lead each other.
    pub fn generate(seed: u64, number: usize) -> Self {
        let mut people = Self {
            seed,
            persons: Vec::with_capacity(number),
            gone: 0,
            edits: HashMap::new(),
            by_user_principal_name: HashMap::with_capacity(number),
            twins: HashMap::new(),
            feed: feed::Feed::default(),
        };
        for _ in 0..number {
            people.add();
        }
        if number >= 40 {
            people.close_a_cycle();
        }
        people.feed.forget();
        people
    }

    /// How many changes there were so far.
    pub fn version(&self) -> usize {
        self.feed.version()
    }

    /// The changes between two versions.
    pub fn changes(&self, from: usize, to: usize) -> &[Change] {
        self.feed.between(from, to)
    }

    fn close_a_cycle(&mut self) {
        let mut members = self.persons.iter_mut().rev().filter(|p| !p.is_guest);
        if let (Some(one), Some(other)) = (members.next(), members.next()) {
            one.manager = Manager::Person(Who(other.serial));
            other.manager = Manager::Person(Who(one.serial));
        }
    }

    /// Invents one more person.
    pub fn add(&mut self) -> Who {
        let serial = self.persons.len() as u32;
        let boss = self.boss(serial).copied();
        let mut person = Person::draw(self.seed, serial, boss.as_ref());
        let twins = self.twins.entry(hash(&person.local_part())).or_default();
        person.twin = *twins;
        *twins = twins.saturating_add(1);
        self.by_user_principal_name
            .insert(hash(&person.user_principal_name()), serial);
        self.persons.push(person);
        self.feed.note(Who(serial), What::Added);
        Who(serial)
    }

    /// The nearest leader in the tree who is no guest.
    fn boss(&self, serial: u32) -> Option<&Person> {
        let mut boss = self.persons.get(person::boss_of(serial)? as usize)?;
        while boss.is_guest {
            boss = self.persons.get(person::boss_of(boss.serial)? as usize)?;
        }
        Some(boss)
    }

    /// How many people there are, removed ones not counted.
    pub fn len(&self) -> usize {
        self.persons.len() - self.gone
    }

    /// Whether nobody is left.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everybody, in the order of the listing.
    pub fn iter(&self) -> impl Iterator<Item = Who> + '_ {
        self.from(0)
    }

    /// Everybody from a position on, in the order of the listing.
    pub fn from(&self, position: usize) -> impl Iterator<Item = Who> + '_ {
        let rest = self.persons.get(position..).unwrap_or_default();
        rest.iter()
            .filter(|person| !person.is_gone)
            .map(|person| Who(person.serial))
    }

    /// The person with this object id or user principal name (without case).
    pub fn find(&self, key: &str) -> Option<Who> {
        if let Some(who) = ids::serial_of(self.seed, key).map(Who)
            && self.is_here(who)
            && self.id(who).eq_ignore_ascii_case(key)
        {
            return Some(who);
        }
        let who = Who(*self.by_user_principal_name.get(&hash(key))?);
        let is_same = self.user_principal_name(who).to_lowercase() == key.to_lowercase();
        (is_same && self.is_here(who)).then_some(who)
    }

    /// The person whose id begins with these eight digits; other providers build their ids from them.
    pub(crate) fn find_by_head(&self, head: &str) -> Option<Who> {
        let who = Who(ids::serial_of_head(self.seed, head)?);
        (self.is_here(who) && self.id(who).starts_with(head)).then_some(who)
    }

    /// Whether the person exists and was not removed.
    pub fn is_here(&self, who: Who) -> bool {
        self.person(who).is_some_and(|person| !person.is_gone)
    }

    fn person(&self, who: Who) -> Option<&Person> {
        self.persons.get(who.position())
    }

    /// The object id.
    pub fn id(&self, who: Who) -> String {
        ids::id_of(self.seed, who.0)
    }

    /// The user principal name; empty where an edit made it something else than text.
    pub fn user_principal_name(&self, who: Who) -> String {
        self.text(who, "userPrincipalName").unwrap_or_default()
    }

    /// Whether the generator made this person a guest of another company.
    pub fn is_guest(&self, who: Who) -> bool {
        self.person(who).is_some_and(|person| person.is_guest)
    }

    /// One member as text; `None` where it is missing, null or not text.
    pub fn text(&self, who: Who, member: &str) -> Option<String> {
        match self.member(who, member)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// One member; `None` where it is missing (or an edit made it invalid JSON).
    pub fn member(&self, who: Who, member: &str) -> Option<Value> {
        let mut json = String::new();
        self.write_member(who, member, &mut json)
            .then(|| serde_json::from_str(&json).ok())?
    }

    /// Who leads this person.
    pub fn manager(&self, who: Who) -> Manager {
        self.person(who)
            .map_or(Manager::Nobody, |person| person.manager)
    }

    /// The id that a dangling leader of this person has.
    pub fn dangling_id(&self, who: Who) -> String {
        ids::id_of(self.seed, u32::MAX - 1 - who.0)
    }

    /// Gives the person another leader.
    pub fn set_manager(&mut self, who: Who, manager: Manager) {
        if let Some(person) = self.persons.get_mut(who.position()) {
            let before = std::mem::replace(&mut person.manager, manager);
            self.feed.note(who, What::Manager(before));
        }
    }

    /// Replaces one member by a value.
    pub fn set(&mut self, who: Who, member: &str, value: impl Into<Value>) {
        self.set_raw(who, member, &value.into().to_string());
    }

    /// Replaces one member by JSON text, which is served as it stands, valid or not.
    pub fn set_raw(&mut self, who: Who, member: &str, json: &str) {
        self.edit(who, member, Some(json.into()));
    }

    /// Takes a member away: it is not null then, it is missing.
    pub fn unset(&mut self, who: Who, member: &str) {
        self.edit(who, member, None);
    }

    fn edit(&mut self, who: Who, member: &str, json: Option<Box<str>>) {
        let edits = self.edits.entry(who.0).or_default();
        edits.insert(member.into(), json);
        self.feed.note(who, What::Member(member.into()));
        if member == "userPrincipalName" {
            let name = self.user_principal_name(who);
            self.by_user_principal_name.insert(hash(&name), who.0);
        }
    }

    /// A new name, as after a wedding: display name, parts and nothing else.
    pub fn rename(&mut self, who: Who, given: &str, surname: &str) {
        self.set(who, "givenName", given);
        self.set(who, "surname", surname);
        self.set(who, "displayName", format!("{given} {surname}"));
    }

    /// Takes a person out of the directory.
    pub fn remove(&mut self, who: Who) {
        if let Some(person) = self.persons.get_mut(who.position())
            && !person.is_gone
        {
            person.is_gone = true;
            self.gone += 1;
            self.feed.note(who, What::Removed);
        }
    }

    /// Removes a person and adds one with another id and the same user principal name.
    pub fn recreate(&mut self, who: Who) -> Who {
        let name = self.user_principal_name(who);
        self.remove(who);
        let successor = self.add();
        self.set(successor, "userPrincipalName", name);
        successor
    }

    /// The whole document with all members that a listing can have.
    pub fn document(&self, who: Who) -> Value {
        let mut json = String::from("{");
        self.write(who, members::MEMBERS, &mut json);
        json.push('}');
        serde_json::from_str(&json).unwrap_or_default()
    }

    /// Writes `"member":value` for each of the members that the person has, without braces.
    pub fn write<S: AsRef<str>>(&self, who: Who, wanted: &[S], out: &mut String) {
        let begin = out.len();
        for member in wanted {
            let before = out.len();
            if before > begin {
                out.push(',');
            }
            out.push('"');
            out.push_str(member.as_ref());
            out.push_str("\":");
            if !self.write_member(who, member.as_ref(), out) {
                out.truncate(before);
            }
        }
    }

    /// Writes one member's value; false where the person does not have it.
    fn write_member(&self, who: Who, member: &str, out: &mut String) -> bool {
        let edit = self.edits.get(&who.0).and_then(|edits| edits.get(member));
        match (edit, self.person(who)) {
            (Some(Some(json)), _) => out.push_str(json),
            (Some(None), _) | (None, None) => return false,
            (None, Some(person)) => return members::write(person, self.seed, member, out),
        }
        true
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.to_lowercase().hash(&mut hasher);
    hasher.finish()
}
