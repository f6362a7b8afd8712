//! What a connector's work makes known: that it is left alone, that a secret ends, and that it is over.
//!
//! Telling somebody never keeps the work waiting: what the store refuses is a line in the log.

use crate::fault::chain;
use crate::notify::{self, Notice};
use crate::store::{self, Store};

/// Tells somebody, once.
pub(super) async fn raise(store: &Store, notice: Notice<'_>, now_ms: i64) {
    noted(notice.key, notify::raise(store, notice, now_ms).await);
}

/// Tells that it is over, once.
pub(super) async fn settle(store: &Store, key: &str, message: &str, now_ms: i64) {
    noted(key, notify::settle(store, key, message, now_ms).await);
}

fn noted(key: &str, result: store::Result<bool>) {
    if let Err(error) = result {
        tracing::error!(notice = key, "it cannot be told: {}", chain(&error));
    }
}
