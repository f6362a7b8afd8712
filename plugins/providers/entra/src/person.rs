//! One user of Graph as a person: key, names, manager, and where the document lies.
//!
//! A user without a readable id ends the conversation: leaving somebody out of a listing that then
//! completes would say that they are gone. Other odd members cost themselves only.

use attune_plugin::Problem;
use attune_plugin::provider::{Document, Person, Presence, json};

use crate::reading::Reading;
use crate::reply::{Purpose, odd};

/// The person in `user`, a piece of `body`.
pub(crate) fn read(
    body: &str,
    user: &str,
    reading: &Reading,
    purpose: &Purpose,
) -> Result<Person, Problem> {
    let names = ["id", "userPrincipalName", "mail", "manager", "@removed"];
    let [id, upn, mail, manager, removed] =
        json::members(user, names).map_err(|error| odd(purpose, error))?;
    let key = id
        .and_then(json::string)
        .filter(|id| !id.is_empty())
        .ok_or_else(|| odd(purpose, "a user has no id"))?;
    let (start, end) =
        json::slice(body, user).ok_or_else(|| odd(purpose, "a user lies outside of it"))?;
    let mut person = Person::whole(key, Document::Slice(start, end));
    for name in [upn, mail].into_iter().flatten().filter_map(json::string) {
        person.add_name(&name);
    }
    if removed.is_some_and(|raw| raw != "null") {
        person.presence = Presence::Gone;
        person.document = Document::Nothing;
    }
    if let Some(manager) = manager.filter(|raw| reading.manager && *raw != "null") {
        let [id] = json::members(manager, ["id"]).map_err(|error| odd(purpose, error))?;
        let id = id
            .and_then(json::string)
            .filter(|id| !id.is_empty())
            .ok_or_else(|| odd(purpose, "a manager has no id"))?;
        person.relate("manager", id);
    }
    Ok(person)
}

/// The id of `user`, where a page holds ids only.
pub(crate) fn read_id(user: &str, purpose: &Purpose) -> Result<String, Problem> {
    let [id] = json::members(user, ["id"]).map_err(|error| odd(purpose, error))?;
    id.and_then(json::string)
        .filter(|id| !id.is_empty())
        .ok_or_else(|| odd(purpose, "a user has no id"))
}
