//! The state of one conversation: an agenda of questions, and what their answers came to.
//!
//! Invariant: it completes when nothing is left to ask, and only then; what waits is one page of
//! people, a hundred names, or the sub-groups of some groups, so the state stays far below 1 MiB.

use attune_plugin::Problem;
use attune_plugin::provider::{
    Agenda, Begin, Goal, HttpRequest, HttpResponse, Locator, Path, Person, REQUESTS_AT_ONCE, Reply,
    Request, Seen, Turn,
};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::discovery::Sample;
use crate::groups::{Group, Groups};
use crate::listing::{Count, Page, Tally};
use crate::lookup::{Lookup, Scope};
use crate::membership::Membership;
use crate::options::SERVER;
use crate::pictures::Sought;
use crate::probe::Check;
use crate::reply::{Purpose, odd};
use crate::subgroups::Children;

/// The adapter's state between turns.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Conversation {
    pub(crate) agenda: Agenda<Task>,
    pub(crate) delivered: u32,
    pub(crate) tally: Tally,
    pub(crate) groups: Groups,
    /// Keys of people who were delivered, where they could come twice.
    pub(crate) answered: Seen,
    /// The first count is there, and the listing begins when the host has waited.
    pub(crate) is_waiting: bool,
    probe: bool,
}

/// One thing to ask.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Task {
    /// A group by its name or path.
    Group(Group),
    /// A group by its id, for its sub-groups.
    Branch(String),
    /// A page of a group's sub-groups.
    Children(Children),
    /// How many people there are.
    Count(Count),
    /// One page of people.
    Page(Page),
    /// One person.
    Lookup(Lookup),
    /// Whether a person found meets the query.
    Scope(Box<Scope>),
    /// Whether a person found is in one of the groups.
    Membership(Box<Membership>),
    /// One person's picture.
    Picture(Sought),
    /// One line of a probe.
    Check(Check),
    /// What the user profile of the realm has.
    Profile(u32),
    /// Some people, with everything.
    Sample(Sample),
}

impl Conversation {
    pub(crate) fn begin(
        &mut self,
        options: &Options,
        begin: Begin,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        options.check()?;
        let has_groups = !begin.groups.is_empty();
        if has_groups && options.query().is_some() {
            let message = "members of groups cannot be limited by the option `query`; say it as a \
                           condition: [scope] include = [{ attribute = \"attributes.department\", \
                           equals = \"Sales\" }]";
            return Err(Problem::option("query", message));
        }
        *self = Self {
            groups: Groups::of(matches!(begin.goal, Goal::Everyone)),
            probe: matches!(begin.goal, Goal::Probe),
            ..Self::default()
        };
        match begin.goal {
            Goal::Everyone if has_groups => self.begin_groups(begin.groups),
            Goal::Everyone => self.agenda.queue_last(Task::Count(Count::Before)),
            Goal::People(names) => {
                self.begin_groups(begin.groups);
                self.begin_lookups(names, turn);
            }
            Goal::Pictures(known) => self.begin_pictures(known),
            Goal::Probe => self.begin_probe(&begin.wanted, begin.groups),
            Goal::Discover(people) => self.agenda.queue_last(Task::Profile(people)),
            Goal::ChangesSince(_) => {
                let message = "Keycloak keeps no time of change (`createdTimestamp` says nothing \
                               about changes), so every run lists completely";
                return Err(Problem::new("unsupported", message));
            }
        }
        Ok(())
    }

