//! Groups and their members, nested ones among them.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::pages::{self, Mark};
use super::refusal::Refusal;
use super::{CUSTOMER, Directory, Settings, check_parameters, fields, person, search};
use crate::people::{People, Who};
use crate::wire::{Received, Reply};

const PAGE_MAX: usize = 200;

/// A group and its members, in their order.
#[derive(Clone, Debug)]
pub struct Group {
    /// The id.
    pub id: String,
    /// The address.
    pub email: String,
    /// The name that people see; several groups may have the same.
    pub name: String,
    /// Who is in it.
    pub members: Vec<Member>,
}

/// Who can be in a group.
#[derive(Clone, Debug)]
pub enum Member {
    /// Somebody of the directory; removed people are left out of answers.
    User(Who),
    /// Another group, by its id.
    Group(String),
    /// Somebody from outside, by the address.
    Outsider(String),
    /// All users of the customer.
    Everyone,
}

impl Directory {
    pub(super) fn list_groups(&self, received: &Received) -> Result<Reply, Refusal> {
        let known = [
            "customer",
            "domain",
            "maxResults",
            "pageToken",
            "query",
            "orderBy",
            "sortOrder",
            "userKey",
        ];
        check_parameters(received, &known)?;
        Self::whose(received)?;
        let clauses = search::parse(&received.parameter("query").unwrap_or_default())?;
        let settings = self.settings();
        let mut found = Vec::new();
        for group in &settings.groups {
            let mut is_wanted = true;
            for clause in &clauses {
                is_wanted &= match clause.field.as_str() {
                    "name" => clause.holds(&[&group.name]),
                    "email" => clause.holds(&[&group.email]),
                    _ => return Err(search::unreadable()),
                };
            }
            if is_wanted {
                found.push(document(group));
            }
        }
        page(received, "groups", found, GROUP)
    }

    pub(super) fn group(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        check_parameters(received, &[])?;
        let settings = self.settings();
        let group = find(&settings, key)?;
        let answer = fields::cut(received, document(group), GROUP, ("", &[]))?;
        Ok(Reply::json("groups.get", 200, answer.to_string()))
    }

    pub(super) fn list_members(&self, received: &Received, key: &str) -> Result<Reply, Refusal> {
        let known = [
            "includeDerivedMembership",
            "maxResults",
            "pageToken",
            "roles",
        ];
        check_parameters(received, &known)?;
        let derived = received.parameter("includeDerivedMembership");
        let (people, settings) = (self.people(), self.settings());
        let group = find(&settings, key)?;
        let mut members = Vec::new();
        if derived.as_deref() == Some("true") {
            let mut walked = HashSet::new();
            derive(&people, &settings, group, &mut walked, &mut members);
        } else {
            members.extend(group.members.iter().filter_map(|one| member(&people, one)));
        }
        page(received, "members", members, MEMBER)
    }
}

const GROUP: &[&str] = &[
    "kind",
    "id",
    "etag",
    "email",
    "name",
    "directMembersCount",
    "description",
    "adminCreated",
    "aliases",
    "nonEditableAliases",
];
const MEMBER: &[&str] = &["kind", "etag", "id", "email", "role", "type", "status"];

fn find<'a>(settings: &'a Settings, key: &str) -> Result<&'a Group, Refusal> {
    let is_it = |group: &&Group| group.id == key || group.email.eq_ignore_ascii_case(key);
    let found = settings.groups.iter().find(is_it);
    found.ok_or_else(|| Refusal::not_found("groupKey"))
}

fn document(group: &Group) -> Value {
    json!({
        "kind": "admin#directory#group",
        "id": group.id,
        "etag": format!("\"group-{}\"", group.id),
        "email": group.email,
        "name": group.name,
        "directMembersCount": group.members.len().to_string(),
        "description": "",
        "adminCreated": true,
    })
}

fn derive<'a>(
    people: &People,
    settings: &'a Settings,
    group: &'a Group,
    walked: &mut HashSet<&'a str>,
    out: &mut Vec<Value>,
) {
    if !walked.insert(&group.id) {
        return;
    }
    for one in &group.members {
        match one {
            Member::Group(id) => {
                if let Ok(nested) = find(settings, id) {
                    derive(people, settings, nested, walked, out);
                }
            }
            other => out.extend(member(people, other)),
        }
    }
}

fn member(people: &People, member: &Member) -> Option<Value> {
    let (id, email, kind) = match member {
        Member::User(who) if people.is_here(*who) => (
            person::id(people, *who),
            people.user_principal_name(*who),
            "USER",
        ),
        Member::User(_) => return None,
        Member::Group(id) => (id.clone(), String::new(), "GROUP"),
        Member::Outsider(email) => ("114999999999999999999".to_owned(), email.clone(), "USER"),
        Member::Everyone => (CUSTOMER.to_owned(), String::new(), "CUSTOMER"),
    };
    let email = (!email.is_empty()).then_some(email);
    Some(json!({
        "kind": "admin#directory#member", "etag": "\"member\"", "id": id, "email": email,
        "role": "MEMBER", "type": kind, "status": "ACTIVE",
    }))
}

/// A page of a list. A full last page leads to an empty one, which has no list at all.
fn page(
    received: &Received,
    list: &'static str,
    all: Vec<Value>,
    names: &[&str],
) -> Result<Reply, Refusal> {
    let size = pages::size(received, PAGE_MAX, PAGE_MAX)?;
    let mark = Mark::read(received)?;
    let found: Vec<Value> = all.into_iter().skip(mark.position).take(size).collect();
    let next = (found.len() == size).then(|| Mark {
        position: mark.position + size,
        pages: mark.pages + 1,
    });
    let answer = pages::answer(list, found, next.map(|next| next.token(received)));
    let top = ["kind", "etag", "nextPageToken", list];
    let answer = fields::cut(received, answer, &top, (list, names))?;
    let class = if list == "groups" {
        "groups.list"
    } else {
        "members.list"
    };
    Ok(Reply::json(class, 200, answer.to_string()))
}
