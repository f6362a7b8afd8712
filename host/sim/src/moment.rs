//! Wall-clock time as stand-ins speak it: `Date` headers, error bodies, `Retry-After` dates.
//!
//! The one place of this crate that reads the clock. Nothing that a run decides comes from here
//! but the dates of a signed assertion: expiry of tokens and rate limits count on the runtime's
//! monotonic clock, which tests may pause.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

#[expect(
    clippy::disallowed_methods,
    reason = "a stand-in plays another machine, which has a clock of its own"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// An HTTP date that lies `ahead` of now.
pub(crate) fn http_date(ahead: Duration) -> String {
    let then = now().checked_add(ahead).unwrap_or(Timestamp::MAX);
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&then)
        .unwrap_or_default()
}

/// The HTTP date of a Unix second.
pub(crate) fn http_date_at(second: i64) -> String {
    let then = Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&then)
        .unwrap_or_default()
}

/// `2026-11-21T22:00:00`, the form inside a Graph error.
pub(crate) fn graph_date() -> String {
    now().strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// `2026-11-21 22:00:00Z`, the form inside a token error.
pub(crate) fn token_date() -> String {
    now().strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// `2026-11-21T22:00:00.000+0000`, the form inside Jira answers.
pub(crate) fn jira_date() -> String {
    now().strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}
