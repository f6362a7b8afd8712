//! One of the invented people as Keycloak writes a user, with attributes that are lists.

use serde_json::{Map, Value, json};

use crate::people::{Manager, People, Who};

/// Attribute, and the member of the person that it holds.
pub(super) const ATTRIBUTES: [(&str, &str); 8] = [
    ("department", "department"),
    ("title", "jobTitle"),
    ("city", "city"),
    ("country", "country"),
    ("phone", "businessPhones"),
    ("displayName", "displayName"),
    ("costCentre", "costCentre"),
    ("picture", "picture"),
];

/// The user name, which Keycloak keeps in lower case.
pub(super) fn username(people: &People, who: Who) -> String {
    people.user_principal_name(who).to_lowercase()
}

/// The values of an attribute; none where the person has none.
pub(super) fn values(people: &People, who: Who, attribute: &str) -> Vec<String> {
    if attribute == "manager" {
        return match people.manager(who) {
            Manager::Nobody => Vec::new(),
            Manager::Person(leader) => vec![username(people, leader)],
            Manager::Dangling => vec![people.dangling_id(who)],
        };
    }
    let member = ATTRIBUTES.iter().find(|(name, _)| *name == attribute);
    let value = member.and_then(|(_, member)| people.member(who, member));
    let texts = match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(texts)) => {
            let texts = texts.into_iter();
            texts
                .filter_map(|text| text.as_str().map(str::to_owned))
                .collect()
        }
        _ => Vec::new(),
    };
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

/// The user, brief or with attributes.
pub(super) fn user(people: &People, who: Who, is_brief: bool) -> Value {
    let is_enabled = people.member(who, "accountEnabled") != Some(Value::Bool(false));
    let mut user = vec![
        ("id", json!(people.id(who))),
        ("username", json!(username(people, who))),
        ("emailVerified", json!(true)),
        (
            "createdTimestamp",
            json!(1_700_000_000_000_u64 + who.position() as u64),
        ),
        ("enabled", json!(is_enabled)),
    ];
    for (member, from) in [
        ("firstName", "givenName"),
        ("lastName", "surname"),
        ("email", "mail"),
    ] {
        user.extend(people.text(who, from).map(|text| (member, text.into())));
    }
    if !is_brief {
        let attributes = attributes(people, who);
        if !attributes.is_empty() {
            user.push(("attributes", attributes.into()));
        }
        user.extend([
            ("totp", json!(false)),
            ("disableableCredentialTypes", json!([])),
            ("requiredActions", json!([])),
            ("notBefore", json!(0)),
            (
                "access",
                json!({ "manageGroupMembership": false, "view": true, "manage": false }),
            ),
        ]);
    }
    object(user)
}

fn attributes(people: &People, who: Who) -> Map<String, Value> {
    let names = ATTRIBUTES.iter().map(|(name, _)| *name).chain(["manager"]);
    names
        .map(|name| (name, values(people, who, name)))
        .filter(|(_, values)| !values.is_empty())
        .map(|(name, values)| (name.to_owned(), values.into()))
        .collect()
}

/// An object of these members.
pub(super) fn object(members: Vec<(&str, Value)>) -> Value {
    let members = members.into_iter();
    Value::Object(
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}
