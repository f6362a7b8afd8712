//! The state of one conversation: what is known by now, and what is still to be asked.
//!
//! Everything is a [`Task`] on the agenda. What the service can do and who is in the groups has to
//! be known before anybody is listed; pages come one at a time; single questions go side by side.

use attune_plugin::Problem;
use attune_plugin::provider::{
    Agenda, Begin, Goal, HttpResponse, Person, REQUESTS_AT_ONCE, Reply, Request, Seen, Turn,
};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::discover::Part;
use crate::groups::Group;
use crate::listing::Page;
use crate::lookup::Lookup;
use crate::members::Members;
use crate::pictures::Portrait;
use crate::probe::Check;
use crate::reading::Reading;
use crate::reply;
use crate::scope::Waiting;
use crate::service::Service;

/// People whose documents wait in the state until their scope is known.
const HELD_AT_ONCE: usize = 4;

/// The adapter's state between turns.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Conversation {
    pub(crate) errand: Errand,
    pub(crate) reading: Reading,
    pub(crate) service: Service,
    pub(crate) filter: Option<String>,
    pub(crate) page_size: u32,
    pub(crate) agenda: Agenda<Task>,
    pub(crate) members: Members,
    /// The mark that the next conversation goes on from.
    pub(crate) mark: Option<String>,
    pub(crate) delivered: u32,
    /// Keys of single people who were found, under whichever name.
    pub(crate) answered: Seen,
}

/// What the conversation is for.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Errand {
    /// Everyone, or the members of groups.
    #[default]
    Everyone,
    /// Whom the service changed after this moment.
    Changes(String),
    People,
    Pictures,
    Probe,
    /// So many people with everything.
    Discover(u32),
}

/// One thing to ask.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Task {
    /// What the service can do.
    Service,
    /// A group: its id, or its members.
    Group(Group),
    /// One page of a listing.
    Page(Box<Page>),
    /// One person.
    Lookup(Lookup),
    /// Whether a person found meets the filter.
    Scope(Box<Waiting>),
    /// Where one person's picture is.
    Portrait(Portrait),
    /// One line of a probe.
    Check(Check),
    /// A part of what the service tells of its attributes.
    Part(Part),
}

/// An answer, and what it answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) response: HttpResponse,
    pub(crate) what: &'static str,
    pub(crate) now_ms: f64,
}

impl Answer {
    /// The body, if this is a good answer.
    pub(crate) fn body(&self) -> Result<&str, Problem> {
        reply::body(&self.response, self.what)
    }

