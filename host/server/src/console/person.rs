//! `/people/CONNECTOR/KEY`: why somebody's profile says what it says, as they were last read.
//!
//! Nobody is asked: the source's document is the kept one, and what the target holds is what was last
//! written or found there. `Sync now` reads both anew.

use std::sync::Arc;

use askama::Template;
use attune_core::evaluate::{FieldTrace, Shown as Cell};
use axum::extract::{Path, RawQuery};

use super::filters;
use super::form::{Fields, encoded};
use super::page::{Answer, Page, Visit, to};
use super::people::{Called, state};
use super::refused::Refused;
use super::shown::{Shown, Time, cut, short};
use crate::connector::Loaded;
use crate::fault::Failure;
use crate::sync::{self, Explanation, FieldExplanation, TargetExplanation};
use crate::view;
use crate::view::history::{Changed, Place};
use crate::view::people::Document;

/// Changes that the page shows at a time.
const HISTORY: usize = 30;

/// Where directories keep a person's whole name.
const NAMES: [&str; 5] = [
    "displayName",
    "profile.displayName",
    "name.fullName",
    "name.formatted",
    "cn",
];

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    page: Page,
    person: Person,
    accounts: Vec<Account>,
    tables: Vec<Table>,
    source: Vec<Attribute>,
    history: Vec<Change>,
    next: String,
    is_pinned: bool,
    result: String,
    result_tone: &'static str,
}

struct Person {
    connector: String,
    key: String,
    name: String,
    initials: String,
    also: String,
    state: &'static str,
    photo: String,
    read: Time,
    gone: String,
}

struct Account {
    target: String,
    account: String,
    rule: String,
    state: &'static str,
    href: String,
}

struct Table {
    target: String,
    account: String,
    fields: Vec<FieldCell>,
}

struct FieldCell {
    field: String,
    kind: &'static str,
    now: Shown,
    wanted: Shown,
    state: &'static str,
    why: String,
    trace: Vec<TraceLine>,
    run: String,
    written: Time,
    has_written: bool,
    plugins: String,
}

/// A line of `part/trace.html`.
pub(super) struct TraceLine {
    pub(super) label: String,
    pub(super) how: String,
    pub(super) value: Shown,
    pub(super) tone: &'static str,
}

struct Attribute {
    attribute: String,
    value: Shown,
}

struct Change {
    at: Time,
    field: String,
    target: String,
    before: Shown,
    after: Shown,
    run: String,
    run_short: String,
    undone: bool,
}

