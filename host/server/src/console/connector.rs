//! The frame of a connector's tabs, and its first tab: how it is.
//!
//! A tab is a template that extends `connector.html`: its struct has `page`, `tab` and `connector`, which
//! [`Head::of`] and [`frame`] make.

use askama::Template;
use attune_core::account::MatchBy;
use axum::extract::Path;

use super::chart::Chart;
use super::connectors::{provider, targets};
use super::filters;
use super::page::{Answer, Page, Visit};
use super::refused::Refused;
use super::runs::RunRow;
use super::shown::{Time, cut, initials, percent, short};
use crate::connector::{Connector, Loaded, Schedule};
use crate::view;
use crate::view::condition::{Condition, State};

/// Runs that the tab shows.
const RUNS: u32 = 6;

/// `ConnectorHead` of `connector.html`.
pub(super) struct Head {
    pub(super) name: String,
    pub(super) provider: String,
    pub(super) logo: String,
    pub(super) targets: String,
    pub(super) state: &'static str,
    pub(super) note: String,
    pub(super) note_tone: &'static str,
    pub(super) note_href: String,
    pub(super) note_action: String,
    pub(super) is_paused: bool,
    pub(super) is_running: bool,
    pub(super) run: String,
}

#[derive(Template)]
#[template(path = "connector_status.html")]
struct Status {
    page: Page,
    tab: &'static str,
    connector: Head,
    in_tune: u64,
    people: u64,
    held: u64,
    without_account: u64,
    changes_24h: u64,
    in_tune_width: u32,
    has_waiting: bool,
    waiting: Waiting,
    has_pending: bool,
    pending: Pending,
    runs: Vec<RunRow>,
    chart: Chart,
    facts: Vec<Fact>,
    checks: Vec<Check>,
    has_checks: bool,
    checked: Time,
    has_seen: bool,
    seen: Vec<Seen>,
}

/// A plan that waits; also of `/runs`.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) digest: String,
    pub(super) connector: String,
    pub(super) changes: u64,
    pub(super) people: u64,
    pub(super) made: Time,
    pub(super) guard: String,
}

/// A change of the file that waits.
#[derive(Default)]
struct Pending {
    what: String,
}

/// A line of a list of facts.
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) href: String,
}

/// A line of `part/checks.html`.
#[derive(Clone)]
pub(super) struct Check {
    pub(super) state: &'static str,
    pub(super) what: String,
    pub(super) text: String,
    pub(super) hint: String,
}

/// An attribute that is not delivered any more.
struct Seen {
    attribute: String,
    text: String,
    href: String,
}

/// The frame of a tab: page, head, and how the connector is.
pub(super) async fn frame(
    visit: &Visit,
    loaded: &Loaded,
) -> Result<(Page, Head, Condition), Refused> {
    let service = visit.service()?;
    let condition = view::condition::of(service, loaded, visit.reader.zone()).await?;
    let page = visit.page("connectors", loaded.connector.name.clone());
    let head = Head::of(visit, loaded, &condition);
    Ok((page.await?, head, condition))
}

/// `GET /connectors/{name}`: the first tab.
pub(super) async fn first(Path(name): Path<String>) -> Answer {
    let name = super::form::encoded(&name);
    super::page::to(&format!("/connectors/{name}/status"))
}

/// `GET /connectors/{name}/status`
pub(super) async fn status(visit: Visit, Path(name): Path<String>) -> Answer {
    let service = visit.service()?;
    let loaded = service.found(&name)?;
    let (page, connector, condition) = frame(&visit, &loaded).await?;
    let id = &loaded.connector.id;
    let host = visit.host()?;
    let runs = view::runs::page(&host, Some(service), (id, ""), RUNS).await?;
    let waiting = view::frame::waiting(service).await?;
    let waiting = waiting.into_iter().find(|plan| &plan.connector_id == id);
    let mut proposals = service.waiting().into_iter();
    let name = &loaded.connector.name;
    let pending = proposals.find(|one| one.kind == "connector" && &one.name == name);
    let checked = visit.checks.last(id);
    let (has_checks, (checked, checks)) = (checked.is_some(), checked.unwrap_or_default());
    let seen = seen(&visit, &loaded).await?;
    visit.show(&Status {
        page,
        tab: "status",
        in_tune: condition.in_tune,
        people: condition.people,
        held: condition.held,
        without_account: condition.without_account,
        changes_24h: condition.written_day,
        in_tune_width: percent(condition.in_tune, condition.people),
        has_waiting: waiting.is_some(),
        waiting: waiting.map_or_else(Waiting::default, |plan| Waiting::of(&visit, plan)),
        has_pending: pending.is_some(),
        pending: Pending {
            what: pending.map_or_else(String::new, |one| cut(&one.reasons.join(" "))),
        },
        runs: runs.iter().map(|run| RunRow::of(&visit, run)).collect(),
        chart: Chart::of(&condition.days, &visit.reader)?,
        facts: facts(&visit, &loaded, &connector),
        connector,
        has_checks,
        checks,
        checked,
        has_seen: !seen.is_empty(),
        seen,
    })
}

