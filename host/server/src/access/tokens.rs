//! API tokens: making, listing and ending them, and what a token that is sent comes to.
//!
//! Invariants: a token is shown once; nobody gives a right that they do not have. Deliberately not
//! here: writing down who did it (`cli::acts`, `api`).

use std::time::Duration;

use secrecy::SecretString;

use super::principal::{Kind, Principal, Role};
use super::{MINUTE_MS, is_name, secret};
use crate::fault::Failure;
use crate::store::Store;
use crate::store::tokens::Token;

/// How a token begins, so that a search for lost secrets finds it.
pub const PREFIX: &str = "attune_";
/// How long one works unless somebody says otherwise.
pub const DAYS: u32 = 90;
/// The longest that one works.
pub const DAYS_MAX: u32 = 366;

/// What a new token is to be.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// What it may.
    pub role: Role,
    /// Whether it shows values of people.
    pub personal: bool,
    /// The ids of the only connectors that it is for.
    pub connectors: Option<Vec<String>>,
    /// For how many days.
    pub days: u32,
}

impl Wanted {
    /// What it may, as the audit log says it.
    pub fn words(&self) -> String {
        let mut words = format!("{}, {} days", self.role, self.days);
        if self.personal {
            words.push_str(", personal");
        }
        if let Some(ids) = &self.connectors {
            words.push_str(", for ");
            words.push_str(&ids.join(" "));
        }
        words
    }
}

/// A new token.
pub struct Created {
    /// The token itself, shown this once.
    pub secret: SecretString,
    /// What is kept of it.
    pub token: Token,
}

/// Makes a token. `by` is who wants it, as the audit log names them.
pub async fn create(
    store: &Store,
    wanted: Wanted,
    (by, now_ms): (&str, i64),
) -> Result<Created, Failure> {
    if !is_name(&wanted.name) {
        return Err(Failure::of("request", super::NAME_RULE));
    }
    if !(1..=DAYS_MAX).contains(&wanted.days) {
        let message = format!("a token works for 1 to {DAYS_MAX} days");
        return Err(Failure::of("request", message));
    }
    let fresh = secret::token(PREFIX)?;
    let lasts = Duration::from_hours(24) * wanted.days;
    let token = Token {
        name: wanted.name,
        digest: fresh.digest,
        role: wanted.role.as_str().to_owned(),
        personal: wanted.personal,
        connectors: wanted.connectors,
        created_ms: now_ms,
        created_by: by.to_owned(),
        expires_ms: now_ms.saturating_add(lasts.as_millis() as i64),
        used_ms: None,
    };
    if !store.add_token(&token).await? {
        let message = format!("there is a token `{}` already", token.name);
        return Err(Failure::of("token-exists", message));
    }
    Ok(Created {
        secret: fresh.secret,
        token,
    })
}

/// Ends a token, at once.
pub async fn revoke(store: &Store, name: &str) -> Result<(), Failure> {
    if store.drop_token(name).await? {
        return Ok(());
    }
    let message = format!("there is no token `{name}`");
    Err(Failure::of("no-such-token", message))
}

/// Who sends this token. Notes that it was used, at most once a minute.
pub(super) async fn principal(
    store: &Store,
    sent: &str,
    now_ms: i64,
) -> Result<Principal, Failure> {
    let unknown = || Failure::of("token", "the token is not one of this service");
    let token = store.token(&secret::digest(sent)).await?;
    let token = token.ok_or_else(unknown)?;
    if token.expires_ms <= now_ms {
        let message = format!("the time of token `{}` is over", token.name);
        return Err(Failure::of("token", message));
    }
    let role: Role = token.role.parse().map_err(|_| unknown())?;
    if token.used_ms.is_none_or(|used| now_ms - used >= MINUTE_MS) {
        store.note_token(&token.digest, now_ms).await?;
    }
    Ok(Principal {
        name: token.name,
        kind: Kind::Token,
        role,
        personal: token.personal,
        connectors: token.connectors,
        session: None,
        since_ms: None,
    })
}
