//! What a conversation still has to ask, and what is under way.
//!
//! Most adapters are a queue of tasks: queued, asked under a request id, answered, which may queue
//! more. An [`Agenda`] is that queue as a part of the adapter's state. The conversation is done when
//! nothing is queued and nothing under way, and only then.
//!
//! Invariant: a reply is taken once, and only for a request that is under way. Deliberately not
//! here: what a task is, and what its answer means.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{Reply, Request, Turn};
use crate::Problem;

/// The tasks of one conversation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Agenda<T> {
    queue: VecDeque<T>,
    under_way: BTreeMap<u32, T>,
    next_id: u32,
    is_done: bool,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
            under_way: BTreeMap::new(),
            next_id: 0,
            is_done: false,
        }
    }
}

impl<T> Agenda<T> {
    /// To be asked after everything that waits now.
    pub fn queue_last(&mut self, task: T) {
        self.queue.push_back(task);
    }

    /// To be asked before everything that waits now.
    pub fn queue_next(&mut self, task: T) {
        self.queue.push_front(task);
    }

    /// Forgets everything that waits; what is under way is still answered.
    pub fn drop_queue(&mut self) {
        self.queue.clear();
    }

    /// The task that a reply answers.
    pub fn take(&mut self, reply: &Reply) -> Result<T, Problem> {
        let id = reply.id();
        self.under_way.remove(&id).ok_or_else(|| {
            let message = format!("a reply to request {id}, which is not under way");
            Problem::new("bad-answer", message)
        })
    }

    /// Sends from the front of the queue until `at_once` requests are under way, or the first task
    /// has to wait for one of those: `waits(first, other)`. `request` makes a task's request.
    pub fn send(
        &mut self,
        turn: &mut Turn,
        at_once: usize,
        waits: impl Fn(&T, &T) -> bool,
        mut request: impl FnMut(u32, &mut T) -> Request,
    ) {
        while self.under_way.len() < at_once {
            let under_way = &self.under_way;
            let may_start = |task: &mut T| !under_way.values().any(|other| waits(task, other));
            let Some(mut task) = self.queue.pop_front_if(may_start) else {
                break;
            };
            let id = self.next_id;
            self.next_id += 1;
            turn.send(request(id, &mut task));
            self.under_way.insert(id, task);
        }
    }

    /// Completes the conversation, once, when nothing is left; `people` were delivered.
    pub fn complete_when_done(&mut self, people: u32, turn: &mut Turn) {
        if self.is_idle() && !self.is_done {
            self.is_done = true;
            turn.complete(people);
        }
    }

    /// How many requests are under way.
    pub fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// Whether nothing is queued and nothing under way.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.under_way.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Agenda;
    use crate::provider::{Action, Failure, HttpRequest, Locator, Reply, Request, Turn};

    fn reply(id: u32) -> Reply {
        Reply::Failed(Failure {
            id,
            kind: "connect".to_owned(),
            detail: String::new(),
        })
    }

    fn send(agenda: &mut Agenda<&'static str>, turn: &mut Turn) {
        let waits =
            |task: &&str, other: &&str| task.starts_with("page") && other.starts_with("page");
        agenda.send(turn, 3, waits, |id, task| {
            let locator = Locator::Endpoint("api".to_owned(), format!("/{task}"));
            Request::Http(HttpRequest::get(id, locator))
        });
        agenda.complete_when_done(0, turn);
    }

    fn sent(turn: Turn) -> usize {
        let actions = turn.into_actions().into_iter();
        actions
            .filter(|action| matches!(action, Action::Send(_)))
            .count()
    }

    #[test]
    fn tasks_go_in_order_and_wait_for_those_they_need() {
        let mut agenda = Agenda::default();
        for task in ["page 1", "a", "page 2", "b"] {
            agenda.queue_last(task);
        }
        let mut turn = Turn::default();
        send(&mut agenda, &mut turn);
        assert_eq!((sent(turn), agenda.under_way()), (2, 2));
        assert_eq!(agenda.take(&reply(0)), Ok("page 1"));
        let mut turn = Turn::default();
        send(&mut agenda, &mut turn);
        assert_eq!(sent(turn), 2);
    }

    #[test]
    fn a_reply_is_taken_once() {
        let mut agenda = Agenda::default();
        agenda.queue_last("a");
        send(&mut agenda, &mut Turn::default());
        assert!(agenda.take(&reply(7)).is_err());
        assert!(agenda.take(&reply(0)).is_ok());
        assert_eq!(agenda.take(&reply(0)).unwrap_err().code, "bad-answer");
    }

    #[test]
    fn it_completes_once_and_only_when_nothing_is_left() {
        let mut agenda = Agenda::default();
        agenda.queue_last("a");
        let mut turn = Turn::default();
        send(&mut agenda, &mut turn);
        assert!(agenda.take(&reply(0)).is_ok());
        agenda.complete_when_done(4, &mut turn);
        agenda.complete_when_done(4, &mut turn);
        let completes = turn.into_actions().into_iter();
        assert_eq!(
            completes
                .filter(|a| matches!(a, Action::Complete(4)))
                .count(),
            1
        );
    }
}
