//! The far end: a Jira or Confluence whose profiles are brought in tune.
//!
//! [`Target`] is one of the four seams of the house. It knows requests and answers of one product
//! and nothing of mapping, ledger or journal. Deliberately absent: retries after an ambiguous
//! write. Whoever calls reads back first.

mod answer;
mod browser;
mod check;
mod confluence;
mod html;
mod jira;
mod picture;
mod rest;
mod session;

use std::collections::HashMap;
use std::path::PathBuf;

use attune_core::Problem;
use attune_core::account::{Account, MatchBy, Product};
use attune_core::decide::{Normalise, TextMax};
use attune_core::mapping::Field;
use attune_core::route::CustomRoute;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use crate::net::{self, Credential, Outside, Sign, Slot, SlotSpec};

pub use picture::{PictureWrite, Placed, Portrait};

/// What a target can do; a run plans by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether what is there can be read.
    pub can_read: bool,
    /// Whether a field can be made empty.
    pub can_clear: bool,
    /// Whether several fields of one account travel in one request.
    pub is_batched: bool,
    /// Writes that may be under way at once.
    pub writes_at_once: usize,
}

/// An account as a request needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRef {
    /// The stable key.
    pub key: String,
    /// The user name, as last seen.
    pub username: String,
}

/// What an account holds: fields that were asked for and are not empty.
pub type Held = HashMap<Field, String>;

/// One request's worth of changes to one account; `None` empties a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Whose.
    pub account: AccountRef,
    /// What; all fields belong to one unit of [`Target::units`].
    pub fields: Vec<(Field, Option<String>)>,
}

/// Why a request to a target did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The whole target is out of reach, or does not let us in: nobody can be written.
    #[error("{problem}")]
    Target {
        /// Code, what and what to do.
        problem: Problem,
    },
    /// This account is gone.
    #[error("the account does not exist any more")]
    Gone,
    /// The target refused this one request; nothing was changed.
    #[error("{problem}")]
    Rejected {
        /// Code and what the target said.
        problem: Problem,
    },
    /// The target said that it was done and shows something else: somebody was there meanwhile, or
    /// it keeps values otherwise than it takes them.
    #[error("the target took the values and shows others")]
    Altered {
        /// What the fields of the operation hold now.
        held: Held,
    },
    /// The request was sent and its answer was lost: it may or may not have been done.
    #[error("the answer was lost after the request was sent")]
    Unknown,
}

/// One finding of [`Target::check`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// What was looked at.
    pub name: String,
    /// Whether it is well.
    pub ok: bool,
    /// What was found.
    pub message: String,
    /// What to do, where something is not well.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fix: String,
}

/// A site as one connector uses it.
///
/// Contract: every method may be called again after an error. Throttling and connection errors
/// before anything was sent are retried inside. Values are text; a field that is empty or not
/// there is left out of what is read.
pub trait Target: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// The longest value of a field, where the product documents one.
    fn text_max(&self, field: &Field) -> Option<TextMax>;

    /// What the product does to a value of a field before it stores it (trimming); idempotent.
    fn normalise(&self, field: &Field) -> Normalise;

    /// Whether two values of a field are one to the product; nothing and empty are.
    fn is_same(&self, field: &Field, one: Option<&str>, other: Option<&str>) -> bool {
        let normalise = self.normalise(field);
        normalise(one.unwrap_or_default()) == normalise(other.unwrap_or_default())
    }

    /// Splits the changed fields of one account into requests: indices into `fields`.
    fn units(&self, fields: &[Field]) -> Vec<Vec<usize>>;

    /// Signs in and looks at permissions; line by line, for `attune check`.
    fn check(&self) -> BoxFuture<'_, Vec<Finding>>;

    /// Signs in; an error here means that this target takes no part in the run.
    fn sign_in(&self) -> BoxFuture<'_, Result<(), Error>>;

    /// Reads all accounts, page by page. A page that cannot be sent ends the scan.
    ///
    /// [`Error::Rejected`] means that this site cannot list all of them: what was sent is true
    /// but not everybody, and the caller looks up one by one.
    fn accounts(&self, pages: mpsc::Sender<Vec<Account>>) -> BoxFuture<'_, Result<(), Error>>;

    /// Accounts by one name; inactive ones are in it and say so.
    fn find<'a>(
        &'a self,
        by: MatchBy,
        value: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Account>, Error>>;

    /// Reads what these fields hold.
    fn observe<'a>(
        &'a self,
        account: &'a AccountRef,
        fields: &'a [Field],
    ) -> BoxFuture<'a, Result<Held, Error>>;

    /// Sends one operation.
    ///
    /// After [`Error::Unknown`] it may have been done, after [`Error::Altered`] it was, in part or
    /// otherwise than asked; after every other error it was not.
    fn write<'a>(&'a self, operation: &'a Operation) -> BoxFuture<'a, Result<(), Error>>;

    /// Reads what an account shows as its picture.
    fn portrait<'a>(&'a self, account: &'a AccountRef) -> BoxFuture<'a, Result<Portrait, Error>>;

    /// Writes a picture, looks whether it is shown, and takes away older ones of ours.
    ///
    /// Lost answers are read back inside. After [`Error::Unknown`] it may have been done; after
    /// every other error the account shows what it did.
    fn put_picture<'a>(
        &'a self,
        picture: &'a PictureWrite<'a>,
    ) -> BoxFuture<'a, Result<Placed, Error>>;
}

