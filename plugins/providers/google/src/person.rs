//! One user of Google as a person: key, names, manager, and where the document lies.
//!
//! A user without a readable id ends the conversation: leaving somebody out of a listing that then
//! completes would say that they are gone. Other odd members cost themselves only; what an
//! administrator typed as somebody's manager may be any text.

use attune_plugin::Problem;
use attune_plugin::provider::{Document, Person, json};

use crate::reading::Reading;
use crate::reply::{Purpose, odd};

/// The person in `user`, a piece of `body`.
pub(crate) fn read(
    body: &str,
    user: &str,
    reading: &Reading,
    purpose: &Purpose,
) -> Result<Person, Problem> {
    let names = [
        "id",
        "primaryEmail",
        "aliases",
        "nonEditableAliases",
        "relations",
    ];
    let [id, address, aliases, fixed, relations] =
        json::members(user, names).map_err(|error| odd(purpose, error))?;
    let key = key(id, purpose)?;
    let (start, end) =
        json::slice(body, user).ok_or_else(|| odd(purpose, "a user lies outside of it"))?;
    let mut person = Person::whole(key, Document::Slice(start, end));
    if let Some(address) = address.and_then(json::string) {
        person.add_name(&address);
    }
    for list in [aliases, fixed].into_iter().flatten() {
        let aliases = json::elements(list).unwrap_or_default();
        for alias in aliases.into_iter().filter_map(json::string) {
            person.add_name(&alias);
        }
    }
    let manager = reading.manager.as_deref();
    if let Some(name) = manager.and_then(|wanted| related(relations?, wanted)) {
        person.relate("manager", name);
    }
    Ok(person)
}

/// The id of `member`, where nothing else of it is wanted.
pub(crate) fn read_id(member: &str, purpose: &Purpose) -> Result<String, Problem> {
    let [id] = json::members(member, ["id"]).map_err(|error| odd(purpose, error))?;
    key(id, purpose)
}

fn key(id: Option<&str>, purpose: &Purpose) -> Result<String, Problem> {
    id.and_then(json::string)
        .filter(|id| !id.is_empty())
        .ok_or_else(|| odd(purpose, "a user has no id"))
}

/// The first value in a user's relations that is of this type, or of this custom type.
fn related(relations: &str, wanted: &str) -> Option<String> {
    let is_wanted = |raw: Option<&str>| {
        let text = raw.and_then(json::string);
        text.is_some_and(|text| text.trim().eq_ignore_ascii_case(wanted))
    };
    json::elements(relations).ok()?.into_iter().find_map(|one| {
        let names = ["type", "customType", "value"];
        let [kind, custom, value] = json::members(one, names).ok()?;
        let value = value.filter(|_| is_wanted(kind) || is_wanted(custom))?;
        let value = json::string(value)?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    })
}
