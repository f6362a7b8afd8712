//! Single people, by id, user principal name or mail address.
//!
//! Several ids go in batches. For any other name there are up to three questions, each only when
//! the one before found nobody: does the filter's list have them (only where there is a filter: then
//! they are in scope); is there a user of that id or user principal name; is there one with that
//! mail address. Who is found by none is absent, by Graph's own word each time.
//!
//! `#` and its like are percent-encoded, quotes doubled. `/users/$x@y` would break `OData`'s rules
//! for paths, so a name that begins with `$` is looked up by a filter.

use attune_plugin::Problem;
use attune_plugin::provider::{Person, Request, Seen, Turn};
use serde::{Deserialize, Serialize};

use crate::batch::Batch;
use crate::conversation::{Answer, Conversation, Task};
use crate::listing::users_and_link;
use crate::person;
use crate::reading::{Reading, literal};
use crate::reply::GraphError;

/// No user principal name (113) and no mail address (320) is longer.
const NAME_CHARS_MAX: usize = 320;

/// One person to be looked up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Lookup {
    /// The name as given; `absent` is said of it.
    name: String,
    /// The id, once it is known.
    id: Option<String>,
    step: Step,
    in_scope: Option<bool>,
    /// From a listing: who is not found was removed meanwhile and is passed over.
    is_listed: bool,
    /// The next page of a search, and whether an earlier one had somebody.
    link: Option<String>,
    found: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Step {
    /// A search within the filter.
    Limited,
    /// A single user.
    Single,
    /// A search by name and address, outside the filter too.
    Named,
}

impl Lookup {
    /// Somebody whom a listing named; members of a group are not yet held against the filter.
    pub(crate) fn of_listed(id: String, reading: &Reading, is_member: bool) -> Self {
        let is_limited = is_member && reading.filter.is_some();
        Self {
            name: id.clone(),
            step: if is_limited {
                Step::Limited
            } else {
                Step::Single
            },
            id: Some(id),
            in_scope: None,
            is_listed: true,
            link: None,
            found: false,
        }
    }

    /// Somebody whom a list by ids left out.
    pub(crate) fn of_missing(id: String, in_scope: Option<bool>) -> Self {
        Self {
            name: id.clone(),
            id: Some(id),
            step: Step::Single,
            in_scope,
            is_listed: false,
            link: None,
            found: false,
        }
    }

    fn of_name(name: String, reading: &Reading) -> Self {
        let mut lookup = Self {
            id: is_guid(&name).then(|| name.clone()),
            name,
            step: Step::Limited,
            in_scope: None,
            is_listed: false,
            link: None,
            found: false,
        };
        if reading.filter.is_none() {
            lookup.step = lookup.unlimited();
        }
        lookup
    }

    /// The first step that does not ask for the filter.
    fn unlimited(&self) -> Step {
        let is_path = self.name.contains('@') && !self.name.starts_with('$');
        if self.id.is_some() || is_path {
            Step::Single
        } else {
            Step::Named
        }
    }

    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        let by = self.id.as_deref().unwrap_or(&self.name);
        match (&self.link, self.step) {
            (Some(link), _) => reading.next_page(id, link.clone()),
            (None, Step::Single) => reading.single(id, by),
            (None, step) => reading.search(id, &self.condition(), step == Step::Limited),
        }
    }

    fn condition(&self) -> String {
        if let Some(id) = &self.id {
            return format!("id eq {}", literal(id));
        }
        let name = literal(&self.name);
        format!("userPrincipalName eq {name} or mail eq {name}")
    }

    /// The next question when this one found nobody.
    fn after_a_miss(mut self) -> Option<Self> {
        let next = match self.step {
            _ if self.is_listed => return None,
            Step::Limited => self.unlimited(),
            Step::Single if self.id.is_none() => Step::Named,
            Step::Single | Step::Named => return None,
        };
        if self.step == Step::Limited {
            self.in_scope = Some(false);
        }
        self.step = next;
        Some(self)
    }
}

