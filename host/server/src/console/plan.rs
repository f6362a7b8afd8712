//! `/plans/DIGEST`: what a plan would write, by value, by field and by person; its guards; the decision.

use askama::Template;
use attune_core::plan::GuardLine;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse as _;

use super::changes::{self, Figure, Problem, planned};
use super::filters;
use super::form::Fields;
use super::page::{Answer, Page, Visit};
use super::runs::mode;
use super::shown::{Shown, Time, cut, percent, short};
use crate::jobs::work;
use crate::store::plans::StagedPlan;
use crate::view;
use crate::view::plans::{self, Breakdown, Wanted};

/// Rows of a page.
const ROWS: usize = 50;
/// How wide a guard's gauge is.
const GAUGE: u64 = 168;
/// How long a plan may be approved.
const VALID_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Template)]
#[template(path = "plan.html")]
struct PlanPage {
    page: Page,
    plan: Plan,
    figures: Vec<Figure>,
    guards: Vec<Guard>,
    view: &'static str,
    fields: Vec<Field>,
    values: Vec<Value>,
    connector_of: String,
    changes: Vec<changes::Row>,
    next: String,
    filter: String,
    problems: Vec<Problem>,
}

struct Plan {
    digest: String,
    short: String,
    connector: String,
    state: String,
    mode: &'static str,
    made: Time,
    expires: Time,
    revision: String,
    people: u64,
    changes: u64,
    can_decide: bool,
    decided_by: String,
    run: String,
    reason: String,
}

struct Guard {
    name: String,
    actual: String,
    limit: String,
    text: String,
    state: &'static str,
    fill_width: u64,
    limit_x: u64,
}

struct Field {
    target: String,
    field: String,
    kind: &'static str,
    sets: u64,
    clears: u64,
    photos: u64,
    people: u64,
    href: String,
    example_before: Shown,
    example_after: Shown,
}

struct Value {
    target: String,
    field: String,
    before: Shown,
    after: Shown,
    people: u64,
    bar_width: u32,
    href: String,
}

/// `GET /plans/{digest}?view=&field=&target=&before=&after=&place=`
pub(super) async fn show(
    visit: Visit,
    Path(digest): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let host = visit.host()?;
    let plan = work::staged(&host, &digest).await?;
    let shown = view::runs::show(&host, &plan.run, 0).await?;
    let report = shown.report.as_ref();
    let summary = report
        .map(|report| report.summary.clone())
        .unwrap_or_default();
    let view = match query.one("view") {
        "field" => "field",
        "person" => "person",
        _ => "value",
    };
    let breakdown = plans::breakdown(&host, &plan.digest).await?;
    let breakdown = breakdown.unwrap_or_default();
    let wanted = wanted(&query);
    let (found, next) = if view == "person" {
        let place = (&wanted, query.one("place"));
        plans::changes(&host, &plan.digest, place, ROWS).await?
    } else {
        (Vec::new(), None)
    };
    let name = shown.run.connector.clone();
    let problems = report.map_or(&[][..], |report| &report.problems);
    let may_see = visit.may_see();
    visit.show(&PlanPage {
        page: visit.page("runs", visit.say("plan-title")).await?,
        figures: planned(&summary),
        guards: report.map_or_else(Vec::new, |report| {
            let guards = report.guards.iter();
            guards.map(|guard| Guard::of(guard, may_see)).collect()
        }),
        view,
        fields: fields(&breakdown, may_see),
        values: values(&breakdown, may_see),
        connector_of: name.clone(),
        changes: changes::rows(&visit, &plan.connector, &found).await?,
        next: next.map_or_else(String::new, |next| more(&query, &next)),
        filter: filter(&visit, &wanted),
        problems: changes::problems(&visit, (&name, &plan.connector), problems).await?,
        plan: Plan::of(&visit, &plan, &shown),
    })
}

