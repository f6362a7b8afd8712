//! The third step: whether the provider lets us in, line by line.
//!
//! A provider that cannot be reached holds nobody up: the next steps do without it.

use askama::Template;

use super::super::super::acts::actor;
use super::super::super::connector::Check;
use super::super::super::filters;
use super::super::super::form::Fields;
use super::super::super::page::{Answer, Page, Visit};
use super::super::super::shown::Time;
use super::draft::{Draft, Step};
use super::{Errors, Way, access, people, told};
use crate::sync::CheckLine;

const ACTION: &str = "/connectors/new/test";
/// What a provider can have amiss and still tell us of people.
const BESIDE: [&str; 4] = ["clock", "groups", "picture", "pictures"];

#[derive(Template)]
#[template(path = "wizard_test.html")]
struct Show {
    page: Page,
    step: u32,
    wiz: Step,
    checks: Vec<Check>,
    has_checks: bool,
    checked: Time,
    is_well: bool,
}

/// `POST /connectors/new/test`
pub(super) async fn act(visit: Visit, fields: Fields) -> Answer {
    let draft = Draft::of(&fields);
    match Way::of(&fields) {
        Way::Back => access::page(&visit, draft, Errors::default()).await,
        Way::Stay => page(&visit, draft, None).await,
        Way::Again => run(&visit, draft).await,
        Way::Next => people::page(&visit, draft, "", String::new()).await,
    }
}

/// Tests, and shows what came of it.
pub(super) async fn run(visit: &Visit, mut draft: Draft) -> Answer {
    let lines = lines(visit, &draft).await;
    draft.is_offline = lines.iter().any(is_in_the_way);
    page(visit, draft, Some(lines)).await
}

fn is_in_the_way(line: &CheckLine) -> bool {
    let about = line.name.rsplit(": ").next().unwrap_or_default();
    !line.ok && !BESIDE.contains(&about)
}

/// The lines of a text; where there are none, why.
pub(super) async fn lines(visit: &Visit, draft: &Draft) -> Vec<CheckLine> {
    let checked = match actor(visit) {
        Ok(actor) => actor.check_unsaved(&draft.name, &draft.text).await,
        Err(failure) => Err(failure),
    };
    checked.unwrap_or_else(|failure| {
        vec![CheckLine {
            name: failure.code.clone(),
            ok: false,
            message: told(&failure),
            fix: String::new(),
        }]
    })
}

pub(super) async fn page(visit: &Visit, draft: Draft, lines: Option<Vec<CheckLine>>) -> Answer {
    let has_checks = lines.is_some();
    let lines = lines.unwrap_or_default();
    let is_well = !lines.iter().any(is_in_the_way);
    let next = if is_well { "next" } else { "wiz-anyway" };
    visit.show(&Show {
        page: visit.page("connectors", visit.say("wiz-test")).await?,
        step: 3,
        wiz: draft.step(ACTION, visit.say(next), String::new()),
        checks: lines.into_iter().map(Check::from).collect(),
        has_checks,
        checked: Time(visit.access.now().as_millisecond()),
        is_well,
    })
}
