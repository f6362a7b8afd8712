//! `/plans/DIGEST`: what a plan would write, by value, by field and by person; its guards; the decision.

use std::io;

use askama::Template;
use attune_core::plan::{GuardLine, Summary};
use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse as _;
use futures_util::{StreamExt as _, stream};

use super::changes::{self, Figure, Problem, planned};
use super::filters;
use super::form::Fields;
use super::page::{Answer, Page, Visit};
use super::refused::Refused;
use super::runs::mode;
use super::shown::{Shown, Time, cut, percent, short};
use crate::fault::Failure;
use crate::jobs::work;
use crate::store::plans::StagedPlan;
use crate::store::stage::Stage;
use crate::sync::{self, Host, Legend};
use crate::view;
use crate::view::plans::{self, Breakdown, Wanted};

/// Rows of a page.
const ROWS: usize = 50;
/// How wide a guard's gauge is.
const GAUGE: u64 = 168;
/// How long a plan may be approved.
const VALID_MS: i64 = 24 * 60 * 60 * 1000;
/// Changes that are written into a file at once.
const WRITTEN: usize = 2000;
/// Where a report without changes has them: no string of it has a line end of its own.
const NO_CHANGES: &str = "\n  \"changes\": []";

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
    values_rest: u64,
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
    lede: String,
    changes: u64,
    can_decide: bool,
    pauses: bool,
    decision: Decision,
    run: String,
    reason: String,
}

/// Who approved or rejected it, as far as the log knows.
#[derive(Default)]
struct Decision {
    by: String,
    at: Time,
    comment: String,
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
    let counted = match report {
        Some(report) => plans::people(&host, report).await?,
        None => None,
    };
    let (id, may_see) = (plan.connector.clone(), visit.may_see());
    let mut wanted = wanted(&query);
    if !may_see {
        // Whether a page of them is empty would tell whose value it is.
        wanted.values = None;
    }
    let place = query.one("place");
    let (found, next) = if view == "person" {
        plans::changes(&host, &plan.digest, (&wanted, place), ROWS).await?
    } else {
        (Vec::new(), None)
    };
    let passed = place.parse().unwrap_or(0);
    let (values, more_values) = values(&breakdown, may_see, passed);
    let is_by_value = view == "value";
    let next = next.or_else(|| more_values.filter(|_| is_by_value));
    let name = shown.run.connector.clone();
    let problems = report.map_or(&[][..], |report| &report.problems);
    let plan = Plan {
        lede: lede(&visit, &summary, counted, &breakdown),
        pauses: pauses(&host, &plan).await?,
        decision: decision(&host, &plan).await?,
        ..Plan::of(&visit, &plan, &shown)
    };
    visit.show(&PlanPage {
        page: visit.page("runs", visit.say("plan-title")).await?,
        figures: planned(&summary),
        guards: report.map_or_else(Vec::new, |report| {
            let guards = report.guards.iter();
            guards.map(|guard| Guard::of(guard, may_see)).collect()
        }),
        view,
        fields: fields(&breakdown, may_see),
        values_rest: if next.is_none() { rest(&breakdown) } else { 0 },
        values,
        connector_of: name.clone(),
        changes: changes::rows(&visit, &id, &found).await?,
        next: next.map_or_else(String::new, |next| more(&query, &next)),
        filter: filter(&visit, &wanted),
        problems: changes::problems(&visit, (&name, &id), problems).await?,
        plan,
    })
}