    /// Whether the service does not know the form of the request.
    pub(crate) fn is_refused(&self) -> bool {
        reply::is_refused(&self.response)
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
            reading: Reading::of(&begin.wanted)?,
            filter: options.filter().map(str::to_owned),
            page_size: options.page_size,
            answered: Seen::exact(),
            members: Members::of(&begin.groups),
            ..Self::default()
        };
        match begin.goal {
            Goal::Everyone => self.agenda.queue_last(Task::Service),
            Goal::ChangesSince(mark) => {
                self.errand = Errand::Changes(crate::changes::checked(mark)?);
                self.agenda.queue_last(Task::Service);
            }
            Goal::People(names) => {
                self.errand = Errand::People;
                self.begin_groups(begin.groups);
                self.begin_lookups(names, turn);
                return Ok(());
            }
            Goal::Pictures(known) => {
                self.errand = Errand::Pictures;
                self.begin_pictures(known);
                return Ok(());
            }
            Goal::Probe => {
                self.errand = Errand::Probe;
                self.agenda.queue_last(Task::Service);
            }
            Goal::Discover(people) => {
                self.errand = Errand::Discover(people);
                self.reading.read_whole();
                self.begin_discovery();
                return Ok(());
            }
        }
        self.members.wanted = begin.groups;
        Ok(())
    }

    pub(crate) fn replied(
        &mut self,
        reply: Reply,
        now_ms: f64,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let task = self.agenda.take(&reply)?;
        let what = what(&task);
        let response = match reply {
            Reply::Http(response) => response,
            Reply::Failed(why) if self.errand == Errand::Probe && why.kind == "sign-in" => {
                crate::probe::report_sign_in(&why.detail, turn);
                self.agenda.drop_queue();
                return Ok(());
            }
            Reply::Failed(why) => return Err(why.problem(what)),
            Reply::Ldap(_) => return Err(reply::odd(what, "it is an LDAP page")),
        };
        let answer = Answer {
            response,
            what,
            now_ms,
        };
        match task {
            Task::Service => self.service_replied(&answer, turn),
            Task::Group(group) => self.group_replied(group, &answer, turn),
            Task::Page(page) => self.page_replied(page, &answer, turn),
            Task::Lookup(lookup) => self.lookup_replied(lookup, &answer, turn),
            Task::Scope(waiting) => self.scope_replied(waiting, &answer, turn),
            Task::Portrait(portrait) => self.portrait_replied(portrait, &answer, turn),
            Task::Check(check) => {
                self.check_replied(check, &answer, turn);
                Ok(())
            }
            Task::Part(part) => {
                self.part_replied(part, &answer, turn);
                Ok(())
            }
        }
    }

    /// Sends what may be sent, and completes when nothing is left.
    pub(crate) fn go_on(&mut self, turn: &mut Turn) {
        let at_once = if self.filter.is_some() && self.errand == Errand::People {
            HELD_AT_ONCE
        } else {
            REQUESTS_AT_ONCE
        };
        let (reading, filter) = (&self.reading, self.filter.as_deref());
        self.agenda.send(turn, at_once, waits, |id, task| {
            request(id, task, reading, filter)
        });
        if self.agenda.is_idle()
            && let Some(mark) = self.mark.take()
        {
            turn.checkpoint(mark);
        }
        self.agenda.complete_when_done(self.delivered, turn);
    }

    /// What the service can do is known; whatever it did not say is not expected of it.
    fn service_replied(&mut self, answer: &Answer, turn: &mut Turn) -> Result<(), Problem> {
        let status = reply::status(&answer.response);
        if status == 429 || status >= 500 && status != 501 {
            return Err(reply::refusal(&answer.response, answer.what));
        }
        self.service = answer.body().map(Service::read).unwrap_or_default();
        self.reading.is_sorted = self.service.sorts && !self.service.has_cursors;
        if self.errand == Errand::Probe {
            self.begin_probe(answer, turn);
            return Ok(());
        }
        if self.service.filters {
            self.mark = crate::changes::mark(&answer.response);
        }
        if self.members.wanted.is_empty() {
            self.begin_listing();
        } else {
            let groups = std::mem::take(&mut self.members.wanted);
            self.begin_groups(groups);
        }
        Ok(())
    }

    /// Hands over people and counts them.
    pub(crate) fn deliver(&mut self, people: Vec<Person>, turn: &mut Turn) {
        let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
        self.delivered = self.delivered.saturating_add(count);
        turn.deliver(people);
    }
}

/// What the service can do and who is in the groups goes before everything else; a page comes after
/// the one before.
fn waits(task: &Task, other: &Task) -> bool {
    match other {
        Task::Service => true,
        Task::Group(_) => !matches!(task, Task::Group(_)),
        Task::Page(_) => matches!(task, Task::Page(_)),
        _ => false,
    }
}

fn request(id: u32, task: &Task, reading: &Reading, filter: Option<&str>) -> Request {
    match task {
        Task::Service => Service::request(id),
        Task::Group(group) => group.request(id),
        Task::Page(page) => page.request(id, reading),
        Task::Lookup(lookup) => lookup.request(id),
        Task::Scope(waiting) => waiting.request(id, filter),
        Task::Portrait(portrait) => portrait.request(id),
        Task::Check(check) => check.request(id, reading, filter),
        Task::Part(part) => part.request(id),
    }
}

fn what(task: &Task) -> &'static str {
    match task {
        Task::Service => "the service's configuration",
        Task::Group(_) => "the group",
        Task::Page(_) | Task::Check(_) => "the list of users",
        Task::Lookup(_) => "single users",
        Task::Scope(_) => "whether a user meets the filter",
        Task::Portrait(_) => "the photos of a user",
        Task::Part(_) => "the schemas",
    }
}
