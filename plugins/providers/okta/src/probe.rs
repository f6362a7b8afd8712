//! The probe: does sign-in work, are the scopes there, do the rows' attributes and the option work,
//! are the groups and the linked object there, do the clocks agree.
//!
//! A probe tells; it does not fail on what it was sent to find out. Only an endpoint that does not
//! answer at all ends it with a problem.

use attune_plugin::Problem;
use attune_plugin::provider::{Finding, Path, Request, Turn, date, json};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::conversation::{Answer, Conversation, Task};
use crate::groups::Group;
use crate::person::read_id;
use crate::reading::{Reading, plain};
use crate::reply::{OktaError, odd};

/// Assertions carry times; Okta allows five minutes.
const CLOCK_DIFFERENCE_MAX_MS: f64 = 300_000.0;

const SIGN_IN_FIX: &str = "check the client id, the private key and its `key-id` (the app's \
                           General tab lists the key ids), or the API token (unused for 30 days?), \
                           and the endpoint `api`";

/// One line of a probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Check {
    /// One user, names only.
    Users,
    /// One user the way the rows want it.
    Listing,
    /// The linked object of a user of this id.
    Linked(String),
}

impl Check {
    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        match self {
            Self::Users => match Reading::of(&[], &Options::default()) {
                Ok(names) => names.everyone(id, 1),
                Err(_) => reading.everyone(id, 1),
            },
            Self::Listing => reading.everyone(id, 1),
            Self::Linked(user) => {
                let path = Path::new("/api/v1/users")
                    .segment(user)
                    .segment("linkedObjects")
                    .segment(reading.linked.as_deref().unwrap_or_default());
                plain(id, path)
            }
        }
    }

    pub(crate) fn purpose(&self) -> (&'static str, &'static str) {
        match self {
            Self::Users | Self::Listing => ("the list of users", "okta.users.read"),
            Self::Linked(_) => ("the linked object of a user", "okta.users.read"),
        }
    }
}

/// The finding of a token that could not be had.
pub(crate) fn report_sign_in(detail: &str, turn: &mut Turn) {
    turn.finding(Finding::bad("sign-in", detail, SIGN_IN_FIX));
}

/// The finding of a group that could not be found.
pub(crate) fn report_group(problem: &Problem, turn: &mut Turn) {
    let fix = "give the group's id, or grant the scope `okta.groups.read`";
    turn.finding(Finding::bad("groups", problem.message.clone(), fix));
}

/// The finding of a group that is there.
pub(crate) fn report_good_group(group: &Group, turn: &mut Turn) {
    let message = format!("there is one group `{}`", group.name);
    turn.finding(Finding::good("groups", message));
}

impl Conversation {
    pub(crate) fn check_replied(&mut self, check: Check, answer: &Answer, turn: &mut Turn) {
        let elements = answer
            .body()
            .and_then(|body| json::elements(body).map_err(|error| odd(&answer.purpose, error)));
        match (check, elements) {
            (Check::Users, Ok(users)) => self.sign_in_works(users.len(), answer, turn),
            (Check::Listing, Ok(users)) => {
                let message = "people can be listed the way that the rows and the options want it";
                turn.finding(Finding::good("attributes", message));
                if self.reading.linked.is_some() {
                    self.check_linked(&users, answer, turn);
                }
            }
            (Check::Linked(_), Ok(_)) => {
                let name = self.reading.linked.as_deref().unwrap_or_default();
                let message = format!(
                    "the linked object `{name}` can be read, with one request for each person"
                );
                turn.finding(Finding::good("manager", message));
            }
            (Check::Linked(_), Err(_)) if answer.response.status == 404 => {
                let words = OktaError::read(&answer.response).words(404);
                let problem = self.no_such_link(&words);
                let fix = "check the option `manager`: the name of the linked object's primary \
                           side (Directory, Profile Editor, Linked Objects)";
                turn.finding(Finding::bad("manager", problem.message, fix));
            }
            (check, Err(problem)) => report(&check, &problem, answer, turn),
        }
    }

    fn sign_in_works(&mut self, users: usize, answer: &Answer, turn: &mut Turn) {
        turn.finding(Finding::good("sign-in", "Okta accepts the token"));
        report_clock(answer, turn);
        let message = format!("users can be listed ({users} asked for and seen)");
        turn.finding(Finding::good("okta.users.read", message));
        if let Some(limit) = answer.response.header("x-rate-limit-limit") {
            let message = format!("Okta allows {limit} lists of users in its window of time");
            turn.finding(Finding::good("rate limit", message));
        }
        self.agenda.queue_last(Task::Check(Check::Listing));
        let groups = std::mem::take(&mut self.groups_to_probe);
        self.begin_groups(groups);
    }

    fn check_linked(&mut self, users: &[&str], answer: &Answer, turn: &mut Turn) {
        match users.first().map(|user| read_id(user, &answer.purpose)) {
            Some(Ok(id)) => self.agenda.queue_last(Task::Check(Check::Linked(id))),
            Some(Err(problem)) => report(&Check::Listing, &problem, answer, turn),
            None => {}
        }
    }
}

fn report(check: &Check, problem: &Problem, answer: &Answer, turn: &mut Turn) {
    let message = problem.message.clone();
    let finding = match (problem.code.as_str(), check) {
        ("sign-in", _) => Finding::bad("sign-in", message, SIGN_IN_FIX),
        ("permission", _) => {
            if *check == Check::Users {
                turn.finding(Finding::good("sign-in", "Okta accepts the token"));
            }
            let fix = format!(
                "grant the app the scope `{}` and the admin role Read-only Administrator",
                answer.purpose.scope
            );
            Finding::bad(answer.purpose.scope, message, fix)
        }
        (_, Check::Users) => {
            let fix = "check the endpoint `api`: the org's address without a path and without \
                       `-admin`";
            Finding::bad("users", message, fix)
        }
        (_, Check::Listing) => {
            let fix = "check the options `search` and `filter` and the names that rows and scope \
                       mention";
            Finding::bad("attributes", message, fix)
        }
        (_, Check::Linked(_)) => Finding::bad("manager", message, "check the option `manager`"),
    };
    turn.finding(finding);
}

fn report_clock(answer: &Answer, turn: &mut Turn) {
    let Some(server_ms) = answer.response.header("date").and_then(date::unix_ms) else {
        return;
    };
    let difference_ms = server_ms - answer.now_ms;
    let seconds = (difference_ms / 1000.0).round();
    let message = format!("Okta's clock differs from ours by {seconds} s");
    let finding = if difference_ms.abs() <= CLOCK_DIFFERENCE_MAX_MS {
        Finding::good("clock", message)
    } else {
        Finding::bad("clock", message, "set this machine's clock by NTP")
    };
    turn.finding(finding);
}
