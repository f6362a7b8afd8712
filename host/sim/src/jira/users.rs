//! One user, the own account, permissions, the server's page about itself.

use serde_json::{Map, Value};

use super::Site;
use super::accounts::{Account, Field, Write};
use super::refusal::Refusal;
use crate::moment;
use crate::wire::{Received, Reply};

impl Site {
    pub(super) fn server_info(&self) -> Reply {
        let number = self.version.number();
        let parts: Vec<u32> = number.split('.').filter_map(|n| n.parse().ok()).collect();
        let body = serde_json::json!({
            "baseUrl": self.base,
            "version": number,
            "versionNumbers": parts,
            "deploymentType": "Server",
            "buildNumber": 1_030_006,
            "serverTime": moment::jira_date(),
            "serverTitle": "Contoso Jira",
        });
        Reply::json("server.info", 200, body.to_string())
    }

    pub(super) fn myself(&self) -> Reply {
        let name = self.settings().username.clone();
        let accounts = self.accounts();
        let body = match accounts.by_name(&name) {
            Some(account) => self.document(account),
            None => self.document(&Account {
                key: name.clone(),
                ..Account::named(&name, "svc-attune@contoso.example", "Attune")
            }),
        };
        Reply::json("myself", 200, body.to_string())
    }

    pub(super) fn permissions(&self) -> Reply {
        let is_admin = self.settings().is_admin;
        let permission = |key: &str, name: &str, has: bool| {
            serde_json::json!({
                "id": "0", "key": key, "name": name, "type": "GLOBAL",
                "description": "", "havePermission": has,
            })
        };
        let body = serde_json::json!({ "permissions": {
            "ADMINISTER": permission("ADMINISTER", "Jira Administrators", is_admin),
            "SYSTEM_ADMIN": permission("SYSTEM_ADMIN", "Jira System Administrators", false),
            "USER_PICKER": permission("USER_PICKER", "Browse Users", true),
        }});
        Reply::json("permissions", 200, body.to_string())
    }

    /// An account as lists show it.
    pub(super) fn entry(&self, account: &Account) -> Map<String, Value> {
        let mut entry = Map::new();
        let mut put = |name: &str, value: Value| {
            entry.insert(name.to_owned(), value);
        };
        let name: String = url::form_urlencoded::byte_serialize(account.name.as_bytes()).collect();
        let link = format!("{}/rest/api/2/user?username={name}", self.base);
        put("self", link.into());
        put("key", account.key.clone().into());
        put("name", account.name.clone().into());
        put("emailAddress", account.email.clone().into());
        let picture = format!("{}/secure/useravatar?avatarId=10122", self.base);
        put("avatarUrls", serde_json::json!({ "48x48": picture }));
        put("displayName", account.display_name.clone().into());
        put("active", account.is_active.into());
        put("deleted", account.is_deleted.into());
        put("timeZone", "Europe/Berlin".into());
        put("locale", "en_US".into());
        entry
    }

    fn document(&self, account: &Account) -> Value {
        let mut document = self.entry(account);
        let none = serde_json::json!({ "size": 0, "items": [] });
        document.insert("groups".to_owned(), none.clone());
        document.insert("applicationRoles".to_owned(), none);
        document.insert("expand".to_owned(), "groups,applicationRoles".into());
        Value::Object(document)
    }

    pub(super) fn user(&self, received: &Received) -> Result<Reply, Refusal> {
        let with_deleted = received.parameter("includeDeleted").as_deref() == Some("true");
        let key = self.key_of(received, "key")?;
        let accounts = self.accounts();
        let account = accounts
            .by_key(&key)
            .filter(|account| with_deleted || !account.is_deleted)
            .ok_or_else(|| unknown_key(&key))?;
        Ok(Reply::json("user", 200, self.document(account).to_string()))
    }

    /// The key of the account that a request names by `username` or by its key.
    pub(super) fn key_of(&self, received: &Received, parameter: &str) -> Result<String, Refusal> {
        if let Some(name) = received.parameter("username") {
            let accounts = self.accounts();
            let found = accounts.by_name(&name).map(|account| account.key.clone());
            let text = format!("The user named '{name}' does not exist");
            return found.ok_or_else(|| Refusal::new(404, text));
        }
        received.parameter(parameter).ok_or_else(|| {
            let text = format!(
                "Either the 'username' or the '{parameter}' query parameters need to be provided"
            );
            Refusal::new(400, text)
        })
    }

    /// The key of a living account.
    pub(super) fn living(&self, received: &Received, parameter: &str) -> Result<String, Refusal> {
        let key = self.key_of(received, parameter)?;
        let accounts = self.accounts();
        let is_there = accounts
            .by_key(&key)
            .is_some_and(|account| !account.is_deleted);
        is_there
            .then(|| key.clone())
            .ok_or_else(|| unknown_key(&key))
    }

    pub(super) fn update_user(&self, received: &Received) -> Result<Reply, Refusal> {
        self.check_admin()?;
        let key = self.living(received, "key")?;
        let change = change_of(received)?;
        if self.settings().is_read_only {
            let text = "Cannot update user, the user directory is read-only.";
            return Err(Refusal::new(400, text));
        }
        let mut accounts = self.accounts();
        for (field, value) in change {
            let mut before = None;
            accounts.edit(&key, |account| {
                let slot = match field {
                    Field::Email => &mut account.email,
                    _ => &mut account.display_name,
                };
                before = Some(std::mem::replace(slot, value.clone()));
            });
            accounts.note(Write {
                account: key.clone(),
                field,
                before: before.map(Value::from),
                after: Some(value.into()),
            });
        }
        let account = accounts.by_key(&key).ok_or_else(|| unknown_key(&key))?;
        let body = self.document(account).to_string();
        Ok(Reply::json("user.put", 200, body).applied())
    }
}

/// The fields of an update, checked all before the first is applied.
fn change_of(received: &Received) -> Result<Vec<(Field, String)>, Refusal> {
    if !received.has_content_type("application/json") {
        return Err(Refusal::page(415, "Unsupported Media Type"));
    }
    let body: Map<String, Value> = serde_json::from_slice(&received.body)
        .map_err(|_| Refusal::new(400, "Unexpected character in the request body"))?;
    let mut change = Vec::new();
    for (name, value) in &body {
        let text = value.as_str();
        match (name.as_str(), text) {
            ("emailAddress", Some(text)) if text.contains('@') => {
                change.push((Field::Email, text.to_owned()));
            }
            ("emailAddress", _) => {
                return Err(Refusal::field(
                    "email",
                    "The email address format is invalid.",
                ));
            }
            ("displayName", Some(text)) if !text.trim().is_empty() => {
                change.push((Field::DisplayName, text.to_owned()));
            }
            ("displayName", _) => {
                return Err(Refusal::field("fullName", "You must specify a full name."));
            }
            _ => {
                let text = format!("Unrecognized field \"{name}\" (class UserWriteBean)");
                return Err(Refusal::new(400, text));
            }
        }
    }
    Ok(change)
}

fn unknown_key(key: &str) -> Refusal {
    Refusal::new(404, format!("The user with key '{key}' does not exist"))
}
