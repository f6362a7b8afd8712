//! Jira Data Center 8 to 11: entity properties of users and the account's own fields by REST v2, the
//! visible "User Properties" by the administrator's pages.
//!
//! Accounts are addressed by their key, which a rename does not change. A write carries
//! `X-Atlassian-Token: no-check` (the XSRF filter). An answer is believed only when it looks like
//! one of Jira's: a page in HTML with status 200 is somebody's sign-in page, and a 404 without
//! Jira's words is a wrong address, not a missing user.
//!
//! Deliberately not here: pictures, the creation of accounts; retries and waits (`net`); what to
//! write (`sync`).

mod answer;
mod check;
mod fields;
mod session;
mod user_properties;
mod users;

#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};
use std::path::PathBuf;

use attune_core::account::{Account, MatchBy};
use attune_core::mapping::{Field, FieldKind};
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use super::{AccountRef, Capabilities, Error, Finding, Held, Operation, Site, Target};
use crate::net::{self, Credential, Method, Outside, Request, Response, Sign, Slot, SlotSpec};
use answer::Said;
use session::Session;
use user_properties::Pages;

/// Longest value of an entity property as JSON, in bytes (Jira REST reference).
const PROPERTY_JSON_BYTES_MAX: usize = 32_768;
/// `cwd_user.email_address` and `display_name` are `varchar(255)`.
const ACCOUNT_CHARS_MAX: usize = 255;
/// A busy Jira feels more than a handful of writers.
const WRITES_AT_ONCE: usize = 4;

/// A Jira site as one connector uses it.
pub(super) struct Jira {
    slot: Slot,
    ca_file: Option<PathBuf>,
    /// The administrator's pages, where fields need them.
    pages: Option<Pages>,
    /// The service account as messages name it.
    who: String,
}

impl fmt::Debug for Jira {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Jira({})", self.slot.origin())
    }
}

impl Jira {
    pub(super) fn open(
        site: Site,
        credential: &Credential,
        outside: &Outside,
    ) -> Result<Self, net::Error> {
        let who = match credential {
            Credential::Basic { username, .. } => format!("the account {username}"),
            _ => "the account of the token".to_owned(),
        };
        let slot = |sign| {
            let spec = SlotSpec {
                address: site.url.clone(),
                allow_http: site.allow_http,
                ca_file: site.ca_file.clone(),
                sign,
            };
            Slot::open(outside, spec)
        };
        let signed = slot(Sign::with(credential, None, None)?)?;
        let pages = if site.uses_pages {
            let slots = (signed.clone(), slot(Sign::Nothing)?);
            Some(Pages::new(Session::new(slots, credential, &who)))
        } else {
            None
        };
        Ok(Self {
            slot: signed,
            pages,
            ca_file: site.ca_file,
            who,
        })
    }

    /// The administrator's pages.
    fn pages(&self) -> Result<&Pages, Error> {
        self.pages.as_ref().ok_or_else(|| {
            Error::target(
                "unsupported",
                "User Properties are written by the route \"admin-form\" alone",
            )
        })
    }

    /// Reads; the answer is one of Jira's, of any status that [`Said`] knows.
    async fn read(&self, path: &str) -> Result<Said, Error> {
        let path = format!("/rest/api/2{path}");
        self.exchange(Request::get(path)).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<String>) -> Result<Said, Error> {
        let path = format!("/rest/api/2{path}");
        let mut request = Request::write(method, path).with_header("x-atlassian-token", "no-check");
        if let Some(body) = body {
            request = request.with_body("application/json", body);
        }
        self.exchange(request).await
    }

    async fn exchange(&self, request: Request) -> Result<Said, Error> {
        let is_write = request.method != Method::Get;
        let request = request.with_header("accept", "application/json");
        let answer: Response = match self.slot.exchange(request).await {
            Ok(answer) => answer,
            Err(error) => return Err(answer::from_net(&error)),
        };
        answer::judge(&answer, is_write, &self.who)
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

    fn value_chars_max(&self, field: &Field) -> Option<usize> {
        match field.kind {
            // The two quotes belong to the value as JSON.
            FieldKind::EntityProperty => Some(PROPERTY_JSON_BYTES_MAX - 2),
            FieldKind::Account => Some(ACCOUNT_CHARS_MAX),
            FieldKind::AdminForm => Some(user_properties::VALUE_CHARS_MAX),
            FieldKind::Custom | FieldKind::Photo | FieldKind::Profile => None,
        }
    }

    fn normalise(&self, field: &Field) -> fn(&str) -> &str {
        match field.kind {
            // The page shows no space around a value.
            FieldKind::AdminForm => str::trim,
            // Entity properties are stored as they are.
            _ => |value| value,
        }
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
}

/// Percent-encodes everything that is not unreserved (RFC 3986, 2.3): right in a path and a query.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
