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
use crate::fault::Failure;
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
    by_connector: String,
    by_cause: String,
    by_field: String,
    older: bool,
    result: String,
    result_tone: &'static str,
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

/// `GET /held?connector=&cause=&field=&older=&from=&retried=&left=`
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let connector = query.one("connector");
    let service = visit.service()?;
    let wanted = wanted(&visit, &query, query.one("cause"))?;
    let all = view::held::causes(service, &wanted).await?;
    let place = if all.len() == 1 {
        (query.one("from").parse().unwrap_or(0), ROWS_OF_ONE)
    } else {
        (0, ROWS)
    };
    let mut causes = Vec::with_capacity(all.len());
    for (at, cause) in all.into_iter().enumerate() {
        let values = view::held::of_cause(service, &wanted, &cause.code, place).await?;
        let about = (&query, place.0, at == 0);
        causes.push(shown(&visit, (cause, values), about).await?);
    }
    let (result, result_tone) = result(&visit, &query);
    visit.show(&HeldPage {
        page: visit.page("held", visit.say("nav-held")).await?,
        connectors: connectors(&visit, connector)?,
        is_filtered: wanted != Wanted::default(),
        by_connector: connector.to_owned(),
        by_cause: query.one("cause").to_owned(),
        by_field: query.one("field").to_owned(),
        older: wanted.is_old,
        result,
        result_tone,
        causes,
    })
}

/// What the filters of a page or of its forms mean; `code` may be empty.
pub(super) fn wanted(visit: &Visit, fields: &Fields, code: &str) -> Result<Wanted, Failure> {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Ok(Wanted {
        connector: match fields.one("connector") {
            "" => None,
            name => Some(visit.service()?.found(name)?.connector.id.clone()),
        },
        code: some(code),
        field: some(fields.one("field")),
        is_old: fields.has("older"),
    })
}

/// The page with the same filters, but for those that are given, and with what else is given.
pub(super) fn address(fields: &Fields, given: &[(&str, &str)]) -> String {
    let filters = ["connector", "cause", "field", "older"].map(|name| (name, fields.one(name)));
    let is_given = |name: &str| given.iter().any(|(other, _)| *other == name);
    let kept = filters.iter().filter(|(name, _)| !is_given(name));
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in kept.chain(given).filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    match query.finish().as_str() {
        "" => "/held".to_owned(),
        query => format!("/held?{query}"),
    }
}

/// What came of a form: how many people are tried again, or `none` where nobody was chosen.
fn result(visit: &Visit, query: &Fields) -> (String, &'static str) {
    let retried = query.one("retried");
    if retried == "none" {
        return (visit.say("retry-nobody"), "warn");
    }
    let Ok(count) = retried.parse::<u64>() else {
        return (String::new(), "");
    };
    let left: u64 = query.one("left").parse().unwrap_or(0);
    let about = [("count", count.into()), ("left", left.into())];
    match count {
        0 => (visit.say("retry-over"), ""),
        _ if left > 0 => (visit.reader.say_of("retry-most", &about), "ok"),
        _ => (visit.reader.say_of("retry-done", &about), "ok"),
    }
}

async fn shown(
    visit: &Visit,
    (cause, values): (ByCause, Vec<HeldValue>),
    (query, passed, is_open): (&Fields, u32, bool),
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
    let told = u64::from(passed) + rows.len() as u64;
    let from = told.to_string();
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
        more_href: if passed == 0 && told < u64::from(ROWS_OF_ONE) {
            address(query, &[("cause", &cause.code)])
        } else {
            address(query, &[("cause", &cause.code), ("from", &from)])
        },
        code: cut(&cause.code),
        rows,
    })
}