/// `GET /plans/{digest}/download`: the report as JSON, with its changes for who may see them.
pub(super) async fn download(visit: Visit, Path(digest): Path<String>) -> Answer {
    let host = visit.host()?;
    let plan = work::staged(&host, &digest).await?;
    let mut report = view::runs::show(&host, &plan.run, 0).await?.report;
    if let Some(report) = &mut report {
        report.changes.clear();
    }
    let text = serde_json::to_string_pretty(&report);
    let text = text.map_err(|error| Failure::of("internal", error.to_string()))?;
    let stage = view::runs::staged(&host, &plan.digest).await?;
    let kind = [(header::CONTENT_TYPE, "application/json")];
    let mut answer = (kind, body(&text, stage).await?).into_response();
    let name = format!("attachment; filename=\"plan-{}.json\"", short(&plan.digest));
    if let Ok(name) = HeaderValue::from_str(&name) {
        answer
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}

/// The text of a report with the changes of its plan, of which few are in memory at a time.
async fn body(text: &str, stage: Option<Stage>) -> Result<Body, Failure> {
    let (Some((head, tail)), Some(stage)) = (text.split_once(NO_CHANGES), stage) else {
        return Ok(Body::from(text.to_owned()));
    };
    let changes = Changes {
        legend: Legend::of(&stage).await?,
        stage,
        after: (0, String::new()),
        gap: "\n    ",
    };
    let end = |text: String| stream::iter([Ok::<String, io::Error>(text)]);
    let before = end(format!("{head}\n  \"changes\": ["));
    let changes = stream::unfold(Some(changes), Changes::next);
    let whole = before.chain(changes).chain(end(format!("\n  ]{tail}")));
    Ok(Body::from_stream(whole))
}

/// The changes of a plan on their way into a file.
struct Changes {
    stage: Stage,
    legend: Legend,
    after: (u16, String),
    gap: &'static str,
}

impl Changes {
    async fn next(changes: Option<Self>) -> Option<(io::Result<String>, Option<Self>)> {
        let mut changes = changes?;
        match changes.text().await {
            Ok((text, Some(after))) => {
                changes.after = after;
                Some((Ok(text), Some(changes)))
            }
            Ok((text, None)) => {
                changes.stage.finish().await;
                Some((Ok(text), None))
            }
            // A file that breaks off is noticed; one that ends too early is not.
            Err(failure) => Some((Err(io::Error::other(failure.message)), None)),
        }
    }

    /// The next ones, and the place of those behind them.
    async fn text(&mut self) -> Result<(String, Option<(u16, String)>), Failure> {
        let after = (self.after.0, self.after.1.as_str());
        let (changes, next) =
            sync::changes_after((&self.stage, &self.legend), after, WRITTEN).await?;
        let mut text = String::new();
        for change in &changes {
            let line = serde_json::to_string(change);
            let line = line.map_err(|error| Failure::of("internal", error.to_string()))?;
            text.push_str(std::mem::replace(&mut self.gap, ",\n    "));
            text.push_str(&line);
        }
        Ok((text, next))
    }
}

/// Whom a plan concerns, in one sentence: counted, at least, or unknown where it is not staged any more.
fn lede(visit: &Visit, summary: &Summary, counted: Option<u64>, breakdown: &Breakdown) -> String {
    let of_fields = breakdown.fields.iter().map(plans::FieldCount::people);
    let least = of_fields.max().unwrap_or_default();
    let key = match (counted, breakdown.fields.len()) {
        (Some(_), _) | (None, 1) => "plan-lede",
        (None, 0) => "plan-lede-looked",
        (None, _) => "plan-lede-least",
    };
    let about = [
        ("changes", summary.changes.into()),
        ("people", counted.unwrap_or(least).into()),
        ("looked", summary.people.into()),
    ];
    visit.reader.say_of(key, &about)
}

/// Whether its approval pauses the connector: it takes a run back.
async fn pauses(host: &Host, plan: &StagedPlan) -> Result<bool, Refused> {
    let undo = host.store.undo_of_plan(&plan.digest).await?;
    Ok(undo.is_some_and(|undo| !undo.keeps_running))
}

async fn decision(host: &Host, plan: &StagedPlan) -> Result<Decision, Refused> {
    if !matches!(plan.state.as_str(), "applied" | "rejected") {
        return Ok(Decision::default());
    }
    let decisions = view::audit::decisions(&host.store, &short(&plan.digest)).await?;
    let act = view::audit::decided(&decisions, &plan.digest);
    Ok(act.map_or_else(Decision::default, |act| Decision {
        by: cut(&act.who),
        at: Time::of(&act.time),
        comment: cut(&act.detail),
    }))
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

/// The values behind so many, and the place of those behind them.
fn values(breakdown: &Breakdown, may_see: bool, passed: usize) -> (Vec<Value>, Option<String>) {
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
    let all = breakdown.values.iter();
    let shown = all.skip(passed).take(ROWS).map(value).collect();
    let next = passed.saturating_add(ROWS);
    let has_more = next < breakdown.values.len();
    (shown, has_more.then(|| next.to_string()))
}

/// Changes that are not told value by value: there are too many different ones.
fn rest(breakdown: &Breakdown) -> u64 {
    let all: u64 = breakdown.fields.iter().map(plans::FieldCount::people).sum();
    let told: u64 = breakdown.values.iter().map(|value| value.people).sum();
    all.saturating_sub(told)
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
            lede: String::new(),
            changes: summary.map_or(0, |summary| summary.changes),
            can_decide,
            pauses: false,
            decision: Decision::default(),
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
