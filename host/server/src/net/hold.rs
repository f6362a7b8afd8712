//! Origins that asked to be left alone, and until when.
//!
//! One throttled answer stops every sender to that origin, not only the one that got it: the quota
//! is the application's. Times are the clock's uptime, so a change of the date shortens or
//! lengthens no wait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Origin;

/// The waits of all origins.
#[derive(Debug, Default)]
pub(super) struct Holds {
    until: Mutex<HashMap<Origin, Duration>>,
}

impl Holds {
    /// Nobody sends to `origin` before `until`; an earlier end never shortens a later one.
    pub(super) fn hold(&self, origin: &Origin, until: Duration) {
        let mut held = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let end = held.entry(origin.clone()).or_insert(until);
        *end = until.max(*end);
    }

    /// How long a sender has to wait from `now`, if at all.
    pub(super) fn wait(&self, origin: &Origin, now: Duration) -> Option<Duration> {
        let mut held = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let left = held.get(origin)?.checked_sub(now).filter(|d| !d.is_zero());
        if left.is_none() {
            held.remove(origin);
        }
        left
    }
}
