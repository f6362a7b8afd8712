//! The state of one conversation: what is still to be asked, and what is under way.
//!
//! Everything is a [`Task`]: queued, then asked under a request id, then answered, which may queue
//! more. The conversation completes when nothing is queued and nothing under way, and only then.
//!
//! Invariant: people of one page at most wait in the state, so it stays below 1 MiB; links that were
//! followed are remembered as hashes, and the first repeat is a loop.

use attune_plugin::Problem;
use attune_plugin::provider::{
    Agenda, Begin, Failure, Goal, HttpResponse, REQUESTS_AT_ONCE, Reply, Request, Seen, Trail, Turn,
};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::found::Held;
use crate::groups::Group;
use crate::listing::{Listing, Page};
use crate::lookup::{Batch, Lookup};
use crate::probe::Check;
use crate::reading::Reading;
use crate::reply::{self, Purpose, odd};
use crate::{discover, mark, probe, rate};

/// A refusal that outlasted the host's patience is waited for this often in a conversation.
const REFUSALS_MAX: u32 = 3;

/// The adapter's state between turns.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Conversation {
    pub(crate) reading: Reading,
    /// The ids of the groups whose members take part; empty for everyone.
    pub(crate) groups: Vec<String>,
    /// Whether the members of the groups are listed, rather than single people held against them.
    pub(crate) lists_members: bool,
    pub(crate) agenda: Agenda<Task>,
    pub(crate) followed: Trail,
    pub(crate) delivered: u32,
    pub(crate) probes: bool,
    /// Groups that a probe looks at once it knows that sign-in works.
    pub(crate) groups_to_probe: Vec<String>,
    /// Ids that were asked for, or delivered by a listing whose people may come again.
    pub(crate) asked_for: Seen,
    /// Keys of single people who were found, under whichever name.
    pub(crate) answered: Seen,
    /// Whether changes can go on from this conversation.
    marks: bool,
    mark: Option<String>,
    refusals: u32,
}

/// One thing to ask.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Task {
    /// The id of a group; goes before everything else.
    Group(Group),
    /// One page of a listing, never two at once.
    Page(Page),
    /// Several people by their ids.
    Batch(Batch),
    /// One person.
    Lookup(Lookup),
    /// What is still to be known of a person found.
    Held(Box<Held>),
    /// One line of a probe.
    Check(Check),
    /// The attributes of the org.
    Schema,
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
        let has_groups = !begin.groups.is_empty();
        *self = Self {
            reading: Reading::of(&begin.wanted, options)?,
            lists_members: matches!(begin.goal, Goal::Everyone) && has_groups,
            probes: matches!(begin.goal, Goal::Probe),
            marks: matches!(begin.goal, Goal::Everyone | Goal::ChangesSince(_)) && !has_groups,
            ..Self::default()
        };
        match begin.goal {
            // The members' pages are queued as their groups become known.
            Goal::Everyone if has_groups => self.begin_groups(begin.groups),
            Goal::Everyone => self.queue_page(Listing::Users),
            Goal::People(names) => {
                self.begin_groups(begin.groups);
                self.begin_lookups(names, turn);
            }
            Goal::ChangesSince(_) if has_groups => {
                return Err(unsupported(
                    "changes of groups: Okta does not tell who joined or left one",
                ));
            }
            Goal::ChangesSince(since) => {
                mark::check(&since)?;
                self.begin_changes(&since);
            }
            Goal::Probe => {
                self.groups_to_probe = begin.groups;
                self.agenda.queue_last(Task::Check(Check::Users));
            }
            Goal::Discover(people) => {
                self.reading = Reading::of_everything();
                self.agenda.queue_last(Task::Schema);
                self.queue_page(Listing::Sample(people));
            }
            Goal::Pictures(_) => return Err(unsupported("pictures: Okta has none")),
        }
        Ok(())
    }

    pub(crate) fn replied(
        &mut self,
        reply: Reply,
        now_ms: f64,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let task = self.agenda.take(&reply)?;
        let purpose = task.purpose();
        let response = match reply {
            Reply::Http(response) => response,
            Reply::Failed(mut why) => {
                if why.kind == "sign-in" {
                    why.detail = reply::sign_in_words(&why.detail);
                }
                if why.kind == "sign-in" {
                    return self.signed_out(&task, &why, turn);
                }
                return Err(why.problem(purpose.what));
            }
            Reply::Ldap(_) => return Err(odd(&purpose, "it is an LDAP page")),
        };
        if response.status == 429
            && self.refusals < REFUSALS_MAX
            && rate::hold_until_reset(&response, now_ms, turn)
        {
            self.refusals += 1;
            self.agenda.queue_next(task);
            return Ok(());
        }
        rate::heed(&response, now_ms, self.agenda.under_way(), turn);
        if self.marks {
            // The first answer's time: what is written from now on is listed, or comes after it.
            self.marks = false;
            self.mark = mark::of(&response);
        }
        let answer = Answer {
            response,
            purpose,
            now_ms,
        };
        self.answered(task, &answer, turn)
    }

    /// No token for a request: all is wrong, or the one scope that it needs is not granted.
    fn signed_out(&mut self, task: &Task, why: &Failure, turn: &mut Turn) -> Result<(), Problem> {
        let problem = why.problem(task.purpose().what);
        match task {
            // The sample tells as well.
            Task::Schema => turn.attributes(discover::known_to_all()),
            Task::Group(_) if self.probes => probe::report_group(&problem, turn),
            _ if self.probes => {
                probe::report_sign_in(&why.detail, turn);
                self.agenda.drop_queue();
            }
            _ => return Err(problem),
        }
        Ok(())
    }

    fn answered(&mut self, task: Task, answer: &Answer, turn: &mut Turn) -> Result<(), Problem> {
        match task {
            Task::Group(group) => match self.group_replied(&group, answer) {
                Err(problem) if self.probes => {
                    probe::report_group(&problem, turn);
                    Ok(())
                }
                Ok(()) if self.probes => {
                    probe::report_good_group(&group, turn);
                    Ok(())
                }
                outcome => outcome,
            },
            Task::Page(page) => self.page_replied(&page, answer, turn),
            Task::Batch(batch) => self.batch_replied(batch, answer, turn),
            Task::Lookup(lookup) => self.lookup_replied(lookup, answer, turn),
            Task::Held(held) => self.held_replied(*held, answer, turn),
            Task::Check(check) => {
                self.check_replied(check, answer, turn);
                Ok(())
            }
            Task::Schema => {
                turn.attributes(discover::attributes(answer)?);
                Ok(())
            }
        }
    }

    /// Sends what may be sent, and completes when nothing is left.
    pub(crate) fn go_on(&mut self, turn: &mut Turn) {
        let reading = &self.reading;
        self.agenda.send(turn, REQUESTS_AT_ONCE, waits, |id, task| {
            task.request(id, reading)
        });
        if self.agenda.is_idle()
            && let Some(mark) = self.mark.take()
        {
            turn.checkpoint(mark);
        }
        self.agenda.complete_when_done(self.delivered, turn);
    }

    /// Remembers a link, unless it was followed before.
    pub(crate) fn follow(&mut self, link: &str, purpose: &Purpose) -> Result<(), Problem> {
        self.followed.follow(link, purpose.what)
    }
}

