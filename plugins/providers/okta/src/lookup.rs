//! Single people, by id, login or mail address.
//!
//! Several ids go in batches. Any other name is first asked for as Okta's own path takes it (id,
//! login or the part of it before the `@`), then searched for as an address. Where the option `search`
//! or `filter` limits who takes part, whoever was found by name is asked for once more by id within it,
//! so that their scope is known. Who is found by none of it is absent, by Okta's own word.
//!
//! `me` in a path is the owner of the token, a `/` in a login cannot be asked for in a path (Okta's
//! documentation says so), and dots alone would climb: such names are searched for.

use attune_plugin::Problem;
use attune_plugin::provider::{Presence, Request, Seen, Turn, json};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::link::Links;
use crate::person;
use crate::reading::{Reading, literal};
use crate::reply::{OktaError, odd};

/// Far below any limit on the length of an address: an id takes thirty characters of it.
const IDS_MAX: usize = 20;
/// No login (100) and no mail address (320) is longer.
const NAME_CHARS_MAX: usize = 320;

/// Some people by their ids.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Batch {
    ids: Vec<String>,
    /// Only those who meet the option.
    is_limited: bool,
    /// What is said of those who are found.
    in_scope: Option<bool>,
    /// From a listing: who is not found was removed meanwhile, or misses the option.
    is_listed: bool,
    link: Option<String>,
}

impl Batch {
    /// Members of a group, held against the option.
    pub(crate) fn of_members(ids: &[String]) -> Vec<Self> {
        Self::split(ids, true, true)
    }

    fn of_names(ids: &[String], reading: &Reading) -> Vec<Self> {
        Self::split(ids, reading.limit.is_some(), false)
    }

    fn split(ids: &[String], is_limited: bool, is_listed: bool) -> Vec<Self> {
        let batch = |ids: &[String]| Self {
            ids: ids.to_vec(),
            is_limited,
            in_scope: (is_limited && !is_listed).then_some(true),
            is_listed,
            link: None,
        };
        ids.chunks(IDS_MAX).map(batch).collect()
    }

    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        if let Some(link) = &self.link {
            return reading.next_page(id, link.clone());
        }
        let ids = self.ids.iter().map(|id| format!("id eq {}", literal(id)));
        let condition = ids.collect::<Vec<_>>().join(" or ");
        reading.meeting(id, &condition, self.is_limited)
    }
}

/// One person to be looked up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Lookup {
    /// The name as given; `absent` is said of it.
    name: String,
    step: Step,
    /// Said already, where a batch has asked before.
    in_scope: Option<bool>,
    link: Option<String>,
    found: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Step {
    /// By the path that takes ids and logins.
    Single,
    /// By login and address, without case.
    Search,
}

impl Lookup {
    fn of(name: String, in_scope: Option<bool>) -> Self {
        let is_path = !name.eq_ignore_ascii_case("me")
            && !name.contains(['/', '\\'])
            && name.chars().any(|c| c != '.');
        Self {
            step: if is_path { Step::Single } else { Step::Search },
            name,
            in_scope,
            link: None,
            found: false,
        }
    }

    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        match (&self.link, self.step) {
            (Some(link), _) => reading.next_page(id, link.clone()),
            (None, Step::Single) => reading.single(id, &self.name),
            (None, Step::Search) => reading.named(id, &self.name),
        }
    }
}

impl Conversation {
    pub(crate) fn begin_lookups(&mut self, names: Vec<String>, turn: &mut Turn) {
        // Okta takes no such names, and a request with one would fail for everybody.
        let is_possible = |name: &String| {
            (1..=NAME_CHARS_MAX).contains(&name.chars().count())
                && !name.trim().is_empty()
                && !name.chars().any(char::is_control)
        };
        let (possible, impossible): (Vec<_>, Vec<_>) = names.into_iter().partition(is_possible);
        turn.absent(impossible);
        let (ids, names): (Vec<_>, Vec<_>) = possible.into_iter().partition(|name| is_id(name));
        let ids = self.asked_for.admit(ids);
        let mut names = Seen::default().admit(names);
        if ids.len() == 1 && self.reading.limit.is_none() {
            names.extend(ids);
        } else {
            for batch in Batch::of_names(&ids, &self.reading) {
                self.agenda.queue_last(Task::Batch(batch));
            }
        }
        for name in names {
            self.agenda.queue_last(Task::Lookup(Lookup::of(name, None)));
        }
    }

