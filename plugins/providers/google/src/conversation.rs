//! The state of one conversation: what is still to be asked, and what is under way.
//!
//! Everything is a [`Task`]: queued, then asked under a request id, then answered, which may queue
//! more. An answer that means "slow down" puts its task back to where it was.
//!
//! Invariant: at most one page of a listing is under way; page tokens that were followed are
//! remembered as hashes, and the first repeat is a loop. The ids of groups' members are the one
//! thing that grows; their number is bounded (`members`).

use attune_plugin::Problem;
use attune_plugin::provider::{
    Agenda, Begin, Failure, Goal, HttpResponse, REQUESTS_AT_ONCE, Reply, Request, Seen, Trail, Turn,
};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::discovery;
use crate::groups::Group;
use crate::listing::Page;
use crate::lookup::{Held, Lookup};
use crate::members::{Members, Roster};
use crate::options::{API, GROUPS, SCHEMAS, USERS};
use crate::pictures::Portrait;
use crate::probe::{self, Check};
use crate::reading::Reading;
use crate::reply::{self, Purpose, odd};
use crate::slowdown;

/// The adapter's state between turns.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Conversation {
    pub(crate) reading: Reading,
    /// Who is in the groups; `None` without groups.
    pub(crate) roster: Option<Roster>,
    pub(crate) delivered: u32,
    pub(crate) probes: bool,
    agenda: Agenda<Ask>,
    followed: Trail,
    /// What is said once: keys of single people, whichever names led to them; scopes of a probe.
    pub(crate) answered: Seen,
}

/// One thing to ask.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Task {
    /// The id of a group.
    Group(Group),
    /// One page of a group's members.
    Members(Members),
    /// One page of a listing, never two at once.
    Page(Page),
    /// One person.
    Lookup(Lookup),
    /// Whether a person found takes part.
    Held(Box<Held>),
    /// One person's picture.
    Portrait(Portrait),
    /// The names of custom fields.
    Schemas,
    /// One line of a probe.
    Check(Check),
}

/// A task, and how often Google asked to come back later.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ask {
    task: Task,
    refusals: u32,
}

