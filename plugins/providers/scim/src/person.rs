//! One user as a person: key, names, manager, and where the document lies.
//!
//! A user without a readable id ends the conversation: leaving somebody out of a listing that then
//! completes would say that they are gone. Other odd members cost themselves only: an e-mail
//! address without `value`, a manager that is `{}`.

use attune_plugin::Problem;
use attune_plugin::provider::{Document, Person, json};

use crate::attributes::ENTERPRISE;
use crate::reading::Reading;
use crate::reply::odd;

/// The person in `user`, a piece of `body`.
pub(crate) fn read(
    body: &str,
    user: &str,
    reading: &Reading,
    what: &str,
) -> Result<Person, Problem> {
    let names = ["id", "userName", "externalId", "emails", "meta", ENTERPRISE];
    let [id, user_name, external, emails, meta, enterprise] =
        json::members_ignoring_case(user, names).map_err(|error| odd(what, error))?;
    let key = id
        .and_then(json::string)
        .filter(|id| !id.is_empty())
        .ok_or_else(|| odd(what, "a user has no id"))?;
    let (start, end) =
        json::slice(body, user).ok_or_else(|| odd(what, "a user lies outside of it"))?;
    let mut person = Person::whole(key, Document::Slice(start, end));
    for name in [user_name, external]
        .into_iter()
        .flatten()
        .filter_map(json::string)
    {
        person.add_name(&name);
    }
    for address in addresses(emails) {
        person.add_name(&address);
    }
    if let Some(manager) = manager(enterprise) {
        person.relate("manager", manager);
    }
    person.revision = revision(meta);
    reading.hang_in(&mut person);
    Ok(person)
}

/// The addresses of a user; entries without `value` are none.
pub(crate) fn addresses(emails: Option<&str>) -> Vec<String> {
    let Some(raw) = emails else { return Vec::new() };
    // Some services give a single object where the standard wants a list.
    let entries = json::elements(raw).unwrap_or_else(|_| vec![raw]);
    entries
        .into_iter()
        .filter_map(|entry| text(entry, "value"))
        .collect()
}

/// Who leads a user: the id in `value`, or at the end of `$ref`.
fn manager(enterprise: Option<&str>) -> Option<String> {
    let [manager] = json::members_ignoring_case(enterprise?, ["manager"]).ok()?;
    let manager = manager?;
    if let Some(id) = json::string(manager) {
        return Some(id).filter(|id| !id.is_empty());
    }
    text(manager, "value").or_else(|| {
        let link = text(manager, "$ref")?;
        let (before, id) = link.trim_end_matches('/').rsplit_once('/')?;
        let is_user = before.ends_with("Users") && !id.is_empty() && !id.contains('?');
        is_user.then(|| id.to_owned())
    })
}

/// The version of a user, or when they were last changed.
fn revision(meta: Option<&str>) -> String {
    let member = |name| text(meta?, name);
    member("version")
        .or_else(|| member("lastModified"))
        .unwrap_or_default()
}

/// A member of an object as text, unless it is empty.
pub(crate) fn text(object: &str, name: &str) -> Option<String> {
    let [found] = json::members_ignoring_case(object, [name]).ok()?;
    found.and_then(json::string).filter(|text| !text.is_empty())
}