impl Conversation {
    pub(crate) fn begin_lookups(&mut self, names: Vec<String>, turn: &mut Turn) {
        // Graph takes no such names, and a request with one would fail for everybody.
        let is_possible = |name: &String| {
            (1..=NAME_CHARS_MAX).contains(&name.chars().count())
                && !name.chars().any(char::is_control)
        };
        let (possible, impossible): (Vec<_>, Vec<_>) = names.into_iter().partition(is_possible);
        turn.absent(impossible);
        let (ids, names): (Vec<_>, Vec<_>) = possible.into_iter().partition(|name| is_guid(name));
        let ids = self.asked_for.admit(ids);
        let mut once = Seen::default();
        let mut names = once.admit(names);
        let is_one = ids.len() == 1 && self.reading.filter.is_none();
        if self.reading.single_only || is_one {
            names.extend(ids);
        } else {
            for batch in Batch::of_names(&ids, &self.reading) {
                self.queue_last(Task::Batch(batch));
            }
        }
        for name in names {
            let lookup = Lookup::of_name(name, &self.reading);
            self.queue_last(Task::Lookup(lookup));
        }
    }

    pub(crate) fn lookup_replied(
        &mut self,
        mut lookup: Lookup,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if lookup.step == Step::Single {
            return self.single_replied(lookup, answer, turn);
        }
        if lookup.link.is_none() && self.turns_advanced(answer) {
            self.queue_next(Task::Lookup(lookup));
            return Ok(());
        }
        let body = answer.body()?;
        let (users, link) = users_and_link(body, &answer.purpose)?;
        if lookup.step == Step::Limited && !lookup.is_listed {
            lookup.in_scope = Some(true);
        }
        for user in &users {
            self.user_found(&lookup, answer, user, turn)?;
        }
        lookup.found |= !users.is_empty();
        if let Some(link) = link {
            self.follow(&link, &answer.purpose)?;
            lookup.link = Some(link);
            self.queue_next(Task::Lookup(lookup));
        } else if !lookup.found {
            lookup.link = None;
            self.missed(lookup, turn);
        }
        Ok(())
    }

    fn single_replied(
        &mut self,
        lookup: Lookup,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let response = &answer.response;
        let is_missing = match response.status {
            404 => GraphError::read(response).is_not_found(),
            // A name that Graph cannot read as a user principal name; the search will tell.
            400 => lookup.id.is_none() && !GraphError::read(response).code.is_empty(),
            _ => false,
        };
        if is_missing {
            self.missed(lookup, turn);
            return Ok(());
        }
        let body = answer.body()?;
        let found = person::read(body, body.trim(), &self.reading, &answer.purpose)?;
        self.person_found(&lookup, found, body, turn);
        Ok(())
    }

    /// A user of a search: a person, or an id to be looked up where a search cannot give more.
    fn user_found(
        &mut self,
        lookup: &Lookup,
        answer: &Answer,
        user: &str,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if self.reading.single_only {
            let id = person::read_id(user, &answer.purpose)?;
            // Under its own id somebody is asked for without a search, unless there is a filter.
            if lookup.id.is_some() || self.asked_for.is_new(&id) {
                let single = Lookup {
                    id: Some(id),
                    step: Step::Single,
                    ..lookup.clone()
                };
                self.queue_next(Task::Lookup(single));
            }
            return Ok(());
        }
        let body = answer.body()?;
        let found = person::read(body, user, &self.reading, &answer.purpose)?;
        self.person_found(lookup, found, body, turn);
        Ok(())
    }

    fn person_found(&mut self, lookup: &Lookup, mut found: Person, body: &str, turn: &mut Turn) {
        found.in_scope = lookup.in_scope;
        if lookup.is_listed {
            self.deliver(vec![found], turn);
        } else {
            self.people_found(vec![found], body, turn);
        }
    }

    /// Hands over people who were asked for, each once however many names led to them; where there
    /// are groups, those who may be in one are held back until that is known.
    pub(crate) fn people_found(&mut self, people: Vec<Person>, body: &str, turn: &mut Turn) {
        let mut known = Vec::new();
        for found in people {
            if !self.answered.is_new(&found.key) {
                continue;
            }
            if !self.groups.is_empty() && found.in_scope != Some(false) {
                self.ask_membership(found, body);
            } else {
                known.push(found);
            }
        }
        self.deliver(known, turn);
    }

    fn missed(&mut self, lookup: Lookup, turn: &mut Turn) {
        let name = lookup.name.clone();
        let is_listed = lookup.is_listed;
        match lookup.after_a_miss() {
            Some(next) => self.queue_next(Task::Lookup(next)),
            None if is_listed => {}
            None => turn.absent(vec![name]),
        }
    }
}

/// Whether a text has the form of an object id.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}