impl Task {
    /// The request, for a token with the one scope that it needs: what nobody uses, nobody has to
    /// grant.
    fn request(&self, id: u32, reading: &Reading) -> Request {
        let request = match self {
            Self::Group(group) => group.request(id),
            Self::Page(page) => page.request(id, reading),
            Self::Batch(batch) => batch.request(id, reading),
            Self::Lookup(lookup) => lookup.request(id, reading),
            Self::Held(held) => held.request(id, reading),
            Self::Check(check) => check.request(id, reading),
            Self::Schema => discover::request(id),
        };
        match request {
            Request::Http(http) => Request::Http(http.scope(self.purpose().scope)),
            ldap @ Request::Ldap(_) => ldap,
        }
    }

    fn purpose(&self) -> Purpose {
        let (what, scope) = match self {
            Self::Group(_) => ("the group", "okta.groups.read"),
            Self::Page(page) if page.is_of_members() => {
                ("the members of the group", "okta.groups.read")
            }
            Self::Page(_) => ("the list of users", "okta.users.read"),
            Self::Batch(_) | Self::Lookup(_) => ("single users", "okta.users.read"),
            Self::Held(held) => held.purpose(),
            Self::Check(check) => check.purpose(),
            Self::Schema => ("the attributes of users", "okta.schemas.read"),
        };
        Purpose { what, scope }
    }
}

/// Groups first: everything else needs their ids. One page at a time, and everybody of a page
/// before the next one.
fn waits(task: &Task, other: &Task) -> bool {
    let is_open = |other: &Task| {
        matches!(
            other,
            Task::Page(_) | Task::Batch(_) | Task::Lookup(_) | Task::Held(_)
        )
    };
    match task {
        Task::Page(_) => matches!(other, Task::Group(_)) || is_open(other),
        Task::Batch(_) => matches!(other, Task::Group(_) | Task::Held(_)),
        Task::Lookup(_) | Task::Held(_) => matches!(other, Task::Group(_)),
        Task::Group(_) | Task::Check(_) | Task::Schema => false,
    }
}

fn unsupported(what: &str) -> Problem {
    Problem::new(
        "unsupported",
        format!("the okta adapter does not read {what}"),
    )
}
