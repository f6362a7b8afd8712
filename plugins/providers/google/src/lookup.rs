//! Single people, by id, address or alias, and whether they take part.
//!
//! `users.get` takes them all. Of addresses outside of the customer it says 403 "forbidden", as it
//! does when a permission is missing; then a search by the address tells: it finds nobody, or is
//! forbidden too. Where groups or options limit who takes part, a person found is held against the
//! groups' members and looked for once more within the option's search.

use attune_plugin::Problem;
use attune_plugin::provider::{Document, Person, Relation, Request, Seen, Turn};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::person;
use crate::reading::Reading;
use crate::reply::{self, GoogleError, odd};

/// No address is longer.
const NAME_CHARS_MAX: usize = 320;

/// One person to be looked up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Lookup {
    /// The name as given; `absent` is said of it.
    name: String,
    is_search: bool,
    /// Of a search: its next page, and whether an earlier one had somebody.
    token: Option<String>,
    found: bool,
}

impl Lookup {
    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        if self.is_search {
            reading.search(id, &self.name, self.token.as_deref())
        } else {
            reading.single(id, &self.name)
        }
    }
}

/// A person found, of whom it is not yet known whether they meet the options.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Held {
    key: String,
    /// The primary address, then the others.
    names: Vec<String>,
    document: String,
    relations: Vec<(String, String)>,
    token: Option<String>,
}

impl Held {
    fn of(person: Person, body: &str) -> Self {
        let document = match person.document {
            Document::Slice(start, end) => body
                .get(start as usize..end as usize)
                .unwrap_or_default()
                .to_owned(),
            Document::Json(text) => text,
            Document::Entry(_) | Document::Nothing => String::new(),
        };
        let relations = person.relations.into_iter();
        Self {
            key: person.key,
            names: person.names,
            document,
            relations: relations.map(|one| (one.role, one.name)).collect(),
            token: None,
        }
    }

    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        let address = self.names.first().map_or("", String::as_str);
        reading.taking_part(id, address, self.token.as_deref())
    }

    fn into_person(self, in_scope: bool) -> Person {
        let mut person = Person::whole(self.key, Document::Json(self.document));
        let relations = self.relations.into_iter();
        person.names = self.names;
        person.in_scope = Some(in_scope);
        person.relations = relations
            .map(|(role, name)| Relation { role, name })
            .collect();
        person
    }
}

impl Conversation {
    pub(crate) fn begin_lookups(&mut self, names: Vec<String>, turn: &mut Turn) {
        let (possible, impossible): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|name| is_possible_key(name));
        turn.absent(impossible);
        let mut once = Seen::default();
        for name in once.admit(possible) {
            self.queue_last(Task::Lookup(Lookup {
                name,
                is_search: false,
                token: None,
                found: false,
            }));
        }
    }

    pub(crate) fn lookup_replied(
        &mut self,
        mut lookup: Lookup,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if lookup.is_search {
            return self.search_replied(lookup, answer, turn);
        }
        let error = GoogleError::read(&answer.response);
        match answer.response.status {
            404 if error.is_not_found() => turn.absent(vec![lookup.name]),
            400 if error.is_no_key() => turn.absent(vec![lookup.name]),
            403 if error.is_forbidden() && lookup.name.contains('@') => {
                lookup.is_search = true;
                self.queue_next(Task::Lookup(lookup));
            }
            _ => {
                let body = answer.body()?;
                let found = person::read(body, body.trim(), &self.reading, &answer.purpose)?;
                self.person_found(found, answer, turn)?;
            }
        }
        Ok(())
    }

    fn search_replied(
        &mut self,
        mut lookup: Lookup,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let body = answer.body()?;
        let purpose = &answer.purpose;
        let (users, token) = reply::page(body, "users", purpose)?;
        for user in users {
            let found = person::read(body, user, &self.reading, purpose)?;
            self.person_found(found, answer, turn)?;
            lookup.found = true;
        }
        if let Some(token) = token {
            self.follow(&lookup.name, &token, purpose)?;
            lookup.token = Some(token);
            self.queue_next(Task::Lookup(lookup));
        } else if !lookup.found {
            turn.absent(vec![lookup.name]);
        }
        Ok(())
    }

    /// Hands over somebody who was asked for, once however many names led there; where options
    /// limit who takes part, they are held back until that is known.
    fn person_found(
        &mut self,
        mut found: Person,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if !self.answered.is_new(&found.key) {
            return Ok(());
        }
        if let Some(roster) = &self.roster {
            let one = std::slice::from_ref(&found);
            found.in_scope = roster.has(one).first().copied();
        }
        if !self.reading.is_limited() || found.in_scope == Some(false) {
            self.deliver(vec![found], turn);
        } else if found.names.is_empty() {
            return Err(odd(&answer.purpose, "a user has no address"));
        } else {
            let held = Held::of(found, answer.body()?);
            self.queue_next(Task::Held(Box::new(held)));
        }
        Ok(())
    }

    pub(crate) fn held_replied(
        &mut self,
        mut held: Box<Held>,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let purpose = &answer.purpose;
        let (users, token) = reply::page(answer.body()?, "users", purpose)?;
        let mut takes_part = false;
        for user in users {
            takes_part |= person::read_id(user, purpose)? == held.key;
        }
        match token {
            Some(token) if !takes_part => {
                self.follow(&held.key, &token, purpose)?;
                held.token = Some(token);
                self.queue_next(Task::Held(held));
            }
            _ => self.deliver(vec![held.into_person(takes_part)], turn),
        }
        Ok(())
    }
}

/// Whether a text can be the key of a user or a group; others are asked for by nobody, because a
/// path of dots leads elsewhere and white space is in no address.
pub(crate) fn is_possible_key(name: &str) -> bool {
    let is_odd = |c: char| c.is_whitespace() || c.is_control();
    (1..=NAME_CHARS_MAX).contains(&name.chars().count())
        && !name.contains(is_odd)
        && !name.chars().all(|c| c == '.')
}
