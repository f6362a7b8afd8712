//! Entity properties of a user: any JSON under a key, visible to nobody but apps.

use axum::http::Method;
use serde_json::Value;

use super::Site;
use super::accounts::{Field, Write};
use super::refusal::Refusal;
use crate::wire::{Received, Reply};

const KEY_BYTES_MAX: usize = 255;
const VALUE_LETTERS_MAX: usize = 32_768;

impl Site {
    pub(super) fn property_keys(&self, received: &Received) -> Result<Reply, Refusal> {
        self.check_admin()?;
        let key = self.living(received, "userKey")?;
        let held = self.accounts().properties(&key);
        let keys: Vec<Value> = held
            .into_iter()
            .map(|(name, _)| {
                let path: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
                let path = path.replace('+', "%20");
                let link = format!(
                    "{}/rest/api/2/user/properties/{path}?userKey={key}",
                    self.base
                );
                serde_json::json!({ "self": link, "key": name })
            })
            .collect();
        let body = serde_json::json!({ "keys": keys });
        Ok(Reply::json("property.keys", 200, body.to_string()))
    }

    pub(super) fn property(&self, received: &Received, name: &str) -> Result<Reply, Refusal> {
        self.check_admin()?;
        if name.len() > KEY_BYTES_MAX {
            let text = format!("The property key is longer than {KEY_BYTES_MAX} bytes.");
            return Err(Refusal::new(400, text));
        }
        let key = self.living(received, "userKey")?;
        match received.method {
            Method::GET => self.read_property(&key, name),
            Method::PUT => self.write_property(received, &key, name),
            Method::DELETE => self.delete_property(&key, name),
            _ => Ok(Reply::unknown_route(received)),
        }
    }

    fn read_property(&self, key: &str, name: &str) -> Result<Reply, Refusal> {
        let accounts = self.accounts();
        let json = accounts
            .property_json(key, name)
            .ok_or_else(|| unknown_property(name))?;
        let body = format!("{{\"key\":{},\"value\":{json}}}", Value::from(name));
        Ok(Reply::json("property.get", 200, body))
    }

    fn write_property(&self, received: &Received, key: &str, name: &str) -> Result<Reply, Refusal> {
        if !received.has_content_type("application/json") {
            return Err(Refusal::page(415, "Unsupported Media Type"));
        }
        let text = std::str::from_utf8(&received.body)
            .map_err(|_| Refusal::new(400, "The property value is not valid UTF-8."))?;
        if text.chars().count() > VALUE_LETTERS_MAX {
            let text = format!("The property value is longer than {VALUE_LETTERS_MAX} characters.");
            return Err(Refusal::new(400, text));
        }
        let value: Value = serde_json::from_str(text)
            .map_err(|_| Refusal::new(400, "The property value must be valid, non-empty JSON."))?;
        let mut accounts = self.accounts();
        let before = accounts.property(key, name);
        let is_new = accounts.set_property(key, name, &value);
        accounts.note(Write {
            account: key.to_owned(),
            field: Field::Property(name.to_owned()),
            before,
            after: Some(value),
        });
        let status = if is_new { 201 } else { 200 };
        Ok(Reply::empty("property.put", status).applied())
    }

    fn delete_property(&self, key: &str, name: &str) -> Result<Reply, Refusal> {
        let mut accounts = self.accounts();
        let before = accounts.property(key, name);
        if !accounts.remove_property(key, name) {
            return Err(unknown_property(name));
        }
        accounts.note(Write {
            account: key.to_owned(),
            field: Field::Property(name.to_owned()),
            before,
            after: None,
        });
        Ok(Reply::empty("property.delete", 204).applied())
    }
}

fn unknown_property(name: &str) -> Refusal {
    Refusal::new(
        404,
        format!("The property with key '{name}' does not exist."),
    )
}
