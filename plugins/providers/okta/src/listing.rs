//! Complete listings: page after page of users, of the members of groups, of whom was updated.
//!
//! A next link is used whole and unparsed; only its absence ends a listing. A page may be empty and
//! still lead on. A full page without any link is no end: Okta names every page's own link, so
//! somebody has taken the headers away.

use attune_plugin::Problem;
use attune_plugin::provider::{Path, Person, Presence, Request, Turn, json};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::link::Links;
use crate::lookup::Batch;
use crate::person;
use crate::reading::{PAGE_SIZE, Reading, literal, plain, plain_link};
use crate::reply::{OktaError, odd};

/// What is listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Listing {
    /// Everyone who meets the option `search` or `filter`.
    Users,
    /// The members of a group, by its id.
    Members(String),
    /// Whom was updated since a time: those who meet the option, or all of them.
    Changed { since: String, limited: bool },
    /// The first so many of everyone.
    Sample(u32),
}

/// One page of a listing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Page {
    of: Listing,
    link: Option<String>,
}

impl Page {
    pub(crate) fn is_of_members(&self) -> bool {
        matches!(self.of, Listing::Members(_))
    }

    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        match (&self.link, &self.of) {
            (Some(link), Listing::Members(_)) => plain_link(id, link),
            (Some(link), _) => reading.next_page(id, link.clone()),
            (None, Listing::Users | Listing::Sample(_)) => reading.everyone(id, self.size(reading)),
            (None, Listing::Members(group)) => {
                let path = Path::new("/api/v1/groups")
                    .segment(group)
                    .segment("users")
                    .query("limit", &self.size(reading).to_string());
                plain(id, path)
            }
            (None, Listing::Changed { since, limited }) => {
                let condition = format!("lastUpdated gt {}", literal(since));
                reading.meeting(id, &condition, *limited)
            }
        }
    }

    fn size(&self, reading: &Reading) -> u32 {
        match self.of {
            Listing::Sample(people) => people.clamp(1, PAGE_SIZE),
            _ => reading.page_size(),
        }
    }
}

impl Conversation {
    pub(crate) fn queue_page(&mut self, of: Listing) {
        self.agenda.queue_last(Task::Page(Page { of, link: None }));
    }

    /// Who changed: those who meet the option first, so that the others are known to be outside.
    pub(crate) fn begin_changes(&mut self, since: &str) {
        let changed = |limited| Listing::Changed {
            since: since.to_owned(),
            limited,
        };
        if self.reading.limit.is_some() {
            self.queue_page(changed(true));
        }
        self.queue_page(changed(false));
    }

    pub(crate) fn page_replied(
        &mut self,
        page: &Page,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let purpose = &answer.purpose;
        let is_missing = answer.response.status == 404 && page.is_of_members();
        if is_missing && OktaError::read(&answer.response).is_not_found() {
            let message = "the group was deleted while its members were listed";
            return Err(Problem::new("options", message).at("groups"));
        }
        let body = answer.body()?;
        let users = json::elements(body).map_err(|error| odd(purpose, error))?;
        if let Listing::Sample(people) = page.of {
            let sample = users.into_iter().take(people as usize);
            let people = self.read(body, sample, answer)?;
            self.deliver(people, turn);
            return Ok(());
        }
        let links = Links::of(&answer.response).map_err(|error| odd(purpose, error))?;
        if users.len() >= page.size(&self.reading) as usize && !links.are_there {
            let message = "it is a full page without a `Link` header; does a proxy in between \
                           take headers away?";
            return Err(odd(purpose, message));
        }
        if let Some(link) = links.next {
            self.follow(&link, purpose)?;
            self.agenda.queue_next(Task::Page(Page {
                of: page.of.clone(),
                link: Some(link),
            }));
        }
        let people = self.read(body, users, answer)?;
        self.listed(&page.of, people, (body, turn))
    }

    fn read<'a>(
        &self,
        body: &str,
        users: impl IntoIterator<Item = &'a str>,
        answer: &Answer,
    ) -> Result<Vec<Person>, Problem> {
        users
            .into_iter()
            .map(|user| person::read(body, user, &self.reading, &answer.purpose))
            .collect()
    }

    /// What becomes of the people of a page.
    fn listed(
        &mut self,
        of: &Listing,
        mut people: Vec<Person>,
        (body, turn): (&str, &mut Turn),
    ) -> Result<(), Problem> {
        match of {
            Listing::Changed { limited, .. } => {
                if self.reading.limit.is_some() {
                    if self.asked_for.is_full() {
                        let message = "so many people changed that listing everyone is quicker";
                        return Err(Problem::new("unsupported", message));
                    }
                    self.admit_new(&mut people);
                    for person in &mut people {
                        person.in_scope = Some(*limited && person.presence != Presence::Gone);
                    }
                }
            }
            Listing::Members(_) => {
                people.retain(|person| person.presence != Presence::Gone);
                self.admit_members(&mut people)?;
                if self.reading.limit.is_some() {
                    let ids: Vec<String> = people.into_iter().map(|person| person.key).collect();
                    for batch in Batch::of_members(&ids).into_iter().rev() {
                        self.agenda.queue_next(Task::Batch(batch));
                    }
                    return Ok(());
                }
            }
            Listing::Users | Listing::Sample(_) => {
                people.retain(|person| person.presence != Presence::Gone);
            }
        }
        self.found(people, body, turn);
        Ok(())
    }

    /// Keeps those who were in no earlier page: people are in several groups.
    fn admit_members(&mut self, people: &mut Vec<Person>) -> Result<(), Problem> {
        if self.asked_for.is_full() {
            if self.groups.len() > 1 {
                let message = "the groups have more members together than can be kept apart; \
                               leave the groups out and use the option `search`";
                return Err(Problem::new("unsupported", message).at("groups"));
            }
            // One listing repeats nobody but at the seam of two pages.
            self.asked_for.clear();
        }
        self.admit_new(people);
        Ok(())
    }

    fn admit_new(&mut self, people: &mut Vec<Person>) {
        let keys = people.iter().map(|person| person.key.clone()).collect();
        let mut new = self.asked_for.admit(keys).into_iter().peekable();
        // Admitted keys keep their order, and each stands there once.
        people.retain(|person| new.next_if_eq(&person.key).is_some());
    }
}
