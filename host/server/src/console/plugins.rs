//! `/plugins`: what computes values, what waits to, and files that cannot be used.

use askama::Template;
use attune_wasm::Kind;
use attune_wasm::registry::Entry;

use super::filters;
use super::page::{Answer, Page, Visit};
use super::shown::{cut, short};
use crate::service::{Service, Waiting};
use crate::sync;

#[derive(Template)]
#[template(path = "plugins.html")]
struct Plugins {
    page: Page,
    waiting: Vec<Waits>,
    groups: Vec<Group>,
    refused: Vec<Refusal>,
}

struct Waits {
    name: String,
    text: String,
}

struct Group {
    title: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    version: String,
    about: String,
    short: String,
    from: &'static str,
    size: String,
    state: &'static str,
    used_by: u32,
    longest: String,
    calls: u64,
    note: String,
}

struct Refusal {
    file: String,
    message: String,
    hint: String,
}

/// `GET /plugins`
pub(super) async fn show(visit: Visit) -> Answer {
    let service = visit.service()?;
    let proposals = service.waiting();
    let waiting = proposals.iter().filter(|one| one.kind == "plugin");
    let waiting = waiting.map(|one| Waits {
        name: one.name.clone(),
        text: cut(&one.reasons.join(" ")),
    });
    let refused = service.unreadable().into_iter();
    let refused = refused.map(|(file, message)| Refusal {
        file: cut(&file),
        message: cut(&message),
        hint: String::new(),
    });
    let (_, state) = service.pin();
    let (mut providers, mut transforms) = (Vec::new(), Vec::new());
    for entry in state.plugins.entries() {
        let row = Row::of(&visit, service, (entry, &proposals));
        if entry.kind(state.plugins.engine()) == Some(Kind::Provider) {
            providers.push(row);
        } else {
            transforms.push(row);
        }
    }
    visit.show(&Plugins {
        page: visit.page("plugins", visit.say("nav-plugins")).await?,
        waiting: waiting.collect(),
        groups: vec![
            Group {
                title: "plugins-providers",
                rows: providers,
            },
            Group {
                title: "plugins-transforms",
                rows: transforms,
            },
        ],
        refused: refused.collect(),
    })
}

impl Row {
    fn of(visit: &Visit, service: &Service, (entry, waiting): (&Entry, &[Waiting])) -> Self {
        let (_, state) = service.pin();
        let plugin = entry.loaded();
        let health = plugin.map(attune_wasm::Plugin::health);
        let waits = waiting
            .iter()
            .any(|one| one.kind == "plugin" && one.name == entry.id());
        let (word, note) = match (
            entry.error(),
            plugin.and_then(attune_wasm::Plugin::quarantined),
        ) {
            (Some(error), _) => ("invalid", cut(&error.to_string())),
            (None, Some(problem)) => ("quarantined", cut(&problem.message)),
            (None, None) if waits => ("active", visit.say("plugin-waits")),
            (None, None) => ("active", String::new()),
        };
        let users = state.connectors.values();
        let used = users.filter(|loaded| sync::uses(loaded, &state.plugins).contains(entry.id()));
        Self {
            name: entry.id().to_owned(),
            version: plugin.map_or_else(String::new, |one| cut(one.version())),
            about: plugin.map_or_else(String::new, |one| cut(&one.manifest().summary)),
            short: entry.digest().map_or_else(String::new, short),
            from: from(&entry.source().to_string()),
            size: size(visit, entry.size()),
            state: word,
            used_by: used.count() as u32,
            longest: health
                .as_ref()
                .map_or_else(String::new, |health| longest(visit, health.longest_call_us)),
            calls: health.map_or(0, |health| health.values),
            note,
        }
    }
}

/// Where a build came from, as texts have it.
pub(super) fn from(source: &str) -> &'static str {
    match source {
        "bundled" => "bundled",
        _ => "file",
    }
}

/// How long a call took.
pub(super) fn longest(visit: &Visit, microseconds: u64) -> String {
    match microseconds {
        0 => String::new(),
        1..10_000 => format!("{} ms", visit.reader.decimal(microseconds as f64 / 1000.0)),
        _ => visit.reader.span((microseconds / 1000).cast_signed()),
    }
}

fn size(visit: &Visit, bytes: Option<usize>) -> String {
    bytes.map_or_else(String::new, |bytes| visit.reader.bytes(bytes as u64))
}
