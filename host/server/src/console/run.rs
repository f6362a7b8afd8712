//! `/runs/ID`: a run with what it did and what it could not do; while it is under way, how far it is.
//!
//! The id of a job stands for the run that it becomes. Live parts come as server-sent events with texts
//! that are ready to be shown; without JavaScript the page is loaded again.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use attune_core::plan::Report;
use axum::extract::{Path, RawQuery};
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use serde_json::json;

use super::changes::{self, Figure, Problem, figures};
use super::filters;
use super::form::{Fields, encoded};
use super::page::{Answer, Page, Visit, to};
use super::reader::Reader;
use super::refused::Refused;
use super::runs::{INTERRUPTED, is_lost, mode, mode_of, took, trigger, writes_approved};
use super::shown::{Time, cut, percent, short};
use crate::fault::Failure;
use crate::service::Service;
use crate::sync::{Host, Phase};
use crate::view::runs::{Moment, Progress, Shown};
use crate::view::{self, plans};

/// Changes of a page.
const CHANGES: usize = 50;
/// How often a run is looked at for who watches it.
const LOOK: Duration = Duration::from_millis(500);
/// How often something is said aloud.
const SAID_EVERY_MS: i64 = 5000;

#[derive(Template)]
#[template(path = "run.html")]
struct RunPage {
    page: Page,
    run: Run,
    live: Live,
    figures: Vec<Figure>,
    targets: Vec<Target>,
    bar: Vec<Part>,
    problems: Vec<Problem>,
    connector_of: String,
    changes: Vec<changes::Row>,
    changes_total: u64,
    next: String,
    undo: Undo,
    plugins: Vec<Plugin>,
}

struct Run {
    id: String,
    short: String,
    connector: String,
    mode: &'static str,
    trigger: &'static str,
    by: String,
    comment: String,
    state: String,
    began: Time,
    took: String,
    is_running: bool,
    is_lost: bool,
    revision: String,
    now: String,
    digest: String,
    has_plan: bool,
    repeatable: bool,
    stopped_by: String,
}

#[derive(Default)]
struct Live {
    phase: &'static str,
    percent: u32,
    done: String,
    total: String,
    rate: String,
    eta: String,
}

struct Target {
    name: String,
    state: &'static str,
    matched: u64,
    unmatched: u64,
    changes: u64,
    text: String,
}

struct Part {
    class: &'static str,
    x: u64,
    width: u64,
    title: String,
}

struct Undo {
    can: bool,
    text: String,
}

struct Plugin {
    name: String,
    digest: String,
}

/// `GET /runs/{id}?after=`
pub(super) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let service = visit.service()?;
    let moment = view::runs::moment(service, &id).await?;
    let run = match &moment.run {
        Some(run) if *run != id && !run.starts_with(&id) => {
            return to(&format!("/runs/{}", encoded(run)));
        }
        Some(run) => run.clone(),
        // It waits for its turn.
        None => return waiting(&visit, &id, &moment).await,
    };
    let host = visit.host()?;
    let shown = view::runs::show(&host, &run, 0).await?;
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let connector_id = shown.run.connector_id.clone();
    let report = shown.report.as_ref();
    let digest = report.map_or("", |report| report.digest.as_str());
    let wanted = plans::Wanted::default();
    let place = (&wanted, query.one("after"));
    let (found, next) = match digest {
        "" => (Vec::new(), None),
        digest => plans::changes(&host, digest, place, CHANGES).await?,
    };
    let problems = report.map_or(&[][..], |report| &report.problems);
    let whose = (shown.run.connector.as_str(), connector_id.as_str());
    let page = visit.page("runs", visit.say("nav-runs")).await?;
    let is_lost = moment.is_over && is_lost(service, &shown.run);
    let (by, comment) = decider(&host, &shown.run).await?;
    visit.show(&RunPage {
        page,
        live: Live::of(&visit.reader, moment.progress.as_ref(), ""),
        figures: report.map_or_else(Vec::new, |report| figures(&report.summary)),
        targets: report.map_or_else(Vec::new, targets),
        bar: report.map_or_else(Vec::new, |report| bar(&visit.reader, report)),
        problems: changes::problems(&visit, whose, problems).await?,
        connector_of: shown.run.connector.clone(),
        changes: changes::rows(&visit, &connector_id, &found).await?,
        changes_total: report.map_or(0, |report| report.summary.changes),
        next: next.map_or_else(String::new, |next| format!("?after={}", encoded(&next))),
        undo: Undo::of(&visit, &shown, is_lost),
        plugins: plugins(report),
        run: Run {
            trigger: trigger(view::runs::trigger(&host, &run).await?.as_deref()),
            by,
            comment,
            has_plan: host
                .store
                .plan(digest)
                .await
                .map_err(Failure::from)?
                .is_some(),
            ..Run::of(&visit, &shown, is_lost)
        },
    })
}

