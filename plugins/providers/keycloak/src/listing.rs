//! Complete listings: page after page of everyone, or of the members of groups.
//!
//! Everyone is counted before and after, because pages alone cannot tell a list that ends from one
//! that a server cuts off. Fewer people than both counts are a list that lost somebody. Two counts
//! are not believed: that of a realm with a user federation, whose people Keycloak counts as it
//! likes, and one that is the same without the query (old versions pass over `q` there). And nobody
//! at all is what a client sees whose role is only `query-users`.
//!
//! The accounts of clients are on some lists; they are counted and left out.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpResponse, Path, Person, Turn};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::conversation::{Conversation, Task};
use crate::person::{self, User};
use crate::reply::{self, Purpose, ROLE_FIX, odd};
use crate::window::Window;

/// The host takes the same question for a circle unless the adapter waited in between.
const BEFORE_LISTING_MS: u32 = 1;

/// Whom a page lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Listing {
    /// Everyone who meets the query.
    Everyone,
    /// The members of a group, by its id.
    Members(String),
}

/// One page of a listing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Page {
    of: Listing,
    window: Window,
}

/// When people are counted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Count {
    Before,
    After,
    /// Without the query, to see whether the server minds it.
    OfAll,
    /// One person without the query, to see whether anybody can be seen.
    Anybody,
}

/// What the counts and the pages of a listing came to.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    before: u64,
    after: u64,
    met: u64,
    has_federated: bool,
}

impl Page {
    pub(crate) fn first(of: Listing) -> Self {
        Self {
            of,
            window: Window::default(),
        }
    }

    pub(crate) fn is_of_members(&self) -> bool {
        matches!(self.of, Listing::Members(_))
    }

    pub(crate) fn path(&self, options: &Options) -> Path {
        let path = match &self.of {
            Listing::Everyone => options.admin().segment("users"),
            Listing::Members(group) => options
                .admin()
                .segment("groups")
                .segment(group)
                .segment("members"),
        };
        let path = self.window.ask(path).query("briefRepresentation", "false");
        match options.query() {
            Some(query) if self.of == Listing::Everyone => path.query("q", query),
            _ => path,
        }
    }
}

impl Count {
    pub(crate) fn path(self, options: &Options) -> Path {
        let users = options.admin().segment("users");
        match (self, options.query()) {
            (Self::Anybody, _) => users.query("first", "0").query("max", "1"),
            (Self::Before | Self::After, Some(query)) => users.segment("count").query("q", query),
            _ => users.segment("count"),
        }
    }
}

impl Conversation {
    /// Begins the listing, once the host has waited after the first count.
    pub(crate) fn list_everyone(&mut self) {
        if !std::mem::take(&mut self.is_waiting) {
            return;
        }
        self.agenda
            .queue_last(Task::Page(Page::first(Listing::Everyone)));
    }

    pub(crate) fn count_replied(
        &mut self,
        count: Count,
        options: &Options,
        (response, purpose): (&HttpResponse, Purpose),
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if count == Count::Anybody {
            let (_, users) = reply::list(response, purpose)?;
            return if users.is_empty() {
                Err(nobody())
            } else {
                Ok(())
            };
        }
        let number = read_count(response, purpose)?;
        match count {
            Count::Before => {
                self.tally.before = number;
                self.is_waiting = true;
                turn.wake_after(0, BEFORE_LISTING_MS);
            }
            Count::After => {
                self.tally.after = number;
                let is_short = self.tally.is_short();
                match options.query() {
                    None if self.tally.met == 0 => return Err(nobody()),
                    None if is_short => return Err(self.tally.problem()),
                    Some(_) if is_short => self.agenda.queue_last(Task::Count(Count::OfAll)),
                    Some(_) if self.tally.met == 0 => {
                        self.agenda.queue_last(Task::Count(Count::Anybody));
                    }
                    _ => {}
                }
            }
            // The same number with and without the query: it says nothing about the query's people.
            Count::OfAll if number == self.tally.after => {
                if self.tally.met == 0 {
                    self.agenda.queue_last(Task::Count(Count::Anybody));
                }
            }
            Count::OfAll => return Err(self.tally.problem()),
            Count::Anybody => {}
        }
        Ok(())
    }

    pub(crate) fn page_replied(
        &mut self,
        mut page: Page,
        (response, purpose): (&HttpResponse, Purpose),
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let (body, users) = reply::list(response, purpose)?;
        let users = users
            .into_iter()
            .map(|user| person::read(body, user, purpose))
            .collect::<Result<Vec<User>, _>>()?;
        let keys: Vec<String> = users.iter().map(|user| user.person.key.clone()).collect();
        let turned = page.window.turn_over(&keys, purpose.what)?;
        let fresh = users.into_iter().zip(&turned.is_new);
        let fresh: Vec<User> = fresh
            .filter_map(|(user, is_new)| is_new.then_some(user))
            .collect();
        self.tally.met += fresh.len() as u64;
        self.tally.has_federated |= fresh.iter().any(|user| user.is_federated);
        let people = fresh.into_iter().filter(|user| !user.is_service);
        let mut people: Vec<Person> = people.map(|user| user.person).collect();
        let is_everyone = !page.is_of_members();
        if !is_everyone && !self.answered.is_full() {
            // Somebody may be in several groups.
            people.retain(|person| self.answered.is_new(&person.key));
        }
        self.deliver(people, turn);
        match (turned.is_over, is_everyone) {
            (true, true) => self.agenda.queue_last(Task::Count(Count::After)),
            (true, false) => {}
            (false, _) => self.agenda.queue_next(Task::Page(page)),
        }
        Ok(())
    }
}

impl Tally {
    /// Whether fewer people came than there were all the time.
    fn is_short(&self) -> bool {
        !self.has_federated && self.met < self.before.min(self.after)
    }

    fn problem(&self) -> Problem {
        let Self {
            before, after, met, ..
        } = self;
        let message = format!(
            "Keycloak counted {before} users before and {after} after, and listed only {met}: \
             somebody was renamed meanwhile (the next run will tell), or the service account may \
             not see everybody and lacks the role `view-users`: {ROLE_FIX}"
        );
        Problem::new("paging-lost", message).at("the list of users")
    }
}

/// The number of people that an answer says.
pub(crate) fn read_count(response: &HttpResponse, purpose: Purpose) -> Result<u64, Problem> {
    let body = reply::body(response, purpose)?;
    let number = body.trim().parse();
    number.map_err(|_| odd(purpose, "it is no number"))
}

/// A realm of nobody, and what it most likely is.
fn nobody() -> Problem {
    let message = format!(
        "Keycloak shows nobody at all: the realm is empty, or the service account has `query-users` \
         without the role `view-users` and is shown an empty list: {ROLE_FIX}"
    );
    Problem::new("permission", message).at("the list of users")
}
