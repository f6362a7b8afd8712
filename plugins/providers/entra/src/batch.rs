//! Several people by their ids with one request.
//!
//! Graph takes fifteen values in one `in`, so a hundred managers are seven requests and a group's
//! members a fifteenth of a request each. A list that leaves somebody out is not yet Graph's word
//! that they do not exist; those are asked for one by one.

use attune_plugin::Problem;
use attune_plugin::provider::{Request, Turn};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::listing::users_and_link;
use crate::lookup::Lookup;
use crate::person;
use crate::reading::{Reading, literal};

/// Graph's own limit.
const IDS_MAX: usize = 15;

/// Some people by their ids.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Batch {
    ids: Vec<String>,
    /// Only those who meet the filter.
    is_limited: bool,
    /// What is said of those who are found.
    in_scope: Option<bool>,
    /// From a listing: who is not found was removed meanwhile, or misses the filter.
    is_listed: bool,
    link: Option<String>,
}

impl Batch {
    /// Members of a group.
    pub(crate) fn of_members(ids: &[String], reading: &Reading) -> Vec<Self> {
        Self::split(ids, |ids| Self {
            ids,
            is_limited: reading.filter.is_some(),
            in_scope: None,
            is_listed: true,
            link: None,
        })
    }

    /// People asked for by their ids.
    pub(crate) fn of_names(ids: &[String], reading: &Reading) -> Vec<Self> {
        let is_limited = reading.filter.is_some();
        Self::split(ids, |ids| Self {
            ids,
            is_limited,
            in_scope: is_limited.then_some(true),
            is_listed: false,
            link: None,
        })
    }

    fn split(ids: &[String], make: impl Fn(Vec<String>) -> Self) -> Vec<Self> {
        ids.chunks(IDS_MAX).map(|ids| make(ids.to_vec())).collect()
    }

    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        if let Some(link) = &self.link {
            return reading.next_page(id, link.clone());
        }
        let ids: Vec<String> = self.ids.iter().map(|id| literal(id)).collect();
        let condition = format!("id in ({})", ids.join(","));
        reading.search(id, &condition, self.is_limited)
    }
}

impl Conversation {
    pub(crate) fn batch_replied(
        &mut self,
        mut batch: Batch,
        answer: &Answer,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if batch.link.is_none() && self.turns_advanced(answer) {
            self.queue_next(Task::Batch(batch));
            return Ok(());
        }
        let body = answer.body()?;
        let (users, link) = users_and_link(body, &answer.purpose)?;
        let mut people = Vec::with_capacity(users.len());
        for user in users {
            let mut found = person::read(body, user, &self.reading, &answer.purpose)?;
            found.in_scope = batch.in_scope;
            batch.ids.retain(|id| !id.eq_ignore_ascii_case(&found.key));
            people.push(found);
        }
        if batch.is_listed {
            self.deliver(people, turn);
        } else {
            self.people_found(people, body, turn);
        }
        if let Some(link) = link {
            self.follow(&link, &answer.purpose)?;
            batch.link = Some(link);
            self.queue_next(Task::Batch(batch));
        } else if !batch.is_listed {
            self.ask_the_rest(batch);
        }
        Ok(())
    }

    /// Who was left out: once more without the filter, then one by one.
    fn ask_the_rest(&mut self, mut batch: Batch) {
        if batch.ids.is_empty() {
            return;
        }
        if batch.is_limited {
            batch.is_limited = false;
            batch.in_scope = Some(false);
            batch.link = None;
            self.queue_next(Task::Batch(batch));
            return;
        }
        for id in batch.ids.into_iter().rev() {
            self.queue_next(Task::Lookup(Lookup::of_missing(id, batch.in_scope)));
        }
    }
}