/// Who approved the plan that a run wrote, and what they said; empty where nobody knows.
async fn decider(host: &Host, run: &view::runs::Run) -> Result<(String, String), Refused> {
    let digest = run.digest.as_deref().filter(|_| writes_approved(run));
    let Some(digest) = digest else {
        return Ok(Default::default());
    };
    let decisions = view::audit::decisions(&host.store, &short(digest)).await?;
    let act = view::audit::decided(&decisions, digest);
    Ok(act.map_or_else(Default::default, |act| (cut(&act.who), cut(&act.detail))))
}

/// The page of a job that is no run yet.
async fn waiting(visit: &Visit, id: &str, moment: &Moment) -> Answer {
    let service = visit.service()?;
    let name = service.connector(&moment.connector);
    let name = name.map_or_else(
        || moment.connector.clone(),
        |one| one.connector.name.clone(),
    );
    if moment.is_over {
        return to(&format!("/connectors/{}/status", encoded(&name)));
    }
    let job = service.job(id).await?;
    let job = job.as_ref();
    let (kind, cause) = job.map_or(("", ""), |job| (job.kind.as_str(), job.cause.as_str()));
    let asked_ms = job.map(|job| job.asked_ms);
    visit.show(&RunPage {
        page: visit.page("runs", visit.say("nav-runs")).await?,
        live: Live {
            phase: "wait",
            ..Live::default()
        },
        figures: Vec::new(),
        targets: Vec::new(),
        bar: Vec::new(),
        problems: Vec::new(),
        connector_of: name.clone(),
        changes: Vec::new(),
        changes_total: 0,
        next: String::new(),
        undo: Undo {
            can: false,
            text: visit.say("undo-running"),
        },
        plugins: Vec::new(),
        run: Run {
            id: id.to_owned(),
            short: short(id),
            connector: name,
            mode: mode_of(kind),
            trigger: trigger(Some(cause)),
            by: String::new(),
            comment: String::new(),
            state: moment.state.clone(),
            began: Time(asked_ms.unwrap_or_else(|| visit.access.now().as_millisecond())),
            took: String::new(),
            is_running: true,
            is_lost: false,
            revision: String::new(),
            now: String::new(),
            digest: String::new(),
            has_plan: false,
            repeatable: true,
            stopped_by: String::new(),
        },
    })
}

/// `GET /runs/{id}/events`: `progress` with ready texts whenever something moved, `end` when it is over.
pub(super) async fn events(visit: Visit, Path(id): Path<String>) -> Answer {
    let service = visit.service()?.clone();
    view::runs::moment(&service, &id).await?;
    let watched = Watched {
        service,
        id,
        reader: visit.reader.clone(),
        told: None,
        said_ms: 0,
        pace: None,
    };
    let events = stream::unfold(Some(watched), Watched::next);
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response())
}

/// A run that somebody watches.
struct Watched {
    service: Service,
    id: String,
    reader: Reader,
    told: Option<Moment>,
    said_ms: i64,
    /// Phase, count and time of the first look at this phase.
    pace: Option<(Phase, u64, i64)>,
}

impl Watched {
    async fn next(watched: Option<Self>) -> Option<(Result<Event, axum::Error>, Option<Self>)> {
        let mut watched = watched?;
        loop {
            let clock = Arc::clone(&watched.service.pin().0.clock);
            // What cannot be read is over for whoever watches; they may load the page again.
            let moment = view::runs::moment(&watched.service, &watched.id)
                .await
                .ok()?;
            if moment.is_over {
                return Some((Ok(Event::default().event("end").data("")), None));
            }
            if watched.told.as_ref() != Some(&moment) {
                let data = watched.texts(&moment, clock.now().as_millisecond());
                watched.told = Some(moment);
                let event = Event::default().event("progress").data(data);
                return Some((Ok(event), Some(watched)));
            }
            tokio::select! {
                () = clock.sleep(LOOK) => {}
                () = watched.service.stop().cancelled() => return None,
            }
        }
    }

    fn texts(&mut self, moment: &Moment, now_ms: i64) -> String {
        let rate = self.rate(moment.progress.as_ref(), now_ms);
        let live = Live::of(&self.reader, moment.progress.as_ref(), &rate.0);
        let phase = self.reader.say(&format!("phase-{}", live.phase));
        let is_said = now_ms - self.said_ms >= SAID_EVERY_MS;
        if is_said {
            self.said_ms = now_ms;
        }
        let said = is_said.then(|| format!("{phase}: {} %", live.percent));
        let texts = json!({
            "phase": phase,
            "percent": live.percent,
            "done": live.done,
            "rate": live.rate,
            "eta": rate.1,
            "say": said,
        });
        texts.to_string()
    }