    pub(crate) fn batch_replied(
        &mut self,
        mut batch: Batch,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let purpose = &answer.purpose;
        let body = answer.body()?;
        let users = json::elements(body).map_err(|error| odd(purpose, error))?;
        let mut people = Vec::with_capacity(users.len());
        for user in users {
            let mut found = person::read(body, user, &self.reading, purpose)?;
            found.in_scope = batch.in_scope;
            batch.ids.retain(|id| *id != found.key);
            people.push(found);
        }
        if batch.is_listed {
            people.retain(|person| person.presence != Presence::Gone);
            self.found(people, body, turn);
        } else {
            self.found_single(people, body, turn);
        }
        let links = Links::of(&answer.response).map_err(|error| odd(purpose, error))?;
        if let Some(link) = links.next {
            self.follow(&link, purpose)?;
            batch.link = Some(link);
            self.agenda.queue_next(Task::Batch(batch));
        } else if !batch.is_listed {
            self.ask_the_rest(batch);
        }
        Ok(())
    }

    /// Who was left out: once more without the option, then one by one.
    fn ask_the_rest(&mut self, mut batch: Batch) {
        if batch.ids.is_empty() {
            return;
        }
        if batch.is_limited {
            batch.is_limited = false;
            batch.in_scope = Some(false);
            batch.link = None;
            self.agenda.queue_next(Task::Batch(batch));
            return;
        }
        for id in batch.ids.into_iter().rev() {
            let lookup = Lookup::of(id, batch.in_scope);
            self.agenda.queue_next(Task::Lookup(lookup));
        }
    }

    pub(crate) fn lookup_replied(
        &mut self,
        mut lookup: Lookup,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if is_a_miss(&lookup, answer) {
            self.missed(lookup, turn);
            return Ok(());
        }
        let purpose = &answer.purpose;
        let body = answer.body()?;
        let users = match lookup.step {
            Step::Single => vec![body.trim()],
            Step::Search => json::elements(body).map_err(|error| odd(purpose, error))?,
        };
        let mut people = Vec::with_capacity(users.len());
        for user in users {
            let mut found = person::read(body, user, &self.reading, purpose)?;
            found.in_scope = lookup.in_scope;
            people.push(found);
        }
        lookup.found |= !people.is_empty();
        if self.reading.limit.is_some() && lookup.in_scope.is_none() {
            self.ask_for_scope(people.into_iter().map(|person| person.key).collect());
        } else {
            self.found_single(people, body, turn);
        }
        let links = Links::of(&answer.response).map_err(|error| odd(purpose, error))?;
        if let Some(link) = links.next.filter(|_| lookup.step == Step::Search) {
            self.follow(&link, purpose)?;
            lookup.link = Some(link);
            self.agenda.queue_next(Task::Lookup(lookup));
        } else if !lookup.found {
            self.missed(lookup, turn);
        }
        Ok(())
    }

    /// People who were found by name are asked for by id, within the option first.
    fn ask_for_scope(&mut self, keys: Vec<String>) {
        let keys = self.asked_for.admit(keys);
        for batch in Batch::of_names(&keys, &self.reading) {
            self.agenda.queue_next(Task::Batch(batch));
        }
    }

    fn missed(&mut self, mut lookup: Lookup, turn: &mut Turn) {
        if lookup.step == Step::Single && !is_id(&lookup.name) {
            lookup.step = Step::Search;
            self.agenda.queue_next(Task::Lookup(lookup));
        } else {
            turn.absent(vec![lookup.name]);
        }
    }
}

/// Whether Okta says that nobody is called so. A name that it cannot even read (400) is nobody's:
/// one odd relation must not fail the look-up of everybody else's.
fn is_a_miss(lookup: &Lookup, answer: &Answer) -> bool {
    let error = || OktaError::read(&answer.response);
    match answer.response.status {
        404 => lookup.step == Step::Single && error().is_not_found(),
        400 if lookup.link.is_none() && !is_id(&lookup.name) => {
            ["E0000001", "E0000031"].contains(&error().code.as_str())
        }
        _ => false,
    }
}

/// Whether a text has the form of a user's id.
fn is_id(text: &str) -> bool {
    text.len() == 20 && text.starts_with("00u") && text.bytes().all(|b| b.is_ascii_alphanumeric())
}
