//! Whether a single person meets the option `filter`.
//!
//! A user asked for by id comes whether or not they meet it, so the service is asked once more, for
//! that id within the filter. Meanwhile the person waits here, document and all.

use attune_plugin::Problem;
use attune_plugin::provider::{Held, Path, Person, Request, Turn};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::list::{self, List};
use crate::reading::{both, get, literal};
use crate::reply;

/// A person found, of whom it is not yet known whether they meet the filter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    held: Held,
    /// Their user name; some services filter by that and not by id.
    name: Option<String>,
    by_name: bool,
}

impl Waiting {
    pub(crate) fn request(&self, id: u32, filter: Option<&str>) -> Request {
        let condition = match &self.name {
            Some(name) if self.by_name => format!("userName eq {}", literal(name)),
            _ => format!("id eq {}", literal(self.held.key())),
        };
        let filter = both(Some(condition), filter).unwrap_or_default();
        get(id, Path::new("/Users").query("filter", &filter))
    }
}

impl Conversation {
    /// Keeps a person until it is known whether they meet the filter.
    pub(crate) fn hold(&mut self, found: Person, body: &str) {
        let waiting = Waiting {
            name: found.names.first().cloned(),
            held: Held::of(found, body),
            by_name: false,
        };
        self.agenda.queue_next(Task::Scope(Box::new(waiting)));
    }

    pub(crate) fn scope_replied(
        &mut self,
        mut waiting: Box<Waiting>,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if answer.is_refused() {
            if waiting.by_name || waiting.name.is_none() {
                let problem = reply::refusal(&answer.response, answer.what);
                return Err(problem.at("filter"));
            }
            waiting.by_name = true;
            self.agenda.queue_next(Task::Scope(waiting));
            return Ok(());
        }
        let list = List::read(answer.body()?, answer.what)?;
        let mut is_met = false;
        for user in &list.resources {
            is_met |= list::id(user, answer.what)? == waiting.held.key();
        }
        if !is_met && !list.is_all() {
            let why = "it is the first page of more people than one";
            return Err(reply::odd(answer.what, why));
        }
        let mut found = waiting.held.release(is_met);
        self.reading.hang_in(&mut found);
        self.deliver(vec![found], turn);
        Ok(())
    }
}
