//! Marks between two conversations: moments of the service's own clock.
//!
//! A mark is the `Date` of the answer before the first page, less five minutes: what is written by
//! one node may be seen late on another, and to hear of a change twice does no harm. Whom the service
//! deleted, and who no longer meets the filter, no such list tells; complete listings do.

use attune_plugin::Problem;
use attune_plugin::provider::{HttpResponse, date};

use crate::options::unsupported;

/// How far a mark goes back.
const OVERLAP_MS: f64 = 300_000.0;
const MARK_CHARS: usize = 20;

/// The mark of a conversation whose first answer this is; none where it has no readable date.
pub(crate) fn mark(response: &HttpResponse) -> Option<String> {
    let server_ms = response.header("date").and_then(date::unix_ms)?;
    date::rfc3339(server_ms - OVERLAP_MS)
}

/// A mark as one of these conversations left it; it becomes part of a filter.
pub(crate) fn checked(mark: String) -> Result<String, Problem> {
    let is_legal = |c: char| c.is_ascii_digit() || matches!(c, '-' | ':' | 'T' | 'Z');
    if mark.len() == MARK_CHARS && mark.chars().all(is_legal) {
        return Ok(mark);
    }
    Err(unsupported("the checkpoint is not one of this adapter's"))
}
