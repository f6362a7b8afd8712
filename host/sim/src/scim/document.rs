//! A person as a SCIM user, with the gaps that real answers have: an e-mail entry without `value`, a
//! manager that is `{}`.

use serde_json::{Map, Value, json};

use super::{BASE, Settings};
use crate::json::set;
use crate::people::{Manager, People, Who};

/// The schema of users.
pub(super) const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of people in companies.
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Somebody's whole document, without version and date of change.
pub(super) fn user(people: &People, who: Who, settings: &Settings, origin: &str) -> Value {
    let text = |member: &str| people.text(who, member).filter(|text| !text.is_empty());
    let id = people.id(who);
    let mut user = json!({
        "schemas": [CORE, ENTERPRISE],
        "id": id,
        "userName": people.user_principal_name(who),
        "active": people.member(who, "accountEnabled").unwrap_or(Value::Bool(true)),
        "emails": emails(people, who),
        "meta": { "resourceType": "User", "created": super::BEGINNING,
            "location": format!("{origin}{BASE}/Users/{id}") },
    });
    for (name, member) in [
        ("externalId", "employeeId"),
        ("displayName", "displayName"),
        ("title", "jobTitle"),
        ("userType", "userType"),
        ("preferredLanguage", "preferredLanguage"),
    ] {
        put(&mut user, name, text(member).map(Value::from));
    }
    let name = object([
        ("givenName", text("givenName")),
        ("familyName", text("surname")),
    ]);
    put(&mut user, "name", name);
    let address = object([
        ("locality", text("city")),
        ("streetAddress", text("streetAddress")),
        ("postalCode", text("postalCode")),
        ("country", text("usageLocation")),
    ]);
    let addresses = address.map(|mut address| {
        set(&mut address, "type", "work");
        json!([address])
    });
    put(&mut user, "addresses", addresses);
    put(&mut user, "phoneNumbers", phones(people, who));
    let photo = settings.photos.as_ref();
    let photo = photo.map(|base| json!([{ "value": format!("{base}/{id}.jpg"), "type": "photo" }]));
    put(&mut user, "photos", photo);
    let groups = settings
        .groups
        .iter()
        .filter(|group| group.members.contains(&who));
    let groups = groups
        .map(|group| json!({ "value": group.id, "display": group.display_name, "type": "direct" }));
    let groups: Vec<Value> = groups.collect();
    put(
        &mut user,
        "groups",
        (!groups.is_empty()).then(|| groups.into()),
    );
    let extension = if settings.traps.shouts {
        ENTERPRISE.to_uppercase()
    } else {
        ENTERPRISE.to_owned()
    };
    let work = enterprise(people, who, origin);
    set(&mut user, &extension, work);
    user
}

fn enterprise(people: &People, who: Who, origin: &str) -> Value {
    let text = |member: &str| people.text(who, member).filter(|text| !text.is_empty());
    let mut extension = object([
        ("employeeNumber", text("employeeId")),
        ("department", text("department")),
        ("organization", text("companyName")),
    ])
    .unwrap_or_else(|| json!({}));
    if let Some(work) = people.member(who, "employeeOrgData") {
        for name in ["costCenter", "division"] {
            put(&mut extension, name, work.get(name).cloned());
        }
    }
    let manager = match people.manager(who) {
        Manager::Person(leader) if people.is_here(leader) => {
            let id = people.id(leader);
            json!({ "value": id, "$ref": format!("{origin}{BASE}/Users/{id}") })
        }
        Manager::Dangling => json!({ "value": people.dangling_id(who) }),
        _ => json!({}),
    };
    set(&mut extension, "manager", manager);
    extension
}

/// Who has no address still has an entry.
fn emails(people: &People, who: Who) -> Value {
    let mut emails = vec![match people.text(who, "mail") {
        Some(mail) => json!({ "type": "work", "primary": true, "value": mail }),
        None => json!({ "type": "work", "primary": true }),
    }];
    let others = people.member(who, "otherMails").unwrap_or_default();
    let others = others.as_array().cloned().unwrap_or_default();
    emails.extend(
        others
            .into_iter()
            .map(|mail| json!({ "type": "home", "value": mail })),
    );
    emails.into()
}

fn phones(people: &People, who: Who) -> Option<Value> {
    let work = people.member(who, "businessPhones").unwrap_or_default();
    let mut phones: Vec<Value> = work.as_array().cloned().unwrap_or_default();
    for phone in &mut phones {
        *phone = json!({ "type": "work", "value": phone });
    }
    let mobile = people.text(who, "mobilePhone");
    phones.extend(mobile.map(|phone| json!({ "type": "mobile", "value": phone })));
    (!phones.is_empty()).then(|| phones.into())
}

fn put(object: &mut Value, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        object[name] = value;
    }
}

fn object<const N: usize>(members: [(&str, Option<String>); N]) -> Option<Value> {
    let members = members.into_iter();
    let members = members.filter_map(|(name, text)| Some((name.to_owned(), text?.into())));
    let members: Map<String, Value> = members.collect();
    (!members.is_empty()).then(|| members.into())
}

/// The members of a user that `attributes` names, and those that are always returned.
pub(super) fn projected(user: &Value, names: &[String]) -> Value {
    let Some(members) = user.as_object() else {
        return user.clone();
    };
    let mut kept = Map::new();
    for (member, value) in members {
        let is_extension = member.eq_ignore_ascii_case(ENTERPRISE);
        let is_named = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
        if !is_extension && (is_named(member) || member == "id" || member == "schemas") {
            kept.insert(member.clone(), value.clone());
        } else if let Some(inner) = value.as_object().filter(|_| is_extension) {
            let mut inner = inner.clone();
            inner.retain(|name, _| is_named(&format!("{ENTERPRISE}:{name}")));
            if !inner.is_empty() {
                kept.insert(member.clone(), inner.into());
            }
        }
    }
    kept.into()
}
