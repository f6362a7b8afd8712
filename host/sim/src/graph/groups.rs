//! Groups by name and their members.

use serde_json::{Map, Value};

use super::listing::{CONTENT_TYPE, Listed};
use super::refusal::Refusal;
use super::{Directory, Group, filter};
use crate::wire::{Received, Reply};

impl Directory {
    pub(super) fn list_groups(&self, received: &Received) -> Result<Reply, Refusal> {
        let clause = received.parameter("$filter");
        let wanted = clause.as_deref().map(filter::parse).transpose()?;
        let settings = self.settings();
        let found = settings.groups.iter().filter(|group| {
            let member = |name: &str| document(group).get(name).cloned();
            wanted.as_ref().is_none_or(|wanted| wanted.holds(&member))
        });
        let value: Vec<Value> = found.map(|group| selected(received, group)).collect();
        let body = serde_json::json!({
            "@odata.context": format!("{}/v1.0/$metadata#groups", self.origin),
            "value": value,
        });
        Ok(Reply::json("groups.list", 200, body.to_string()).with("content-type", CONTENT_TYPE))
    }

    pub(super) fn group(&self, received: &Received, id: &str) -> Result<Reply, Refusal> {
        let settings = self.settings();
        let found = settings.groups.iter().find(|group| group.id == id);
        let group = found.ok_or_else(|| Refusal::not_found(id))?;
        let body = selected(received, group).to_string();
        Ok(Reply::json("group", 200, body).with("content-type", CONTENT_TYPE))
    }

    /// The groups of a user; groups are not nested here, so direct and transitive are the same.
    pub(super) fn memberships(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        check_cast(received)?;
        let found = self.people().find(key);
        let who = found.ok_or_else(|| Refusal::not_found(key))?;
        let settings = self.settings();
        let mine = settings.groups.iter().filter(|g| g.members.contains(&who));
        let value: Vec<Value> = mine.map(|group| selected(received, group)).collect();
        let body = serde_json::json!({
            "@odata.context": format!("{}/v1.0/$metadata#groups", self.origin),
            "@odata.count": value.len(),
            "value": value,
        });
        Ok(Reply::json("user.groups", 200, body.to_string()).with("content-type", CONTENT_TYPE))
    }

    pub(super) fn list_members(&self, received: &Received, id: &str) -> Result<Reply, Refusal> {
        check_cast(received)?;
        let members = {
            let settings = self.settings();
            let found = settings.groups.iter().find(|group| group.id == id);
            found.map(|group| group.members.clone())
        };
        let members = members.ok_or_else(|| Refusal::not_found(id))?;
        self.list(received, "group.members", Listed::Members(&members))
    }
}

/// A cast to one kind of object is an advanced query.
fn check_cast(received: &Received) -> Result<(), Refusal> {
    let is_counted = received.parameter("$count").as_deref() == Some("true");
    if is_counted && received.header("consistencylevel").is_some() {
        return Ok(());
    }
    Err(Refusal::unsupported_query("Unsupported Query."))
}

fn document(group: &Group) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("id".to_owned(), group.id.clone().into());
    document.insert("displayName".to_owned(), group.display_name.clone().into());
    document.insert("description".to_owned(), Value::Null);
    document.insert("groupTypes".to_owned(), Value::Array(Vec::new()));
    document.insert("mailEnabled".to_owned(), false.into());
    document.insert("securityEnabled".to_owned(), true.into());
    document
}

fn selected(received: &Received, group: &Group) -> Value {
    let mut document = document(group);
    if let Some(select) = received.parameter("$select") {
        let wanted: Vec<&str> = select.split(',').map(str::trim).collect();
        document.retain(|name, _| wanted.contains(&name.as_str()));
    }
    Value::Object(document)
}
