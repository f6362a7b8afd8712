//! The state of one conversation: what is still to be asked, and what is under way.
//!
//! Everything is a [`Task`]: queued, then asked under a request id, then answered, which may queue
//! more. The conversation completes when nothing is queued and nothing under way, and only then.
//!
//! Invariant: ids of one page at most wait in the queue, so the state stays far below 1 MiB; links
//! that were followed are remembered as hashes, and the first repeat is a loop.

use std::collections::{BTreeMap, VecDeque};

use attune_plugin::Problem;
use attune_plugin::provider::{
    Begin, Goal, HttpResponse, REQUESTS_AT_ONCE, Reply, Request, Seen, Trail, Turn,
};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::batch::Batch;
use crate::delta::Delta;
use crate::groups::{Group, Membership};
use crate::listing::{Listing, Page};
use crate::lookup::Lookup;
use crate::photos::Photos;
use crate::probe::Check;
use crate::reading::Reading;
use crate::reply::{self, GraphError, Purpose, odd};

/// The adapter's state between turns.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Conversation {
    pub(crate) reading: Reading,
    /// The ids of the groups whose members take part; empty for everyone.
    pub(crate) groups: Vec<String>,
    /// Whether the members of the groups are listed, rather than single people held against them.
    pub(crate) lists_members: bool,
    pub(crate) delivered: u32,
    probes: bool,
    queue: VecDeque<Task>,
    asked: BTreeMap<u32, Sent>,
    next_id: u32,
    followed: Trail,
    done: bool,
    /// Ids that were asked for, in this conversation.
    pub(crate) asked_for: Seen,
    /// Keys of single people who were found, under whichever name.
    pub(crate) answered: Seen,
    /// In a conversation about photos, all there is to ask.
    photos: Option<Photos>,
    /// Where changes go on.
    pub(crate) checkpoint: Option<String>,
    /// Ids of changed people who are still to be looked up.
    pub(crate) waiting: Vec<String>,
}

/// One thing to ask.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Task {
    /// The id of a group; goes before everything else.
    Group(Group),
    /// One page of a listing, never two at once.
    Page(Page),
    /// One page of changes, or the link at which they begin.
    Delta(Delta),
    /// Several people by their ids.
    Batch(Batch),
    /// One person.
    Lookup(Lookup),
    /// Whether a person found is in one of the groups.
    Membership(Box<Membership>),
    /// One line of a probe.
    Check(Check),
}

/// A task under way, and whether its request went the advanced way.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sent {
    task: Task,
    advanced: bool,
}

/// An answer, and what it answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) response: HttpResponse,
    pub(crate) purpose: Purpose,
    pub(crate) now_ms: f64,
    was_advanced: bool,
}

impl Answer {
    /// The body, if this is a good answer.
    pub(crate) fn body(&self) -> Result<&str, Problem> {
        reply::body(&self.response, &self.purpose)
    }
}

impl Conversation {
    pub(crate) fn begin(
        &mut self,
        options: &Options,
        begin: Begin,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        *self = Self {
            reading: Reading::of(&begin.wanted, options.filter())?,
            lists_members: matches!(begin.goal, Goal::Everyone) && !begin.groups.is_empty(),
            probes: matches!(begin.goal, Goal::Probe),
            ..Self::default()
        };
        if !matches!(begin.goal, Goal::Discover(_)) {
            self.begin_groups(begin.groups);
        }
        match begin.goal {
            // The members' pages are queued as their groups become known.
            Goal::Everyone if self.lists_members => self.begin_checkpoint(),
            Goal::Everyone => {
                self.queue_last(Task::Page(Page::first(Listing::Users)));
                self.begin_checkpoint();
            }
            Goal::People(names) => self.begin_lookups(names, turn),
            Goal::Probe => self.begin_probe(),
            Goal::Discover(people) => {
                self.reading = Reading::of_everything();
                self.queue_last(Task::Page(Page::first(Listing::Sample(people))));
            }
            Goal::ChangesSince(mark) => self.begin_changes(mark)?,
            Goal::Pictures(asked) => self.photos = Some(Photos::of(asked)),
        }
        Ok(())
    }

