//! The accounts: found by key or name, with their entity properties and the log of changes.
//!
//! Held compactly, because a test may have 100,000 of them with a dozen properties each: the
//! names of properties are kept once, values as JSON text. Keys never change; names do, and are
//! looked up without case.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::search::Index;
use crate::journal::Journal;

/// One account as a test describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The key that never changes; an empty one is replaced by `JIRAUSERnnnnn`.
    pub key: String,
    /// The user name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The full name.
    pub display_name: String,
    /// Whether the account may sign in.
    pub is_active: bool,
    /// Whether the account was deleted: only its key is still known.
    pub is_deleted: bool,
}

impl Account {
    /// An active account with a fresh key.
    pub fn named(name: &str, email: &str, display_name: &str) -> Self {
        Self {
            key: String::new(),
            name: name.to_owned(),
            email: email.to_owned(),
            display_name: display_name.to_owned(),
            is_active: true,
            is_deleted: false,
        }
    }
}

/// What a request changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// An entity property of this name.
    Property(String),
    /// A "User Property" of this name, which administrators see.
    UserProperty(String),
    /// The e-mail address.
    Email,
    /// The full name.
    DisplayName,
}

/// One change that a request made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The account's key.
    pub account: String,
    /// What was changed.
    pub field: Field,
    /// The value before; `None` where there was none.
    pub before: Option<Value>,
    /// The value after; `None` where it was deleted.
    pub after: Option<Value>,
}

/// Entity properties of one account: numbers of names and JSON text.
type Properties = Vec<(u32, Box<str>)>;

/// All accounts.
#[derive(Debug, Default)]
pub struct Accounts {
    all: Vec<Account>,
    properties: Vec<Properties>,
    user_properties: HashMap<u32, BTreeMap<String, String>>,
    by_key: HashMap<Box<str>, u32>,
    by_name: HashMap<Box<str>, u32>,
    property_names: Vec<Box<str>>,
    property_numbers: HashMap<Box<str>, u32>,
    index: Index,
    journal: Journal<Write>,
}

impl Accounts {
    /// No accounts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an account and returns its key. A name in use is given to the new account.
    pub fn add(&mut self, account: Account) -> String {
        let number = self.all.len() as u32;
        let mut account = account;
        if account.key.is_empty() {
            account.key = format!("JIRAUSER{}", 10_100 + number);
        }
        let key = account.key.clone();
        self.by_key.insert(key.as_str().into(), number);
        if !account.is_deleted {
            let name = account.name.to_lowercase();
            self.by_name.insert(name.into(), number);
        }
        self.all.push(account);
        self.properties.push(Properties::new());
        self.index.forget();
        key
    }

    /// How many accounts there are, deleted ones counted.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All accounts in the order of their creation.
    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.all.iter()
    }

    /// The account with this key.
    pub fn by_key(&self, key: &str) -> Option<&Account> {
        self.all.get(self.number(key)?)
    }

    /// The account with this name, without case; deleted accounts have none.
    pub fn by_name(&self, name: &str) -> Option<&Account> {
        let number = *self.by_name.get(name.to_lowercase().as_str())?;
        self.all.get(number as usize)
    }

    fn number(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).map(|number| *number as usize)
    }

    /// Changes an account by another hand; its key stays.
    pub fn edit(&mut self, key: &str, change: impl FnOnce(&mut Account)) {
        let Some(number) = self.number(key) else {
            return;
        };
        if let Some(account) = self.all.get_mut(number) {
            self.by_name.remove(account.name.to_lowercase().as_str());
            change(account);
            key.clone_into(&mut account.key);
            if !account.is_deleted {
                let name = account.name.to_lowercase();
                self.by_name.insert(name.into(), number as u32);
            }
        }
        self.index.forget();
    }

    /// The value of an entity property.
    pub fn property(&self, key: &str, name: &str) -> Option<Value> {
        serde_json::from_str(self.property_json(key, name)?).ok()
    }

    /// All entity properties of an account, in the order of their first writing.
    pub fn properties(&self, key: &str) -> Vec<(String, Value)> {
        let held = self.number(key).and_then(|at| self.properties.get(at));
        let held = held.map(Vec::as_slice).unwrap_or_default();
        held.iter()
            .filter_map(|(number, json)| {
                let name = self.property_names.get(*number as usize)?;
                Some((name.to_string(), serde_json::from_str(json).ok()?))
            })
            .collect()
    }

    pub(super) fn property_json(&self, key: &str, name: &str) -> Option<&str> {
        let number = self.property_numbers.get(name)?;
        let held = self.properties.get(self.number(key)?)?;
        let found = held.iter().find(|(known, _)| known == number);
        found.map(|(_, json)| &**json)
    }

    /// Sets an entity property by another hand; true where there was none before.
    pub fn set_property(&mut self, key: &str, name: &str, value: &Value) -> bool {
        let next = self.property_names.len() as u32;
        let number = *self
            .property_numbers
            .entry(name.into())
            .or_insert_with(|| next);
        if number == next {
            self.property_names.push(name.into());
        }
        let at = self.number(key);
        let Some(held) = at.and_then(|at| self.properties.get_mut(at)) else {
            return false;
        };
        let json = value.to_string().into_boxed_str();
        if let Some((_, kept)) = held.iter_mut().find(|(known, _)| *known == number) {
            *kept = json;
            return false;
        }
        held.push((number, json));
        true
    }

    /// Deletes an entity property by another hand; false where there was none.
    pub fn remove_property(&mut self, key: &str, name: &str) -> bool {
        let Some(number) = self.property_numbers.get(name).copied() else {
            return false;
        };
        let at = self.number(key);
        let Some(held) = at.and_then(|at| self.properties.get_mut(at)) else {
            return false;
        };
        let before = held.len();
        held.retain(|(known, _)| *known != number);
        held.len() < before
    }

    /// The "User Property" of this name, as administrators see it.
    pub fn user_property(&self, key: &str, name: &str) -> Option<&str> {
        let number = *self.by_key.get(key)?;
        let held = self.user_properties.get(&number)?;
        held.get(name).map(String::as_str)
    }

    /// All "User Properties" of an account, by name.
    pub fn user_properties(&self, key: &str) -> BTreeMap<String, String> {
        let number = self.by_key.get(key);
        let held = number.and_then(|number| self.user_properties.get(number));
        held.cloned().unwrap_or_default()
    }

    /// Sets or deletes a "User Property" by another hand.
    pub fn set_user_property(&mut self, key: &str, name: &str, value: Option<&str>) {
        let Some(number) = self.by_key.get(key) else {
            return;
        };
        let held = self.user_properties.entry(*number).or_default();
        match value {
            Some(value) => held.insert(name.to_owned(), value.to_owned()),
            None => held.remove(name),
        };
    }

    pub(super) fn journal(&mut self) -> &mut Journal<Write> {
        &mut self.journal
    }

    /// Notes a change that a request made.
    pub(super) fn note(&mut self, write: Write) {
        self.journal.note(write);
    }

    /// Accounts with a name, a word of the full name or an e-mail address that begins so.
    pub(super) fn beginning_with(&mut self, prefix: &str) -> Vec<&Account> {
        let Self { all, index, .. } = self;
        let numbers = index.find(all, &prefix.to_lowercase());
        let found = numbers.into_iter();
        found
            .filter_map(|number| all.get(number as usize))
            .collect()
    }
}
