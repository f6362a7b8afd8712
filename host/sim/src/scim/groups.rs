//! Groups and their members; nested groups are members of their own type.

use serde_json::{Value, json};

use super::refusal::Refusal;
use super::{BASE, Group, Service, scim};
use crate::json::set;
use crate::wire::{Received, Reply};

impl Service {
    /// The groups as documents.
    pub(super) fn groups(&self) -> Vec<Value> {
        let (people, settings) = (self.people(), self.settings());
        let document = |group: &Group| {
            let mut members: Vec<Value> = Vec::new();
            for who in group.members.iter().filter(|who| people.is_here(**who)) {
                members.push(self.member("Users", "User", &people.id(*who)));
            }
            for inner in &group.groups {
                members.push(self.member("Groups", "Group", inner));
            }
            let mut body = json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                "id": group.id,
                "displayName": group.display_name,
                "meta": { "resourceType": "Group" },
            });
            if settings.names_members && !members.is_empty() {
                set(&mut body, "members", members);
            }
            body
        };
        settings.groups.iter().map(document).collect()
    }

    fn member(&self, endpoint: &str, kind: &str, id: &str) -> Value {
        let link = format!("{}{BASE}/{endpoint}/{id}", self.origin);
        json!({ "value": id, "$ref": link, "type": kind })
    }

    pub(super) fn group(&self, received: &Received, id: &str) -> Result<Reply, Refusal> {
        if !received.query.is_empty() {
            return Ok(Reply::unknown_route(received));
        }
        let groups = self.groups();
        let found = groups.iter().find(|group| group["id"] == id);
        let group = found.ok_or_else(|| Refusal::not_found(id))?;
        Ok(scim("group", group))
    }
}
