//! Lines of `attune check` that all products share: the way to the site, and what to do about a
//! failure.

use std::path::Path;

use super::{Error, Finding};
use crate::fault;
use crate::net::{self, Slot};

/// The way to the site: address, connection, certificate.
pub(super) async fn way(slot: &Slot, ca_file: Option<&Path>) -> Vec<Finding> {
    let options = slot.outside().options();
    let facts = net::facts(slot.base(), ca_file, options).await;
    let finding = |fact: net::Fact| Finding {
        name: fact.name.to_owned(),
        ok: fact.is_ok,
        message: fact.message,
        fix: fact.fix,
    };
    facts.into_iter().map(finding).collect()
}

/// One finding of a product.
pub(super) fn line(name: &str, result: Result<String, Error>) -> Finding {
    let (ok, message, fix) = match result {
        Ok(message) => (true, message, String::new()),
        Err(error) => {
            let problem = error.problem();
            let fix = fix_of(&problem.code);
            (false, problem.message, fix.to_owned())
        }
    };
    Finding {
        name: name.to_owned(),
        ok,
        message,
        fix,
    }
}

/// What to do here, where the table of codes would be too general.
fn fix_of(code: &str) -> &'static str {
    match code {
        "websudo" => {
            "use username and password of an account in the product's internal directory, or a \
             user-property-route that needs no page (entity-property, custom), or switch secure \
             administrator sessions off"
        }
        "sign-in" => "check username and password, or make a new personal access token",
        "permission" => {
            "give the account the global permission \"Jira Administrators\", in Confluence \
             \"Confluence Administrator\""
        }
        "bad-answer" => "write the url as in the browser, up to and with the context path",
        _ => fault::find(code).map_or("", |entry| entry.remedy),
    }
}
