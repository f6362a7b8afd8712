//! Reading and writing what one account holds.
//!
//! One operation is one property, or all account fields of one account: that is what one request of
//! Jira's changes. A property whose value is not text (somebody else's JSON) is shown as
//! its JSON text, so that a plan tells what it would replace.
//!
//! Invariant: "there is no such property" is only concluded about a user who is there.

use attune_core::mapping::{Field, FieldKind};
use attune_core::route::url_encoded;
use serde_json::{Map, Value as Json};

use super::super::answer::{Said, no_route, unexpected};
use super::super::settled;
use super::custom;
use super::users::by_key;
use super::{AccountRef, Error, Held, Jira, Operation, PROPERTY_JSON_BYTES_MAX};
use crate::net::Method;

/// What a property is called in Jira and what of an account a field is.
enum Place<'a> {
    Property(&'a str),
    UserProperty(&'a str),
    Custom(&'a str),
    Email,
    FullName,
}

fn place(field: &Field) -> Result<Place<'_>, Error> {
    match (field.kind, field.name.as_str()) {
        (FieldKind::EntityProperty, name) => Ok(Place::Property(name)),
        (FieldKind::AdminForm, name) => Ok(Place::UserProperty(name)),
        (FieldKind::Custom, name) => Ok(Place::Custom(name)),
        (FieldKind::Account, "account.email") => Ok(Place::Email),
        (FieldKind::Account, "account.full-name") => Ok(Place::FullName),
        _ => Err(Error::rejected(
            "unsupported",
            format!(
                "this build does not write the field '{}' to Jira",
                field.name
            ),
        )),
    }
}

pub(super) fn units(fields: &[Field]) -> Vec<Vec<usize>> {
    let mut units: Vec<Vec<usize>> = Vec::new();
    let mut account = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        if field.kind == FieldKind::Account {
            account.push(at);
        } else {
            units.push(vec![at]);
        }
    }
    if !account.is_empty() {
        units.push(account);
    }
    units
}

pub(super) async fn observe(
    jira: &Jira,
    account: &AccountRef,
    fields: &[Field],
) -> Result<Held, Error> {
    let mut held = Held::new();
    let mut properties = Vec::new();
    let mut user_properties = Vec::new();
    let mut is_account_wanted = false;
    for field in fields {
        match place(field)? {
            Place::Property(name) => properties.push((field, name)),
            Place::UserProperty(name) => user_properties.push((field, name)),
            Place::Custom(name) => {
                let value = custom::read(jira, jira.custom()?, account, name).await?;
                keep(&mut held, field, value);
            }
            Place::Email | Place::FullName => is_account_wanted = true,
        }
    }
    if is_account_wanted {
        let user = by_key(jira, &account.key).await?.ok_or(Error::Gone)?;
        for field in fields {
            let value = match place(field)? {
                Place::Property(_) | Place::UserProperty(_) | Place::Custom(_) => continue,
                Place::Email => &user.email,
                Place::FullName => &user.display_name,
            };
            keep(&mut held, field, Some(value.clone()));
        }
    }
    // The list of keys costs one request and saves one for each property that is not there.
    if let [_, _, ..] = properties.as_slice() {
        let keys = property_keys(jira, account).await?;
        properties.retain(|(_, name)| keys.iter().any(|key| key == name));
    }
    for (field, name) in properties {
        let value = property(jira, account, name).await?;
        keep(&mut held, field, value);
    }
    if !user_properties.is_empty() {
        let all = jira.pages()?.read(jira, account).await?;
        for (field, name) in user_properties {
            keep(&mut held, field, all.get(name).cloned());
        }
    }
    Ok(held)
}

fn keep(held: &mut Held, field: &Field, value: Option<String>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        held.insert(field.clone(), value);
    }
}

fn property_path(account: &AccountRef, name: &str) -> String {
    let key = url_encoded(&account.key);
    format!("/user/properties/{}?userKey={key}", url_encoded(name))
}

async fn property_keys(jira: &Jira, account: &AccountRef) -> Result<Vec<String>, Error> {
    let path = format!("/user/properties?userKey={}", url_encoded(&account.key));
    let json = match jira.read(&path).await? {
        Said::Yes(json) => json,
        Said::Absent(_) => return Err(Error::Gone),
        Said::NoRoute => return Err(no_route("/rest/api/2/user/properties")),
    };
    let keys = json.get("keys").and_then(Json::as_array);
    let keys = keys.ok_or_else(|| unexpected("the list of properties"))?;
    let name = |entry: &Json| entry.get("key")?.as_str().map(str::to_owned);
    Ok(keys.iter().filter_map(name).collect())
}

