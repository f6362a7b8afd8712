//! Groups, their members, and the groups of a user.

use serde_json::{Value, json};

use super::expression::{Kind, parse};
use super::listing::Asked;
use super::refusal::Refusal;
use super::{Group, Org};
use crate::wire::{Received, Reply};

/// The group that everybody is in.
const EVERYONE: &str = "00gsimeveryone000001";

impl Org {
    pub(super) fn list_groups(&self, received: &Received) -> Result<Reply, Refusal> {
        let known = ["limit", "after", "search"];
        if received
            .parameters()
            .iter()
            .any(|(name, _)| !known.contains(&name.as_str()))
        {
            return Ok(Reply::unknown_route(received));
        }
        let settings = self.settings().clone();
        let asked = Asked::read(received, &settings, (10_000, 10_000))?;
        let search = match received.parameter("search") {
            Some(text) => Some(parse(&text, Kind::Groups)?),
            None => None,
        };
        let all = std::iter::once(everyone()).chain(settings.groups.iter().map(document));
        let found = all.enumerate().skip(asked.cursor.position);
        let found = found.filter(|(_, group)| {
            let search = search.as_ref();
            search.is_none_or(|search| search.holds(group, Kind::Groups))
        });
        Ok(self.page(received, "groups.list", asked, found))
    }

    pub(super) fn group(&self, received: &Received, id: &str) -> Result<Reply, Refusal> {
        if !received.query.is_empty() {
            return Ok(Reply::unknown_route(received));
        }
        let group = self.known_group(id)?;
        Ok(Reply::json("group", 200, document(&group).to_string()))
    }

    pub(super) fn list_members(&self, received: &Received, id: &str) -> Result<Reply, Refusal> {
        let known = ["limit", "after"];
        if received
            .parameters()
            .iter()
            .any(|(name, _)| !known.contains(&name.as_str()))
        {
            return Ok(Reply::unknown_route(received));
        }
        let settings = self.settings().clone();
        let asked = Asked::read(received, &settings, (1_000, 1_000))?;
        let group = self.known_group(id)?;
        let members = group.members.iter().enumerate().skip(asked.cursor.position);
        let members = members.filter_map(|(position, who)| Some((position, self.member(*who)?)));
        let members: Vec<(usize, Value)> = members.collect();
        Ok(self.page(received, "members.list", asked, members.into_iter()))
    }

    pub(super) fn groups_of(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        let settings = self.settings().clone();
        let asked = Asked::read(received, &settings, (200, 200))?;
        let who = self.who(key)?;
        let groups = settings
            .groups
            .iter()
            .filter(|group| group.members.contains(&who));
        let all = std::iter::once(everyone()).chain(groups.map(document));
        let all = all.enumerate().skip(asked.cursor.position);
        Ok(self.page(received, "user.groups", asked, all))
    }

    fn known_group(&self, id: &str) -> Result<Group, Refusal> {
        let groups = &self.settings().groups;
        let found = groups.iter().find(|group| group.id == id).cloned();
        found.ok_or_else(|| Refusal::not_found(id, "UserGroup"))
    }
}

fn everyone() -> Value {
    described(EVERYONE, "Everyone", "BUILT_IN")
}

fn document(group: &Group) -> Value {
    described(&group.id, &group.name, "OKTA_GROUP")
}

fn described(id: &str, name: &str, kind: &str) -> Value {
    json!({
        "id": id,
        "created": "2020-05-13T13:29:23.000Z",
        "lastUpdated": "2020-05-13T13:29:23.000Z",
        "lastMembershipUpdated": "2026-01-15T08:00:00.000Z",
        "objectClass": ["okta:user_group"],
        "type": kind,
        "profile": { "name": name, "description": format!("People of {name}") },
    })
}
