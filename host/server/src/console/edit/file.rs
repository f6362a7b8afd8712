//! The tab File: the text itself, what waits of it, and the revisions that were accepted.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;

use super::super::acts::actor;
use super::super::connector::{Head, frame};
use super::super::filters;
use super::super::form::{Fields, encoded};
use super::super::page::{Answer, Page, Visit, to};
use super::super::shown::{Time, cut, short};
use super::change::{self, DiffLine, Problem};
use crate::fault::Failure;
use crate::mapping;

/// Lines of the text field, and the revisions that are shown.
const LINES_MAX: usize = 40;
const REVISIONS: u32 = 20;

#[derive(Template)]
#[template(path = "connector_file.html")]
struct Tab {
    page: Page,
    tab: &'static str,
    connector: Head,
    file: String,
    text: String,
    etag: String,
    rows: usize,
    is_locked: bool,
    note: String,
    is_typed: bool,
    is_newer: bool,
    has_pending: bool,
    diff: Vec<DiffLine>,
    pending_text: String,
    pending_digest: String,
    problems: Vec<Problem>,
    revisions: Vec<Revision>,
}

struct Revision {
    short: String,
    revision: String,
    at: Time,
    is_current: bool,
}

/// What the tab shows beside the file as it is.
#[derive(Default)]
struct Beside {
    note: String,
    /// What somebody typed.
    text: Option<String>,
    /// Whether the file has changed since they began.
    is_newer: bool,
}

/// `GET /connectors/{name}/file?rows=`
pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let note = match query.one("rows") {
        "several" => visit.say("mapping-several"),
        "other" => visit.say("mapping-other"),
        _ => String::new(),
    };
    let beside = Beside {
        note,
        ..Beside::default()
    };
    page(&visit, &name, beside).await
}

/// The tab with what somebody typed, and what is wrong with that; sent again, it is compared with the file
/// as it is now.
pub(super) async fn typed(visit: &Visit, name: &str, (text, is_newer): (String, bool)) -> Answer {
    let beside = Beside {
        text: Some(text),
        is_newer,
        ..Beside::default()
    };
    page(visit, name, beside).await
}

async fn page(visit: &Visit, name: &str, beside: Beside) -> Answer {
    let service = visit.service()?;
    let loaded = service.found(name)?;
    let (page, head, _) = frame(visit, &loaded).await?;
    let read = change::file(visit, name)?;
    let is_typed = beside.text.is_some();
    let text = beside.text.as_ref().unwrap_or(&read.text);
    let looked = change::look(visit, name, text)?;
    let name = &loaded.connector.name;
    let mut waiting = service.waiting().into_iter();
    let pending = waiting.find(|one| one.kind == "connector" && &one.name == name);
    let difference = match &pending {
        Some(_) => mapping::difference(&loaded.kept().text, &read.text),
        None => Vec::new(),
    };
    let store = visit.host()?.store;
    let rows = store.revisions(&loaded.connector.id, REVISIONS).await?;
    let revisions = rows.into_iter().map(|(digest, first_ms)| Revision {
        short: short(&digest),
        is_current: digest == loaded.revision(),
        at: Time(first_ms),
        revision: digest,
    });
    visit.show(&Tab {
        page,
        tab: "file",
        connector: head,
        file: change::name_of(&read.file),
        rows: text.lines().count().clamp(8, LINES_MAX),
        is_locked: false,
        note: beside.note,
        is_typed,
        is_newer: beside.is_newer,
        has_pending: pending.is_some(),
        diff: change::lines(&difference),
        pending_text: pending
            .as_ref()
            .map_or_else(String::new, |one| cut(&one.reasons.join("; "))),
        pending_digest: pending.map_or_else(String::new, |one| one.digest),
        problems: looked.mistakes.iter().map(Problem::from).collect(),
        revisions: revisions.collect(),
        text: beside.text.unwrap_or(read.text),
        etag: read.tag,
    })
}

/// `GET /connectors/{name}/file/download`
pub(super) async fn download(visit: Visit, Path(name): Path<String>) -> Answer {
    let read = change::file(&visit, &name)?;
    Ok(plain(&change::name_of(&read.file), read.text))
}

/// `GET /connectors/{name}/file/{revision}`: the text of an accepted revision.
pub(super) async fn revision(
    visit: Visit,
    Path((name, revision)): Path<(String, String)>,
) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let store = visit.host()?.store;
    let kept = store.revision(&loaded.connector.id, &revision).await?;
    let none = || {
        let message = format!("revision `{revision}` is not kept");
        Failure::of("no-such-revision", message)
    };
    let kept = kept.ok_or_else(none)?;
    let file = format!("{}-{}.toml", loaded.connector.name, short(&revision));
    Ok(plain(&file, kept.text))
}

/// `POST /connectors/{name}/accept`: the file that was looked at, and none that was saved since.
pub(super) async fn accept(visit: Visit, Path(name): Path<String>, body: Bytes) -> Answer {
    let fields = Fields::of(&body);
    let digest = fields.one("revision");
    actor(&visit)?.take_up(("accept", &name), digest).await?;
    to(&format!("/connectors/{}/status", encoded(&name)))
}

fn plain(name: &str, text: String) -> axum::response::Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (StatusCode::OK, headers, text).into_response()
}