/// `GET /plans/{digest}/download`: the report as JSON, with its changes for who may see them.
pub(super) async fn download(visit: Visit, Path(digest): Path<String>) -> Answer {
    let host = visit.host()?;
    let plan = work::staged(&host, &digest).await?;
    let shown = view::runs::show(&host, &plan.run, u64::from(u32::MAX)).await?;
    let text = serde_json::to_string_pretty(&shown.report);
    let text = text.map_err(|error| crate::fault::Failure::of("internal", error.to_string()))?;
    let mut answer = ([(header::CONTENT_TYPE, "application/json")], text).into_response();
    let name = format!("attachment; filename=\"plan-{}.json\"", short(&plan.digest));
    if let Ok(name) = HeaderValue::from_str(&name) {
        answer
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}

fn wanted(query: &Fields) -> Wanted {
    let value = |name: &str| Some(query.one(name).to_owned()).filter(|value| !value.is_empty());
    Wanted {
        target: query.one("target").to_owned(),
        field: query.one("field").to_owned(),
        values: query
            .has("values")
            .then(|| (value("before"), value("after"))),
    }
}

fn filter(visit: &Visit, wanted: &Wanted) -> String {
    if *wanted == Wanted::default() {
        return String::new();
    }
    let mut filter = format!("{} {}", wanted.target, wanted.field);
    if let Some((before, after)) = wanted.values.as_ref().filter(|_| visit.may_see()) {
        let word = |value: &Option<String>| match value {
            Some(value) => value.clone(),
            None => visit.say("value-empty"),
        };
        filter = format!("{filter}: {} \u{2192} {}", word(before), word(after));
    }
    cut(filter.trim())
}

fn more(query: &Fields, next: &str) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for name in ["view", "target", "field", "values", "before", "after"] {
        if query.has(name) {
            pairs.append_pair(name, query.one(name));
        }
    }
    pairs.append_pair("place", next);
    format!("?{}", pairs.finish())
}

fn fields(breakdown: &Breakdown, may_see: bool) -> Vec<Field> {
    let field = |one: &plans::FieldCount| Field {
        target: one.target.clone(),
        field: cut(&one.field),
        kind: one.kind.word(),
        sets: one.sets,
        clears: one.clears,
        photos: one.photos,
        people: one.people(),
        href: address(&[("target", &one.target), ("field", &one.field)]),
        example_before: Shown::of(one.example.0.as_deref()).seen(may_see),
        example_after: Shown::of(one.example.1.as_deref()).seen(may_see),
    };
    breakdown.fields.iter().map(field).collect()
}

fn values(breakdown: &Breakdown, may_see: bool) -> Vec<Value> {
    let most = breakdown.values.first().map_or(0, |value| value.people);
    let value = |one: &plans::ValueCount| {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let (before, after) = (text(&one.before), text(&one.after));
        Value {
            target: one.target.clone(),
            field: cut(&one.field),
            before: Shown::of(one.before.as_deref()).seen(may_see),
            after: Shown::of(one.after.as_deref()).seen(may_see),
            people: one.people,
            bar_width: percent(one.people, most),
            href: address(&[
                ("target", &one.target),
                ("field", &one.field),
                ("values", if may_see { "1" } else { "" }),
                ("before", if may_see { &before } else { "" }),
                ("after", if may_see { &after } else { "" }),
            ]),
        }
    };
    breakdown.values.iter().take(ROWS).map(value).collect()
}

fn address(pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("view", "person");
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    format!("?{}", query.finish())
}

impl Plan {
    fn of(visit: &Visit, plan: &StagedPlan, shown: &view::runs::Shown) -> Self {
        let report = shown.report.as_ref();
        let summary = report.map(|report| &report.summary);
        let can_decide = matches!(plan.state.as_str(), "held" | "planned");
        let reason = if can_decide {
            String::new()
        } else {
            visit.say(&format!("plan-is-{}", plan.state))
        };
        Self {
            short: short(&plan.digest),
            digest: plan.digest.clone(),
            connector: shown.run.connector.clone(),
            state: plan.state.clone(),
            mode: mode(&shown.run.verb, &shown.run.mode),
            made: Time(plan.created_ms),
            expires: Time(plan.created_ms + VALID_MS),
            revision: plan.revision.clone(),
            people: summary.map_or(0, |summary| summary.people),
            changes: summary.map_or(0, |summary| summary.changes),
            can_decide,
            decided_by: String::new(),
            run: plan.run.clone(),
            reason,
        }
    }
}

impl Guard {
    fn of(guard: &GuardLine, may_see: bool) -> Self {
        let number = |text: &str| -> Option<u64> {
            let digits = text.trim().trim_end_matches('%');
            digits.split('.').next()?.trim().parse().ok()
        };
        let limit = number(&guard.limit);
        // A limit is a share or a count.
        let actual = if guard.limit.ends_with('%') {
            number(&guard.actual).unwrap_or(0)
        } else {
            guard.count
        };
        let state = match (guard.held, limit) {
            (true, _) => "warn",
            (false, None) => "mute",
            // A few people may undergo anything.
            (false, Some(limit)) if actual > limit => "few",
            (false, Some(_)) => "ok",
        };
        let twice = limit.unwrap_or(50).saturating_mul(2);
        let top = twice.max(actual).max(1);
        Self {
            name: guard.name.clone(),
            actual: guard.actual.clone(),
            limit: guard.limit.clone(),
            text: if may_see && !guard.detail.is_empty() {
                cut(&guard.detail)
            } else {
                format!("{} / {}", guard.count, guard.base)
            },
            state,
            fill_width: actual * GAUGE / top,
            limit_x: limit.unwrap_or(0) * GAUGE / top,
        }
    }
}
