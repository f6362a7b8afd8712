//! People who were found, and what is still to be known of them before they are delivered.
//!
//! Two things may be missing: whether a single person is in one of the groups, and whom a linked
//! object names as their manager. Until they are known the person's document waits in the state,
//! because it can be pointed to only in the turn that answers its reply.

use attune_plugin::Problem;
use attune_plugin::provider::{Document, Path, Person, Presence, Relation, Request, Turn, json};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::link::Links;
use crate::person::read_id;
use crate::reading::{Reading, plain, plain_link};
use crate::reply::{OktaError, Purpose, odd};

/// A person of whom something is still to be known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Held {
    key: String,
    names: Vec<String>,
    revision: String,
    in_scope: Option<bool>,
    document: String,
    relations: Vec<(String, String)>,
    missing: Missing,
    link: Option<String>,
}

/// What is asked next.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Missing {
    Membership,
    Manager,
}

impl Held {
    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        let user = Path::new("/api/v1/users").segment(&self.key);
        match (&self.link, self.missing) {
            (Some(link), _) => plain_link(id, link),
            (None, Missing::Membership) => plain(id, user.segment("groups")),
            (None, Missing::Manager) => {
                let name = reading.linked.as_deref().unwrap_or_default();
                plain(id, user.segment("linkedObjects").segment(name))
            }
        }
    }

    pub(crate) fn purpose(&self) -> (&'static str, &'static str) {
        match self.missing {
            Missing::Membership => ("the groups of a user", "okta.users.read"),
            Missing::Manager => ("the linked object of a user", "okta.users.read"),
        }
    }

    fn of(person: Person, body: &str, missing: Missing) -> Self {
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
            revision: person.revision,
            in_scope: person.in_scope,
            document,
            relations: relations.map(|link| (link.role, link.name)).collect(),
            missing,
            link: None,
        }
    }

    fn into_person(self) -> Person {
        let mut person = Person::whole(self.key, Document::Json(self.document));
        person.names = self.names;
        person.revision = self.revision;
        person.in_scope = self.in_scope;
        let relations = self.relations.into_iter();
        person.relations = relations
            .map(|(role, name)| Relation { role, name })
            .collect();
        person
    }
}

impl Conversation {
    /// Delivers people whose documents lie in `body`, or holds them until everything is known.
    pub(crate) fn found(&mut self, people: Vec<Person>, body: &str, turn: &mut Turn) {
        let mut whole = Vec::with_capacity(people.len());
        let mut held = Vec::new();
        for person in people {
            match self.missing(&person) {
                Some(missing) => held.push(Held::of(person, body, missing)),
                None => whole.push(person),
            }
        }
        for held in held.into_iter().rev() {
            self.agenda.queue_next(Task::Held(Box::new(held)));
        }
        self.deliver(whole, turn);
    }

    /// The same for single people: each once, however many names led to them.
    pub(crate) fn found_single(&mut self, people: Vec<Person>, body: &str, turn: &mut Turn) {
        let mut new = people;
        new.retain(|person| self.answered.is_new(&person.key));
        self.found(new, body, turn);
    }

    fn missing(&self, person: &Person) -> Option<Missing> {
        if person.presence == Presence::Gone {
            None
        } else if !self.groups.is_empty() && !self.lists_members && person.in_scope != Some(false) {
            Some(Missing::Membership)
        } else {
            self.reading.linked.as_ref().map(|_| Missing::Manager)
        }
    }

    pub(crate) fn held_replied(
        &mut self,
        held: Held,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        match held.missing {
            Missing::Membership => self.membership_replied(held, answer, turn),
            Missing::Manager => self.manager_replied(held, answer, turn),
        }
    }

    fn membership_replied(
        &mut self,
        mut held: Held,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let purpose = &answer.purpose;
        let groups = json::elements(answer.body()?).map_err(|error| odd(purpose, error))?;
        let mut is_member = false;
        for group in groups {
            let id = read_id(group, purpose)?;
            is_member |= self.groups.contains(&id);
        }
        let links = Links::of(&answer.response).map_err(|error| odd(purpose, error))?;
        if let Some(link) = links.next.filter(|_| !is_member) {
            self.follow(&link, purpose)?;
            held.link = Some(link);
            self.agenda.queue_next(Task::Held(Box::new(held)));
            return Ok(());
        }
        held.in_scope = Some(is_member);
        if self.reading.linked.is_some() {
            held.missing = Missing::Manager;
            held.link = None;
            self.agenda.queue_next(Task::Held(Box::new(held)));
        } else {
            self.deliver(vec![held.into_person()], turn);
        }
        Ok(())
    }

    fn manager_replied(
        &mut self,
        mut held: Held,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let purpose = &answer.purpose;
        if answer.response.status == 404 {
            let error = OktaError::read(&answer.response);
            // Deleted since the page came; everybody else who is not found here has no such link.
            if error.is_not_found() && error.summary.contains(&held.key) {
                return Ok(());
            }
            if error.is_not_found() {
                return Err(self.no_such_link(&error.words(404)));
            }
        }
        let links = json::elements(answer.body()?).map_err(|error| odd(purpose, error))?;
        match links.as_slice() {
            [] => {}
            [link] => held
                .relations
                .push(("manager".to_owned(), linked_id(link, purpose)?)),
            _ => {
                let message = "it leads to several people; give the name of its primary side";
                return Err(self.no_such_link(message));
            }
        }
        self.deliver(vec![held.into_person()], turn);
        Ok(())
    }

    pub(crate) fn no_such_link(&self, why: &str) -> Problem {
        let name = self.reading.linked.as_deref().unwrap_or_default();
        let message = format!("the linked object `{name}` cannot be used: {why}");
        Problem::option("manager", message)
    }

    /// Hands over people and counts them; who is gone is no part of the count.
    pub(crate) fn deliver(&mut self, people: Vec<Person>, turn: &mut Turn) {
        let present = people.iter().filter(|p| p.presence != Presence::Gone);
        let present = u32::try_from(present.count()).unwrap_or(u32::MAX);
        self.delivered = self.delivered.saturating_add(present);
        turn.deliver(people);
    }
}

/// `{"_links":{"self":{"href":"https://.../api/v1/users/00u..."}}}`; the link is read and not followed.
fn linked_id(link: &str, purpose: &Purpose) -> Result<String, Problem> {
    let inside = |object, name| {
        let [found] = json::members(object, [name]).map_err(|error| odd(purpose, error))?;
        found.ok_or_else(|| odd(purpose, format!("a link has no `{name}`")))
    };
    let href = inside(inside(inside(link, "_links")?, "self")?, "href")?;
    let href = json::string(href).unwrap_or_default();
    let id = href.rsplit_once("/api/v1/users/").map(|(_, id)| id);
    let is_id = |id: &&str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    id.filter(is_id)
        .map(str::to_owned)
        .ok_or_else(|| odd(purpose, "a link leads to no user"))
}
