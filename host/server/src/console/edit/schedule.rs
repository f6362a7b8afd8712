//! The tab Schedule and guards.

use askama::Template;
use attune_core::guard::Limits;
use axum::extract::Path;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use super::super::connector::{Head, frame};
use super::super::filters;
use super::super::form::{Fields, encoded};
use super::super::page::{Answer, Page, Visit};
use super::super::shown::Time;
use super::change::{self, Edited};
use crate::connector::{Connector, Cron, Schedule};
use crate::mapping::{Edit, edited, is_table};

const MODES: [&str; 3] = ["sync", "changes", "full"];

#[derive(Template)]
#[template(path = "connector_schedule.html")]
struct Tab {
    page: Page,
    tab: &'static str,
    connector: Head,
    schedule: Vec<Line>,
    zone: String,
    locale: String,
    guards: Vec<Guard>,
}

struct Line {
    mode: &'static str,
    cron: String,
    has_next: bool,
    next: Time,
}

struct Guard {
    name: &'static str,
    limit: String,
    usual: String,
}

/// `GET /connectors/{name}/schedule`
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let (page, head, _) = frame(&visit, &loaded).await?;
    let connector = &loaded.connector;
    let zone = TimeZone::get(&connector.time_zone).unwrap_or(TimeZone::UTC);
    let now = visit.access.now();
    let lines = lines(connector).map(|(mode, cron)| {
        let next = cron.and_then(|cron| cron.next(now, &zone));
        Line {
            mode,
            cron: cron.map(ToString::to_string).unwrap_or_default(),
            has_next: next.is_some(),
            next: Time(next.unwrap_or_default().as_millisecond()),
        }
    });
    let usual = Limits::default();
    let guards = limits(&connector.guard).into_iter().zip(limits(&usual));
    visit.show(&Tab {
        page,
        tab: "schedule",
        connector: head,
        schedule: lines.collect(),
        zone: connector.time_zone.clone(),
        locale: connector.locale.clone(),
        guards: guards
            .map(|((name, limit), (_, usual))| Guard { name, limit, usual })
            .collect(),
    })
}

/// `POST /connectors/{name}/edit/schedule`
pub(super) async fn edit(visit: Visit, Path(name): Path<String>, fields: Fields) -> Answer {
    let loaded = visit.service()?.found(&name)?;
    let before = change::file(&visit, &name)?;
    let connector = &loaded.connector;
    let mut edits = schedule(connector, &before.text, &fields);
    for (key, is, usual) in [
        ("time-zone", &connector.time_zone, "UTC"),
        ("locale", &connector.locale, "und"),
    ] {
        let wanted = fields.one(key).trim();
        if wanted != is && !(wanted.is_empty() && is == usual) {
            edits.push(Edit::new(key, text(wanted)));
        }
    }
    for (name, is) in limits(&connector.guard) {
        let wanted = fields.one(name).trim();
        if wanted != is {
            edits.push(Edit::new(&format!("guard.{name}"), text(wanted)));
        }
    }
    let edited = Edited {
        name: &name,
        title: visit.say("tab-schedule"),
        is_mapping: false,
        text: edited(&before.text, &edits).map_err(crate::fault::Failure::from)?,
        before,
        back: format!("/connectors/{}/schedule", encoded(&name)),
    };
    change::show(&visit, edited).await
}

/// The lines that are other ones now. A schedule that stands in one text becomes a table.
fn schedule(connector: &Connector, file: &str, fields: &Fields) -> Vec<Edit> {
    let is_text = !is_table(file, &["schedule"]) && connector.schedule != Schedule::default();
    let wanted = MODES.map(|mode| (mode, fields.one(mode).trim()));
    let is = lines(connector).map(|(mode, cron)| (mode, cron.map(ToString::to_string)));
    let changed = is.zip(wanted).filter_map(|((mode, is), (_, wanted))| {
        (is.as_deref().unwrap_or_default() != wanted).then_some((mode, wanted))
    });
    let changed: Vec<(&str, &str)> = changed.collect();
    if is_text && !changed.is_empty() {
        let lines = wanted.into_iter().filter(|(_, line)| !line.is_empty());
        let lines: serde_json::Map<String, Json> = lines
            .map(|(mode, line)| (mode.to_owned(), json!(line)))
            .collect();
        let lines = (!lines.is_empty()).then_some(Json::Object(lines));
        return vec![Edit::new("schedule", lines)];
    }
    let edit = |(mode, line): (&str, &str)| Edit::new(&format!("schedule.{mode}"), text(line));
    changed.into_iter().map(edit).collect()
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
