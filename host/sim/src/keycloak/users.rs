//! Lists of users, how many there are, single users, and the user profile.

use serde_json::{Value, json};

use super::Realm;
use super::document::{self, ATTRIBUTES};
use super::parameters::Parameters;
use super::refusal::Refusal;
use crate::people::{People, Who};
use crate::wire::{Received, Reply};

/// What `max` is where nobody says.
pub(super) const MAX_DEFAULT: usize = 100;

const LIST: [&str; 7] = [
    "first",
    "max",
    "briefRepresentation",
    "q",
    "username",
    "email",
    "exact",
];

/// A user: one of the people, or the account of a client.
enum Account {
    Of(Who),
    Client(String, String),
}

impl Realm {
    pub(super) fn list_users(&self, received: &Received) -> Result<Reply, Refusal> {
        self.require("query-users")?;
        let parameters = match Parameters::read(received, &LIST) {
            Ok(parameters) => parameters,
            Err(reply) => return Ok(reply),
        };
        let people = self.people();
        let found = self.found(&people, &parameters);
        let page_max = self.settings().page_max;
        let mut page = parameters.window(found, (MAX_DEFAULT, page_max))?;
        if !self.has_role("view-users") {
            // Who may only ask is shown nobody, and no error.
            page.clear();
        }
        let is_brief = parameters.is("briefRepresentation");
        let users: Vec<Value> = page
            .into_iter()
            .map(|account| match account {
                Account::Of(who) => document::user(&people, who, is_brief),
                Account::Client(id, name) => json!({
                    "id": id, "username": name, "enabled": true, "emailVerified": false,
                    "createdTimestamp": 1_700_000_000_000_u64, "serviceAccountClientId": "attune",
                }),
            })
            .collect();
        Ok(Reply::json(
            "users.list",
            200,
            Value::from(users).to_string(),
        ))
    }

    pub(super) fn count_users(&self, received: &Received) -> Result<Reply, Refusal> {
        self.require("query-users")?;
        let parameters = match Parameters::read(received, &["q"]) {
            Ok(parameters) => parameters,
            Err(reply) => return Ok(reply),
        };
        let people = self.people();
        let count = match (self.has_role("view-users"), self.settings().is_before_23) {
            (false, _) => 0,
            (true, true) => people.len(),
            (true, false) => people
                .iter()
                .filter(|who| fits(&people, *who, &parameters))
                .count(),
        };
        Ok(Reply::json("users.count", 200, count.to_string()))
    }

    pub(super) fn user(&self, received: &Received, id: &str) -> Result<Reply, Refusal> {
        self.require("query-users")?;
        if let Err(reply) = Parameters::read(received, &["userProfileMetadata"]) {
            return Ok(reply);
        }
        let people = self.people();
        let who = by_id(&people, id)?;
        self.require("view-users")?;
        let user = document::user(&people, who, false);
        Ok(Reply::json("user", 200, user.to_string()))
    }

    /// Everybody who fits, by user name; the accounts of clients as soon as a parameter limits.
    fn found(&self, people: &People, parameters: &Parameters) -> Vec<Account> {
        let fitting = people.iter().filter(|who| fits(people, *who, parameters));
        let mut found: Vec<(String, Account)> = fitting
            .map(|who| (document::username(people, who), Account::Of(who)))
            .collect();
        let is_limited = ["username", "email", "exact"]
            .into_iter()
            .any(|name| parameters.text(name).is_some());
        if is_limited && parameters.text("q").is_none() && parameters.text("email").is_none() {
            let wanted = parameters
                .text("username")
                .unwrap_or_default()
                .to_lowercase();
            let clients = self.settings().service_accounts.clone();
            let clients = clients
                .into_iter()
                .filter(|(_, name)| name.contains(&wanted));
            found.extend(clients.map(|(id, name)| (name.clone(), Account::Client(id, name))));
        }
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        found.into_iter().map(|(_, account)| account).collect()
    }
}

/// The user profile of the realm: which attributes there are.
pub(super) fn profile(received: &Received) -> Reply {
    if let Err(reply) = Parameters::read(received, &[]) {
        return reply;
    }
    let names = ATTRIBUTES.iter().map(|(name, _)| *name);
    let attributes: Vec<Value> = ["username", "email", "firstName", "lastName", "manager"]
        .into_iter()
        .chain(names)
        .map(|name| json!({ "name": name, "displayName": format!("${{{name}}}") }))
        .collect();
    let profile = json!({ "attributes": attributes, "groups": [] });
    Reply::json("users.profile", 200, profile.to_string())
}

/// The person with this id; user names are no ids here.
pub(super) fn by_id(people: &People, id: &str) -> Result<Who, Refusal> {
    let found = people.find(id).filter(|who| people.id(*who) == id);
    found.ok_or_else(|| Refusal::saying(404, "User not found"))
}

fn fits(people: &People, who: Who, parameters: &Parameters) -> bool {
    let is_exact = parameters.is("exact");
    let matches = |wanted: Option<&str>, value: &str| {
        let value = value.to_lowercase();
        wanted.map(str::to_lowercase).is_none_or(|wanted| {
            if is_exact {
                value == wanted
            } else {
                value.contains(&wanted)
            }
        })
    };
    let email = people.text(who, "mail").unwrap_or_default();
    matches(
        parameters.text("username"),
        &document::username(people, who),
    ) && matches(parameters.text("email"), &email)
        && parameters
            .pairs()
            .iter()
            .all(|(name, value)| document::values(people, who, name).contains(value))
}
