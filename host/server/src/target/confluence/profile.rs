//! Reading and writing what one account holds.
//!
//! One operation is the whole form, or full name and e-mail in one REST request. Confluence before
//! 8.2 has no such route and takes both by the form.

use attune_core::mapping::{Field, FieldKind};
use attune_core::route::url_encoded;
use serde_json::json;

use super::super::answer::Said;
use super::super::settled;
use super::form::Sheet;
use super::{AccountRef, Confluence, Error, Held, Operation};
use crate::net::Method;

/// What a field is called in the form.
fn name_in_form(field: &Field) -> Result<&'static str, Error> {
    let name = match (field.kind, field.name.as_str()) {
        (FieldKind::Profile, "phone") => "userparam-phone",
        (FieldKind::Profile, "im") => "userparam-im",
        (FieldKind::Profile, "website") => "userparam-website",
        (FieldKind::Profile, "position") => "userparam-position",
        (FieldKind::Profile, "department") => "userparam-department",
        (FieldKind::Profile, "location") => "userparam-location",
        (FieldKind::Account, "account.full-name") => "fullName",
        (FieldKind::Account, "account.email") => "email",
        _ => {
            return Err(Error::rejected(
                "unsupported",
                format!("Confluence has no field '{}' that we write", field.name),
            ));
        }
    };
    Ok(name)
}

pub(super) async fn observe(
    site: &Confluence,
    account: &AccountRef,
    fields: &[Field],
) -> Result<Held, Error> {
    held(&site.pages.read(site, account).await?, fields)
}

fn held<'f>(sheet: &Sheet, fields: impl IntoIterator<Item = &'f Field>) -> Result<Held, Error> {
    let mut held = Held::new();
    for field in fields {
        if let Some(value) = sheet.value(name_in_form(field)?) {
            held.insert(field.clone(), value.to_owned());
        }
    }
    Ok(held)
}

pub(super) async fn write(site: &Confluence, operation: &Operation) -> Result<(), Error> {
    let _turn = site.turn(&operation.account).await;
    let mut values: Vec<(&str, Option<&str>)> = Vec::new();
    for (field, value) in &operation.fields {
        values.push((name_in_form(field)?, value.as_deref()));
    }
    let is_account = |(field, _): &(Field, _)| field.kind == FieldKind::Account;
    let account = &operation.account;
    if operation.fields.iter().any(is_account) && write_account(site, account, &values).await? {
        return Ok(());
    }
    let sheet = site.pages.write(site, account, &values).await?;
    let held = held(&sheet, operation.fields.iter().map(|(field, _)| field))?;
    settled(site, operation, held)
}

/// False where this version has no route for it, and the form has to do it.
async fn write_account(
    site: &Confluence,
    account: &AccountRef,
    values: &[(&str, Option<&str>)],
) -> Result<bool, Error> {
    for (name, value) in values {
        if value.is_none_or(|value| value.trim().is_empty()) {
            return Err(Error::rejected(
                "bad-value",
                format!("Confluence does not let {} be empty", spoken(name)),
            ));
        }
    }
    let sheet = site.pages.read(site, account).await?;
    if let Some((name, _)) = values.iter().find(|(name, _)| !sheet.is_open(name)) {
        return Err(Error::rejected(
            "read-only",
            format!(
                "Confluence reads {} of this account from a directory that it may not write to: \
                 change it there, or take the row out",
                spoken(name)
            ),
        ));
    }
    put(site, &sheet, values).await
}

/// Full name and e-mail by REST, which wants both; false where this version has no such route.
async fn put(
    site: &Confluence,
    sheet: &Sheet,
    values: &[(&str, Option<&str>)],
) -> Result<bool, Error> {
    let value = |name: &str| {
        let ours = values.iter().find(|(known, _)| *known == name);
        let ours = ours.and_then(|(_, value)| *value);
        ours.or_else(|| sheet.value(name))
    };
    let body = json!({ "fullName": value("fullName"), "email": value("email") });
    let path = format!("/rest/api/admin/user/{}", url_encoded(&sheet.username));
    match site
        .rest
        .send(Method::Put, &path, Some(body.to_string()))
        .await?
    {
        Said::Yes(_) => Ok(true),
        Said::Absent(_) => Err(Error::Gone),
        Said::NoRoute => Ok(false),
    }
}

fn spoken(name: &str) -> &'static str {
    match name {
        "email" => "the e-mail address",
        _ => "the full name",
    }
}
