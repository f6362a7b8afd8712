//! Who may come in: sessions and API tokens.

use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::access::{Kind, Principal, Role};
use crate::store::sessions::Session as SessionRow;
use crate::store::tokens::Token as TokenRow;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Somebody {
    /// Their name, or that of the token.
    pub name: String,
    /// How they came in.
    pub kind: Kind,
    /// What they may.
    pub role: Role,
    /// Whether they see values of people.
    pub personal: bool,
    /// The ids of the only connectors that they are for; none: all.
    pub connectors: Option<Vec<String>>,
    /// Since when they are in.
    pub since: Option<String>,
    /// What their session is called where sessions are listed.
    pub session: Option<String>,
}

/// A session of a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Session {
    /// What it is called.
    pub id: String,
    /// Whose it is.
    pub name: String,
    /// `admin`, `oidc` or `link`.
    pub kind: String,
    /// What it may.
    pub role: String,
    /// Whether it shows values of people.
    pub personal: bool,
    /// Where it was begun from.
    pub address: String,
    /// Since when.
    pub began: String,
    /// When its last request came, give or take a minute.
    pub seen: String,
}

/// An API token, without what is secret of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Token {
    /// Its name.
    pub name: String,
    /// What it may.
    pub role: String,
    /// Whether it shows values of people.
    pub personal: bool,
    /// The ids of the only connectors that it is for; none: all.
    pub connectors: Option<Vec<String>>,
    /// When it was made.
    pub created: String,
    /// Who made it.
    pub created_by: String,
    /// Until when it works.
    pub expires: String,
    /// When it was last used, give or take a minute.
    pub used: Option<String>,
}

impl From<&Principal> for Somebody {
    fn from(principal: &Principal) -> Self {
        Self {
            name: principal.name.clone(),
            kind: principal.kind,
            role: principal.role,
            personal: principal.personal,
            connectors: principal.connectors.clone(),
            since: principal.since_ms.map(time),
            session: principal.session.clone(),
        }
    }
}

impl From<&SessionRow> for Session {
    fn from(row: &SessionRow) -> Self {
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            kind: row.kind.clone(),
            role: row.role.clone(),
            personal: row.personal,
            address: row.address.clone(),
            began: time(row.began_ms),
            seen: time(row.seen_ms),
        }
    }
}

impl From<&TokenRow> for Token {
    fn from(row: &TokenRow) -> Self {
        Self {
            name: row.name.clone(),
            role: row.role.clone(),
            personal: row.personal,
            connectors: row.connectors.clone(),
            created: time(row.created_ms),
            created_by: row.created_by.clone(),
            expires: time(row.expires_ms),
            used: row.used_ms.map(time),
        }
    }
}
