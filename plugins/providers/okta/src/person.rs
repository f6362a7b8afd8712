//! One user of Okta as a person: key, names, manager, and where the document lies.
//!
//! A user without a readable id ends the conversation: leaving somebody out of a listing that then
//! completes would say that they are gone. Other odd members cost themselves only. `managerId` is
//! what an admin or a feed typed in: an id, a login or an address; whom it means is the host's to
//! find.

use attune_plugin::Problem;
use attune_plugin::provider::{Document, Person, Presence, json};

use crate::reading::Reading;
use crate::reply::{Purpose, odd};

/// The person in `user`, a piece of `body`; gone where Okta has deactivated them.
pub(crate) fn read(
    body: &str,
    user: &str,
    reading: &Reading,
    purpose: &Purpose,
) -> Result<Person, Problem> {
    let names = ["id", "status", "lastUpdated", "profile"];
    let [id, status, updated, profile] =
        json::members(user, names).map_err(|error| odd(purpose, error))?;
    let key = id_of(id, purpose)?;
    let (start, end) =
        json::slice(body, user).ok_or_else(|| odd(purpose, "a user lies outside of it"))?;
    let mut person = Person::whole(key, Document::Slice(start, end));
    let [login, email, manager] = match profile.filter(|raw| *raw != "null") {
        Some(profile) => json::members(profile, ["login", "email", "managerId"])
            .map_err(|error| odd(purpose, format!("a profile is none: {error}")))?,
        None => [None; 3],
    };
    for name in [login, email]
        .into_iter()
        .flatten()
        .filter_map(json::string)
    {
        person.add_name(&name);
    }
    if status.and_then(json::string).as_deref() == Some("DEPROVISIONED") {
        person.presence = Presence::Gone;
        person.document = Document::Nothing;
        return Ok(person);
    }
    if reading.marks_revisions {
        person.revision = updated.and_then(json::string).unwrap_or_default();
    }
    let manager = manager.filter(|_| reading.manager && reading.linked.is_none());
    let manager = manager.and_then(json::string).unwrap_or_default();
    if !manager.trim().is_empty() {
        person.relate("manager", manager.trim().to_owned());
    }
    Ok(person)
}

/// The id of an element, be it a user or a group.
pub(crate) fn read_id(element: &str, purpose: &Purpose) -> Result<String, Problem> {
    let [id] = json::members(element, ["id"]).map_err(|error| odd(purpose, error))?;
    id_of(id, purpose)
}

fn id_of(id: Option<&str>, purpose: &Purpose) -> Result<String, Problem> {
    id.and_then(json::string)
        .filter(|id| !id.is_empty())
        .ok_or_else(|| odd(purpose, "an element has no id"))
}
