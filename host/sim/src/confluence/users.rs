//! The REST API: one user, the own account, lists of users, the two fields that it changes, and
//! the server's page about itself.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::accounts::{Account, Field};
use super::refusal::Refusal;
use super::{Site, Version};
use crate::pages::encoded;
use crate::wire::{Received, Reply};

/// Groups that every account is in.
const GROUPS: &[&str] = &["confluence-users"];

impl Site {
    pub(super) fn api(&self, received: &Received, path: &[&str]) -> Result<Reply, Refusal> {
        let is_get = received.method == Method::GET;
        match path {
            ["user"] if is_get => self.user(received),
            ["user", "current"] if is_get => Ok(self.current()),
            ["user", "list"] if is_get => {
                self.since(Version::V8, received)?;
                self.listing(received, "user.list", "/rest/api/user/list", |_| true)
            }
            ["group", group, "member"] if is_get => self.members(received, group),
            ["admin", "user", username] if received.method == Method::PUT => {
                self.since(Version::V8, received)?;
                self.update(received, username)
            }
            ["server-information"] if is_get => {
                self.since(Version::V9, received)?;
                Ok(self.server_information())
            }
            _ => Ok(Reply::unknown_route(received)),
        }
    }

    /// Refuses a resource that this generation of the product does not have yet.
    fn since(&self, first: Version, received: &Received) -> Result<(), Refusal> {
        if self.version >= first {
            return Ok(());
        }
        let path = received.path.strip_prefix(&self.base_path);
        let uri = format!("{}{}", self.base, path.unwrap_or_default());
        Err(Refusal::short(404, format!("null for uri: {uri}")))
    }

    fn server_information(&self) -> Reply {
        let body = json!({
            "baseUrl": self.base,
            "version": self.version.number(),
            "buildNumber": 9_012,
            "marketplaceBuildNumber": 9_012,
            "buildDate": "2026-10-05T00:00:00.000Z",
        });
        Reply::json("server.information", 200, body.to_string())
    }

    fn current(&self) -> Reply {
        let username = self.settings().username.clone();
        let accounts = self.accounts();
        let body = match accounts.by_name(&username) {
            Some(account) => self.document(account),
            None => self.document(&Account {
                key: "0".repeat(32),
                ..Account::named(&username, "", "Attune")
            }),
        };
        Reply::json("user.current", 200, body.to_string())
    }

    /// A user as answers show it: without an e-mail address.
    fn document(&self, account: &Account) -> Value {
        let (path, is_default) = self.picture_path(&account.key);
        json!({
            "type": "known",
            "username": account.username,
            "userKey": account.key,
            "profilePicture": {
                "path": path,
                "width": 48,
                "height": 48,
                "isDefault": is_default,
            },
            "displayName": account.full_name,
            "_links": { "self": format!("{}/rest/api/user?key={}", self.base, account.key) },
            "_expandable": { "status": "" },
        })
    }

    fn user(&self, received: &Received) -> Result<Reply, Refusal> {
        let accounts = self.accounts();
        let (found, named) = match (received.parameter("key"), received.parameter("username")) {
            (Some(key), _) => (accounts.by_key(&key), format!("key : {key}")),
            (None, Some(name)) => (accounts.by_name(&name), format!("username : {name}")),
            (None, None) => {
                let text = "Either the key or the username parameter is required.";
                return Err(Refusal::new(400, text));
            }
        };
        let account =
            found.ok_or_else(|| Refusal::new(404, format!("No user found with {named}")))?;
        Ok(Reply::json("user", 200, self.document(account).to_string()))
    }

    /// `group/{name}/member`: active accounts only.
    fn members(&self, received: &Received, group: &str) -> Result<Reply, Refusal> {
        if !GROUPS.contains(&group) {
            return Err(Refusal::new(
                404,
                format!("No group found with name : {group}"),
            ));
        }
        let path = format!("/rest/api/group/{}/member", encoded(group));
        self.listing(received, "group.member", &path, |account| account.is_active)
    }

    /// One page; the link to the next one is relative to the base URL, as Confluence writes it.
    fn listing(
        &self,
        received: &Received,
        class: &'static str,
        path: &str,
        is_wanted: impl Fn(&Account) -> bool,
    ) -> Result<Reply, Refusal> {
        let most = self.settings().page_max;
        let first = number(received, "start", 0)?;
        let limit = number(received, "limit", most)?.clamp(1, most);
        let accounts = self.accounts();
        let mut rest = accounts
            .iter()
            .filter(|account| is_wanted(account))
            .skip(first);
        let results: Vec<Value> = rest
            .by_ref()
            .take(limit)
            .map(|account| self.document(account))
            .collect();
        let link = |start: usize| format!("{path}?limit={limit}&start={start}");
        let mut links = json!({
            "self": format!("{}{}", self.base, link(first)),
            "base": self.base,
            "context": self.base_path,
        });
        if let (true, Some(links)) = (rest.next().is_some(), links.as_object_mut()) {
            links.insert("next".to_owned(), link(first + limit).into());
        }
        let body = json!({
            "size": results.len(),
            "results": results,
            "start": first,
            "limit": limit,
            "_links": links,
        });
        Ok(Reply::json(class, 200, body.to_string()))
    }

    fn update(&self, received: &Received, username: &str) -> Result<Reply, Refusal> {
        self.check_admin()?;
        if !received.has_content_type("application/json") {
            return Err(Refusal::short(415, "Unsupported Media Type"));
        }
        let mut accounts = self.accounts();
        let found = accounts.by_name(username).cloned();
        let mut account = found.ok_or_else(|| {
            Refusal::new(404, format!("No user found with username : {username}"))
        })?;
        let (full_name, email) = both_fields(&received.body)?;
        if account.is_read_only {
            let status = if self.version < Version::V9 { 400 } else { 403 };
            let text = format!("The directory of user {username} is read-only.");
            return Err(Refusal::new(status, text));
        }
        account.full_name = full_name;
        account.email = email;
        let is_changed = accounts.write(&account, &[Field::FullName, Field::Email]);
        let reply = Reply::empty("admin.user.put", 204);
        Ok(if is_changed { reply.applied() } else { reply })
    }
}

/// Full name and e-mail address: both are wanted, and nothing else.
fn both_fields(body: &[u8]) -> Result<(String, String), Refusal> {
    let refused = |text: &str| Refusal::new(400, text);
    let body: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| refused("The request body is no JSON object."))?;
    let unknown = body
        .keys()
        .find(|name| !matches!(name.as_str(), "fullName" | "email"));
    if let Some(name) = unknown {
        return Err(refused(&format!("Unrecognized field \"{name}\"")));
    }
    let given = |name: &str| {
        let text = body.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_blank = text.trim().is_empty();
        let missing = || refused(&format!("{name} cannot be blank"));
        (!is_blank).then(|| text.to_owned()).ok_or_else(missing)
    };
    let (full_name, email) = (given("fullName")?, given("email")?);
    if !email.contains('@') {
        return Err(refused("email is not valid"));
    }
    Ok((full_name, email))
}

fn number(received: &Received, name: &str, otherwise: usize) -> Result<usize, Refusal> {
    let Some(value) = received.parameter(name) else {
        return Ok(otherwise);
    };
    let refused = |_| Refusal::short(404, format!("'{value}' is no number for '{name}'"));
    value.parse().map_err(refused)
}
