//! `/plugins/NAME`: what a plugin can do, what it may, who uses it, and the build that waits.

use std::borrow::Borrow as _;
use std::collections::BTreeSet;

use askama::Template;
use attune_core::compare::{ComparedField, Example as Person};
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::HeaderMap;

use super::acts::actor;
use super::changes::{name, names};
use super::filters;
use super::form::{Fields, encoded};
use super::page::{Answer, Page, Visit, to};
use super::plugins::{from, longest};
use super::refused::Refused;
use super::shown::{Shown, Time, cut, percent, short};
use super::upload::file;
use crate::fault::Failure;
use crate::service::Told;
use crate::store::generations::Generation;
use crate::sync::ShadowReport;
use crate::view;
use crate::view::plugins::{Function as Known, Inspected, inspected};

/// Pairs of values that one field of a comparison shows.
const PAIRS: usize = 3;
/// Fields that one comparison shows.
const FIELDS: usize = 20;
const MIB: u64 = 1024 * 1024;

#[derive(Template)]
#[template(path = "plugin.html")]
struct PluginPage {
    page: Page,
    plugin: Plugin,
    has_candidate: bool,
    candidate: Candidate,
    shadow: Vec<Comparison>,
    card: Vec<CardLine>,
    functions: Vec<Function>,
    generations: Vec<Build>,
    limits: Vec<Limit>,
    used_by: Vec<User>,
}

struct Plugin {
    name: String,
    version: String,
    about: String,
    state: &'static str,
    quarantine: String,
}

#[derive(Default)]
struct Candidate {
    digest: String,
    short: String,
    version: String,
    since: Time,
    state: &'static str,
    text: String,
    can_swap: bool,
}

struct Comparison {
    connector: String,
    state: &'static str,
    people: u64,
    same: u64,
    differ: u64,
    newly_failing: u64,
    newly_fine: u64,
    guards: String,
    fields: Vec<PairRow>,
    has_examples: bool,
    examples: Vec<ExampleRow>,
}

struct PairRow {
    target: String,
    field: String,
    people: u64,
    before: Shown,
    after: Shown,
    bar_width: u32,
}

struct ExampleRow {
    person: String,
    name: String,
    field: String,
    before: Shown,
    after: Shown,
}

struct CardLine {
    icon: &'static str,
    what: &'static str,
    text: String,
    changed: String,
}

struct Function {
    name: String,
    about: String,
    options: String,
    uses: String,
}

struct Build {
    short: String,
    version: String,
    from: &'static str,
    state: &'static str,
    since: Time,
    reason: String,
    can_roll: bool,
}

struct Limit {
    name: &'static str,
    used: String,
    max: String,
    width: u32,
}

struct User {
    connector: String,
    field: String,
}

/// `GET /plugins/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    let service = visit.service()?;
    let mut waiting = service.waiting().into_iter();
    let waiting = waiting.find(|other| other.kind == "plugin" && other.name == id);
    let (about, digest) = (id.clone(), waiting.as_ref().map(|one| one.digest.clone()));
    let looked = service.apart(async move |service| {
        let plugin = service.pin().1.plugins.plugin(&about)?;
        let waiting = digest.map(|digest| view::plugins::waiting(&service, &about, &digest));
        let waiting = waiting.transpose()?.flatten();
        Ok((inspected(&service, &about)?, waiting, plugin.quarantined()))
    });
    let (one, other, quarantined) = looked.await?;
    let all = service.generations();
    let builds: Vec<&Generation> = all.iter().filter(|one| one.plugin == id).collect();
    let reports = service.reports(&id).unwrap_or_default();
    let quarantine = quarantined.map_or_else(String::new, |problem| cut(&problem.message));
    let candidate = waiting.as_ref().map(|waiting| {
        let build = builds.iter().find(|build| build.digest == waiting.digest);
        Candidate {
            short: short(&waiting.digest),
            digest: waiting.digest.clone(),
            version: build.map_or_else(String::new, |build| cut(&build.version)),
            since: Time(build.map_or(0, |build| build.since_ms)),
            state: "held",
            text: cut(&waiting.reasons.join(" ")),
            can_swap: true,
        }
    });
    let mut shadow = Vec::with_capacity(reports.len());
    for told in &reports {
        shadow.push(comparison(&visit, told).await?);
    }
    visit.show(&PluginPage {
        page: visit.page("plugins", id.clone()).await?,
        plugin: Plugin {
            name: one.plugin.clone(),
            version: cut(&one.version),
            about: cut(&one.summary),
            state: if quarantine.is_empty() {
                "active"
            } else {
                "quarantined"
            },
            quarantine,
        },
        has_candidate: candidate.is_some(),
        candidate: candidate.unwrap_or_default(),
        shadow,
        card: card(&visit, &one, other.as_ref()),
        functions: functions(&one),
        generations: generations(&builds),
        limits: limits(&visit, &one),
        used_by: users(&one),
    })
}

