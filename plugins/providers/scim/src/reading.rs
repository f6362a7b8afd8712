//! How people are read: what is asked for of each, and in which form this service takes it.
//!
//! `attributes` names what rows mention, by the standard's notation: `title`, and for an extension
//! `urn:...:User:department`. Not every service takes it. One that refuses is asked without; one
//! that takes it and then leaves out an extension which its own `schemas` says the user has may not
//! know the notation, and is asked again without: a value that was not sent must never look like one
//! that is not there.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpRequest, Locator, Path, Person, Request, json, steps};
use serde::{Deserialize, Serialize};

use crate::attributes::{CORE, ENTERPRISE, core_name, is_name, qualified};
use crate::options::API;

/// What is asked for besides: key, names, manager, revision.
const ALWAYS: [&str; 5] = ["id", "userName", "externalId", "emails", "meta"];

/// What a conversation asks of users, and how.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Reading {
    /// For `attributes`; none where whole documents are read.
    attributes: Option<Vec<String>>,
    /// Schemas of extensions of which something is wanted.
    extensions: Vec<String>,
    /// The schema of users as selectors spell it; the document is hung in under it once more.
    core_names: Vec<String>,
    /// Whether lists are sorted by id, so that pages fit together.
    pub(crate) is_sorted: bool,
}

impl Reading {
    /// What the wanted selectors come to.
    pub(crate) fn of(wanted: &[String]) -> Result<Self, Problem> {
        let mut reading = Self {
            attributes: Some(ALWAYS.map(str::to_owned).to_vec()),
            ..Self::default()
        };
        for selector in wanted {
            let names = steps(selector).unwrap_or_default();
            let mut names = names.iter().map(String::as_str);
            let Some(first) = names.next() else { continue };
            check_notation(first)?;
            reading.want(first, names.next());
        }
        Ok(reading)
    }

    /// One selector, by its first two names.
    fn want(&mut self, first: &str, second: Option<&str>) {
        let is_schema = first
            .get(..4)
            .is_some_and(|urn| urn.eq_ignore_ascii_case("urn:"));
        if first.eq_ignore_ascii_case("manager") {
            return self.want_of(ENTERPRISE, Some("manager"));
        }
        if !is_schema {
            return self.project(is_name(first).then(|| core_name(first).to_owned()));
        }
        if first.eq_ignore_ascii_case(CORE) {
            add(&mut self.core_names, first.to_owned());
            let name = second.filter(|name| is_name(name));
            return self.project(name.map(|name| core_name(name).to_owned()));
        }
        self.want_of(first, second);
    }

    fn want_of(&mut self, schema: &str, name: Option<&str>) {
        let name = name.filter(|name| is_name(name));
        self.project(name.map(|name| qualified(schema, name)));
        add(&mut self.extensions, schema.to_ascii_lowercase());
    }

    /// `None` is something that cannot be named: then whole documents are read.
    fn project(&mut self, name: Option<String>) {
        match (&mut self.attributes, name) {
            (Some(names), Some(name)) => add(names, name),
            (attributes, _) => *attributes = None,
        }
    }

    /// Whether less than whole documents is asked for.
    pub(crate) fn is_projected(&self) -> bool {
        self.attributes.is_some()
    }

    /// From now on whole documents are read.
    pub(crate) fn read_whole(&mut self) {
        self.attributes = None;
    }

    /// Gives up one thing that a service need not know; `false` where nothing is left.
    pub(crate) fn weaken(&mut self) -> bool {
        if self.is_sorted {
            self.is_sorted = false;
            return true;
        }
        self.attributes.take().is_some()
    }

    /// Whether a user's own `schemas` names an extension that was asked for and did not come.
    pub(crate) fn misses_extension(&self, user: &str) -> bool {
        if self.attributes.is_none() || self.extensions.is_empty() {
            return false;
        }
        let schemas = match json::members_ignoring_case(user, ["schemas"]) {
            Ok([schemas]) => schemas.map(str::to_ascii_lowercase),
            Err(_) => None,
        };
        let is_declared = |schema: &str| {
            let quoted = format!("\"{schema}\"");
            schemas.as_ref().is_none_or(|known| known.contains(&quoted))
        };
        let is_there = |schema: &str| {
            let found = json::members_ignoring_case(user, [schema]);
            matches!(found, Ok([Some(_)]))
        };
        self.extensions
            .iter()
            .any(|schema| is_declared(schema) && !is_there(schema))
    }

    /// Hangs a person's document in under the schema's name: what a row calls
    /// `"urn:...:core:2.0:User".title` stands at the top of the document.
    pub(crate) fn hang_in(&self, person: &mut Person) {
        let names = self.core_names.iter();
        let part = |name: &String| (name.clone(), person.document.clone());
        person.parts = names.map(part).collect();
    }

    /// The parameters that a list of users has besides its filter and its place.
    pub(crate) fn ask(&self, path: Path) -> Path {
        let path = match &self.attributes {
            Some(names) => path.query("attributes", &names.join(",")),
            None => path,
        };
        if self.is_sorted {
            path.query("sortBy", "id")
        } else {
            path
        }
    }
}

/// A request below the service's address.
pub(crate) fn get(id: u32, path: Path) -> Request {
    let locator = Locator::Endpoint(API.to_owned(), path.into_string());
    let accepted = "application/scim+json, application/json;q=0.9".to_owned();
    Request::Http(HttpRequest {
        headers: vec![("Accept".to_owned(), accepted)],
        ..HttpRequest::get(id, locator)
    })
}

/// Text as a value in a filter: a JSON string (RFC 7644 section 3.4.2.2).
pub(crate) fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Both conditions, where there are two.
pub(crate) fn both(one: Option<String>, other: Option<&str>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("({one}) and ({other})")),
        (one, other) => one.or(other.map(str::to_owned)),
    }
}

/// `urn:...:User:department` is how the standard's filters are written; here it would be the name of
/// one member, which no document has.
fn check_notation(name: &str) -> Result<(), Problem> {
    for schema in [CORE, ENTERPRISE] {
        let split = name.split_at_checked(schema.len());
        let Some((start, rest)) = split.filter(|(start, _)| start.eq_ignore_ascii_case(schema))
        else {
            continue;
        };
        if let Some(attribute) = rest.strip_prefix([':', '.']) {
            let message = format!("`{name}` is no member of a user: write \"{start}\".{attribute}");
            return Err(Problem::new("options", message).at(name));
        }
    }
    Ok(())
}

fn add(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}
