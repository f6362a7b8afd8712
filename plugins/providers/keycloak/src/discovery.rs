//! Discovery: some people with everything, and what the realm's user profile says of attributes.
//!
//! The user profile is asked for first; a realm without one, or a client that may not read it, still
//! gives people, and their attributes are told from what they have.

use attune_plugin::Problem;
use attune_plugin::provider::{Attribute, HttpResponse, Path, Turn};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Options;
use crate::conversation::{Conversation, Task};
use crate::person;
use crate::reply::{self, Purpose};
use crate::window::PAGE_SIZE;

/// Selector, title and kind of what every user has.
const ALWAYS: [(&str, &str, &str); 9] = [
    ("id", "Id", "text"),
    ("username", "User name", "text"),
    ("email", "Mail address", "text"),
    ("firstName", "First name", "text"),
    ("lastName", "Last name", "text"),
    ("enabled", "Enabled", "boolean"),
    ("emailVerified", "Mail address verified", "boolean"),
    ("createdTimestamp", "Created (ms since 1970)", "number"),
    ("federationLink", "User federation", "text"),
];

/// Some people, and what is known of their attributes: selector and title.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sample {
    people: u32,
    attributes: Vec<(String, String)>,
}

impl Sample {
    pub(crate) fn path(&self, options: &Options) -> Path {
        let users = options.admin().segment("users").query("first", "0");
        let users = users.query("max", &self.people.clamp(1, PAGE_SIZE).to_string());
        let users = users.query("briefRepresentation", "false");
        match options.query() {
            Some(query) => users.query("q", query),
            None => users,
        }
    }

    fn add(&mut self, name: &str, title: &str) {
        let selector = selector(name);
        if !self.attributes.iter().any(|(known, _)| *known == selector) {
            self.attributes.push((selector, title.to_owned()));
        }
    }
}

impl Conversation {
    pub(crate) fn profile_replied(&mut self, people: u32, response: &HttpResponse) {
        let mut sample = Sample {
            people,
            attributes: Vec::new(),
        };
        let profile: Option<Value> = (response.status == 200)
            .then(|| serde_json::from_slice(&response.body).ok())
            .flatten();
        let attributes = profile
            .as_ref()
            .and_then(|profile| profile.get("attributes")?.as_array());
        for attribute in attributes.into_iter().flatten() {
            let text = |member| attribute.get(member).and_then(Value::as_str);
            if let Some(name) = text("name").filter(|name| !is_root(name)) {
                // `${department}` is the key of a translation.
                let title = text("displayName").filter(|title| !title.starts_with("${"));
                sample.add(name, title.unwrap_or(name));
            }
        }
        self.agenda.queue_last(Task::Sample(sample));
    }

    pub(crate) fn sample_replied(
        &mut self,
        mut sample: Sample,
        (response, purpose): (&HttpResponse, Purpose),
        turn: &mut Turn,
    ) -> Result<(), Problem> {
        let (body, users) = reply::list(response, purpose)?;
        let mut people = Vec::new();
        for raw in users.into_iter().take(sample.people as usize) {
            let user = person::read(body, raw, purpose)?;
            if user.is_service {
                continue;
            }
            for name in attributes_of(raw) {
                sample.add(&name, &name);
            }
            people.push(user.person);
        }
        let always = ALWAYS
            .iter()
            .map(|(selector, title, kind)| Attribute::new(selector, title, kind));
        let own = sample.attributes.iter();
        let own = own.map(|(selector, title)| Attribute::new(selector, title, "list"));
        turn.attributes(always.chain(own).collect());
        self.deliver(people, turn);
        Ok(())
    }
}

/// The user profile names the members of a user too.
fn is_root(name: &str) -> bool {
    ALWAYS.iter().any(|(selector, _, _)| *selector == name)
}

fn attributes_of(user: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(user).unwrap_or_default();
    let attributes = document.get("attributes").and_then(Value::as_object);
    attributes
        .into_iter()
        .flat_map(|map| map.keys().cloned())
        .collect()
}

/// `attributes.department`, and in quotes what is no plain step.
fn selector(name: &str) -> String {
    let is_special = |c: char| c.is_whitespace() || ".[]\"={}".contains(c);
    if !name.contains(is_special) && !name.ends_with('?') {
        return format!("attributes.{name}");
    }
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!("attributes.\"{quoted}\"")
}