/// `POST /plugins/{id}/swap`: the build that was looked at, and none that came since.
pub(super) async fn swap(visit: Visit, Path(id): Path<String>, body: Bytes) -> Answer {
    let fields = Fields::of(&body);
    let digest = fields.one("generation");
    actor(&visit)?.take_up(("swap", &id), digest).await?;
    back(&id)
}

/// `POST /plugins/{id}/rollback`
pub(super) async fn roll_back(visit: Visit, Path(id): Path<String>) -> Answer {
    actor(&visit)?.roll_back(&id).await?;
    back(&id)
}

/// `POST /plugins/{id}/refuse`: drops the build that was looked at.
pub(super) async fn refuse(visit: Visit, Path(id): Path<String>, body: Bytes) -> Answer {
    let fields = Fields::of(&body);
    actor(&visit)?.reject(fields.one("generation")).await?;
    back(&id)
}

/// `POST /plugins`: a file goes into the plugins' folder, and from there the way of every build.
pub(super) async fn upload(visit: Visit, headers: HeaderMap, body: Bytes) -> Answer {
    let none = || Failure::of("request", "the form has no file");
    let file = file(&headers, &body, "file").ok_or_else(none)?;
    let id = file.name.strip_suffix(".wasm").unwrap_or(file.name);
    let bytes = file.bytes.to_vec();
    let uploaded = actor(&visit)?.upload(id, bytes, None).await?;
    back(&uploaded.id)
}

fn back(id: &str) -> Answer {
    to(&format!("/plugins/{}", encoded(id)))
}

async fn comparison(visit: &Visit, told: &Told) -> Result<Comparison, Refused> {
    let report: &ShadowReport = told.borrow();
    let compared = report.compared.clone().unwrap_or_default();
    let may_see = visit.may_see();
    let told = report.verdicts.iter().filter(|verdict| verdict.held);
    let guards = told.map(|verdict| {
        let place = format!("{} {}", verdict.target, verdict.field);
        let word = visit.say(&format!("swap-{}", verdict.name));
        format!(
            "{} {word}: {} ({}).",
            place.trim(),
            verdict.actual,
            verdict.limit
        )
    });
    let keys = compared.examples.iter().map(|one| one.person.as_str());
    let names = names(visit, &report.id, keys).await?;
    let examples = compared.examples.iter().flat_map(|person: &Person| {
        person.changes.iter().map(|change| ExampleRow {
            name: name(&names, &person.person),
            person: person.person.clone(),
            field: cut(&change.field),
            before: Shown::of(change.before.as_deref()).seen(may_see),
            after: Shown::of(change.after.as_deref()).seen(may_see),
        })
    });
    let examples: Vec<ExampleRow> = examples.collect();
    Ok(Comparison {
        connector: report.connector.clone(),
        state: if compared.changed_values == 0 {
            "same"
        } else {
            "held"
        },
        people: compared.people,
        same: compared.people.saturating_sub(compared.changed_people),
        differ: compared.changed_people,
        newly_failing: compared.newly_failing,
        newly_fine: compared.newly_fine,
        guards: guards.collect::<Vec<_>>().join(" "),
        fields: pairs(&compared.fields, may_see),
        has_examples: !examples.is_empty(),
        examples,
    })
}

fn pairs(fields: &[ComparedField], may_see: bool) -> Vec<PairRow> {
    let mut rows: Vec<PairRow> = fields
        .iter()
        .flat_map(|field| {
            field.pairs.iter().take(PAIRS).map(|pair| PairRow {
                target: field.target.clone(),
                field: cut(&field.field),
                people: pair.people,
                before: Shown::of(pair.before.as_deref()).seen(may_see),
                after: Shown::of(pair.after.as_deref()).seen(may_see),
                bar_width: 0,
            })
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.people));
    rows.truncate(FIELDS);
    let most = rows.first().map_or(0, |row| row.people);
    for row in &mut rows {
        row.bar_width = percent(row.people, most);
    }
    rows
}

/// What a build may do and is given, and what the one that waits has more or less of it.
fn card(visit: &Visit, one: &Inspected, other: Option<&Inspected>) -> Vec<CardLine> {
    let others = other.map(|other| rights(visit, other));
    let line = |(at, right): (usize, Right)| {
        let other = others.as_ref().and_then(|others| others.get(at));
        CardLine {
            icon: right.icon,
            what: right.what,
            changed: other.map_or_else(String::new, |other| difference(&right.words, &other.words)),
            text: right.text(visit),
        }
    };
    let rights = rights(visit, one).into_iter();
    rights.enumerate().map(line).collect()
}

