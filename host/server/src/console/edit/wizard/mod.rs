//! The set-up wizard: from a provider to a connector file and a plan of it, step by step.
//!
//! The growing file is the state: each step's form carries it, with the people who were chosen, and nothing
//! is kept on the server before the last step, which ends like every edit with the difference. A provider
//! that cannot be asked holds nobody up. Invariants: nobody is asked for anything by a GET; no secret is in
//! a form; nothing is written to a target.
//!
//! Deliberately not here: a file that somebody has already (`edit::begin`).

mod access;
mod draft;
mod people;
mod provider;
mod references;
mod rows;
mod target;
mod test;

use axum::extract::RawQuery;

use super::super::Console;
use super::super::form::Fields;
use super::super::page::{Answer, Visit};
use super::change;
use super::errors::{Errors, told};
use crate::access::{Needs, Routes};
use draft::Draft;

/// Their routes.
pub(super) fn routes(routes: Routes<Console>) -> Routes<Console> {
    let edit = Needs::EDIT;
    let at = |part: &str| format!("/connectors/new/{part}");
    routes
        .get("/connectors/new", edit, provider::show)
        .post("/connectors/new", edit, provider::act)
        .get(&at("credentials"), edit, show_access)
        .post(&at("credentials"), edit, access::act)
        .get(&at("test"), edit, show_test)
        .post(&at("test"), edit, test::act)
        .get(&at("people"), edit, show_people)
        .post(&at("people"), edit, people::act)
        .get(&at("target"), edit, show_target)
        .post(&at("target"), edit, target::act)
        .get(&at("mappings"), edit, show_rows)
        .post(&at("mappings"), edit, rows::act)
}

/// Where a form leads.
enum Way {
    Next,
    Back,
    /// To the same step, with what was asked for.
    Again,
    /// To the same step, as it was.
    Stay,
}

impl Way {
    fn of(fields: &Fields) -> Self {
        match fields.one("go") {
            "back" => Self::Back,
            "again" => Self::Again,
            "stay" => Self::Stay,
            _ => Self::Next,
        }
    }
}

/// The draft of a step that is opened by its address: the example of a provider.
fn example(query: Option<String>) -> Draft {
    Draft::example(&Fields::of(query.unwrap_or_default().as_bytes()))
}

/// `GET /connectors/new/credentials?provider=`
async fn show_access(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    access::page(&visit, example(query), Errors::default()).await
}

/// `GET /connectors/new/test?provider=`
async fn show_test(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    test::page(&visit, example(query), None).await
}

/// `GET /connectors/new/people?provider=`
async fn show_people(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    people::page(&visit, example(query), "", String::new()).await
}

/// `GET /connectors/new/target?provider=`
async fn show_target(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    target::page(&visit, example(query), Errors::default(), None).await
}

/// `GET /connectors/new/mappings?provider=`
async fn show_rows(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    rows::page(&visit, example(query), String::new()).await
}

/// The last step: the whole file before it is written.
async fn review(visit: &Visit, draft: &Draft) -> Answer {
    let folder = &visit.service()?.options().connectors_dir;
    let edited = draft.edited(visit.say("connector-add"), folder);
    change::show_new(visit, edited).await
}
