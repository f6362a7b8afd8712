//! The probe: does sign-in work, is the permission there, do the rows' attributes and the filter
//! work, do the clocks agree.
//!
//! A probe tells; it does not fail on what it was sent to find out. Only an endpoint that does not
//! answer at all ends it with a problem.

use attune_plugin::Problem;
use attune_plugin::provider::{Finding, Request, Turn, date};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::listing::users_and_link;
use crate::reading::Reading;
use crate::reply::Purpose;

/// Tokens carry times; authorities allow five minutes.
const CLOCK_DIFFERENCE_MAX_MS: f64 = 300_000.0;

const SIGN_IN_FIX: &str = "check `tenant`, the client id and the secret or certificate (expired?) \
                           of the app registration, and the endpoint `login`";

/// One line of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Check {
    /// One user, id and name only.
    Users,
    /// One user the way the rows want it.
    Listing,
}

impl Check {
    pub(crate) fn request(self, id: u32, reading: &Reading) -> Request {
        match self {
            Self::Users => Reading::of_names().page_of(id, 1),
            Self::Listing => reading.page_of(id, 1),
        }
    }
}

/// The finding of a token that could not be had.
pub(crate) fn report_sign_in(detail: &str, turn: &mut Turn) {
    turn.finding(Finding::bad("sign-in", detail, SIGN_IN_FIX));
}

/// The finding of a group that could not be found.
pub(crate) fn report_group(problem: &Problem, turn: &mut Turn) {
    let fix = "give the group's id, or grant the application permission `GroupMember.Read.All`";
    turn.finding(Finding::bad("groups", problem.message.clone(), fix));
}

impl Conversation {
    pub(crate) fn begin_probe(&mut self) {
        self.queue_last(Task::Check(Check::Users));
    }

    pub(crate) fn check_replied(&mut self, check: Check, answer: &Answer, turn: &mut Turn) {
        let users = answer
            .body()
            .and_then(|body| users_and_link(body, &answer.purpose))
            .map(|(users, _)| users.len());
        match (check, users) {
            (Check::Users, Ok(users)) => {
                turn.finding(Finding::good("sign-in", "Graph accepts the token"));
                report_clock(answer, turn);
                let message = format!("users can be listed ({users} asked for and seen)");
                turn.finding(Finding::good("User.Read.All", message));
                self.queue_last(Task::Check(Check::Listing));
            }
            (Check::Listing, Ok(_)) => {
                let message = "the filter and the attributes that rows mention can be read";
                turn.finding(Finding::good("attributes", message));
            }
            (_, Err(problem)) => report(check, &problem, &answer.purpose, turn),
        }
    }
}

fn report(check: Check, problem: &Problem, purpose: &Purpose, turn: &mut Turn) {
    let message = problem.message.clone();
    let finding = match (problem.code.as_str(), check) {
        ("sign-in", _) => Finding::bad("sign-in", message, SIGN_IN_FIX),
        ("permission", _) => {
            if check == Check::Users {
                turn.finding(Finding::good("sign-in", "Graph accepts the token"));
            }
            let fix = format!(
                "grant the application permission {} with admin consent",
                purpose.permission
            );
            Finding::bad("User.Read.All", message, fix)
        }
        (_, Check::Users) => Finding::bad("users", message, "check the endpoint `api`"),
        (_, Check::Listing) => {
            let fix = "check the option `filter` and the names that rows and scope mention";
            Finding::bad("attributes", message, fix)
        }
    };
    turn.finding(finding);
}

fn report_clock(answer: &Answer, turn: &mut Turn) {
    let Some(server_ms) = answer.response.header("date").and_then(date::unix_ms) else {
        return;
    };
    let difference_ms = server_ms - answer.now_ms;
    let seconds = (difference_ms / 1000.0).round();
    let message = format!("Graph's clock differs from ours by {seconds} s");
    let finding = if difference_ms.abs() <= CLOCK_DIFFERENCE_MAX_MS {
        Finding::good("clock", message)
    } else {
        Finding::bad("clock", message, "set this machine's clock by NTP")
    };
    turn.finding(finding);
}
