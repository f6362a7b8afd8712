//! What is told to people when something needs them, and when it does no more.
//!
//! Deliberately not here: how they are reached (`notify`).

use crate::store::Store;

/// What is raised.
pub(super) struct Notice<'a> {
    /// One key is told once until it is settled.
    pub key: &'a str,
    /// The connector's id.
    pub connector: &'a str,
    /// What happened.
    pub message: &'a str,
    /// What to do.
    pub hint: &'a str,
}

/// Tells somebody, once.
///
/// MERGE: `notify::raise(store, Notice { kind: Quarantined or SecretExpires, .. }, now_ms)` of
/// h-brakes; the key says which kind.
#[expect(clippy::unused_async, reason = "what it will call waits for the store")]
pub(super) async fn raise(_store: &Store, notice: Notice<'_>, _now_ms: i64) {
    let Notice {
        key,
        connector,
        message,
        hint,
    } = notice;
    tracing::warn!(notice = key, connector, hint, "{message}");
}

/// Tells that it is over, once.
///
/// MERGE: `notify::settle(store, key, message, now_ms)` of h-brakes.
#[expect(clippy::unused_async, reason = "what it will call waits for the store")]
pub(super) async fn settle(_store: &Store, key: &str, message: &str, _now_ms: i64) {
    tracing::info!(notice = key, "{message}");
}
