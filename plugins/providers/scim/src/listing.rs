//! Complete listings, and who changed: page after page of users.
//!
//! What a service need not know is left out when it refuses the first page: the order, the
//! attributes, the cursor. Members of groups are listed by reading everyone and delivering those
//! whom the groups hold, unless they are few enough to be asked for one by one.

use attune_plugin::Problem;
use attune_plugin::provider::{Path, Request, Turn};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Errand, Task};
use crate::list::{self, List};
use crate::lookup::Lookup;
use crate::options::unsupported;
use crate::person;
use crate::reading::{Reading, both, get};
use crate::reply::ScimError;
use crate::walk::Walk;

/// Whose pages these are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Listed {
    /// Everyone who meets the filter.
    Users,
    /// Of those, the members of the groups.
    Members,
    /// Those who say themselves that they are in the groups, which name nobody.
    Claimants,
    /// The first so many.
    Sample(u32),
}

/// One page of a listing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Page {
    of: Listed,
    filter: Option<String>,
    walk: Walk,
}

impl Page {
    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        let path = reading.ask(self.walk.ask(Path::new("/Users")));
        get(
            id,
            match &self.filter {
                Some(filter) => path.query("filter", filter),
                None => path,
            },
        )
    }
}

impl Conversation {
    /// Begins the listing that the conversation is for; its groups are known.
    pub(crate) fn begin_listing(&mut self) {
        let own = self.filter.as_deref();
        let (of, filter) = match &self.errand {
            Errand::Changes(mark) => {
                let changed = format!("meta.lastModified gt \"{mark}\"");
                (Listed::Users, both(Some(changed), own))
            }
            Errand::Discover(people) => (Listed::Sample(*people), None),
            _ if !self.members.is_limiting() => (Listed::Users, own.map(str::to_owned)),
            _ if self.members.is_empty() => {
                let claim = Some(self.members.claim());
                // Whole, because everybody's own `groups` are looked at.
                self.reading.read_whole();
                (Listed::Claimants, both(claim, own))
            }
            _ => match self.members.few().filter(|_| own.is_none()) {
                Some(ids) => {
                    for id in ids {
                        self.agenda.queue_last(Task::Lookup(Lookup::of_member(id)));
                    }
                    return;
                }
                None => (Listed::Members, own.map(str::to_owned)),
            },
        };
        let size = match of {
            Listed::Sample(people) => people.clamp(1, 100),
            _ => self.page_size,
        };
        let walk = Walk::new(self.service.has_cursors, self.service.page_size(size));
        let page = Page { of, filter, walk };
        self.agenda.queue_last(Task::Page(Box::new(page)));
    }

    pub(crate) fn page_replied(
        &mut self,
        mut page: Box<Page>,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if page.walk.is_at_start() && answer.is_refused() {
            if self.weaken(&mut page, answer) {
                self.agenda.queue_next(Task::Page(page));
                return Ok(());
            }
            return Err(self.refused(page.of, answer));
        }
        let what = answer.what;
        let body = answer.body()?;
        let list = List::read(body, what)?;
        if list
            .resources
            .iter()
            .any(|user| self.reading.misses_extension(user))
        {
            // From the beginning: a cursor holds only for the question that it was given with.
            self.reading.read_whole();
            page.walk = page.walk.anew();
            self.agenda.queue_next(Task::Page(page));
            return Ok(());
        }
        let mut users = list.resources.clone();
        let ids = users.iter().map(|user| list::id(user, what));
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        let mut is_taken = vec![true; ids.len()];
        if let Listed::Sample(people) = page.of {
            users.truncate(people as usize);
        } else {
            if page.of == Listed::Members {
                is_taken = self.members.hold(&ids);
            }
            let taken = page.walk.take(&list, ids, what)?;
            if taken.goes_on {
                self.agenda.queue_next(Task::Page(page.clone()));
            }
            let both = is_taken.iter().zip(taken.is_new);
            is_taken = both.map(|(is_taken, is_new)| *is_taken && is_new).collect();
        }
        let taken = users
            .into_iter()
            .zip(is_taken)
            .filter(|(_, is_taken)| *is_taken);
        let mut people = Vec::new();
        for (user, _) in taken {
            let mut person = person::read(body, user, &self.reading, what)?;
            let is_said = self.members.say(&person.key, user);
            if page.of == Listed::Claimants && is_said == Some(false) {
                let message = "the service names no members of the groups, and asked for people of \
                               the groups it lists others too";
                return Err(unsupported(message).at("groups"));
            }
            if matches!(self.errand, Errand::Changes(_)) {
                person.in_scope = is_said;
            }
            people.push(person);
        }
        self.deliver(people, turn);
        Ok(())
    }

    /// Leaves out something that the service may not know; `false` where it is not that.
    fn weaken(&mut self, page: &mut Page, answer: &Answer) -> bool {
        let error = ScimError::read(&answer.response.body);
        if error.kind.eq_ignore_ascii_case("invalidFilter") && page.filter.is_some() {
            return false;
        }
        if self.reading.weaken() {
            return true;
        }
        let by_index = page.walk.by_index();
        let is_weaker = by_index.is_some();
        if let Some(walk) = by_index {
            page.walk = walk;
        }
        is_weaker
    }

    fn refused(&self, of: Listed, answer: &Answer) -> Problem {
        let problem = crate::reply::refusal(&answer.response, answer.what);
        if matches!(self.errand, Errand::Changes(_)) {
            let message = format!("the service does not list who changed: {}", problem.message);
            return unsupported(message);
        }
        if of == Listed::Claimants {
            let message = format!(
                "the service names no members of the groups and does not list people by their \
                 groups: {}",
                problem.message
            );
            return unsupported(message).at("groups");
        }
        problem
    }
}
