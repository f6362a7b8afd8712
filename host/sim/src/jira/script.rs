//! Somebody's own REST endpoint for "User Properties", as the README's script makes it with
//! `ScriptRunner`: `/rest/scriptrunner/latest/custom/userProperty`.
//!
//! `GET` and `DELETE` name the user's key and the property in the query, `PUT` in a JSON body. A
//! property that is not there is null, a user who is not is 404 with a word that is not Jira's.

use axum::http::Method;
use serde_json::{Value, json};

use super::Site;
use super::accounts::{Field, Write};
use super::refusal::Refusal;
use crate::wire::{Received, Reply};

/// Longest text that the script's property set takes.
const VALUE_CHARS_MAX: usize = 255;

impl Site {
    pub(super) fn script(&self, received: &Received) -> Result<Reply, Refusal> {
        self.check_admin()?;
        let body: Value = serde_json::from_slice(&received.body).unwrap_or_default();
        let given = |name: &str| match received.method {
            Method::PUT => body.get(name).and_then(Value::as_str).map(str::to_owned),
            _ => received.parameter(name),
        };
        let (user, name) = (given("user"), given("key"));
        let (user, name) = (user.unwrap_or_default(), name.unwrap_or_default());
        let answer = |status, body: Value| Ok(Reply::json("script", status, body.to_string()));
        let mut accounts = self.accounts();
        if accounts.by_key(&user).is_none() {
            return answer(404, json!({ "error": "no such user" }));
        }
        let before = accounts.user_property(&user, &name).map(str::to_owned);
        let after = match received.method {
            Method::GET => return answer(200, json!({ "value": before })),
            Method::DELETE => None,
            Method::PUT => match given("value") {
                Some(value) if value.chars().count() <= VALUE_CHARS_MAX => Some(value),
                _ => return answer(400, json!({ "error": "the value is missing or too long" })),
            },
            _ => return Ok(Reply::unknown_route(received)),
        };
        accounts.set_user_property(&user, &name, after.as_deref());
        accounts.note(Write {
            account: user,
            field: Field::UserProperty(name),
            before: before.map(Into::into),
            after: after.clone().map(Into::into),
        });
        drop(accounts);
        let reply = match after {
            Some(value) => Reply::json("script", 200, json!({ "value": value }).to_string()),
            None => Reply::empty("script", 204),
        };
        Ok(reply.applied())
    }
}
