//! What changed since a checkpoint: Graph's delta query.
//!
//! A checkpoint is a whole `@odata.deltaLink`. The first one is had by `$deltatoken=latest` before
//! a listing begins, so that nothing falls in between; where a tenant has no delta, the listing
//! goes on without. A page says what changed of a person and leaves out the rest, so people are
//! partial. Whoever comes twice comes in the order of the pages, and the last one counts.
//!
//! Not believed, but looked up once all pages were read: managers, because `manager@delta` is told
//! or not as Graph likes; and everybody where the option `filter` or groups say who takes part,
//! because a delta knows neither. A link that Graph knows no more is `paging-lost`: the host then
//! lists everybody. Not tracked by Graph at all are photos and what only single users have.

use std::collections::HashSet;

use attune_plugin::Problem;
use attune_plugin::provider::{HttpRequest, Locator, Path, Presence, Request, Turn, json};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::listing::users_and_link;
use crate::options::API;
use crate::person;
use crate::reading::Reading;
use crate::reply::{GraphError, Purpose, odd};

/// More people than these are listed with less work than they are looked up.
const LOOKED_UP_MAX: usize = 5_000;
/// Ids of one go: so many wait as tasks, the others as ids alone.
const LOOKED_UP_AT_ONCE: usize = 150;
/// A link does not carry it, so that every page asks for it again.
const PAGE_SIZE: &str = "odata.maxpagesize=999";

/// One request of a delta query.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Delta {
    /// The link of this moment.
    Latest,
    /// The page behind a link.
    Page(String),
}

impl Delta {
    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        let locator = match self {
            Self::Latest => {
                let path = Path::new("/v1.0/users/delta")
                    .query("$select", &reading.tracked().join(","))
                    .query("$deltatoken", "latest");
                Locator::Endpoint(API.to_owned(), path.into_string())
            }
            Self::Page(link) => Locator::Link(API.to_owned(), link.clone()),
        };
        Request::Http(HttpRequest::get(id, locator).header("Prefer", PAGE_SIZE))
    }
}

impl Conversation {
    /// Before a listing: where changes will go on.
    pub(crate) fn begin_checkpoint(&mut self) {
        self.queue_next(Task::Delta(Delta::Latest));
    }

    pub(crate) fn begin_changes(&mut self, mark: String) -> Result<(), Problem> {
        if !mark.starts_with("http") {
            let message = "the checkpoint is no link of Graph";
            return Err(Problem::new("paging-lost", message));
        }
        self.queue_last(Task::Delta(Delta::Page(mark)));
        Ok(())
    }

    pub(crate) fn delta_replied(
        &mut self,
        delta: &Delta,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if matches!(delta, Delta::Latest) {
            // Whatever Graph says instead: the listing itself will tell.
            let latest = answer
                .body()
                .and_then(|body| delta_link(body, &answer.purpose));
            self.checkpoint = latest.unwrap_or_default();
            return Ok(());
        }
        check_known(answer)?;
        let body = answer.body()?;
        let purpose = &answer.purpose;
        let (users, next) = users_and_link(body, purpose)?;
        match (next, delta_link(body, purpose)?) {
            (Some(next), _) => {
                self.follow(&next, purpose)?;
                self.queue_next(Task::Delta(Delta::Page(next)));
            }
            (None, Some(link)) => self.checkpoint = Some(link),
            (None, None) => return Err(odd(purpose, "it has no link to go on from")),
        }
        let mut people = Vec::with_capacity(users.len());
        for user in users {
            let mut found = person::read(body, user, &self.reading, purpose)?;
            if found.presence != Presence::Gone {
                if self.is_to_be_looked_up(user, purpose)? {
                    self.waiting.push(found.key);
                    continue;
                }
                found.presence = Presence::Partial;
            }
            people.push(found);
        }
        self.deliver(people, turn);
        self.keep_waiting_few()
    }

    /// Whether what a delta says of somebody is not enough.
    fn is_to_be_looked_up(&self, user: &str, purpose: &Purpose) -> Result<bool, Problem> {
        let reading = &self.reading;
        let is_limited = reading.filter.is_some() || !self.groups.is_empty();
        if is_limited || reading.single_only {
            return Ok(true);
        }
        let [manager] = json::members(user, ["manager@delta"]).map_err(|e| odd(purpose, e))?;
        Ok(reading.manager && manager.is_some())
    }

    /// Each id once; too many of them are a case for a listing.
    fn keep_waiting_few(&mut self) -> Result<(), Problem> {
        let mut once = HashSet::with_capacity(self.waiting.len());
        self.waiting.retain(|id| once.insert(id.clone()));
        if self.waiting.len() <= LOOKED_UP_MAX {
            return Ok(());
        }
        let message = format!(
            "more than {LOOKED_UP_MAX} changed people would have to be looked up one by one"
        );
        Err(Problem::new("paging-lost", message))
    }

    /// After the last page: looks up the next of those who wait.
    pub(crate) fn look_up_waiting(&mut self, turn: &mut Turn) {
        let rest = self
            .waiting
            .split_off(self.waiting.len().min(LOOKED_UP_AT_ONCE));
        let ids = std::mem::replace(&mut self.waiting, rest);
        self.begin_lookups(ids, turn);
    }
}

/// Whether Graph still knows the link; a `Location` with an empty token would begin a round over
/// everybody, and the host's own listing does that better.
fn check_known(answer: &Answer) -> Result<(), Problem> {
    let status = answer.response.status;
    let error = GraphError::read(&answer.response);
    let is_lost = matches!(status, 400 | 404 | 410)
        || ["syncStateNotFound", "resyncRequired"]
            .iter()
            .any(|code| error.code.eq_ignore_ascii_case(code));
    if !is_lost {
        return Ok(());
    }
    let message = format!(
        "Graph no longer knows the link of {} (status {status} {})",
        answer.purpose.what, error.code
    );
    Err(Problem::new("paging-lost", message.replace(" )", ")")).at(answer.purpose.what))
}

fn delta_link(body: &str, purpose: &Purpose) -> Result<Option<String>, Problem> {
    let [link] = json::members(body, ["@odata.deltaLink"]).map_err(|error| odd(purpose, error))?;
    let text = |raw| {
        json::string(raw)
            .filter(|link| !link.is_empty())
            .ok_or_else(|| odd(purpose, "its `@odata.deltaLink` is no text"))
    };
    link.map(text).transpose()
}
