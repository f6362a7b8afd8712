//! Whether a single person meets the option `filter`.
//!
//! A user asked for by id comes whether or not they meet it, so the service is asked once more, for
//! that id within the filter. Meanwhile the person waits here, document and all.

use attune_plugin::Problem;
use attune_plugin::provider::{Document, Path, Person, Relation, Request, Turn};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::list::{self, List};
use crate::reading::{both, get, literal};
use crate::reply;

/// A person found, of whom it is not yet known whether they meet the filter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Held {
    key: String,
    names: Vec<String>,
    revision: String,
    document: String,
    parts: Vec<String>,
    relations: Vec<(String, String)>,
    /// Asked for by user name, because the service does not filter by id.
    by_name: bool,
}

impl Held {
    pub(crate) fn request(&self, id: u32, filter: Option<&str>) -> Request {
        let condition = match self.names.first() {
            Some(name) if self.by_name => format!("userName eq {}", literal(name)),
            _ => format!("id eq {}", literal(&self.key)),
        };
        let filter = both(Some(condition), filter).unwrap_or_default();
        get(id, Path::new("/Users").query("filter", &filter))
    }

    fn into_person(self, in_scope: bool) -> Person {
        let document = Document::Json(self.document);
        let parts = self.parts.into_iter().map(|name| (name, document.clone()));
        Person {
            names: self.names,
            revision: self.revision,
            in_scope: Some(in_scope),
            parts: parts.collect(),
            relations: self
                .relations
                .into_iter()
                .map(|(role, name)| Relation { role, name })
                .collect(),
            ..Person::whole(self.key, document.clone())
        }
    }
}

impl Conversation {
    /// Keeps a person until it is known whether they meet the filter.
    pub(crate) fn hold(&mut self, found: &Person, user: &str) {
        let relations = found.relations.iter();
        let held = Held {
            key: found.key.clone(),
            names: found.names.clone(),
            revision: found.revision.clone(),
            document: user.to_owned(),
            parts: found.parts.iter().map(|(name, _)| name.clone()).collect(),
            relations: relations
                .map(|relation| (relation.role.clone(), relation.name.clone()))
                .collect(),
            by_name: false,
        };
        self.agenda.queue_next(Task::Scope(Box::new(held)));
    }

    pub(crate) fn scope_replied(
        &mut self,
        mut held: Box<Held>,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if answer.is_refused() {
            if held.by_name || held.names.is_empty() {
                let problem = reply::refusal(&answer.response, answer.what);
                return Err(problem.at("filter"));
            }
            held.by_name = true;
            self.agenda.queue_next(Task::Scope(held));
            return Ok(());
        }
        let list = List::read(answer.body()?, answer.what)?;
        let mut is_met = false;
        for user in &list.resources {
            is_met |= list::id(user, answer.what)? == held.key;
        }
        if !is_met && !list.is_all() {
            let why = "it is the first page of more people than one";
            return Err(reply::odd(answer.what, why));
        }
        self.deliver(vec![held.into_person(is_met)], turn);
        Ok(())
    }
}
