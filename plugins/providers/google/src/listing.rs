//! Complete listings: page after page of users.
//!
//! A page says where the next one is by a token; only its absence ends a listing. A page may be
//! empty and still lead on. Suspended and archived users are users like any others: the scope's
//! conditions decide.

use attune_plugin::Problem;
use attune_plugin::provider::{Person, Request, Turn};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::person;
use crate::reading::Reading;
use crate::reply;

/// One page of a listing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Page {
    token: Option<String>,
    /// The first so many of everyone, and no more.
    sample: Option<u32>,
}

impl Page {
    /// The first page of everyone.
    pub(crate) fn first() -> Self {
        Self {
            token: None,
            sample: None,
        }
    }

    /// So many people.
    pub(crate) fn sample(people: u32) -> Self {
        Self {
            token: None,
            sample: Some(people),
        }
    }

    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        reading.page(id, self.sample, self.token.as_deref())
    }
}

impl Conversation {
    pub(crate) fn page_replied(
        &mut self,
        mut page: Page,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let body = answer.body()?;
        let purpose = &answer.purpose;
        let (mut users, token) = reply::page(body, "users", purpose)?;
        match (page.sample, token) {
            (Some(people), _) => users.truncate(people as usize),
            (None, Some(token)) => {
                self.follow("users", &token, purpose)?;
                page.token = Some(token);
                self.queue_next(Task::Page(page));
            }
            (None, None) => {}
        }
        let mut people = users
            .into_iter()
            .map(|user| person::read(body, user, &self.reading, purpose))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(roster) = &self.roster {
            let mut is_member = roster.has(&people).into_iter();
            people.retain(|_| is_member.next().unwrap_or_default());
        }
        self.deliver(people, turn);
        Ok(())
    }

    /// Hands over people and counts them.
    pub(crate) fn deliver(&mut self, people: Vec<Person>, turn: &mut Turn) {
        let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
        self.delivered = self.delivered.saturating_add(count);
        turn.deliver(people);
    }
}
