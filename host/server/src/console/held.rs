//! `/held`: values that could not be brought in tune, by cause.

use askama::Template;
use axum::extract::RawQuery;

use super::changes::{Cause, name, names};
use super::filters;
use super::form::Fields;
use super::page::{Answer, Page, Visit};
use super::refused::Refused;
use super::runs::{Choice, connectors};
use super::shown::{Time, cut};
use crate::view;
use crate::view::held::{ByCause, HeldValue, Wanted};

/// Rows of a cause.
const ROWS: u32 = 25;
/// Rows of the only cause that is looked at.
const ROWS_OF_ONE: u32 = 100;

#[derive(Template)]
#[template(path = "held.html")]
struct HeldPage {
    page: Page,
    connectors: Vec<Choice>,
    is_filtered: bool,
    older: bool,
    causes: Vec<CauseRow>,
}

struct CauseRow {
    code: String,
    title: String,
    remedy: String,
    whose: &'static str,
    people: u64,
    first: Time,
    last: Time,
    needs_attention: bool,
    is_open: bool,
    rows: Vec<Row>,
    more: u64,
    more_href: String,
}

struct Row {
    id: String,
    connector: String,
    person: String,
    name: String,
    target: String,
    field: String,
    message: String,
    tries: u32,
    first: Time,
    has_next: bool,
    next: Time,
}

/// `GET /held?connector=&cause=&field=&older=`
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let (connector, code) = (query.one("connector"), query.one("cause"));
    let service = visit.service()?;
    let wanted = Wanted {
        connector: match connector {
            "" => None,
            name => Some(service.found(name)?.connector.id.clone()),
        },
        code: Some(code.to_owned()).filter(|code| !code.is_empty()),
        field: Some(query.one("field").to_owned()).filter(|field| !field.is_empty()),
        is_old: query.has("older"),
    };
    let all = view::held::causes(service, &wanted).await?;
    let is_only = all.len() == 1;
    let rows = if is_only { ROWS_OF_ONE } else { ROWS };
    let mut causes = Vec::with_capacity(all.len());
    for (at, cause) in all.into_iter().enumerate() {
        let values = view::held::of_cause(service, &wanted, &cause.code, rows).await?;
        causes.push(shown(&visit, (cause, values), (connector, at == 0)).await?);
    }
    visit.show(&HeldPage {
        page: visit.page("held", visit.say("nav-held")).await?,
        connectors: connectors(&visit, connector)?,
        is_filtered: wanted != Wanted::default(),
        older: wanted.is_old,
        causes,
    })
}

async fn shown(
    visit: &Visit,
    (cause, values): (ByCause, Vec<HeldValue>),
    (connector, is_open): (&str, bool),
) -> Result<CauseRow, Refused> {
    let mut rows = Vec::with_capacity(values.len());
    let may_see = visit.may_see();
    for of_connector in values.chunk_by(|one, other| one.held.connector == other.held.connector) {
        let Some(id) = of_connector.first().map(|one| one.held.connector.clone()) else {
            continue;
        };
        let keys = of_connector.iter().map(|one| one.held.person.as_str());
        let names = names(visit, &id, keys).await?;
        for one in of_connector {
            let held = &one.held;
            let (has_next, next) = Time::maybe(held.next.as_deref());
            rows.push(Row {
                id: format!("{}/{}", one.name, held.person),
                connector: one.name.clone(),
                name: name(&names, &held.person),
                person: held.person.clone(),
                target: held.target.clone(),
                field: cut(&held.field),
                // Words may quote a value.
                message: if may_see {
                    cut(&one.message)
                } else {
                    String::new()
                },
                tries: held.tries,
                first: Time::of(&held.first),
                has_next,
                next,
            });
        }
    }
    let meant = Cause::of(visit, &cause.code);
    let told = rows.len() as u64;
    Ok(CauseRow {
        title: meant.title,
        remedy: meant.remedy,
        whose: meant.whose,
        people: cause.people,
        first: Time::of(&cause.first),
        last: Time::of(&cause.last),
        needs_attention: cause.needs_attention,
        is_open,
        more: cause.values.saturating_sub(told),
        more_href: format!("/held?connector={connector}&cause={}", cause.code),
        code: cut(&cause.code),
        rows,
    })
}
