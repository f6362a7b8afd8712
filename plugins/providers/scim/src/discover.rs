//! What there is to map: a sample of people, and what `/ResourceTypes` and `/Schemas` tell.
//!
//! Selectors come ready to be copied into a row: `emails[type=work].value`,
//! `"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User".department`. A service that tells
//! no schemas gets the standard's.

use attune_plugin::provider::{Attribute, Path, Request, Turn, json};
use serde::{Deserialize, Serialize};

use crate::attributes::{CORE, ENTERPRISE, KNOWN, KNOWN_ENTERPRISE};
use crate::conversation::{Answer, Conversation, Task};
use crate::list::List;
use crate::person::text;
use crate::reading::get;

/// Members of a value of which the selector picks one.
const PICKS: [&str; 4] = ["type", "primary", "display", "$ref"];

/// A part of what a service tells of its attributes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Part {
    /// Which schemas a user has.
    Types,
    /// All schemas; of those named, or of those that look like a user's.
    Schemas(Vec<String>),
}

impl Part {
    pub(crate) fn request(&self, id: u32) -> Request {
        get(
            id,
            Path::new(match self {
                Self::Types => "/ResourceTypes",
                Self::Schemas(_) => "/Schemas",
            }),
        )
    }
}

impl Conversation {
    pub(crate) fn begin_discovery(&mut self) {
        self.agenda.queue_last(Task::Part(Part::Types));
    }

    /// What is not told is no error: users are listed all the same.
    pub(crate) fn part_replied(&mut self, part: Part, answer: &Answer, turn: &mut Turn) {
        let list = answer.body().and_then(|body| List::read(body, answer.what));
        let told = list.map(|list| list.resources).unwrap_or_default();
        match part {
            Part::Types => {
                let schemas = schemas_of_users(&told);
                self.agenda.queue_last(Task::Part(Part::Schemas(schemas)));
            }
            Part::Schemas(wanted) => {
                let mut known = described(&told, &wanted);
                if known.is_empty() {
                    known = standard();
                }
                turn.attributes(known);
                self.begin_listing();
            }
        }
    }
}

/// The extensions of the resource type whose endpoint is `/Users`; empty where none is told.
fn schemas_of_users(types: &[&str]) -> Vec<String> {
    let is_users = |kind: &&&str| {
        text(kind, "endpoint").is_some_and(|at| at.trim_matches('/').eq_ignore_ascii_case("Users"))
    };
    let Some(users) = types.iter().find(is_users) else {
        return Vec::new();
    };
    let own = text(users, "schema");
    let extensions = elements_of(users, "schemaExtensions");
    let extensions = extensions.into_iter().filter_map(|one| text(one, "schema"));
    own.into_iter().chain(extensions).collect()
}

/// The attributes of users' schemas.
fn described(schemas: &[&str], wanted: &[String]) -> Vec<Attribute> {
    let mut known = Vec::new();
    for schema in schemas {
        let Some(id) = text(schema, "id") else {
            continue;
        };
        let is_wanted = if wanted.is_empty() {
            id.to_ascii_lowercase().ends_with(":user")
        } else {
            wanted.iter().any(|name| name.eq_ignore_ascii_case(&id))
        };
        if !is_wanted {
            continue;
        }
        let is_core = id.eq_ignore_ascii_case(CORE);
        let prefix = if is_core {
            String::new()
        } else {
            format!("\"{id}\".")
        };
        for attribute in elements_of(schema, "attributes") {
            describe(attribute, &prefix, &mut known);
        }
        if id.eq_ignore_ascii_case(ENTERPRISE) {
            known.push(Attribute::new("manager.displayName", "Manager", "text"));
        }
    }
    known
}

fn describe(attribute: &str, prefix: &str, known: &mut Vec<Attribute>) {
    let Some(name) = text(attribute, "name") else {
        return;
    };
    if is(attribute, "returned", "never") || is(attribute, "mutability", "writeOnly") {
        return;
    }
    let is_list = elements_or(attribute, "multiValued") == Some("true");
    let subs = elements_of(attribute, "subAttributes");
    let at = format!("{prefix}{name}");
    if subs.is_empty() {
        let kind = if is_list { "list" } else { kind(attribute) };
        known.push(titled(&at, &name, kind));
        return;
    }
    let mut places = vec![at.clone()];
    if is_list {
        places = canonical_types(&subs)
            .into_iter()
            .map(|kind| format!("{at}[type={kind}]"))
            .collect();
        if places.is_empty() {
            places.push(format!("{at}[0]"));
        }
    }
    for place in places {
        for sub in &subs {
            let Some(sub_name) = text(sub, "name") else {
                continue;
            };
            if sub_name.starts_with('$') || is_list && PICKS.contains(&sub_name.as_str()) {
                continue;
            }
            let title = format!("{name} {sub_name}");
            known.push(titled(&format!("{place}.{sub_name}"), &title, kind(sub)));
        }
    }
}

/// What `type` may be: `work`, `home`; only words that stand in a selector as they are.
fn canonical_types(subs: &[&str]) -> Vec<String> {
    let kinds = subs.iter().find(|sub| is(sub, "name", "type"));
    let values = kinds.map(|kinds| elements_of(kinds, "canonicalValues"));
    let words = values
        .unwrap_or_default()
        .into_iter()
        .filter_map(json::string);
    let is_word =
        |word: &String| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric());
    words.filter(is_word).collect()
}

fn titled(selector: &str, name: &str, kind: &str) -> Attribute {
    let known = KNOWN.iter().find(|(known, ..)| *known == selector);
    let title = known.map_or(name, |(_, title, _)| title);
    Attribute::new(selector, title, kind)
}

fn kind(attribute: &str) -> &'static str {
    match text(attribute, "type").unwrap_or_default().as_str() {
        "boolean" => "boolean",
        "integer" | "decimal" => "number",
        "dateTime" => "date",
        "complex" => "object",
        _ => "text",
    }
}

/// What the standard has.
fn standard() -> Vec<Attribute> {
    let core = KNOWN
        .iter()
        .map(|(at, title, kind)| Attribute::new(at, title, kind));
    let more = KNOWN_ENTERPRISE.iter().map(|(name, title, kind)| {
        Attribute::new(&format!("\"{ENTERPRISE}\".{name}"), title, kind)
    });
    core.chain(more).collect()
}

fn is(object: &str, name: &str, value: &str) -> bool {
    text(object, name).is_some_and(|found| found.eq_ignore_ascii_case(value))
}

fn elements_or<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let [found] = json::members_ignoring_case(object, [name]).ok()?;
    found
}

/// The elements of a member, if it is a list.
fn elements_of<'a>(object: &'a str, name: &str) -> Vec<&'a str> {
    let found = elements_or(object, name).map(json::elements);
    found.and_then(Result::ok).unwrap_or_default()
}
