//! Jira Data Center 8 to 11: entity properties of users and the account's own fields by REST v2, the
//! visible "User Properties" by the administrator's pages or by somebody's own endpoint.
//!
//! Accounts are addressed by their key, which a rename does not change. A write carries
//! `X-Atlassian-Token: no-check` (the XSRF filter). An answer is believed only when it looks like
//! one of Jira's: a page in HTML with status 200 is somebody's sign-in page, and a 404 without
//! Jira's words is a wrong address, not a missing user.
//!
//! Deliberately not here: the creation of accounts; retries and waits (`net`); what to
//! write (`sync`).

mod avatar;
mod check;
mod custom;
mod fields;
mod user_properties;
mod users;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use attune_core::account::{Account, MatchBy};
use attune_core::decide::{Normalise, TextMax, as_it_is, as_shown};
use attune_core::mapping::{Field, FieldKind};
use attune_core::route::CustomRoute;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use super::answer::{Said, Us};
use super::rest::Rest;
use super::session::Session;
use super::{
    AccountRef, Capabilities, Error, Finding, Held, Operation, PictureWrite, Placed, Portrait,
    Site, Target,
};
use crate::net::{self, Credential, Method, Outside};
use user_properties::Pages;

/// Longest value of an entity property as JSON, in bytes (Jira REST reference).
const PROPERTY_JSON_BYTES_MAX: usize = 32_768;
/// `cwd_user.email_address` and `display_name` are `varchar(255)`.
const ACCOUNT_CHARS_MAX: usize = 255;
/// A busy Jira feels more than a handful of writers.
const WRITES_AT_ONCE: usize = 4;

/// A Jira site as one connector uses it.
pub(super) struct Jira {
    rest: Rest,
    ca_file: Option<PathBuf>,
    /// The administrator's pages, where fields need them.
    pages: Option<Pages>,
    /// Templates of the route "custom".
    custom: Option<CustomRoute>,
    /// User names by key, as Jira said in this run.
    names: Mutex<HashMap<String, String>>,
}

impl fmt::Debug for Jira {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Jira({})", self.rest.slot.origin())
    }
}

impl Jira {
    pub(super) fn open(
        site: Site,
        credential: &Credential,
        outside: &Outside,
    ) -> Result<Self, net::Error> {
        let us = Us::of("Jira", credential);
        let slots = site.slots(credential, outside)?;
        let pages = site.uses_pages.then(|| {
            let session = Session::new(&user_properties::DOORS, &slots, credential, us.clone());
            Pages::new(session)
        });
        Ok(Self {
            rest: Rest {
                slot: slots.signed,
                us,
            },
            pages,
            ca_file: site.ca_file,
            custom: site.custom,
            names: Mutex::default(),
        })
    }

    /// The name that the account has now: an old one may be somebody else's.
    async fn username(&self, account: &AccountRef) -> Result<String, Error> {
        let names = || self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let known = names().get(&account.key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = users::by_key(self, &account.key).await?;
        let username = found.ok_or(Error::Gone)?.username;
        names().insert(account.key.clone(), username.clone());
        Ok(username)
    }

    /// The administrator's pages.
    fn pages(&self) -> Result<&Pages, Error> {
        self.pages.as_ref().ok_or_else(|| {
            Error::target(
                "unsupported",
                "these User Properties need the route \"admin-form\"",
            )
        })
    }

    fn custom(&self) -> Result<&CustomRoute, Error> {
        self.custom.as_ref().ok_or_else(|| {
            Error::target(
                "unsupported",
                "these User Properties need the route \"custom\"",
            )
        })
    }

    async fn read(&self, path: &str) -> Result<Said, Error> {
        self.rest.read(&format!("/rest/api/2{path}")).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<String>) -> Result<Said, Error> {
        let path = format!("/rest/api/2{path}");
        self.rest.send(method, &path, body).await
    }
}

/// The longest value of a field.
pub(super) fn text_max(field: &Field) -> Option<TextMax> {
    match field.kind {
        FieldKind::EntityProperty => Some(TextMax::JsonBytes(PROPERTY_JSON_BYTES_MAX)),
        FieldKind::Account => Some(TextMax::Utf16(ACCOUNT_CHARS_MAX)),
        FieldKind::AdminForm => Some(TextMax::Utf16(user_properties::VALUE_CHARS_MAX)),
        FieldKind::Custom | FieldKind::Photo | FieldKind::Profile => None,
    }
}

/// What Jira does to a value before it stores it.
pub(super) fn normalise(field: &Field) -> Normalise {
    match field.kind {
        FieldKind::AdminForm => as_shown,
        _ => as_it_is,
    }
}

impl Target for Jira {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            can_read: true,
            can_clear: true,
            is_batched: false,
            writes_at_once: WRITES_AT_ONCE,
        }
    }

    fn text_max(&self, field: &Field) -> Option<TextMax> {
        text_max(field)
    }

    fn normalise(&self, field: &Field) -> Normalise {
        normalise(field)
    }

    fn units(&self, fields: &[Field]) -> Vec<Vec<usize>> {
        fields::units(fields)
    }

    fn check(&self) -> BoxFuture<'_, Vec<Finding>> {
        Box::pin(check::check(self))
    }

    fn sign_in(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(check::sign_in(self))
    }

    fn accounts(&self, pages: mpsc::Sender<Vec<Account>>) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(users::scan(self, pages))
    }

    fn find<'a>(
        &'a self,
        by: MatchBy,
        value: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Account>, Error>> {
        Box::pin(users::find(self, by, value))
    }

    fn observe<'a>(
        &'a self,
        account: &'a AccountRef,
        fields: &'a [Field],
    ) -> BoxFuture<'a, Result<Held, Error>> {
        Box::pin(fields::observe(self, account, fields))
    }

    fn write<'a>(&'a self, operation: &'a Operation) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(fields::write(self, operation))
    }

    fn portrait<'a>(&'a self, account: &'a AccountRef) -> BoxFuture<'a, Result<Portrait, Error>> {
        Box::pin(avatar::portrait(self, account))
    }

    fn put_picture<'a>(
        &'a self,
        picture: &'a PictureWrite<'a>,
    ) -> BoxFuture<'a, Result<Placed, Error>> {
        Box::pin(avatar::put(self, picture))
    }
}