/// `GET /people/{name}/{key}?job=&after=`
pub(super) async fn show(
    visit: Visit,
    Path((name, key)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let query = Fields::of(query.unwrap_or_default().as_bytes());
    let service = visit.service()?;
    let loaded = service.found(&name)?;
    let store = visit.host()?.store;
    if !visit.may_see() {
        // That a name leads to somebody, or to several, tells who they are.
        let found = view::people::of_key(&store, &loaded, &key).await?;
        if found.is_none_or(|person| person.person != key) {
            let message = format!("nothing is kept of `{key}`");
            return Err(Failure::of("no-such-person", message).into());
        }
    }
    let document = view::people::document(&store, &loaded, &key).await?;
    let person = &document.person;
    if person.person != key {
        // They were named by a user name or an e-mail address.
        let (name, key) = (encoded(&name), encoded(&person.person));
        return to(&format!("/people/{name}/{key}"));
    }
    let (about, whom) = (Arc::clone(&loaded), key.clone());
    let explained = service
        .apart(async move |service| Ok(sync::explain_kept(&service.pin().0, &about, &whom).await?));
    // A document of another wanted set explains nothing; what is known is shown all the same.
    let explained = explained.await.ok();
    let whose = (loaded.connector.id.as_str(), key.as_str(), None);
    let after = Place::read(query.one("after"));
    let history = view::history::page(&store, whose, after.as_ref(), HISTORY).await;
    // Nothing is kept of somebody who was never changed.
    let (history, older) = history.unwrap_or_default();
    let (result, result_tone) = result(&visit, query.one("job")).await?;
    let called = Called::of(&visit, person);
    let full_name = full_name(&document).filter(|_| visit.may_see());
    let title = full_name.unwrap_or_else(|| called.name.clone());
    visit.show(&PersonPage {
        page: visit.page("people", title.clone()).await?,
        accounts: accounts(&visit, &loaded, &document),
        tables: explained.as_ref().map_or_else(Vec::new, |explained| {
            let targets = explained.targets.iter();
            targets.map(|target| table(&visit, target)).collect()
        }),
        source: source(&visit, &document),
        history: changes(&visit, &history),
        next: older.map_or_else(String::new, |place| {
            format!("?after={}#h-hist", encoded(&place.cursor()))
        }),
        result,
        result_tone,
        is_pinned: store
            .pinned(&loaded.connector.id)
            .await?
            .contains(&person.person),
        person: Person {
            connector: loaded.connector.name.clone(),
            key: key.clone(),
            also: also(&title, &called),
            name: title,
            initials: called.initials,
            state: state(person),
            photo: String::new(),
            read: Time::of(&person.read),
            gone: gone(&visit, explained.as_ref()),
        },
    })
}

/// What else a person is called; what is said already is not said again.
fn also(name: &str, called: &Called) -> String {
    let mut others: Vec<&str> = Vec::new();
    for one in [&called.name, &called.username, &called.mail] {
        if !one.is_empty() && one != name && !others.contains(&one.as_str()) {
            others.push(one);
        }
    }
    others.join(", ")
}

/// How a directory writes a person's name, where it was asked for it.
fn full_name(document: &Document) -> Option<String> {
    let named = |selector: &&str| {
        let mut attributes = document.attributes.iter();
        let found = attributes.find(|one| one.selector.to_string() == **selector)?;
        let is_text = found.value.kind == "text" && !found.value.text.is_empty();
        is_text.then(|| cut(&found.value.text))
    };
    NAMES.iter().find_map(named)
}

/// Why nothing is written now; empty where something is.
fn gone(visit: &Visit, explained: Option<&Explanation>) -> String {
    match explained {
        None => visit.say("person-unread"),
        Some(explained) if !explained.in_scope => visit.say("person-outside"),
        Some(_) => String::new(),
    }
}

/// What came of `Sync now`.
async fn result(visit: &Visit, job: &str) -> Result<(String, &'static str), Refused> {
    if job.is_empty() {
        return Ok((String::new(), ""));
    }
    let service = visit.service()?;
    let Some(job) = service.job(job).await? else {
        return Ok((String::new(), ""));
    };
    let job = view::jobs::of(service, &job).await?;
    if let Some(trouble) = &job.error {
        return Ok((cut(&trouble.message), "bad"));
    }
    let Some(summary) = &job.summary else {
        return Ok((visit.say("person-queued"), "run"));
    };
    let about = [
        ("written", summary.written.into()),
        ("held", (summary.held + summary.failed).into()),
    ];
    Ok((visit.reader.say_of("person-synced", &about), "ok"))
}

fn accounts(visit: &Visit, loaded: &Loaded, document: &Document) -> Vec<Account> {
    let may_see = visit.may_see();
    let accounts = document.person.accounts.iter();
    let account = accounts.map(|one| {
        let mut targets = loaded.connector.targets.iter();
        let target = targets.find(|target| target.name == one.target);
        let rule = target.map_or_else(String::new, |target| {
            let rules = target.matching.iter().map(|rule| rule.source.to_string());
            rules.collect::<Vec<_>>().join(", ")
        });
        Account {
            target: one.target.clone(),
            account: if may_see {
                cut(&one.username)
            } else {
                String::new()
            },
            rule: cut(&rule),
            state: match one.state.as_str() {
                "matched" => "matched",
                "ambiguous" => "ambiguous",
                _ => "unmatched",
            },
            href: String::new(),
        }
    });
    account.collect()
}

fn table(visit: &Visit, target: &TargetExplanation) -> Table {
    let is_linked = target.link == "matched";
    let fields = target.fields.iter().filter(|_| is_linked);
    Table {
        target: target.target.clone(),
        account: cut(&target.account),
        fields: fields.map(|field| cell(visit, field)).collect(),
    }
}

fn cell(visit: &Visit, explained: &FieldExplanation) -> FieldCell {
    let may_see = visit.may_see();
    let trace = &explained.trace;
    let ledger = explained.ledger.as_ref();
    let wanted = shown(&trace.outcome);
    let now = match ledger {
        Some(line) => Shown::of(Some(&line.value)),
        None => Shown::none("unread"),
    };
    let state = match trace.outcome.kind {
        "failed" => "held",
        "keep" | "drop-person" | "absent" | "not-fetched" => "kept",
        "clear" | "null" if ledger.is_none() => "kept",
        "clear" | "null" => "clear",
        _ => match ledger {
            Some(line) if line.value == trace.outcome.text => "same",
            Some(_) => "set",
            None => "unknown",
        },
    };
    FieldCell {
        field: cut(&trace.field.name),
        kind: trace.field.kind.word(),
        now: now.seen(may_see),
        wanted: wanted.seen(may_see),
        state,
        why: why(visit, trace),
        trace: lines(visit, trace),
        run: ledger.map_or_else(String::new, |line| line.run.clone()),
        written: ledger.map_or_else(Time::default, |line| Time::of(&line.written)),
        has_written: ledger.is_some(),
        plugins: plugins(trace),
    }
}

/// The rule in one line: attributes, then functions.
fn why(visit: &Visit, trace: &FieldTrace) -> String {
    if trace.row.is_none() {
        return visit.say("why-no-row");
    }
    let sources = trace.source.iter().map(|one| one.selector.to_string());
    let steps = trace
        .steps
        .iter()
        .map(|step| format!("{}.{}", step.plugin, step.function));
    let mut parts: Vec<String> = sources.collect();
    if parts.is_empty() {
        parts.push(visit.say("why-fixed"));
    }
    let parts = [parts.join(", ")].into_iter().chain(steps);
    cut(&parts.collect::<Vec<_>>().join(" \u{2192} "))
}

/// Every station of a value; also of the mappings' cells.
pub(super) fn lines(visit: &Visit, trace: &FieldTrace) -> Vec<TraceLine> {
    let may_see = visit.may_see();
    let source = trace.source.iter().map(|one| TraceLine {
        label: cut(&one.selector.to_string()),
        how: String::new(),
        value: shown(&one.value).seen(may_see),
        tone: "",
    });
    let steps = trace.steps.iter().map(|step| TraceLine {
        label: format!("{}.{}", step.plugin, step.function),
        how: options(&step.options),
        value: shown(&step.output).seen(may_see),
        tone: if step.output.kind == "failed" {
            "bad"
        } else {
            ""
        },
    });
    let end = TraceLine {
        label: visit.say("trace-end"),
        how: String::new(),
        value: shown(&trace.outcome).seen(may_see),
        tone: if trace.outcome.kind == "failed" {
            "bad"
        } else {
            "end"
        },
    };
    source.chain(steps).chain([end]).collect()
}

/// Options in one line: `region DE, style international`.
pub(super) fn options(options: &serde_json::Value) -> String {
    let pairs = options.as_object().into_iter().flatten();
    let pair = pairs.map(|(name, value)| match value.as_str() {
        Some(text) => format!("{name} {text}"),
        None => format!("{name} {value}"),
    });
    cut(&pair.collect::<Vec<_>>().join(", "))
}

fn plugins(trace: &FieldTrace) -> String {
    let mut plugins: Vec<&str> = trace
        .steps
        .iter()
        .map(|step| step.plugin.as_str())
        .collect();
    plugins.sort_unstable();
    plugins.dedup();
    plugins.join(", ")
}

/// A value of an evaluation.
pub(super) fn shown(cell: &Cell) -> Shown {
    match cell.kind {
        "absent" | "keep" => Shown::none("absent"),
        "null" | "clear" => Shown::none("empty"),
        "drop-person" => Shown::none("unread"),
        "not-fetched" => Shown::none("unavailable"),
        _ => Shown::of(Some(&cell.text)),
    }
}

fn source(visit: &Visit, document: &Document) -> Vec<Attribute> {
    let may_see = visit.may_see();
    let attribute = document.attributes.iter().map(|one| Attribute {
        attribute: cut(&one.selector.to_string()),
        value: shown(&one.value).seen(may_see),
    });
    let relations = document.relations.iter().map(|(role, name)| Attribute {
        attribute: cut(role),
        value: Shown::of(Some(name)).seen(may_see),
    });
    attribute.chain(relations).collect()
}

fn changes(visit: &Visit, history: &[Changed]) -> Vec<Change> {
    let may_see = visit.may_see();
    let change = |one: &Changed| Change {
        at: Time::of(&one.time),
        field: cut(&one.field),
        target: one.target.clone(),
        before: Shown::of(one.before.as_deref()).seen(may_see),
        after: Shown::of(one.after.as_deref()).seen(may_see),
        run_short: short(&one.run),
        run: one.run.clone(),
        undone: one.undone_by.is_some(),
    };
    history.iter().map(change).collect()
}