    /// How fast it goes, and when it is ready, from the first look at the phase on.
    fn rate(&mut self, progress: Option<&Progress>, now_ms: i64) -> (String, String) {
        let Some(progress) = progress else {
            return Default::default();
        };
        let (phase, done, since_ms) = match self.pace {
            Some(pace) if pace.0 == progress.phase => pace,
            _ => (progress.phase, progress.done, now_ms),
        };
        self.pace = Some((phase, done, since_ms));
        let passed_ms = now_ms - since_ms;
        let more = progress.done.saturating_sub(done);
        if passed_ms < 1000 || more == 0 {
            return Default::default();
        }
        let a_second = more as f64 * 1000.0 / passed_ms as f64;
        let count = a_second.round().max(1.0);
        #[expect(clippy::cast_sign_loss, reason = "it is at least 1")]
        let rate = [("count", (count as u64).into())];
        let left = progress.total.saturating_sub(progress.done);
        let left_ms = (left as f64 * 1000.0 / a_second) as i64;
        let eta = match progress.total {
            0 => String::new(),
            _ => self.reader.span(left_ms),
        };
        (self.reader.say_of("rate", &rate), eta)
    }
}

impl Live {
    fn of(reader: &Reader, progress: Option<&Progress>, rate: &str) -> Self {
        let Some(progress) = progress else {
            return Self {
                phase: "wait",
                ..Self::default()
            };
        };
        Self {
            phase: match progress.phase {
                Phase::Reading => "read",
                Phase::Matching => "match",
                Phase::Planning => "plan",
                Phase::Writing => "write",
            },
            percent: percent(progress.done, progress.total),
            done: reader.number(progress.done),
            total: match progress.total {
                0 => String::new(),
                total => reader.number(total),
            },
            rate: rate.to_owned(),
            eta: String::new(),
        }
    }
}

impl Run {
    fn of(visit: &Visit, shown: &Shown, is_lost: bool) -> Self {
        let (run, report) = (&shown.run, shown.report.as_ref());
        let is_running = run.state == "running" && !is_lost;
        let stopped_by = match run.state.as_str() {
            "running" if is_lost => visit.say("run-interrupted"),
            "stopped" => visit.say("run-stopped"),
            "failed" => visit.say("run-failed"),
            _ => String::new(),
        };
        Self {
            id: run.id.clone(),
            short: short(&run.id),
            connector: run.connector.clone(),
            mode: mode(&run.verb, &run.mode),
            trigger: trigger(None),
            by: String::new(),
            comment: String::new(),
            state: if is_lost {
                INTERRUPTED.to_owned()
            } else {
                run.state.clone()
            },
            began: Time::of(&run.started),
            took: took(visit, &run.started, run.finished.as_deref()),
            is_running,
            is_lost,
            revision: report.map_or_else(String::new, |report| report.revision.clone()),
            now: report.map_or_else(String::new, |report| report.now.clone()),
            digest: report.map_or_else(String::new, |report| report.digest.clone()),
            has_plan: false,
            repeatable: report.is_none_or(|report| report.repeatable),
            stopped_by,
        }
    }
}

impl Undo {
    fn of(visit: &Visit, shown: &Shown, is_lost: bool) -> Self {
        let summary = shown.run.summary.as_ref();
        let written = summary.map_or(0, |summary| summary.written);
        let can = matches!(shown.run.state.as_str(), "applied" | "stopped")
            && written > 0
            && shown.undone_by.is_empty();
        let text = if is_lost {
            visit.say("undo-interrupted")
        } else if shown.run.state == "running" {
            visit.say("undo-running")
        } else if !shown.undone_by.is_empty() {
            visit.say("undo-done")
        } else if can {
            let can = visit
                .reader
                .say_of("undo-can", &[("count", written.into())]);
            format!("{can} {}", visit.say("undo-then"))
        } else {
            visit.say("undo-nothing")
        };
        Self { can, text }
    }
}

fn targets(report: &Report) -> Vec<Target> {
    let targets = report.targets.iter();
    let target = targets.map(|(name, target)| Target {
        name: name.clone(),
        state: if target.error.is_some() {
            "failed"
        } else {
            "reachable"
        },
        matched: target.matched,
        unmatched: target.unmatched,
        changes: target.changes,
        text: match &target.error {
            Some(error) => cut(&error.message),
            None => String::new(),
        },
    });
    target.collect()
}

/// A bar of 1000 for what was planned, by kind; what was not written at its end.
fn bar(reader: &Reader, report: &Report) -> Vec<Part> {
    let summary = &report.summary;
    let is_written = summary.written > 0;
    let failed = if is_written {
        summary.changes.saturating_sub(summary.written)
    } else {
        0
    };
    let sets = summary.sets.saturating_sub(failed);
    let parts = [
        ("set", sets),
        ("photo", summary.photos),
        ("clear", summary.clears),
        ("fail", failed),
    ];
    let whole: u64 = parts.iter().map(|(_, count)| count).sum();
    let mut bar = Vec::new();
    let mut passed = 0;
    for (class, count) in parts {
        if count > 0 {
            let x = passed * 1000 / whole;
            passed += count;
            bar.push(Part {
                class,
                x,
                width: passed * 1000 / whole - x,
                title: reader.number(count),
            });
        }
    }
    bar
}

fn plugins(report: Option<&Report>) -> Vec<Plugin> {
    let generations = report.map(|report| report.generations.iter());
    let plugin = |(name, digest): (&String, &String)| Plugin {
        name: name.clone(),
        digest: digest.clone(),
    };
    generations.into_iter().flatten().map(plugin).collect()
}
