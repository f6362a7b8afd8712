//! Sessions: what a browser that signed in sends instead of a password.
//!
//! A session is a random reference; all that it means stands in the store, where it can be ended.
//! Invariants: it ends after half an hour without a request, after twelve hours, and with its
//! administrator; a sign-in makes a new one.

use secrecy::ExposeSecret as _;

use super::principal::{Kind, Principal, Role};
use super::{MINUTE_MS, secret};
use crate::fault::Failure;
use crate::store::Store;
use crate::store::sessions::Session;

/// Without a request.
pub const IDLE_MS: i64 = 30 * MINUTE_MS;
/// In all.
pub const LASTS_MS: i64 = 12 * 60 * MINUTE_MS;

/// Whose session is to begin.
#[derive(Debug, Clone)]
pub(super) struct Whose {
    pub(super) name: String,
    /// `admin`, `oidc` or `link`.
    pub(super) kind: &'static str,
    pub(super) role: Role,
    pub(super) personal: bool,
    pub(super) address: String,
}

/// Begins a session: what the browser will send, and who that is.
pub(super) async fn begin(
    store: &Store,
    whose: Whose,
    now_ms: i64,
) -> Result<(secrecy::SecretString, Principal), Failure> {
    let fresh = secret::token("")?;
    let id = secret::digest(fresh.secret.expose_secret());
    let session = Session {
        // Told apart from the digest that it is found by.
        id: secret::digest(&id).chars().take(16).collect(),
        digest: fresh.digest,
        name: whose.name,
        kind: whose.kind.to_owned(),
        role: whose.role.as_str().to_owned(),
        personal: whose.personal,
        address: whose.address,
        began_ms: now_ms,
        seen_ms: now_ms,
    };
    let oldest = (now_ms - LASTS_MS, now_ms - IDLE_MS);
    store.add_session(&session, oldest).await?;
    let principal = shown(session, whose.role);
    Ok((fresh.secret, principal))
}

/// Whose session this is; `None` where it ended.
pub(super) async fn principal(
    store: &Store,
    sent: &str,
    now_ms: i64,
) -> Result<Option<Principal>, Failure> {
    let session = store.session(&secret::digest(sent)).await?;
    let Some(session) = session else {
        return Ok(None);
    };
    let role: Option<Role> = session.role.parse().ok();
    let Some(role) = role.filter(|_| !is_over(&session, now_ms)) else {
        store.drop_session(&session.digest).await?;
        return Ok(None);
    };
    if now_ms - session.seen_ms >= MINUTE_MS {
        store.note_session(&session.digest, now_ms).await?;
    }
    Ok(Some(shown(session, role)))
}

/// Whether its time is over.
pub(super) fn is_over(session: &Session, now_ms: i64) -> bool {
    now_ms - session.seen_ms >= IDLE_MS || now_ms - session.began_ms >= LASTS_MS
}

/// Ends the session that a browser sends.
pub(super) async fn end(store: &Store, sent: &str) -> Result<(), Failure> {
    store.drop_session(&secret::digest(sent)).await?;
    Ok(())
}

fn shown(session: Session, role: Role) -> Principal {
    let kind = match session.kind.as_str() {
        "oidc" => Kind::Oidc,
        _ => Kind::Session,
    };
    Principal {
        name: session.name,
        kind,
        role,
        personal: session.personal,
        connectors: None,
        session: Some(session.id),
        since_ms: Some(session.began_ms),
    }
}
