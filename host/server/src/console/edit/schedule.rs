//! The tab Schedule and guards.

use askama::Template;
use attune_core::guard::Limits;
use axum::extract::Path;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use super::super::connector::{Head, frame};
use super::super::filters;
use super::super::form::Fields;
use super::super::page::{Answer, Page, Visit};
use super::super::shown::Time;
use super::change;
use super::errors::Errors;
use super::wanted::{Made, Wanted};
use crate::connector::{Connector, Cron, Loaded, Schedule};
use crate::mapping::{Edit, is_table};

const MODES: [&str; 3] = ["sync", "changes", "full"];

#[derive(Template)]
#[template(path = "connector_schedule.html")]
struct Tab {
    page: Page,
    tab: &'static str,
    connector: Head,
    error: String,
    schedule: Vec<Line>,
    zone: String,
    zone_error: String,
    locale: String,
    locale_error: String,
    guards: Vec<Guard>,
}

struct Line {
    mode: &'static str,
    cron: String,
    has_next: bool,
    next: Time,
    error: String,
}

struct Guard {
    name: &'static str,
    limit: String,
    usual: String,
    error: String,
}

/// `GET /connectors/{name}/schedule`
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    page(&visit, &loaded, None, &Errors::default()).await
}

/// The tab, with what somebody typed where they did.
async fn page(visit: &Visit, loaded: &Loaded, typed: Option<&Fields>, errors: &Errors) -> Answer {
    let (page, head, _) = frame(visit, loaded).await?;
    let connector = &loaded.connector;
    let shown = |name: &str, is: String| match typed {
        Some(fields) => fields.one(name).trim().to_owned(),
        None => is,
    };
    let zone = shown("time-zone", connector.time_zone.clone());
    let at = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
    let now = visit.access.now();
    let lines = lines(connector).map(|(mode, cron)| {
        let cron = shown(mode, cron.map(ToString::to_string).unwrap_or_default());
        let next = Cron::parse(&cron).ok();
        let next = next.and_then(|line| line.next(now, &at));
        Line {
            mode,
            cron,
            has_next: next.is_some(),
            next: Time(next.unwrap_or_default().as_millisecond()),
            error: errors.of(mode),
        }
    });
    let usual = Limits::default();
    let guards = limits(&connector.guard).into_iter().zip(limits(&usual));
    visit.show(&Tab {
        page,
        tab: "schedule",
        connector: head,
        error: errors.summary(visit),
        schedule: lines.collect(),
        zone,
        zone_error: errors.of("time-zone"),
        locale: shown("locale", connector.locale.clone()),
        locale_error: errors.of("locale"),
        guards: guards
            .map(|((name, limit), (_, usual))| Guard {
                name,
                limit: shown(name, limit),
                usual,
                error: errors.of(name),
            })
            .collect(),
    })
}

/// `POST /connectors/{name}/edit/schedule`
pub(super) async fn edit(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let before = change::file(&visit, &name)?;
    let wanted = wanted(&loaded.connector, &before.text, &fields);
    match change::of_tab(&visit, "schedule", (before, wanted), &fields).await? {
        Made::Done(shown) => Ok(shown),
        Made::Again(errors) => page(&visit, &loaded, Some(&fields), &errors).await,
    }
}

/// What is another one now.
fn wanted(connector: &Connector, file: &str, fields: &Fields) -> Wanted {
    let mut wanted = Wanted::default();
    put_schedule(&mut wanted, connector, (file, fields));
    for (key, is, usual) in [
        ("time-zone", &connector.time_zone, "UTC"),
        ("locale", &connector.locale, "und"),
    ] {
        let now = fields.one(key).trim();
        if now != is && !(now.is_empty() && is == usual) {
            wanted.put(key, vec![Edit::new(key, text(now))]);
        }
    }
    for (name, is) in limits(&connector.guard) {
        let now = fields.one(name).trim();
        if now != is {
            let edit = Edit::new(&format!("guard.{name}"), text(now));
            wanted.put(name, vec![edit]);
        }
    }
    wanted
}

/// The lines that are other ones now. A schedule that stands in one text becomes a table.
fn put_schedule(wanted: &mut Wanted, connector: &Connector, (file, fields): (&str, &Fields)) {
    let is_text = !is_table(file, &["schedule"]) && connector.schedule != Schedule::default();
    let now = MODES.map(|mode| (mode, fields.one(mode).trim()));
    let is = lines(connector).map(|(mode, cron)| (mode, cron.map(ToString::to_string)));
    let changed = is.zip(now).filter_map(|((mode, is), (_, now))| {
        (is.as_deref().unwrap_or_default() != now).then_some((mode, now))
    });
    let changed: Vec<(&str, &str)> = changed.collect();
    if !is_text {
        for (mode, line) in changed {
            let edit = Edit::new(&format!("schedule.{mode}"), text(line));
            wanted.put(mode, vec![edit]);
        }
        return;
    }
    if changed.is_empty() {
        return;
    }
    let table = |lines: &[(&str, &str)]| {
        let lines = lines.iter().filter(|(_, line)| !line.is_empty());
        let lines: serde_json::Map<String, Json> = lines
            .map(|(mode, line)| ((*mode).to_owned(), json!(line)))
            .collect();
        let lines = (!lines.is_empty()).then_some(Json::Object(lines));
        Edit::new("schedule", lines)
    };
    wanted.together(table(&now));
    for (mode, line) in changed {
        wanted.alone(mode.to_owned(), table(&[(mode, line)]));
    }
}

fn lines(connector: &Connector) -> impl Iterator<Item = (&'static str, Option<&Cron>)> {
    let schedule = &connector.schedule;
    let lines = [&schedule.sync, &schedule.changes, &schedule.full];
    MODES.into_iter().zip(lines.map(Option::as_ref))
}

fn limits(limits: &Limits) -> [(&'static str, String); 6] {
    [
        ("changed-people", limits.changed_people),
        ("cleared-values", limits.cleared_values),
        ("one-value-takes-over", limits.one_value_takes_over),
        ("source-shrinks", limits.source_shrinks),
        ("emptied-attribute", limits.emptied_attribute),
        ("failed-values", limits.failed_values),
    ]
    .map(|(name, limit)| (name, limit.to_string()))
}

/// A text; an empty one takes the key out.
fn text(text: &str) -> Option<Json> {
    (!text.is_empty()).then(|| json!(text))
}
