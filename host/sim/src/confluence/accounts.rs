//! The accounts: found by key or user name, with their profiles and the log of changes.
//!
//! Held compactly, because a test may have 100,000 of them: a profile value that is not there
//! takes two words. Keys never change; user names do, and are looked up without case.

use std::collections::HashMap;

use crate::dice::Dice;
use crate::journal::Journal;

/// What an account holds and a request can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The user name.
    Username,
    /// The full name.
    FullName,
    /// The e-mail address.
    Email,
    /// "About me", which may have many lines.
    PersonalInformation,
    /// Phone of the profile.
    Phone,
    /// IM of the profile.
    Im,
    /// Website of the profile.
    Website,
    /// Position of the profile.
    Position,
    /// Department of the profile.
    Department,
    /// Location of the profile.
    Location,
}

impl Field {
    /// The six fields of a profile, in the order of the form.
    pub const PROFILE: [Self; 6] = [
        Self::Phone,
        Self::Im,
        Self::Website,
        Self::Position,
        Self::Department,
        Self::Location,
    ];

    /// What the form calls it.
    pub fn form_name(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::FullName => "fullName",
            Self::Email => "email",
            Self::PersonalInformation => "personalInformation",
            Self::Phone => "userparam-phone",
            Self::Im => "userparam-im",
            Self::Website => "userparam-website",
            Self::Position => "userparam-position",
            Self::Department => "userparam-department",
            Self::Location => "userparam-location",
        }
    }

    /// Its place among the profile's fields.
    fn place(self) -> Option<usize> {
        Self::PROFILE.iter().position(|field| *field == self)
    }
}

/// One account as a test describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The key that never changes, 32 hexadecimal digits; an empty one is replaced by such.
    pub key: String,
    /// The user name.
    pub username: String,
    /// The full name.
    pub full_name: String,
    /// The e-mail address.
    pub email: String,
    /// Whether the account may sign in.
    pub is_active: bool,
    /// Whether its directory (LDAP, Crowd) refuses changes of names and e-mail address.
    pub is_read_only: bool,
    /// "About me"; lines end in a line feed.
    pub personal_information: String,
    /// The values of the profile in the order of [`Field::PROFILE`]; see [`Account::set`].
    pub profile: [Option<Box<str>>; 6],
}

impl Account {
    /// An active account of a writable directory, with a fresh key and an empty profile.
    pub fn named(username: &str, email: &str, full_name: &str) -> Self {
        Self {
            username: username.to_owned(),
            email: email.to_owned(),
            full_name: full_name.to_owned(),
            is_active: true,
            ..Self::default()
        }
    }

    /// With a value more.
    #[must_use]
    pub fn with(mut self, field: Field, value: &str) -> Self {
        self.set(field, value);
        self
    }

    /// The value of a field; `None` where it is empty.
    pub fn get(&self, field: Field) -> Option<&str> {
        let text = match field {
            Field::Username => &self.username,
            Field::FullName => &self.full_name,
            Field::Email => &self.email,
            Field::PersonalInformation => &self.personal_information,
            _ => return self.profile.get(field.place()?)?.as_deref(),
        };
        Some(text.as_str()).filter(|text| !text.is_empty())
    }

    /// Sets a field; an empty value removes it.
    pub fn set(&mut self, field: Field, value: &str) {
        let text = match field {
            Field::Username => &mut self.username,
            Field::FullName => &mut self.full_name,
            Field::Email => &mut self.email,
            Field::PersonalInformation => &mut self.personal_information,
            _ => {
                let place = field.place();
                if let Some(held) = place.and_then(|place| self.profile.get_mut(place)) {
                    *held = (!value.is_empty()).then(|| value.into());
                }
                return;
            }
        };
        value.clone_into(text);
    }
}

/// One change that a request made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The account's key.
    pub account: String,
    /// What was changed.
    pub field: Field,
    /// The value before; `None` where there was none.
    pub before: Option<String>,
    /// The value after; `None` where it was removed.
    pub after: Option<String>,
}

/// All accounts.
#[derive(Debug, Default)]
pub struct Accounts {
    all: Vec<Account>,
    by_key: HashMap<Box<str>, u32>,
    by_name: HashMap<Box<str>, u32>,
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
            account.key = fresh_key(number);
        }
        let key = account.key.clone();
        self.by_key.insert(key.as_str().into(), number);
        let name = account.username.to_lowercase();
        self.by_name.insert(name.into(), number);
        self.all.push(account);
        key
    }

    /// How many accounts there are.
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
        let number = *self.by_key.get(key)?;
        self.all.get(number as usize)
    }

    /// The account with this user name, without case.
    pub fn by_name(&self, username: &str) -> Option<&Account> {
        let number = *self.by_name.get(username.to_lowercase().as_str())?;
        self.all.get(number as usize)
    }

    /// Changes an account by another hand; its key stays.
    pub fn edit(&mut self, key: &str, change: impl FnOnce(&mut Account)) {
        let Some(number) = self.by_key.get(key).copied() else {
            return;
        };
        if let Some(account) = self.all.get_mut(number as usize) {
            self.by_name
                .remove(account.username.to_lowercase().as_str());
            change(account);
            key.clone_into(&mut account.key);
            let name = account.username.to_lowercase();
            self.by_name.insert(name.into(), number);
        }
    }

    pub(super) fn journal(&mut self) -> &mut Journal<Write> {
        &mut self.journal
    }

    /// Makes the account look like `wanted`, as a request asks; true where that was a change.
    pub(super) fn write(&mut self, wanted: &Account, fields: &[Field]) -> bool {
        let Some(before) = self.by_key(&wanted.key).cloned() else {
            return false;
        };
        let differing = |field: &&Field| before.get(**field) != wanted.get(**field);
        let differing: Vec<Field> = fields.iter().filter(differing).copied().collect();
        for field in &differing {
            self.journal.note(Write {
                account: before.key.clone(),
                field: *field,
                before: before.get(*field).map(str::to_owned),
                after: wanted.get(*field).map(str::to_owned),
            });
        }
        self.edit(&before.key, |account| {
            for field in &differing {
                account.set(*field, wanted.get(*field).unwrap_or_default());
            }
        });
        !differing.is_empty()
    }
}

/// The key of the account with this number: always the same one.
fn fresh_key(number: u32) -> String {
    let mut dice = Dice::of(0, number, 1);
    format!("{:016x}{:016x}", dice.next(), dice.next())
}
