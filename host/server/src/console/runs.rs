//! `/runs`: what ran, what runs, and which plans wait.

use askama::Template;
use axum::extract::RawQuery;

use super::connector::Waiting;
use super::filters;
use super::form::Fields;
use super::page::{Answer, Page, Visit};
use super::refused::Refused;
use super::shown::{Time, cut};
use crate::service::Service;
use crate::store::Store;
use crate::view;
use crate::view::runs::{Listed, Run};

/// Runs of a page.
const ROWS: u32 = 50;
/// How the state of a run is called that nobody carries on.
pub(super) const INTERRUPTED: &str = "interrupted";
/// States that somebody may look for.
const STATES: [&str; 6] = ["running", "applied", "held", "failed", "nothing", "stopped"];

#[derive(Template)]
#[template(path = "runs.html")]
struct Runs {
    page: Page,
    connectors: Vec<Choice>,
    states: Vec<Choice>,
    is_filtered: bool,
    waiting: Vec<Waiting>,
    rows: Vec<RunRow>,
    next: String,
}

/// One of several that a filter offers.
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) chosen: bool,
}

/// A run of a list.
pub(super) struct RunRow {
    pub(super) id: String,
    pub(super) connector: String,
    pub(super) mode: &'static str,
    pub(super) trigger: &'static str,
    pub(super) by: String,
    pub(super) state: String,
    pub(super) began: Time,
    pub(super) took: String,
    pub(super) people: u64,
    pub(super) changes: u64,
    pub(super) held: u64,
    pub(super) failed: u64,
    pub(super) progress: u32,
}

/// `GET /runs?connector=&state=&after=`
pub(super) async fn show(visit: Visit, RawQuery(query): RawQuery) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let (connector, state) = (query.one("connector"), query.one("state"));
    let service = visit.service()?;
    let id = match connector {
        "" => String::new(),
        name => match service.connector(name) {
            Some(loaded) => loaded.connector.id.clone(),
            // A connector whose file is gone has runs too.
            None => name.to_owned(),
        },
    };
    let state = STATES.into_iter().find(|known| *known == state);
    let state = state.unwrap_or_default();
    let wanted = view::runs::Wanted {
        connector: &id,
        state,
        before: query.one("after"),
    };
    let mut found = view::runs::select(service, wanted, ROWS + 1).await?;
    let has_more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let last = found.last().filter(|_| has_more);
    let next = last.map(|last| address(connector, state, &last.run.id));
    let waiting = view::frame::waiting(service).await?;
    let waiting = waiting.into_iter().map(|plan| Waiting::of(&visit, plan));
    let deciders = deciders(&visit.host()?.store, &found).await?;
    let rows = found.iter().zip(deciders).map(|(run, by)| RunRow {
        by,
        ..RunRow::of(&visit, run)
    });
    visit.show(&Runs {
        page: visit.page("runs", visit.say("nav-runs")).await?,
        connectors: connectors(&visit, connector)?,
        states: choices(STATES.into_iter(), state),
        is_filtered: !connector.is_empty() || !state.is_empty(),
        waiting: waiting.collect(),
        rows: rows.collect(),
        next: next.unwrap_or_default(),
    })
}

/// The connectors that a filter offers.
pub(super) fn connectors(visit: &Visit, chosen: &str) -> Result<Vec<Choice>, Refused> {
    let (_, state) = visit.service()?.pin();
    let names = state.connectors.values();
    let mut names: Vec<&str> = names.map(|one| one.connector.name.as_str()).collect();
    names.sort_unstable();
    Ok(choices(names.into_iter(), chosen))
}

fn choices<'a>(names: impl Iterator<Item = &'a str>, chosen: &str) -> Vec<Choice> {
    let choice = |name: &str| Choice {
        chosen: name == chosen,
        name: name.to_owned(),
    };
    names.map(choice).collect()
}

fn address(connector: &str, state: &str, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("connector", connector), ("state", state), ("after", after)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    format!("?{}", query.finish())
}

/// Who approved the plan that each of these runs wrote; empty where none was approved, or nobody knows.
async fn deciders(store: &Store, runs: &[Listed]) -> Result<Vec<String>, Refused> {
    let decisions = if runs.iter().any(|one| writes_approved(&one.run)) {
        view::audit::decisions(store, "approve").await?
    } else {
        Vec::new()
    };
    let by = runs.iter().map(|one| {
        let digest = one.run.digest.as_deref();
        let digest = digest.filter(|_| writes_approved(&one.run));
        let act = digest.and_then(|digest| view::audit::decided(&decisions, digest));
        act.map_or_else(String::new, |act| cut(&act.who))
    });
    Ok(by.collect())
}

/// Whether a run wrote a plan that somebody approved. The plan of an undo is made by such a run too, of
/// what is kept.
pub(super) fn writes_approved(run: &Run) -> bool {
    run.verb == "approve" || (run.verb == "undo" && run.mode != "kept")
}

/// Whether nobody carries on a run that did not come to its end: its process did.
pub(super) fn is_lost(service: &Service, run: &Run) -> bool {
    // One that begins is not named yet.
    run.state == "running"
        && !service.running().iter().any(|line| {
            line.connector == run.connector_id && line.run.as_ref().is_none_or(|id| *id == run.id)
        })
}

impl RunRow {
    /// A run as it is listed.
    pub(super) fn of(visit: &Visit, listed: &Listed) -> Self {
        let run = &listed.run;
        let service = visit.service();
        let is_lost = listed.progress.is_none() && service.is_ok_and(|one| is_lost(one, run));
        let summary = run.summary.clone().unwrap_or_default();
        let progress = listed.progress.as_ref();
        let progress = progress.map_or(0, |one| super::shown::percent(one.done, one.total));
        Self {
            id: run.id.clone(),
            connector: run.connector.clone(),
            mode: mode(&run.verb, &run.mode),
            trigger: trigger(listed.trigger.as_deref()),
            by: String::new(),
            state: if is_lost {
                INTERRUPTED.to_owned()
            } else {
                run.state.clone()
            },
            began: Time::of(&run.started),
            took: took(visit, &run.started, run.finished.as_deref()),
            people: summary.people,
            changes: summary.changes,
            held: summary.held,
            failed: summary.failed,
            progress,
        }
    }
}

/// How long a run took; empty while it is under way.
pub(super) fn took(visit: &Visit, started: &str, finished: Option<&str>) -> String {
    let Some(finished) = finished else {
        return String::new();
    };
    visit
        .reader
        .span(Time::of(finished).0 - Time::of(started).0)
}

/// What kind of run a job becomes, as texts have it.
pub(super) fn mode_of(kind: &str) -> &'static str {
    match kind {
        "held" => "user",
        "probe" => "changes",
        kind => mode(kind, kind),
    }
}

/// What kind of run it was, as texts have it.
pub(super) fn mode(verb: &str, mode: &str) -> &'static str {
    match (verb, mode) {
        ("plan", _) => "plan",
        ("undo", _) => "undo",
        ("approve" | "apply", _) => "approve",
        (_, "changes") => "changes",
        (_, "full") => "full",
        (_, "user") => "user",
        _ => "sync",
    }
}

/// Who or what wanted a run, as texts have it.
pub(super) fn trigger(cause: Option<&str>) -> &'static str {
    match cause {
        Some("schedule") => "schedule",
        Some("api") => "api",
        Some("retry") => "retry",
        Some("maintenance") => "maintenance",
        Some("swap") => "swap",
        _ => "hand",
    }
}
