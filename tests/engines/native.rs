//! Regular expressions for engines that have none: compiled once, and as fast as ours.

use std::sync::LazyLock;

use regex::Regex;

static MARKS: LazyLock<Regex> = LazyLock::new(|| Regex::new("[ ()/-]+").unwrap());
static COST_CENTER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^CC-(\d+)$").unwrap());

/// A phone number without its punctuation.
pub fn without_marks(text: &str) -> String {
    MARKS.replace_all(text, "").into_owned()
}

/// The number of a cost center.
pub fn cost_center(text: &str) -> String {
    COST_CENTER.replace(text, "$1").into_owned()
}
