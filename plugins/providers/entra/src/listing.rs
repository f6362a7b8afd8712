//! Complete listings: page after page of users, or of the members of groups.
//!
//! A next link is used whole and unparsed; only its absence ends a listing. A page may be empty and
//! still lead on. Where a page holds ids only (members of groups, attributes of single users), its
//! people are asked for by their ids before the next page is.
//!
//! Members are listed as ids because Graph's published description lets no more be selected on
//! `/groups/{id}/transitiveMembers/microsoft.graph.user`; nested groups count.

use attune_plugin::Problem;
use attune_plugin::provider::{Attribute, Locator, Path, Person, Presence, Request, Turn, json};
use serde::{Deserialize, Serialize};

use crate::attributes::LISTED;
use crate::batch::Batch;
use crate::conversation::{Answer, Conversation, Task};
use crate::lookup::Lookup;
use crate::options::API;
use crate::person;
use crate::reading::{Reading, eventual};
use crate::reply::{Purpose, odd};

/// What is listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Listing {
    /// Everyone who meets the filter.
    Users,
    /// The members of a group, by its id.
    Members(String),
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
    /// The first page.
    pub(crate) fn first(of: Listing) -> Self {
        Self { of, link: None }
    }

    pub(crate) fn is_of_members(&self) -> bool {
        matches!(self.of, Listing::Members(_))
    }

    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        match (&self.link, &self.of) {
            (Some(link), Listing::Members(_)) => {
                eventual(id, Locator::Link(API.to_owned(), link.clone()))
            }
            (Some(link), _) => reading.next_page(id, link.clone()),
            (None, Listing::Users) => reading.first_page(id),
            (None, Listing::Sample(people)) => reading.page_of(id, (*people).clamp(1, 999)),
            (None, Listing::Members(group)) => {
                // A cast is answered the advanced way only.
                let path = Path::new("/v1.0/groups")
                    .segment(group)
                    .segment("transitiveMembers")
                    .segment("microsoft.graph.user")
                    .query("$select", "id")
                    .query("$count", "true")
                    .query("$top", "999");
                eventual(id, Locator::Endpoint(API.to_owned(), path.into_string()))
            }
        }
    }
}

impl Conversation {
    pub(crate) fn page_replied(
        &mut self,
        page: Page,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if page.link.is_none() && !page.is_of_members() && self.turns_advanced(answer) {
            self.queue_next(Task::Page(page));
            return Ok(());
        }
        let body = answer.body()?;
        let purpose = &answer.purpose;
        let (users, link) = users_and_link(body, purpose)?;
        if let Listing::Sample(people) = page.of {
            let sample = users.into_iter().take(people as usize).collect();
            turn.attributes(
                LISTED
                    .iter()
                    .map(|(selector, title, kind)| Attribute::new(selector, title, kind))
                    .collect(),
            );
            return self.deliver_users(body, sample, purpose, turn);
        }
        if let Some(link) = link {
            self.follow(&link, purpose)?;
            let next = Page {
                of: page.of.clone(),
                link: Some(link),
            };
            self.queue_next(Task::Page(next));
        }
        if page.is_of_members() || self.reading.single_only {
            let ids = users
                .into_iter()
                .map(|user| person::read_id(user, purpose))
                .collect::<Result<Vec<_>, _>>()?;
            return self.look_up_listed(ids, page.is_of_members());
        }
        self.deliver_users(body, users, purpose, turn)
    }

    /// Queues the people of a page of ids, in front of the next page and in the page's order.
    fn look_up_listed(&mut self, ids: Vec<String>, are_members: bool) -> Result<(), Problem> {
        if self.asked_for.is_full() {
            if self.groups.len() > 1 {
                let message = "the groups have more members together than can be kept apart; \
                               leave the groups out and use the option `filter`";
                return Err(Problem::new("unsupported", message).at("groups"));
            }
            // One listing repeats nobody but at the seam of two pages.
            self.asked_for.clear();
        }
        let ids = self.asked_for.admit(ids);
        if self.reading.single_only {
            for id in ids.into_iter().rev() {
                let lookup = Lookup::of_listed(id, &self.reading, are_members);
                self.queue_next(Task::Lookup(lookup));
            }
        } else {
            for batch in Batch::of_members(&ids, &self.reading).into_iter().rev() {
                self.queue_next(Task::Batch(batch));
            }
        }
        Ok(())
    }

    fn deliver_users(
        &mut self,
        body: &str,
        users: Vec<&str>,
        purpose: &Purpose,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let people = users
            .into_iter()
            .map(|user| person::read(body, user, &self.reading, purpose))
            .collect::<Result<Vec<_>, _>>()?;
        self.deliver(people, turn);
        Ok(())
    }

    /// Hands over people and counts them; who was removed is no part of the listing's count.
    pub(crate) fn deliver(&mut self, people: Vec<Person>, turn: &mut Turn) {
        let present = people
            .iter()
            .filter(|p| p.presence != Presence::Gone)
            .count();
        self.delivered = self
            .delivered
            .saturating_add(u32::try_from(present).unwrap_or(u32::MAX));
        turn.deliver(people);
    }
}

/// The users of a page, and the link to the next one.
pub(crate) fn users_and_link<'a>(
    body: &'a str,
    purpose: &Purpose,
) -> Result<(Vec<&'a str>, Option<String>), Problem> {
    let [value, link] =
        json::members(body, ["value", "@odata.nextLink"]).map_err(|error| odd(purpose, error))?;
    let value = value.ok_or_else(|| odd(purpose, "it has no `value`"))?;
    let users = json::elements(value).map_err(|error| odd(purpose, error))?;
    // A next link that is there but cannot be followed is no end of the list.
    let link = link
        .map(|raw| {
            json::string(raw)
                .filter(|link| !link.is_empty())
                .ok_or_else(|| odd(purpose, "its `@odata.nextLink` is no text"))
        })
        .transpose()?;
    Ok((users, link))
}