    pub(crate) fn replied(
        &mut self,
        options: &Options,
        reply: Reply,
        now_ms: f64,
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let task = self.agenda.take(&reply)?;
        let purpose = task.purpose();
        let response = match reply {
            Reply::Http(response) => response,
            Reply::Failed(why) if self.probe && why.kind == "sign-in" => {
                crate::probe::report_sign_in(&why.detail, turn);
                self.agenda.drop_queue();
                return Ok(());
            }
            Reply::Failed(why) => return Err(why.problem(purpose.what)),
            Reply::Ldap(_) => return Err(odd(purpose, "it is an LDAP page")),
        };
        let answer: (&HttpResponse, Purpose) = (&response, purpose);
        match task {
            Task::Group(_) | Task::Branch(_) | Task::Children(_) => {
                match self.group_replied(task, answer) {
                    Err(problem) if self.probe => {
                        crate::probe::report_group(&problem, turn);
                        Ok(())
                    }
                    outcome => outcome,
                }
            }
            Task::Count(count) => self.count_replied(count, options, answer, turn),
            Task::Page(page) => self.page_replied(page, answer, turn),
            Task::Lookup(lookup) => self.lookup_replied(lookup, options, answer, turn),
            Task::Scope(scope) => self.scope_replied(*scope, answer, turn),
            Task::Membership(held) => self.membership_replied(held, answer, turn),
            Task::Picture(sought) => crate::pictures::replied(sought, answer, turn),
            Task::Check(check) => {
                self.check_replied(check, options, (answer, now_ms), turn);
                Ok(())
            }
            Task::Profile(people) => {
                self.profile_replied(people, &response);
                Ok(())
            }
            Task::Sample(sample) => self.sample_replied(sample, answer, turn),
        }
    }

    /// Sends what may be sent, and completes when nothing is left.
    pub(crate) fn go_on(&mut self, options: &Options, turn: &mut Turn) {
        self.agenda.send(turn, REQUESTS_AT_ONCE, waits, |id, task| {
            let path = task.path(options).into_string();
            let locator = Locator::Endpoint(SERVER.to_owned(), path);
            Request::Http(HttpRequest::get(id, locator))
        });
        if !self.is_waiting {
            self.agenda.complete_when_done(self.delivered, turn);
        }
    }

    /// Hands over people and counts them.
    pub(crate) fn deliver(&mut self, people: Vec<Person>, turn: &mut Turn) {
        let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
        self.delivered = self.delivered.saturating_add(count);
        turn.deliver(people);
    }
}

impl Task {
    /// What is asked, with its query.
    fn path(&self, options: &Options) -> Path {
        let users = || options.admin().segment("users");
        let groups = || options.admin().segment("groups");
        match self {
            Self::Group(group) => group.path(options),
            Self::Branch(id) => groups().segment(id),
            Self::Children(children) => children.path(options),
            Self::Count(count) => count.path(options),
            Self::Page(page) => page.path(options),
            Self::Lookup(lookup) => lookup.path(options),
            Self::Scope(scope) => scope.path(options),
            Self::Membership(held) => held.path(options),
            Self::Picture(sought) => users().segment(&sought.key),
            Self::Check(check) => check.path(options),
            Self::Profile(_) => users().segment("profile"),
            Self::Sample(sample) => sample.path(options),
        }
    }

    fn purpose(&self) -> Purpose {
        let (what, role) = match self {
            Self::Group(_) | Self::Branch(_) => ("the groups", "query-groups"),
            Self::Children(_) => ("the sub-groups", "query-groups"),
            Self::Count(Count::Anybody) | Self::Sample(_) => ("the list of users", "view-users"),
            Self::Count(_) | Self::Check(Check::Count) => ("the number of users", "view-users"),
            Self::Page(page) if page.is_of_members() => ("the members of a group", "view-users"),
            Self::Page(_) | Self::Check(_) => ("the list of users", "view-users"),
            Self::Lookup(_) | Self::Scope(_) | Self::Picture(_) => ("a single user", "view-users"),
            Self::Membership(_) => ("the groups of a user", "view-users"),
            Self::Profile(_) => ("the user profile", "view-realm"),
        };
        Purpose { what, role }
    }

    fn is_about_groups(&self) -> bool {
        matches!(self, Self::Group(_) | Self::Branch(_) | Self::Children(_))
    }
}

/// Groups first: everything else needs their ids. One page at a time, and one line of a probe.
fn waits(task: &Task, under_way: &Task) -> bool {
    match under_way {
        Task::Check(_) => true,
        Task::Page(_) => matches!(task, Task::Page(_)),
        _ => under_way.is_about_groups() && !task.is_about_groups(),
    }
}