/// One line of the card: each word of it, and what is said where there is none.
struct Right {
    icon: &'static str,
    what: &'static str,
    words: BTreeSet<String>,
    none: &'static str,
}

impl Right {
    fn text(&self, visit: &Visit) -> String {
        if self.words.is_empty() {
            return visit.say(self.none);
        }
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        cut(&words.join(", "))
    }
}

/// The lines of the card of every build, in one order.
fn rights(visit: &Visit, one: &Inspected) -> [Right; 7] {
    let right = |icon, what, words: BTreeSet<String>, none| Right {
        icon,
        what,
        words,
        none,
    };
    let places = one.card.places.iter();
    let given: BTreeSet<String> = places.flat_map(|place| place.given.clone()).collect();
    let fields = one.card.places.iter().map(|place| place.field.clone());
    let fields = fields.filter(|field| !field.is_empty()).collect();
    let told = one.card.permissions.functions.values().flatten().cloned();
    let imports = one.imports.iter().cloned().collect();
    let nothing = BTreeSet::new;
    let (reads, network) = if one.kind == "provider" {
        let people = BTreeSet::from([visit.say("card-people")]);
        (people, right("plug", "card-network", given, "card-by-host"))
    } else {
        (given, right("plug", "card-network", nothing(), "card-none"))
    };
    [
        right("eye", "card-reads", reads, "card-nothing"),
        right("edit", "card-writes", fields, "card-nothing"),
        network,
        right("file", "card-files", nothing(), "card-none"),
        right("clock", "card-clock", told.collect(), "card-none"),
        right("key", "card-secrets", nothing(), "card-none"),
        right("shield", "card-contract", imports, "card-none"),
    ]
}

/// What comes and what goes; empty where both have the same.
fn difference(now: &BTreeSet<String>, then: &BTreeSet<String>) -> String {
    let comes = then.difference(now).map(|word| format!("+ {word}"));
    let goes = now.difference(then).map(|word| format!("\u{2212} {word}"));
    cut(&comes.chain(goes).collect::<Vec<_>>().join(", "))
}

fn functions(one: &Inspected) -> Vec<Function> {
    let function = |function: &Known| {
        let options = function.options.get("properties");
        let options = options.and_then(serde_json::Value::as_object);
        let names = options.map(|all| all.keys().cloned().collect::<Vec<_>>());
        let uses = one.card.permissions.functions.get(&function.name);
        let own = format!("{}.{}", one.plugin, function.name);
        Function {
            name: function.full_name.clone().unwrap_or(own),
            about: cut(&function.summary),
            options: cut(&names.unwrap_or_default().join(", ")),
            uses: uses.map_or_else(String::new, |uses| uses.join(", ")),
        }
    };
    one.functions.iter().map(function).collect()
}

fn generations(builds: &[&Generation]) -> Vec<Build> {
    let mut rolled = false;
    let build = |one: &&Generation| {
        let state = match one.stage.as_str() {
            "active" | "probation" => "active",
            "waiting" => "held",
            "shadow" | "probing" | "discovered" => "shadow",
            "refused" => "refused",
            "rejected" => "rejected",
            "rolled-back" => "undone",
            "replaced" => "expired",
            _ => "previous",
        };
        // The build before is put back, whichever others were there.
        let can_roll = state == "previous" && !std::mem::replace(&mut rolled, true);
        Build {
            short: short(&one.digest),
            version: cut(&one.version),
            from: from(&one.source),
            state,
            since: Time(one.since_ms),
            reason: cut(&one.reason),
            can_roll,
        }
    };
    builds.iter().map(build).collect()
}

fn limits(visit: &Visit, one: &Inspected) -> Vec<Limit> {
    let (bounds, health) = (&one.card.permissions.limits, &one.health);
    let lost = health.values_trapped + health.values_timed_out + health.values_refused;
    let memory = bounds.memory_mib * MIB;
    vec![
        Limit {
            name: "limit-time",
            used: longest(visit, health.longest_call_us),
            max: visit.reader.span(bounds.deadline_ms.cast_signed()),
            width: percent(health.longest_call_us, bounds.deadline_ms * 1000),
        },
        Limit {
            name: "limit-memory",
            used: visit.reader.bytes(health.memory_bytes),
            max: visit.reader.bytes(memory),
            width: percent(health.memory_bytes, memory),
        },
        Limit {
            name: "limit-lost",
            used: visit.reader.number(lost),
            max: visit.reader.number(health.values),
            width: percent(lost, health.values),
        },
    ]
}

fn users(one: &Inspected) -> Vec<User> {
    let places = one.card.places.iter();
    let user = places.map(|place| User {
        connector: place.connector.clone(),
        field: cut(&place.field),
    });
    user.collect()
}
