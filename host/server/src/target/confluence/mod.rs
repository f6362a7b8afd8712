//! Confluence Data Center 7.19 to 10: the six profile fields by the administrator's form, which is
//! the only way to them; full name and e-mail by REST, where the account's directory is writable.
//!
//! Accounts are addressed by their user name, in pages as in most routes, and a name can change and
//! be given to somebody else; so the page has to show the account's key before it is believed.
//!
//! Deliberately not here: the creation of accounts; retries and waits (`net`); what to
//! write (`sync`).

mod avatar;
mod check;
mod form;
mod profile;
mod users;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;

use attune_core::account::{Account, MatchBy};
use attune_core::decide::{Normalise, TextMax, as_shown};
use attune_core::mapping::{Field, FieldKind};
use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, MutexGuard, mpsc};

use super::answer::Us;
use super::rest::Rest;
use super::session::Session;
use super::{
    AccountRef, Capabilities, Error, Finding, Held, Operation, PictureWrite, Placed, Portrait,
    Site, Target,
};
use crate::net::{self, Credential, Outside};
use form::Pages;

/// Profile fields are kept in `os_propertyentry.string_val`, full name and e-mail in `cwd_user`:
/// both `varchar(255)`.
const VALUE_CHARS_MAX: usize = 255;
/// A busy Confluence feels more than a handful of writers.
const WRITES_AT_ONCE: usize = 4;
/// Accounts share this many turns; two with one turn wait for each other, which does no harm.
const TURNS: usize = 64;

/// A Confluence site as one connector uses it.
pub(super) struct Confluence {
    rest: Rest,
    pages: Pages,
    ca_file: Option<PathBuf>,
    turns: Vec<Mutex<()>>,
}

impl fmt::Debug for Confluence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Confluence({})", self.rest.slot.origin())
    }
}

impl Confluence {
    pub(super) fn open(
        site: Site,
        credential: &Credential,
        outside: &Outside,
    ) -> Result<Self, net::Error> {
        let us = Us::of("Confluence", credential);
        let slots = site.slots(credential, outside)?;
        let session = Session::new(&form::DOORS, &slots, credential, us.clone());
        Ok(Self {
            rest: Rest {
                slot: slots.signed,
                us,
            },
            pages: Pages::new(session),
            ca_file: site.ca_file,
            turns: (0..TURNS).map(|_| Mutex::default()).collect(),
        })
    }

    /// One write of an account at a time: the form sends back everything that it read, also what
    /// REST changes meanwhile.
    async fn turn(&self, account: &AccountRef) -> Option<MutexGuard<'_, ()>> {
        let sum = account.key.bytes().fold(0_usize, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(usize::from(byte))
        });
        let turn = self.turns.get(sum % TURNS)?;
        Some(turn.lock().await)
    }
}

/// The longest value of any field.
pub(super) const TEXT_MAX: Option<TextMax> = Some(TextMax::Utf16(VALUE_CHARS_MAX));
/// What Confluence does to a value before it stores it.
pub(super) const NORMALISE: Normalise = as_shown;

impl Target for Confluence {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            can_read: true,
            can_clear: true,
            is_batched: true,
            writes_at_once: WRITES_AT_ONCE,
        }
    }

    fn text_max(&self, _: &Field) -> Option<TextMax> {
        TEXT_MAX
    }

    fn normalise(&self, _: &Field) -> Normalise {
        NORMALISE
    }

    /// The form holds all profile fields; full name and e-mail are one REST request.
    fn units(&self, fields: &[Field]) -> Vec<Vec<usize>> {
        let is_account = |at: &usize| {
            let field = fields.get(*at);
            field.is_some_and(|field| field.kind == FieldKind::Account)
        };
        let (account, profile): (Vec<usize>, Vec<usize>) = (0..fields.len()).partition(is_account);
        let units = [profile, account].into_iter();
        units.filter(|unit| !unit.is_empty()).collect()
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
        Box::pin(profile::observe(self, account, fields))
    }

    fn write<'a>(&'a self, operation: &'a Operation) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(profile::write(self, operation))
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
