//! The probe: does sign-in work, is each scope granted, do the rows' attributes and the query work,
//! can a picture be read, do the clocks agree.
//!
//! A probe tells; it does not fail on what it was sent to find out. Each request asks for a token of
//! the one scope that it needs, so that a scope that is missing is told by its name. Only an
//! endpoint that does not answer at all ends it with a problem.

use attune_plugin::Problem;
use attune_plugin::provider::{Failure, Finding, Request, Turn, date, json};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::conversation::{Answer, Conversation, Task};
use crate::options::USERS;
use crate::pictures;
use crate::reading::Reading;
use crate::reply::{self, Purpose};

/// Google takes assertions whose times are a few minutes off.
const CLOCK_DIFFERENCE_MAX_MS: f64 = 300_000.0;
/// Enough to meet somebody with a picture.
const SAMPLE: u32 = 100;

const SIGN_IN_FIX: &str = "check the key file and `subject` of the credential `app`, and the \
                           endpoint `login`";
const DELEGATION_FIX: &str = "in the Google Admin console: Security > Access and data control > \
                              API controls > Manage domain-wide delegation";

/// One line of a probe.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Check {
    /// Some users, and who of them has a picture.
    Users(Reading),
    /// One user the way the rows want it.
    Listing,
    /// The picture of somebody who has one.
    Picture(String),
}

impl Check {
    pub(crate) fn request(&self, id: u32, reading: &Reading) -> Request {
        match self {
            Self::Users(marks) => marks.page(id, Some(SAMPLE), None),
            Self::Listing => reading.page(id, Some(1), None),
            Self::Picture(key) => pictures::photo(id, key),
        }
    }

    pub(crate) fn what(&self) -> &'static str {
        match self {
            Self::Users(_) | Self::Listing => "the list of users",
            Self::Picture(_) => "the picture of a user",
        }
    }
}

/// Whether the token endpoint says that a scope was not granted.
pub(crate) fn is_missing_scope(why: &Failure) -> bool {
    ["unauthorized_client", "access_denied", "invalid_scope"]
        .iter()
        .any(|code| why.detail.contains(code))
}

/// The finding of a token that could not be had.
pub(crate) fn report_sign_in(why: &Failure, purpose: &Purpose, turn: &mut Turn) {
    turn.finding(if is_missing_scope(why) {
        let fix = format!("enter the scope {} {DELEGATION_FIX}", purpose.scope);
        Finding::bad(purpose.scope, why.detail.clone(), fix)
    } else {
        Finding::bad("sign-in", why.detail.clone(), SIGN_IN_FIX)
    });
}

impl Conversation {
    pub(crate) fn begin_probe(&mut self, options: &Options, groups: Vec<String>) {
        let marks = Reading::of_marks(options);
        self.queue_last(Task::Check(Check::Users(marks)));
        self.begin_groups(groups);
    }

    pub(crate) fn check_replied(&mut self, check: &Check, answer: &Answer, turn: &mut Turn) {
        let outcome = match check {
            Check::Users(_) => self.users_seen(answer, turn),
            Check::Listing => answer
                .body()
                .and_then(|body| reply::page(body, "users", &answer.purpose))
                .map(|_| {
                    let message = "the query and the attributes that rows mention can be read";
                    turn.finding(Finding::good("attributes", message));
                }),
            Check::Picture(_) => pictures::read(answer).map(|(bytes, kind)| {
                let message = format!("a picture can be read ({kind}, {} bytes)", bytes.len());
                turn.finding(Finding::good("picture", message));
            }),
        };
        if let Err(problem) = outcome {
            report(check, problem, answer, turn);
        }
    }

    fn users_seen(&mut self, answer: &Answer, turn: &mut Turn) -> Result<(), Problem> {
        let (users, _) = reply::page(answer.body()?, "users", &answer.purpose)?;
        turn.finding(Finding::good("sign-in", "Google accepts the token"));
        report_clock(answer, turn);
        let message = format!("users can be listed ({} seen)", users.len());
        turn.finding(Finding::good(USERS, message));
        let with_picture = users.iter().find_map(|user| {
            let [id, mark] = json::members(user, ["id", "thumbnailPhotoEtag"]).ok()?;
            mark.and(id).and_then(json::string)
        });
        if let Some(key) = with_picture {
            self.queue_next(Task::Check(Check::Picture(key)));
        } else {
            let message = "nobody among the first users has a picture";
            turn.finding(Finding::good("picture", message));
        }
        self.queue_next(Task::Check(Check::Listing));
        Ok(())
    }
}

fn report(check: &Check, problem: Problem, answer: &Answer, turn: &mut Turn) {
    let finding = match (problem.code.as_str(), check) {
        ("sign-in", _) => Finding::bad("sign-in", problem.message, SIGN_IN_FIX),
        ("permission", _) => {
            if matches!(check, Check::Users(_)) {
                turn.finding(Finding::good("sign-in", "Google gave a token"));
            }
            let fix = reply::fix(&answer.response, &answer.purpose);
            Finding::bad(USERS, problem.message, fix)
        }
        (_, Check::Users(_)) => {
            let fix = "check the options `customer` and `domain`, and the endpoint `api`";
            Finding::bad("users", problem.message, fix)
        }
        (_, Check::Listing) => {
            let fix = "check the option `query` and the names that rows and scope mention";
            Finding::bad("attributes", problem.message, fix)
        }
        (_, Check::Picture(_)) => Finding::bad("picture", problem.message, "see the message"),
    };
    turn.finding(finding);
}

fn report_clock(answer: &Answer, turn: &mut Turn) {
    let Some(server_ms) = answer.response.header("date").and_then(date::unix_ms) else {
        return;
    };
    let difference_ms = server_ms - answer.now_ms;
    let seconds = (difference_ms / 1000.0).round();
    let message = format!("Google's clock differs from ours by {seconds} s");
    turn.finding(if difference_ms.abs() <= CLOCK_DIFFERENCE_MAX_MS {
        Finding::good("clock", message)
    } else {
        Finding::bad("clock", message, "set this machine's clock by NTP")
    });
}
