//! The mark from which `changes-since` goes on: a time of Okta's clock.
//!
//! It is the `Date` of the first answer of a conversation, less a margin, so that nothing which is
//! written while people are listed falls in between; who is delivered a second time does no harm.
//! Our own clock has no part in it. The margin also covers what `search` lags behind.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpResponse, date};

/// Okta documents no figure for the lag of `search`; minutes are far more than is seen.
const MARGIN_MS: f64 = 300_000.0;
/// `2026-11-21T22:00:00.000Z`, digits as `0`.
const FORM: &str = "0000-00-00T00:00:00.000Z";

/// The mark of an answer; nothing where it does not tell its time.
pub(crate) fn of(response: &HttpResponse) -> Option<String> {
    let answered_ms = response.header("date").and_then(date::unix_ms)?;
    let time = date::rfc3339((answered_ms - MARGIN_MS).max(0.0))?;
    Some(time.replace('Z', ".000Z"))
}

/// A mark that was kept, if it is one of ours: it goes into an expression.
pub(crate) fn check(mark: &str) -> Result<(), Problem> {
    let fits = |(given, form): (char, char)| match form {
        '0' => given.is_ascii_digit(),
        form => given == form,
    };
    if mark.len() == FORM.len() && mark.chars().zip(FORM.chars()).all(fits) {
        return Ok(());
    }
    let message = "the time since when changes are wanted is not one of this adapter; list \
                   everyone once more";
    Err(Problem::new("paging-lost", message))
}
