//! The probe: does sign-in work, is the role there, are there people, have they what rows want, can
//! the groups be found, do the clocks agree.
//!
//! A probe tells; it does not fail on what it was sent to find out. Only a server that does not
//! answer at all ends it with a problem.

use attune_plugin::Problem;
use attune_plugin::provider::{Finding, HttpResponse, Path, Turn, date, first_steps, json};
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::conversation::{Conversation, Task};
use crate::listing::read_count;
use crate::person::{self, MANAGER, PICTURE};
use crate::reply::{self, Purpose, ROLE_FIX};

/// Enough to see whether an attribute is in use.
const SAMPLE: &str = "20";
/// Tokens carry times; a token lives for a minute.
const CLOCK_DIFFERENCE_MAX_MS: f64 = 30_000.0;

const SIGN_IN_FIX: &str = "check client id and secret, that \"Client authentication\" and \"Service \
                           account roles\" are on for the client, the option `realm`, and the \
                           option `prefix` (/auth before Keycloak 17)";

/// One line of a probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Check {
    /// How many people there are.
    Count,
    /// Some people, and which of these attributes they have.
    People(Vec<String>),
}

impl Check {
    pub(crate) fn path(&self, options: &Options) -> Path {
        let users = options.admin().segment("users");
        if *self == Self::Count {
            return users.segment("count");
        }
        let users = users.query("first", "0").query("max", SAMPLE);
        let users = users.query("briefRepresentation", "false");
        match options.query() {
            Some(query) => users.query("q", query),
            None => users,
        }
    }
}

/// The finding of a token that could not be had.
pub(crate) fn report_sign_in(detail: &str, turn: &mut Turn) {
    turn.finding(Finding::bad("sign-in", detail, SIGN_IN_FIX));
}

/// The finding of a group that cannot be used.
pub(crate) fn report_group(problem: &Problem, turn: &mut Turn) {
    let fix = format!(
        "give the group's path, and the service account the role `view-users` (`query-groups` is a \
         part of it): {ROLE_FIX}"
    );
    turn.finding(Finding::bad("groups", problem.message.clone(), fix));
}

impl Conversation {
    pub(crate) fn begin_probe(&mut self, wanted: &[String], groups: Vec<String>) {
        let wanted = wanted.iter().map(String::as_str);
        // What stands below `attributes`, and the two attributes that this adapter reads itself.
        let below = wanted
            .clone()
            .filter_map(|wanted| wanted.strip_prefix("attributes."));
        let own = wanted.filter(|wanted| wanted.starts_with("manager."));
        let attributes = first_steps(below.chain(own));
        self.agenda.queue_last(Task::Check(Check::Count));
        self.agenda
            .queue_last(Task::Check(Check::People(attributes)));
        self.begin_groups(groups);
    }

    pub(crate) fn check_replied(
        &mut self,
        check: Check,
        options: &Options,
        (answer, now_ms): ((&HttpResponse, Purpose), f64),
        turn: &mut Turn,
    ) {
        let outcome = match check {
            Check::Count => count(answer, now_ms, turn),
            Check::People(attributes) => people(&attributes, options, answer, turn),
        };
        if let Err(problem) = outcome {
            report(&problem, answer.1, turn);
            self.agenda.drop_queue();
        }
    }
}

fn count(answer: (&HttpResponse, Purpose), now_ms: f64, turn: &mut Turn) -> Result<(), Problem> {
    let number = read_count(answer.0, answer.1)?;
    turn.finding(Finding::good("sign-in", "Keycloak accepts the token"));
    report_clock(answer.0, now_ms, turn);
    turn.finding(Finding::good(
        "users",
        format!("Keycloak counts {number} users"),
    ));
    Ok(())
}

fn people(
    attributes: &[String],
    options: &Options,
    (response, purpose): (&HttpResponse, Purpose),
    turn: &mut Turn,
) -> Result<(), Problem> {
    let (body, users) = reply::list(response, purpose)?;
    let mut documents = Vec::new();
    for raw in users {
        if !person::read(body, raw, purpose)?.is_service {
            documents.push(raw);
        }
    }
    if documents.is_empty() {
        let (message, fix) = match options.query() {
            Some(_) => (
                "nobody meets the query",
                "check the option `query`".to_owned(),
            ),
            None => (
                "nobody can be seen",
                format!("grant the role `view-users`: {ROLE_FIX}"),
            ),
        };
        turn.finding(Finding::bad("view-users", message, fix));
        return Ok(());
    }
    let number = documents.len();
    turn.finding(Finding::good(
        "view-users",
        format!("users can be listed ({number} were looked at)"),
    ));
    for name in attributes {
        let has = |user: &&&str| {
            let found = json::members(user, ["attributes"]).unwrap_or_default();
            !person::values(found[0], name).is_empty()
        };
        let having = documents.iter().filter(has).count();
        let message = format!("{having} of {number} have the attribute `{name}`");
        turn.finding(if having > 0 {
            Finding::good(name, message)
        } else {
            Finding::bad(name, message, fix(name))
        });
    }
    Ok(())
}

fn fix(name: &str) -> &'static str {
    match name {
        MANAGER => {
            "fill the attribute with the manager's user name, mail address or id, or leave \
             `manager` out of the rows"
        }
        PICTURE => "fill the attribute with a link that needs no sign-in",
        _ => {
            "check the spelling, and that the user profile of the realm has the attribute or lets \
             unmanaged attributes be seen by administrators"
        }
    }
}

fn report(problem: &Problem, purpose: Purpose, turn: &mut Turn) {
    let message = problem.message.clone();
    let finding = match problem.code.as_str() {
        "sign-in" => Finding::bad("sign-in", message, SIGN_IN_FIX),
        "permission" => {
            turn.finding(Finding::good("sign-in", "Keycloak accepts the token"));
            let fix = format!("grant the role `{}`: {ROLE_FIX}", purpose.role);
            Finding::bad(purpose.role, message, fix)
        }
        "options" if problem.at == "realm" => {
            Finding::bad("realm", message, "check the option `realm`")
        }
        _ => Finding::bad(
            "users",
            message,
            "check the endpoint `server` and the option `prefix`",
        ),
    };
    turn.finding(finding);
}

fn report_clock(response: &HttpResponse, now_ms: f64, turn: &mut Turn) {
    let Some(server_ms) = response.header("date").and_then(date::unix_ms) else {
        return;
    };
    let difference_ms = server_ms - now_ms;
    let seconds = (difference_ms / 1000.0).round();
    let message = format!("Keycloak's clock differs from ours by {seconds} s");
    turn.finding(if difference_ms.abs() <= CLOCK_DIFFERENCE_MAX_MS {
        Finding::good("clock", message)
    } else {
        Finding::bad("clock", message, "set this machine's clock by NTP")
    });
}