impl Error {
    /// What went wrong, as reports and `--json` show it.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Target { problem } | Self::Rejected { problem } => problem.clone(),
            Self::Gone => Problem::new("account-gone", self.to_string()),
            Self::Altered { .. } => Problem::new("does-not-stick", self.to_string()),
            Self::Unknown => Problem::new("ambiguous", self.to_string()),
        }
    }

    fn target(code: &str, message: impl Into<String>) -> Self {
        let problem = Problem::new(code, message);
        Self::Target { problem }
    }

    fn rejected(code: &str, message: impl Into<String>) -> Self {
        let problem = Problem::new(code, message);
        Self::Rejected { problem }
    }
}

/// Whether an operation did what was asked, by what its fields hold after it.
fn settled(target: &dyn Target, operation: &Operation, held: Held) -> Result<(), Error> {
    let is_so = |(field, value): &(Field, Option<String>)| {
        target.is_same(field, held.get(field).map(String::as_str), value.as_deref())
    };
    if operation.fields.iter().all(is_so) {
        return Ok(());
    }
    Err(Error::Altered { held })
}

/// A site and the way there.
#[derive(Debug, Clone)]
pub struct Site {
    /// What kind of site.
    pub product: Product,
    /// `https://jira.example.com/jira`.
    pub url: String,
    /// PEM file of authorities that are trusted for it.
    pub ca_file: Option<PathBuf>,
    /// Plain `http://` to other machines too.
    pub allow_http: bool,
    /// Whether fields are written that only administration pages reach.
    pub uses_pages: bool,
    /// Templates of the route "custom".
    pub custom: Option<CustomRoute>,
}

/// The two ways to one site.
struct Slots {
    /// With our credential.
    signed: Slot,
    /// Without: a session's cookies speak for us.
    plain: Slot,
}

impl Site {
    fn slots(&self, credential: &Credential, outside: &Outside) -> Result<Slots, net::Error> {
        let spec = SlotSpec {
            address: self.url.clone(),
            allow_http: self.allow_http,
            ca_file: self.ca_file.clone(),
            sign: Sign::with(credential, None, None)?,
        };
        let signed = Slot::open(outside, spec)?;
        let plain = signed.unsigned();
        Ok(Slots { signed, plain })
    }
}

/// What a product says about the values of a field, whatever the site.
#[derive(Debug, Clone, Copy)]
pub struct ValueRules {
    /// The longest one, where the product documents one.
    pub text_max: Option<TextMax>,
    /// What the product does to one before it stores it.
    pub normalise: Normalise,
}

/// The rules for the values of a field; no way to a site is needed.
pub fn value_rules(product: Product, field: &Field) -> ValueRules {
    match product {
        Product::JiraDataCenter => ValueRules {
            text_max: jira::text_max(field),
            normalise: jira::normalise(field),
        },
        Product::ConfluenceDataCenter => ValueRules {
            text_max: confluence::TEXT_MAX,
            normalise: confluence::NORMALISE,
        },
    }
}

/// Opens a target; sends nothing.
pub fn open(
    site: Site,
    credential: &Credential,
    outside: &Outside,
) -> Result<Box<dyn Target>, Problem> {
    let wrong = |error: net::Error| Problem::new(error.kind(), error.to_string());
    Ok(match site.product {
        Product::JiraDataCenter => {
            Box::new(jira::Jira::open(site, credential, outside).map_err(wrong)?)
        }
        Product::ConfluenceDataCenter => {
            Box::new(confluence::Confluence::open(site, credential, outside).map_err(wrong)?)
        }
    })
}