async fn property(jira: &Jira, account: &AccountRef, name: &str) -> Result<Option<String>, Error> {
    match jira.read(&property_path(account, name)).await? {
        Said::Yes(json) => match json.get("value") {
            None => Err(unexpected("a property")),
            Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(other) => Ok(Some(other.to_string())),
        },
        Said::Absent(_) => match by_key(jira, &account.key).await? {
            Some(_) => Ok(None),
            None => Err(Error::Gone),
        },
        Said::NoRoute => Err(no_route("/rest/api/2/user/properties")),
    }
}

pub(super) async fn write(jira: &Jira, operation: &Operation) -> Result<(), Error> {
    let account = &operation.account;
    let [(field, value)] = operation.fields.as_slice() else {
        return put_account(jira, operation).await;
    };
    match (place(field)?, value) {
        (Place::Property(name), Some(value)) => put_property(jira, account, name, value).await,
        (Place::Property(name), None) => delete_property(jira, account, name).await,
        (Place::UserProperty(name), value) => {
            let change = (name, value.as_deref());
            let now = jira.pages()?.write(jira, account, change).await?;
            read_back(jira, operation, field, now)
        }
        (Place::Custom(name), value) => {
            let change = (name, value.as_deref());
            let now = custom::write(jira, jira.custom()?, account, change).await?;
            read_back(jira, operation, field, now)
        }
        (Place::Email | Place::FullName, _) => put_account(jira, operation).await,
    }
}

fn read_back(
    jira: &Jira,
    operation: &Operation,
    field: &Field,
    now: Option<String>,
) -> Result<(), Error> {
    let mut held = Held::new();
    keep(&mut held, field, now);
    settled(jira, operation, held)
}

async fn put_property(
    jira: &Jira,
    account: &AccountRef,
    name: &str,
    value: &str,
) -> Result<(), Error> {
    let body = Json::from(value).to_string();
    if body.len() > PROPERTY_JSON_BYTES_MAX {
        return Err(Error::rejected(
            "too-long",
            format!("the value has more than {PROPERTY_JSON_BYTES_MAX} bytes as JSON"),
        ));
    }
    let path = property_path(account, name);
    match jira.send(Method::Put, &path, Some(body)).await? {
        Said::Yes(_) => Ok(()),
        Said::Absent(_) => Err(Error::Gone),
        Said::NoRoute => Err(no_route("/rest/api/2/user/properties")),
    }
}

async fn delete_property(jira: &Jira, account: &AccountRef, name: &str) -> Result<(), Error> {
    let path = property_path(account, name);
    match jira.send(Method::Delete, &path, None).await? {
        Said::Yes(_) => Ok(()),
        // Either is gone: the property, which is what was wanted, or the user.
        Said::Absent(_) => match by_key(jira, &account.key).await? {
            Some(_) => Ok(()),
            None => Err(Error::Gone),
        },
        Said::NoRoute => Err(no_route("/rest/api/2/user/properties")),
    }
}

async fn put_account(jira: &Jira, operation: &Operation) -> Result<(), Error> {
    let mut body = Map::new();
    for (field, value) in &operation.fields {
        let member = match place(field)? {
            Place::Email => "emailAddress",
            Place::FullName => "displayName",
            Place::Property(_) | Place::UserProperty(_) | Place::Custom(_) => {
                return Err(Error::rejected(
                    "unsupported",
                    "a property and account fields do not travel in one request",
                ));
            }
        };
        let Some(value) = value else {
            return Err(Error::rejected(
                "bad-value",
                format!("Jira does not let '{}' be empty", field.name),
            ));
        };
        body.insert(member.to_owned(), value.clone().into());
    }
    let path = format!("/user?key={}", url_encoded(&operation.account.key));
    let body = Json::Object(body).to_string();
    match jira.send(Method::Put, &path, Some(body)).await? {
        Said::Yes(_) => Ok(()),
        Said::Absent(_) => Err(Error::Gone),
        Said::NoRoute => Err(no_route("/rest/api/2/user")),
    }
}
