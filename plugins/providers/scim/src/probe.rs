//! The probe: does sign-in work, what does the service say that it can, can users be listed the way
//! rows and options want it, are there groups and pictures, do the clocks agree.
//!
//! A probe tells; it does not fail on what it was sent to find out. Only an endpoint that does not
//! answer at all ends it with a problem.

use attune_plugin::Problem;
use attune_plugin::provider::{Finding, Path, Request, Turn, date, json};
use serde::{Deserialize, Serialize};

use crate::conversation::{Answer, Conversation, Task};
use crate::list::List;
use crate::pictures;
use crate::reading::{Reading, get};
use crate::service::Service;

/// Changes are asked for with a moment of the service's clock, so a difference does no harm; signed
/// addresses and tokens elsewhere allow five minutes.
const CLOCK_DIFFERENCE_MAX_MS: f64 = 300_000.0;
/// Users of whom one may have a picture.
const SAMPLE: u32 = 10;

const SIGN_IN_FIX: &str = "check the credential `api`: has it expired, is it for this service? for \
                           oauth2-client-credentials also the endpoint `login` and `token-scope`";

/// One line of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Check {
    /// Some users, in full.
    Users,
    /// Users the way the rows want them.
    Listing,
}

impl Check {
    pub(crate) fn request(self, id: u32, reading: &Reading, filter: Option<&str>) -> Request {
        let path = Path::new("/Users").query("startIndex", "1");
        if self == Self::Users {
            return get(id, path.query("count", &SAMPLE.to_string()));
        }
        let path = reading.ask(path.query("count", "2"));
        get(
            id,
            match filter {
                Some(filter) => path.query("filter", filter),
                None => path,
            },
        )
    }
}

/// The finding of a token that could not be had.
pub(crate) fn report_sign_in(detail: &str, turn: &mut Turn) {
    turn.finding(Finding::bad("sign-in", detail, SIGN_IN_FIX));
}

impl Conversation {
    /// What the service says of itself is here; the rest is asked.
    pub(crate) fn begin_probe(&mut self, answer: &Answer, turn: &mut Turn) {
        turn.finding(configuration(&self.service, self.page_size));
        report_clock(answer, turn);
        self.agenda.queue_last(Task::Check(Check::Users));
    }

    pub(crate) fn check_replied(&mut self, check: Check, answer: &Answer, turn: &mut Turn) {
        if check == Check::Listing && answer.is_refused() && self.reading.weaken() {
            self.agenda.queue_next(Task::Check(check));
            return;
        }
        let body = answer.body();
        let list = body.and_then(|body| List::read(body, answer.what));
        match (check, list) {
            (Check::Users, Ok(list)) => {
                turn.finding(Finding::good(
                    "sign-in",
                    "the service accepts the credential",
                ));
                let message = match list.total {
                    Some(total) => format!("users can be listed; there are {total}"),
                    None => "users can be listed".to_owned(),
                };
                turn.finding(Finding::good("users", message));
                turn.finding(photos(&list));
                self.agenda.queue_last(Task::Check(Check::Listing));
            }
            (Check::Listing, Ok(list)) => {
                let lacks = list
                    .resources
                    .iter()
                    .any(|user| self.reading.misses_extension(user));
                let message = if self.reading.is_projected() && !lacks {
                    "the filter works, and the attributes that rows mention are asked for alone"
                } else {
                    "the filter works; whole users are read, because the service does not give \
                     single attributes"
                };
                turn.finding(Finding::good("attributes", message));
                let groups = std::mem::take(&mut self.members.wanted);
                self.begin_groups(groups);
            }
            (_, Err(problem)) => report(check, &problem, turn),
        }
    }

    /// One answer about groups.
    pub(crate) fn report_groups(&mut self, outcome: Result<(), Problem>, turn: &mut Turn) {
        if let Err(problem) = outcome {
            let fix = "give the group's id, or let the credential read /Groups";
            turn.finding(Finding::bad("groups", problem.message, fix));
        } else if self.members.open == 0 {
            let message = if self.members.is_empty() {
                "the groups name no members; people are asked for their groups instead"
            } else {
                "the groups and their members can be read"
            };
            turn.finding(Finding::good("groups", message));
        }
    }
}

fn configuration(service: &Service, page_size: u32) -> Finding {
    let name = "configuration";
    if !service.is_told {
        let message = "the service tells nothing of itself at /ServiceProviderConfig: lists are \
                       read by index, and changes only by complete lists";
        return Finding::good(name, message);
    }
    let can = |can: bool| if can { "yes" } else { "no" };
    let message = format!(
        "filter: {}, sort: {}, cursors: {}, {} people a page",
        can(service.filters),
        can(service.sorts),
        can(service.has_cursors),
        service.page_size(page_size)
    );
    Finding::good(name, message)
}

fn photos(list: &List<'_>) -> Finding {
    let has_photo = |user: &&&str| {
        let found = json::members_ignoring_case(user, ["photos"]);
        found.is_ok_and(|[photos]| pictures::best(photos).is_some())
    };
    let seen = list.resources.len();
    let with = list.resources.iter().filter(has_photo).count();
    let message = format!(
        "{with} of {seen} users seen have a link to a picture; links are fetched without a credential"
    );
    Finding::good("photos", message)
}

fn report(check: Check, problem: &Problem, turn: &mut Turn) {
    let message = problem.message.clone();
    let finding = match (problem.code.as_str(), check) {
        ("sign-in", _) => Finding::bad("sign-in", message, SIGN_IN_FIX),
        ("permission", _) => {
            let fix = "let the credential read /Users (and /Groups, where groups are used)";
            Finding::bad("users", message, fix)
        }
        (_, Check::Users) => {
            let fix = "check the endpoint `api`: it is the URL below which /Users is";
            Finding::bad("users", message, fix)
        }
        (_, Check::Listing) => Finding::bad("attributes", message, "check the option `filter`"),
    };
    turn.finding(finding);
}

fn report_clock(answer: &Answer, turn: &mut Turn) {
    let Some(server_ms) = answer.response.header("date").and_then(date::unix_ms) else {
        return;
    };
    let difference_ms = server_ms - answer.now_ms;
    let seconds = (difference_ms / 1000.0).round();
    let message = format!("the service's clock differs from ours by {seconds} s");
    let finding = if difference_ms.abs() <= CLOCK_DIFFERENCE_MAX_MS {
        Finding::good("clock", message)
    } else {
        Finding::bad("clock", message, "set this machine's clock by NTP")
    };
    turn.finding(finding);
}