    pub(crate) fn replied(
        &mut self,
        reply: Reply,
        now_ms: f64,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        if let Some(photos) = &mut self.photos {
            return photos.replied(reply, turn);
        }
        let Some(Sent { task, advanced }) = self.asked.remove(&reply.id()) else {
            let message = format!("a reply to request {}, which is not under way", reply.id());
            return Err(Problem::new("bad-answer", message));
        };
        let purpose = self.purpose(&task);
        let response = match reply {
            Reply::Http(response) => response,
            Reply::Failed(why) if self.probes && why.kind == "sign-in" => {
                crate::probe::report_sign_in(&why.detail, turn);
                self.queue.clear();
                return Ok(());
            }
            Reply::Failed(why) => return Err(why.problem(purpose.what)),
            Reply::Ldap(_) => return Err(odd(&purpose, "it is an LDAP page")),
        };
        let answer = Answer {
            response,
            purpose,
            now_ms,
            was_advanced: advanced,
        };
        match task {
            Task::Group(group) => match self.group_replied(group, &answer) {
                Err(problem) if self.probes => {
                    crate::probe::report_group(&problem, turn);
                    Ok(())
                }
                outcome => outcome,
            },
            Task::Page(page) => self.page_replied(page, &answer, turn),
            Task::Delta(delta) => self.delta_replied(&delta, &answer, turn),
            Task::Batch(batch) => self.batch_replied(batch, &answer, turn),
            Task::Lookup(lookup) => self.lookup_replied(lookup, &answer, turn),
            Task::Membership(held) => self.membership_replied(held, &answer, turn),
            Task::Check(check) => {
                self.check_replied(check, &answer, turn);
                Ok(())
            }
        }
    }

    /// Sends what may be sent, and completes when nothing is left.
    pub(crate) fn go_on(&mut self, turn: &mut Turn) -> Result<(), Problem> {
        if let Some(photos) = &mut self.photos {
            return photos.go_on(turn);
        }
        if self.asked.is_empty() && self.queue.is_empty() && !self.waiting.is_empty() {
            self.look_up_waiting(turn);
        }
        while self.asked.len() < REQUESTS_AT_ONCE {
            let Some(task) = self.queue.pop_front_if(|task| may_start(task, &self.asked)) else {
                break;
            };
            let id = self.next_id;
            self.next_id += 1;
            turn.send(self.request(id, &task));
            let advanced = self.reading.advanced;
            self.asked.insert(id, Sent { task, advanced });
        }
        if self.asked.is_empty() && self.queue.is_empty() && !self.done {
            self.done = true;
            if let Some(mark) = self.checkpoint.take() {
                turn.checkpoint(mark);
            }
            turn.complete(self.delivered);
        }
        Ok(())
    }

    /// A wait is over; only photos are waited for.
    pub(crate) fn woke(&mut self, id: u32) {
        if let Some(photos) = &mut self.photos {
            photos.woke(id);
        }
    }

    /// To be asked after everything that waits now.
    pub(crate) fn queue_last(&mut self, task: Task) {
        self.queue.push_back(task);
    }

    /// To be asked before everything that waits now.
    pub(crate) fn queue_next(&mut self, task: Task) {
        self.queue.push_front(task);
    }

    /// Remembers a link, unless it was followed before.
    pub(crate) fn follow(&mut self, link: &str, purpose: &Purpose) -> Result<(), Problem> {
        self.followed.follow(link, purpose.what)
    }

    /// Whether a refused query is worth another try the advanced way; from then on everything of
    /// this conversation goes that way.
    pub(crate) fn turns_advanced(&mut self, answer: &Answer) -> bool {
        let is_refused = answer.response.status == 400
            && !answer.was_advanced
            && self.reading.filter.is_some()
            && GraphError::read(&answer.response).is_unsupported_query();
        self.reading.advanced |= is_refused;
        is_refused
    }

    fn request(&self, id: u32, task: &Task) -> Request {
        match task {
            Task::Group(group) => group.request(id),
            Task::Page(page) => page.request(id, &self.reading),
            Task::Delta(delta) => delta.request(id, &self.reading),
            Task::Batch(batch) => batch.request(id, &self.reading),
            Task::Lookup(lookup) => lookup.request(id, &self.reading),
            Task::Membership(held) => held.request(id),
            Task::Check(check) => check.request(id, &self.reading),
        }
    }

    fn purpose(&self, task: &Task) -> Purpose {
        let (what, permission) = match task {
            Task::Group(_) => ("the group", "`GroupMember.Read.All`".to_owned()),
            Task::Page(page) if page.is_of_members() => {
                let both = format!("`GroupMember.Read.All` and {}", self.reading.permissions());
                ("the members of the group", both)
            }
            Task::Page(_) | Task::Check(_) => ("the list of users", self.reading.permissions()),
            Task::Delta(_) => ("the changes of users", self.reading.permissions()),
            Task::Batch(_) | Task::Lookup(_) => ("single users", self.reading.permissions()),
            Task::Membership(_) => ("the groups of a user", "`GroupMember.Read.All`".to_owned()),
        };
        Purpose { what, permission }
    }
}

/// Groups first: everything else needs their ids. One page at a time: its people come before the
/// next one. The link at which changes begin comes before the listing that they change.
fn may_start(task: &Task, asked: &BTreeMap<u32, Sent>) -> bool {
    let waits_for = |other: &Task| match task {
        Task::Group(_) => false,
        Task::Page(_) => matches!(other, Task::Group(_) | Task::Page(_) | Task::Delta(_)),
        Task::Delta(_) => true,
        Task::Batch(_) | Task::Lookup(_) | Task::Membership(_) | Task::Check(_) => {
            matches!(other, Task::Group(_))
        }
    };
    !asked.values().any(|sent| waits_for(&sent.task))
}
