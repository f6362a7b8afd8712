//! One user of Keycloak as a person: key, names, manager, and where the document lies.
//!
//! `attributes` holds lists. The attribute `manager` names the manager (an id, a user name or a mail
//! address). A user without a readable id ends the conversation: leaving somebody out of a listing
//! that then completes would say that they are gone. Other odd members cost themselves only.

use attune_plugin::Problem;
use attune_plugin::provider::{Document, Person, json};

use crate::reply::{Purpose, odd};

/// The attribute that names the manager.
pub(crate) const MANAGER: &str = "manager";
/// The attribute that holds the link to the picture.
pub(crate) const PICTURE: &str = "picture";

/// A user, and what kind of user it is.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) person: Person,
    pub(crate) username: String,
    pub(crate) email: String,
    /// The account of a client; nobody's.
    pub(crate) is_service: bool,
    /// From a user federation (LDAP, Kerberos), whose people Keycloak does not count reliably.
    pub(crate) is_federated: bool,
}

/// The user in `user`, a piece of `body`.
pub(crate) fn read(body: &str, user: &str, purpose: Purpose) -> Result<User, Problem> {
    let names = [
        "id",
        "username",
        "email",
        "attributes",
        "serviceAccountClientId",
        "federationLink",
        "origin",
    ];
    let [id, username, email, attributes, client, link, origin] =
        json::members(user, names).map_err(|error| odd(purpose, error))?;
    let key = id
        .and_then(json::string)
        .filter(|id| !id.is_empty())
        .ok_or_else(|| odd(purpose, "a user has no id"))?;
    let (start, end) =
        json::slice(body, user).ok_or_else(|| odd(purpose, "a user lies outside of it"))?;
    let text = |raw: Option<&str>| raw.and_then(json::string).unwrap_or_default();
    let (username, email) = (text(username), text(email));
    let mut person = Person::whole(key, Document::Slice(start, end));
    person.add_name(&username);
    person.add_name(&email);
    for manager in values(attributes, MANAGER) {
        person.relate(MANAGER, manager);
    }
    let is_set = |raw: Option<&str>| raw.is_some_and(|raw| raw != "null");
    Ok(User {
        person,
        username,
        email,
        is_service: is_set(client),
        is_federated: is_set(link) || is_set(origin),
    })
}

/// The values of one attribute that are not empty; a plain text counts as a list of one.
pub(crate) fn values(attributes: Option<&str>, name: &str) -> Vec<String> {
    let found = attributes.and_then(|attributes| json::members(attributes, [name]).ok());
    let Some([Some(raw)]) = found else {
        return Vec::new();
    };
    let values = json::elements(raw).unwrap_or_else(|_| vec![raw]);
    let texts = values.into_iter().filter_map(json::string);
    texts.filter(|text| !text.trim().is_empty()).collect()
}
