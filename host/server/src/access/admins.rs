//! Local administrators: how the first one comes to be, and how a password is set anew.
//!
//! Nobody has a password before they chose one: whoever may run commands on this machine gets a code,
//! and whoever has the code sets name and password, once. Invariant: a code is used up in the moment
//! in which it did something. Deliberately not here: signing in (`sign_in`).

use std::time::Duration;

use secrecy::SecretString;

use super::{is_name, password, secret};
use crate::fault::Failure;
use crate::store::Store;
use crate::store::admins::Code;

/// How long a code works.
pub const CODE_LASTS: Duration = Duration::from_mins(15);

/// A code for a new administrator. One that was made before works no more.
pub async fn code(store: &Store, now_ms: i64) -> Result<SecretString, Failure> {
    new_code(store, ("set-up", ""), now_ms).await
}

/// A code with which this administrator sets another password. The one before works no more, and
/// every session of theirs ends.
pub async fn reset(store: &Store, name: &str, now_ms: i64) -> Result<SecretString, Failure> {
    let name = name.to_ascii_lowercase();
    if !store.lock_admin(&name, now_ms).await? {
        return Err(unknown(&name));
    }
    new_code(store, ("reset", &name), now_ms).await
}

/// Removes an administrator, with every session of theirs.
pub async fn remove(store: &Store, name: &str) -> Result<(), Failure> {
    let name = name.to_ascii_lowercase();
    if store.drop_admin(&name).await? {
        return Ok(());
    }
    Err(unknown(&name))
}

async fn new_code(
    store: &Store,
    (purpose, name): (&str, &str),
    now_ms: i64,
) -> Result<SecretString, Failure> {
    let fresh = secret::code()?;
    let code = Code {
        digest: &fresh.digest,
        purpose,
        name,
        expires_ms: now_ms.saturating_add(CODE_LASTS.as_millis() as i64),
    };
    store.put_code(code, now_ms).await?;
    Ok(fresh.secret)
}

/// Sets name and password by a code; the name as it is kept.
pub(super) async fn set_up(
    store: &Store,
    code: &SecretString,
    (name, chosen): (&str, SecretString),
    now_ms: i64,
) -> Result<String, Failure> {
    let refused = || Failure::of("set-up-code", "the code is wrong, was used, or is too old");
    let name = name.trim().to_ascii_lowercase();
    let digest = secret::digest_of_code(code);
    // Looked at first and used last: who mistypes a password keeps the code.
    let found = store.code(&digest, now_ms).await?;
    let (purpose, whom) = found.ok_or_else(refused)?;
    if !is_name(&name) {
        return Err(Failure::of("request", super::NAME_RULE));
    }
    let exists = store.admin(&name).await?.is_some();
    match purpose.as_str() {
        "set-up" if exists => {
            let message = format!("there is an administrator `{name}` already");
            return Err(Failure::of("admin-exists", message));
        }
        "set-up" => {}
        "reset" if exists && whom == name => {}
        _ => return Err(refused()),
    }
    password::check(&chosen)?;
    let kept = password::hash(chosen).await?;
    if !store.use_code(&digest, now_ms).await? {
        return Err(refused());
    }
    store.put_admin(&name, &kept, now_ms).await?;
    Ok(name)
}

fn unknown(name: &str) -> Failure {
    let message = format!("there is no administrator `{name}`");
    Failure::of("no-such-admin", message)
}
