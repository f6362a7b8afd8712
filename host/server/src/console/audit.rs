//! `/audit`: who did what, and whether the log is as it was written.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::body::Body;
use axum::extract::RawQuery;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse as _;
use futures_util::stream;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::filters;
use super::form::{Fields, encoded};
use super::page::{Answer, Page, Visit, to};
use super::shown::{Time, cut, short};
use crate::fault::Failure;
use crate::store::audit_search::Wanted;
use crate::view::audit::Act;

/// Acts of a page.
const ROWS: u32 = 50;
/// Acts that are written into a file at once.
const EXPORTED: u32 = 1000;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    page: Page,
    q: String,
    who: String,
    from: String,
    to: String,
    has_chain: bool,
    chain: Chain,
    rows: Vec<Row>,
    next: String,
    export: String,
}

#[derive(Clone, Default)]
struct Chain {
    ok: bool,
    text: String,
    checked: Time,
}

struct Row {
    sequence: u64,
    at: Time,
    who: String,
    what: String,
    object: String,
    object_href: String,
    result: String,
    is_bad: bool,
    detail: String,
    hash: String,
}

/// What looking at every row last found; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Verified {
    last: Arc<Mutex<Option<Found>>>,
}

/// Rows, the first flaw, and when.
type Found = (u64, Option<String>, i64);

impl Verified {
    fn last(&self) -> Option<Found> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    fn keep(&self, found: Found) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
    }
}

/// `GET /audit?q=&who=&from=&to=&after=`
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let before = query.one("after").parse().unwrap_or(i64::MAX);
    let mut found = acts(&visit, &query, before, ROWS + 1).await?;
    let has_more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let last = found.last().filter(|_| has_more);
    let next = last.map_or_else(String::new, |act| address(&query, act.sequence));
    let known = visit.verified.last();
    visit.show(&AuditPage {
        page: visit.page("audit", visit.say("nav-audit")).await?,
        q: cut(query.one("q")),
        who: cut(query.one("who")),
        from: day(query.one("from")).map_or_else(String::new, |day| day.to_string()),
        to: day(query.one("to")).map_or_else(String::new, |day| day.to_string()),
        has_chain: known.is_some(),
        chain: known.map_or_else(Chain::default, |found| Chain::of(&visit, found)),
        rows: found.iter().map(Row::of).collect(),
        next,
        export: format!("/audit/export{}", address(&query, 0)),
    })
}

/// `GET /audit/export`: all of them as lines of JSON, of which few are in memory at a time.
pub(super) async fn export(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    // A service that is starting is told on a page; from the first line on there is none.
    visit.host()?;
    let export = Export {
        query: Fields::of(query.unwrap_or_default().as_bytes()),
        before: i64::MAX,
        visit,
    };
    let lines = Body::from_stream(stream::unfold(Some(export), Export::next));
    let mut answer = ([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response();
    let name = HeaderValue::from_static("attachment; filename=\"audit.ndjson\"");
    answer
        .headers_mut()
        .insert(header::CONTENT_DISPOSITION, name);
    Ok(answer)
}

/// `POST /audit/verify`
pub(super) async fn verify(visit: Visit) -> Answer {
    let verified = visit.host()?.store.audit_verify().await?;
    let flaw = verified
        .flaw
        .map(|flaw| format!("{}: {}", flaw.sequence, flaw.what));
    let at_ms = visit.access.now().as_millisecond();
    visit
        .verified
        .keep((verified.count.unsigned_abs(), flaw, at_ms));
    to("/audit")
}

/// The log on its way into a file.
struct Export {
    visit: Visit,
    query: Fields,
    /// Only those below this number are not written yet.
    before: i64,
}

impl Export {
    async fn next(export: Option<Self>) -> Option<(io::Result<String>, Option<Self>)> {
        let mut export = export?;
        match export.lines().await {
            Ok(lines) if lines.is_empty() => None,
            Ok(lines) => Some((Ok(lines), Some(export))),
            // A file that breaks off is noticed; one that ends too early is not.
            Err(failure) => Some((Err(io::Error::other(failure.message)), None)),
        }
    }

    async fn lines(&mut self) -> Result<String, Failure> {
        let found = acts(&self.visit, &self.query, self.before, EXPORTED).await?;
        let mut lines = String::new();
        for act in &found {
            let line = serde_json::to_string(act);
            lines.push_str(&line.map_err(|error| Failure::of("internal", error.to_string()))?);
            lines.push('\n');
            self.before = act.sequence;
        }
        Ok(lines)
    }
}

/// What is looked for, below a number, the latest first.
async fn acts(visit: &Visit, query: &Fields, before: i64, limit: u32) -> Result<Vec<Act>, Failure> {
    let zone = visit.reader.zone();
    let begin = |day: Date| {
        let day = day.to_zoned(zone.clone()).ok()?;
        Some(day.timestamp().as_millisecond())
    };
    let from = day(query.one("from")).and_then(begin);
    let until = day(query.one("to")).and_then(|day| begin(day.checked_add(1.day()).ok()?));
    let wanted = Wanted {
        text: query.one("q").trim(),
        who: query.one("who").trim(),
        from_ms: from.unwrap_or(i64::MIN),
        until_ms: until.unwrap_or(i64::MAX),
        before,
    };
    let rows = visit.host()?.store.audit_like(&wanted, limit).await?;
    Ok(rows.iter().map(Act::from).collect())
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

/// The same question with another place; 0: none.
fn address(query: &Fields, after: i64) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for name in ["q", "who", "from", "to"] {
        if query.has(name) {
            pairs.append_pair(name, query.one(name));
        }
    }
    if after > 0 {
        pairs.append_pair("after", &after.to_string());
    }
    match pairs.finish().as_str() {
        "" => String::new(),
        query => format!("?{query}"),
    }
}

impl Chain {
    fn of(visit: &Visit, (count, flaw, at_ms): Found) -> Self {
        let text = match &flaw {
            None => visit
                .reader
                .say_of("chain-whole", &[("count", count.into())]),
            Some(flaw) => {
                let about = [("count", count.into()), ("what", flaw.as_str().into())];
                visit.reader.say_of("chain-broken", &about)
            }
        };
        Self {
            ok: flaw.is_none(),
            text,
            checked: Time(at_ms),
        }
    }
}

impl Row {
    fn of(act: &Act) -> Self {
        Self {
            sequence: act.sequence.unsigned_abs(),
            at: Time::of(&act.time),
            who: cut(&act.who),
            what: cut(&act.what),
            object: cut(&act.object),
            object_href: place(act),
            is_bad: act.result != "done",
            result: cut(&act.result),
            detail: cut(&act.detail),
            hash: short(&act.hash),
        }
    }
}

/// The page of what an act was about, where there is one.
fn place(act: &Act) -> String {
    let object = encoded(&act.object);
    match act.what.as_str() {
        "approve" | "reject" if act.object.starts_with("sha256:") => format!("/plans/{object}"),
        "swap" | "rollback" | "upload" => format!("/plugins/{object}"),
        "pause" | "resume" | "accept" | "edit" | "map" | "unmap" | "sync" | "changes" | "full" => {
            format!("/connectors/{object}/status")
        }
        "cancel" | "undo" => format!("/runs/{object}"),
        _ => String::new(),
    }
}
