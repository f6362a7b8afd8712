//! Lists of users and single users.

use serde_json::{Map, Value};

use super::expression::{Kind, parse};
use super::listing::Asked;
use super::profile::{find, id_of, status};
use super::refusal::Refusal;
use super::{Org, profile};
use crate::people::Manager;
use crate::wire::{Received, Reply};

/// Okta's default and largest page.
const PAGE: (usize, usize) = (200, 200);

impl Org {
    pub(super) fn list_users(&self, received: &Received) -> Result<Reply, Refusal> {
        let known = ["limit", "after", "search", "filter", "fields"];
        if received
            .parameters()
            .iter()
            .any(|(name, _)| !known.contains(&name.as_str()))
        {
            return Ok(Reply::unknown_route(received));
        }
        let settings = self.settings().clone();
        let asked = Asked::read(received, &settings, PAGE)?;
        let expression = match (received.parameter("search"), received.parameter("filter")) {
            (Some(_), Some(_)) => return Err(Refusal::invalid("filter")),
            (Some(text), None) => Some((parse(&text, Kind::Search)?, Kind::Search)),
            (None, Some(text)) => Some((parse(&text, Kind::Filter)?, Kind::Filter)),
            (None, None) => None,
        };
        let shape = Shape::read(received)?;
        let people = self.people();
        let users = people.from(asked.cursor.position).filter_map(|who| {
            if expression.is_none() && status(&people, &settings, who) == "DEPROVISIONED" {
                return None;
            }
            let document = self.document(&people, &settings, who);
            let meets = expression.as_ref();
            let meets = meets.is_none_or(|(expression, kind)| expression.holds(&document, *kind));
            meets.then(|| (who.position(), shape.of(document)))
        });
        Ok(self.page(received, "users.list", asked, users))
    }

    pub(super) fn user(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        if !received.query.is_empty() {
            return Ok(Reply::unknown_route(received));
        }
        let shape = Shape::read(received)?;
        let settings = self.settings().clone();
        let people = self.people();
        let who = find(&people, key).ok_or_else(|| Refusal::not_found(key, "User"))?;
        let document = shape.of(self.document(&people, &settings, who));
        Ok(Reply::json("user", 200, document.to_string()))
    }

    /// The manager, where the org has linked objects for that.
    pub(super) fn linked(
        &self,
        received: &Received,
        key: &str,
        name: &str,
    ) -> Result<Reply, Refusal> {
        let settings = self.settings().clone();
        let people = self.people();
        let who = find(&people, key).ok_or_else(|| Refusal::not_found(key, "User"))?;
        if settings.linked.as_deref() != Some(name) || !received.query.is_empty() {
            return Err(Refusal::not_found(name, "LinkedObjectDefinition"));
        }
        let links: Vec<Value> = match people.manager(who) {
            Manager::Person(leader) if people.is_here(leader) => {
                let id = id_of(&people, leader);
                let href = format!("{}/api/v1/users/{id}", self.origin);
                vec![serde_json::json!({ "_links": { "self": { "href": href } } })]
            }
            _ => Vec::new(),
        };
        Ok(Reply::json("linked", 200, Value::Array(links).to_string()))
    }

    /// A user as a list of members has it.
    pub(super) fn member(&self, who: crate::people::Who) -> Option<Value> {
        let settings = self.settings().clone();
        let people = self.people();
        let is_here = people.is_here(who) && !settings.deactivated.contains(&who);
        is_here.then(|| self.document(&people, &settings, who))
    }

    pub(super) fn who(&self, key: &str) -> Result<crate::people::Who, Refusal> {
        let people = self.people();
        profile::find(&people, key).ok_or_else(|| Refusal::not_found(key, "User"))
    }
}

/// What of a user is answered: `fields`, and the media type's `okta-response`.
struct Shape {
    /// Members beside the profile, and the profile's; nothing for everything.
    fields: Option<(Vec<String>, Vec<String>)>,
    omits_credentials: bool,
}

impl Shape {
    fn read(received: &Received) -> Result<Self, Refusal> {
        let fields = match received.parameter("fields") {
            Some(text) => Some(fields(&text).ok_or_else(|| Refusal::invalid("fields"))?),
            None => None,
        };
        let media_type = received.header("content-type").unwrap_or_default();
        let mut options = media_type.split([';', ',', '=']).map(str::trim);
        Ok(Self {
            fields,
            omits_credentials: options.any(|option| option == "omitCredentials"),
        })
    }

    fn of(&self, mut document: Value) -> Value {
        let Some(members) = document.as_object_mut() else {
            return document;
        };
        if self.omits_credentials {
            members.remove("credentials");
        }
        if let Some((beside, profile)) = &self.fields {
            let is_kept = |name: &str| name == "id" || beside.iter().any(|kept| kept == name);
            let inner = members.remove("profile").unwrap_or_default();
            members.retain(|name, _| is_kept(name));
            let inner = inner.as_object().cloned().unwrap_or_default();
            let inner: Map<String, Value> = inner
                .into_iter()
                .filter(|(name, _)| profile.contains(name))
                .collect();
            members.insert("profile".to_owned(), Value::Object(inner));
        }
        document
    }
}

/// `id,status,profile:(firstName,lastName)`
fn fields(text: &str) -> Option<(Vec<String>, Vec<String>)> {
    let (beside, profile) = text.split_once("profile:(")?;
    let profile = profile.strip_suffix(')')?;
    let names = |list: &str| list.split(',').map(|name| name.trim().to_owned()).collect();
    let beside: Vec<String> = names(beside.trim_end_matches(','));
    let profile: Vec<String> = names(profile);
    let is_name = |name: &String| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    (beside.iter().chain(&profile).all(is_name)).then_some((beside, profile))
}