/// An answer, and what it answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) response: HttpResponse,
    pub(crate) purpose: Purpose,
    pub(crate) now_ms: f64,
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
        let is_about_people = matches!(begin.goal, Goal::Everyone | Goal::People(_) | Goal::Probe);
        *self = Self {
            reading: Reading::of(&begin.wanted, options)?,
            probes: matches!(begin.goal, Goal::Probe),
            roster: (is_about_people && !begin.groups.is_empty()).then(Roster::default),
            ..Self::default()
        };
        match begin.goal {
            Goal::Everyone => {
                self.begin_groups(begin.groups);
                self.queue_last(Task::Page(Page::first()));
            }
            Goal::People(names) => {
                self.begin_groups(begin.groups);
                self.begin_lookups(names, turn);
            }
            Goal::Pictures(known) => self.begin_pictures(known),
            Goal::Probe => self.begin_probe(options, begin.groups),
            Goal::Discover(people) => {
                self.reading = Reading::of_everything(options);
                self.queue_last(Task::Page(Page::sample(people)));
                self.queue_last(Task::Schemas);
            }
            Goal::ChangesSince(_) => {
                let message = "Google's directory does not tell what changed since a time; run a \
                               complete listing instead";
                return Err(Problem::new("unsupported", message));
            }
        }
        Ok(())
    }

    pub(crate) fn replied(
        &mut self,
        reply: Reply,
        now_ms: f64,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let Ask { task, refusals } = self.agenda.take(&reply)?;
        let purpose = purpose(&task);
        let response = match reply {
            Reply::Http(response) => response,
            Reply::Failed(why) => return self.failed(&purpose, &task, &why, turn),
            Reply::Ldap(_) => return Err(odd(&purpose, "it is an LDAP page")),
        };
        if let Some(wait_ms) = slowdown::wait_ms(&response, refusals) {
            turn.hold_off(API, now_ms + wait_ms);
            let refusals = refusals + 1;
            self.agenda.queue_next(Ask { task, refusals });
            return Ok(());
        }
        let answer = Answer {
            response,
            purpose,
            now_ms,
        };
        match task {
            Task::Group(group) => self.group_replied(group, &answer, turn),
            Task::Members(members) => self.members_replied(members, &answer, turn),
            Task::Page(page) => self.page_replied(page, &answer, turn),
            Task::Lookup(lookup) => self.lookup_replied(lookup, &answer, turn),
            Task::Held(held) => self.held_replied(held, &answer, turn),
            Task::Portrait(portrait) => self.portrait_replied(portrait, &answer, turn),
            Task::Schemas => {
                discovery::report(&answer, turn);
                Ok(())
            }
            Task::Check(check) => {
                self.check_replied(&check, &answer, turn);
                Ok(())
            }
        }
    }

    /// No answer at all. A scope that was not granted is told by the token endpoint; where somebody
    /// only wants to know, that is a finding, and what needs other scopes goes on.
    fn failed(
        &mut self,
        purpose: &Purpose,
        task: &Task,
        why: &Failure,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let is_asked_for = self.probes || matches!(task, Task::Schemas);
        if why.kind != "sign-in" || !is_asked_for {
            return Err(why.problem(purpose.what));
        }
        if self.answered.is_new(purpose.scope) {
            probe::report_sign_in(why, purpose, turn);
        }
        if matches!(task, Task::Schemas) {
            turn.attributes(discovery::standard());
        }
        if self.probes && !probe::is_missing_scope(why) {
            self.agenda.drop_queue();
        }
        Ok(())
    }

    /// Sends what may be sent, and completes when nothing is left.
    pub(crate) fn go_on(&mut self, turn: &mut Turn) {
        let reading = &self.reading;
        self.agenda.send(
            turn,
            REQUESTS_AT_ONCE,
            |ask, other| waits(&ask.task, &other.task),
            |id, ask| request(id, &ask.task, reading),
        );
        self.agenda.complete_when_done(self.delivered, turn);
    }

    /// To be asked after everything that waits now.
    pub(crate) fn queue_last(&mut self, task: Task) {
        self.agenda.queue_last(Ask { task, refusals: 0 });
    }

    /// To be asked before everything that waits now.
    pub(crate) fn queue_next(&mut self, task: Task) {
        self.agenda.queue_next(Ask { task, refusals: 0 });
    }

    /// Remembers the token of a page of `list`, unless it was followed before.
    pub(crate) fn follow(
        &mut self,
        list: &str,
        token: &str,
        purpose: &Purpose,
    ) -> Result<(), Problem> {
        self.followed
            .follow(&format!("{list} {token}"), purpose.what)
    }
}

fn request(id: u32, task: &Task, reading: &Reading) -> Request {
    match task {
        Task::Group(group) => group.request(id, reading),
        Task::Members(members) => members.request(id),
        Task::Page(page) => page.request(id, reading),
        Task::Lookup(lookup) => lookup.request(id, reading),
        Task::Held(held) => held.request(id, reading),
        Task::Portrait(portrait) => portrait.request(id),
        Task::Schemas => discovery::request(id, reading),
        Task::Check(check) => check.request(id, reading),
    }
}

fn purpose(task: &Task) -> Purpose {
    let (what, scope) = match task {
        Task::Group(_) => ("the group", GROUPS),
        Task::Members(_) => ("the members of the group", GROUPS),
        Task::Page(_) | Task::Held(_) => ("the list of users", USERS),
        Task::Lookup(_) => ("single users", USERS),
        Task::Portrait(_) => ("the picture of a user", USERS),
        Task::Schemas => ("the custom schemas", SCHEMAS),
        Task::Check(check) => (check.what(), USERS),
    };
    Purpose { what, scope }
}

/// Groups first: what follows needs to know who is in them. One page of users at a time, and one
/// line of a probe.
fn waits(task: &Task, other: &Task) -> bool {
    match task {
        Task::Group(_) | Task::Members(_) => matches!(other, Task::Check(_)),
        Task::Page(_) => matches!(other, Task::Group(_) | Task::Members(_) | Task::Page(_)),
        Task::Lookup(_) | Task::Held(_) => matches!(other, Task::Group(_) | Task::Members(_)),
        Task::Check(_) => true,
        Task::Portrait(_) | Task::Schemas => false,
    }
}
