//! The invented people as Okta has them: ids, profiles, states.
//!
//! The same person says the same in Okta as in the stand-in of Graph, under Okta's names; what Okta's
//! base profile has no name for are custom attributes of the org (`officeLocation`, `country`,
//! `badgeColour`). Members without a value are left out, `mobilePhone` and `secondEmail` are null, as
//! recorded answers have them.

use serde_json::{Map, Value, json};

use super::{ManagerId, Org, Settings};
use crate::people::{Manager, People, Who};

/// Okta's name, and Graph's.
const TEXTS: [(&str, &str); 17] = [
    ("firstName", "givenName"),
    ("lastName", "surname"),
    ("displayName", "displayName"),
    ("title", "jobTitle"),
    ("department", "department"),
    ("organization", "companyName"),
    ("employeeNumber", "employeeId"),
    ("userType", "userType"),
    ("streetAddress", "streetAddress"),
    ("city", "city"),
    ("state", "state"),
    ("zipCode", "postalCode"),
    ("countryCode", "usageLocation"),
    ("preferredLanguage", "preferredLanguage"),
    ("officeLocation", "officeLocation"),
    ("country", "country"),
    (
        "badgeColour",
        "extension_0f4c5be2b9d84f0f8e1b8f6c0a1d2e3f_badgeColour",
    ),
];

/// `00u` and the first seventeen digits of the person's other id.
pub(super) fn id_of(people: &People, who: Who) -> String {
    id_from(&people.id(who))
}

fn id_from(id: &str) -> String {
    let digits = id.chars().filter(|c| *c != '-').take(17);
    format!("00u{}", digits.collect::<String>())
}

/// The person of this id.
pub(super) fn by_id(people: &People, id: &str) -> Option<Who> {
    let who = people.find_by_head(id.strip_prefix("00u")?.get(..8)?)?;
    (id_of(people, who) == id).then_some(who)
}

/// The person of this id or login (without case), or of the part of a login before the `@`.
pub(super) fn find(people: &People, key: &str) -> Option<Who> {
    let by_login = || people.find(key).filter(|_| key.contains('@'));
    let is_short = |who: &Who| {
        let login = people.user_principal_name(*who).to_lowercase();
        login.split('@').next() == Some(key.to_lowercase().as_str())
    };
    by_id(people, key).or_else(by_login).or_else(|| {
        let mut short = people.iter().filter(is_short);
        short.next().filter(|_| short.next().is_none())
    })
}

pub(super) fn status(people: &People, settings: &Settings, who: Who) -> &'static str {
    if settings.deactivated.contains(&who) {
        "DEPROVISIONED"
    } else if people.member(who, "accountEnabled") == Some(Value::Bool(false)) {
        "SUSPENDED"
    } else if who.position() % 19 == 7 {
        "STAGED"
    } else {
        "ACTIVE"
    }
}

pub(super) fn profile(people: &People, settings: &Settings, who: Who) -> Map<String, Value> {
    let mut profile = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            profile.insert(name.to_owned(), value);
        }
    };
    for (name, graphs) in TEXTS {
        put(name, people.member(who, graphs));
    }
    let first = |member: &str| people.member(who, member)?.get(0).cloned();
    put("primaryPhone", first("businessPhones"));
    let org = people.member(who, "employeeOrgData").unwrap_or_default();
    put("costCenter", org.get("costCenter").cloned());
    put("division", org.get("division").cloned());
    let (id, name) = leader(people, settings, who);
    put("managerId", id.map(Value::from));
    put("manager", name.map(Value::from));
    let login = people.user_principal_name(who);
    let mail = people.text(who, "mail").unwrap_or_else(|| login.clone());
    let or_null = |value: Option<Value>| value.unwrap_or_default();
    profile.insert(
        "mobilePhone".into(),
        or_null(people.member(who, "mobilePhone")),
    );
    profile.insert("secondEmail".into(), or_null(first("otherMails")));
    profile.insert("login".into(), login.into());
    profile.insert("email".into(), mail.into());
    profile
}

/// What `managerId` and `manager` hold.
fn leader(people: &People, settings: &Settings, who: Who) -> (Option<String>, Option<String>) {
    match people.manager(who) {
        Manager::Person(leader) if people.is_here(leader) => {
            let id = match settings.manager_id {
                ManagerId::Id => id_of(people, leader),
                ManagerId::Login => people.user_principal_name(leader).to_uppercase(),
            };
            (Some(id), people.text(leader, "displayName"))
        }
        Manager::Dangling => (Some(id_from(&people.dangling_id(who))), None),
        _ => (None, None),
    }
}

impl Org {
    /// A whole user, in the order of recorded answers.
    pub(super) fn document(&self, people: &People, settings: &Settings, who: Who) -> Value {
        let id = id_of(people, who);
        let status = status(people, settings, who);
        let created = "2020-08-27T18:15:57.000Z";
        let activated = (status != "STAGED").then_some("2020-08-28T08:00:00.000Z");
        json!({
            "id": id,
            "status": status,
            "created": created,
            "activated": activated,
            "statusChanged": activated,
            "lastLogin": null,
            "lastUpdated": self.updated(who),
            "passwordChanged": null,
            "type": { "id": "otysimdefault0000001" },
            "profile": profile(people, settings, who),
            "credentials": { "password": {}, "provider": { "type": "OKTA", "name": "OKTA" } },
            "_links": { "self": { "href": format!("{}/api/v1/users/{id}", self.origin) } },
        })
    }
}