impl Head {
    /// What stands above every tab.
    pub(super) fn of(visit: &Visit, loaded: &Loaded, condition: &Condition) -> Self {
        let connector = &loaded.connector;
        let provider = provider(visit, &connector.source.provider);
        let run = condition.run.clone().unwrap_or_default();
        let why = cut(&condition.why);
        let name = &connector.name;
        let (note, note_tone, note_href, action) = match condition.state {
            State::Failed if !why.is_empty() => (why, "bad", String::new(), ""),
            State::Invalid => (
                why,
                "bad",
                format!("/connectors/{name}/file"),
                "pending-look",
            ),
            State::Paused if !why.is_empty() => (why, "warn", String::new(), ""),
            State::Running if !run.is_empty() => (
                visit.say("note-running"),
                "run",
                format!("/runs/{run}"),
                "run-watch",
            ),
            _ => (String::new(), "", String::new(), ""),
        };
        Self {
            name: name.clone(),
            logo: initials(&provider),
            provider,
            targets: targets(&condition.targets),
            state: condition.state.word(),
            note,
            note_tone,
            note_href,
            note_action: if action.is_empty() {
                String::new()
            } else {
                visit.say(action)
            },
            is_paused: condition.state == State::Paused,
            is_running: condition.state == State::Running,
            run,
        }
    }
}

impl Waiting {
    /// A plan that waits.
    pub(super) fn of(visit: &Visit, plan: view::frame::Waiting) -> Self {
        let guard = plan.guards.iter().map(|guard| {
            let word = visit.say(&format!("guard-{}", guard.name));
            format!("{word}: {} ({}).", guard.actual, guard.limit)
        });
        Self {
            digest: plan.digest,
            connector: plan.connector,
            changes: plan.changes,
            people: plan.people,
            made: Time::of(&plan.made),
            guard: guard.collect::<Vec<_>>().join(" "),
        }
    }
}

/// Attributes of which enough people had a value, and nobody has one any more.
async fn seen(visit: &Visit, loaded: &Loaded) -> Result<Vec<Seen>, Refused> {
    let connector = &loaded.connector;
    let fills = visit.host()?.store.fills(&connector.id).await?;
    let gone = fills.into_iter().filter_map(|fill| {
        let since = visit.reader.time(fill.gone_ms?).ok()?;
        let about = [("count", fill.was_filled.into()), ("time", since.into())];
        Some(Seen {
            attribute: cut(&fill.selector),
            text: visit.reader.say_of("attribute-gone", &about),
            href: format!("/connectors/{}/mappings", connector.name),
        })
    });
    Ok(gone.collect())
}

fn facts(visit: &Visit, loaded: &Loaded, head: &Head) -> Vec<Fact> {
    let connector = &loaded.connector;
    let name = &connector.name;
    let mut facts = Vec::new();
    let mut fact = |key: &str, text: String, tab: &str| {
        facts.push(Fact {
            name: visit.say(key),
            text,
            href: match tab {
                "" => String::new(),
                tab => format!("/connectors/{name}/{tab}"),
            },
        });
    };
    fact("tab-source", head.provider.clone(), "source");
    for target in &connector.targets {
        let text = format!("{}: {}", target.name, cut(&target.endpoint.url));
        fact("col-target", text, "mappings");
        let rules = target.matching.iter().map(|rule| {
            let field = match rule.target {
                MatchBy::Username => visit.say("match-username"),
                MatchBy::Email => visit.say("match-email"),
                MatchBy::Key => visit.say("match-key"),
            };
            format!("{} = {field}", rule.source)
        });
        let rules = cut(&rules.collect::<Vec<_>>().join(", "));
        fact("fact-match", rules, "scope");
    }
    fact("schedule", schedule(visit, connector), "schedule");
    fact("locale", connector.locale.clone(), "schedule");
    let file = loaded.path.file_name().unwrap_or_default();
    fact("tab-file", file.display().to_string(), "file");
    fact("fact-revision", short(loaded.revision()), "file");
    facts
}

fn schedule(visit: &Visit, connector: &Connector) -> String {
    let Schedule {
        sync,
        changes,
        full,
    } = &connector.schedule;
    let lines = [("sync", sync), ("changes", changes), ("full", full)];
    let lines = lines.into_iter().filter_map(|(word, line)| {
        let line = line.as_ref()?;
        Some(format!("{}: {line}", visit.say(&format!("mode-{word}"))))
    });
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return visit.say("next-none");
    }
    format!("{} ({})", lines.join(", "), connector.time_zone)
}
