//! What engines lack, in Rust: regular expressions are compiled once and are as fast as ours, and a
//! phone number takes no more than its characters need.

use std::sync::LazyLock;

use regex::Regex;

static MARKS: LazyLock<Regex> = LazyLock::new(|| Regex::new("[ ()/-]+").unwrap());
static COST_CENTER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^CC-(\d+)$").unwrap());

/// A phone number's digits and plus, without a `(0)` and with a country's code in front.
pub fn phone(text: &str) -> String {
    let mut phone = String::with_capacity(text.len() + 3);
    let mut bytes = text.as_bytes();
    while let [byte, rest @ ..] = bytes {
        bytes = rest;
        match byte {
            b'(' => bytes = rest.strip_prefix(b"0)").unwrap_or(rest),
            b'+' | b'0'..=b'9' => phone.push(char::from(*byte)),
            _ => {}
        }
    }
    if phone.starts_with("00") {
        phone.replace_range(..2, "+");
    } else if phone.starts_with('0') {
        phone.replace_range(..1, "+49");
    }
    phone
}

/// A phone number without its punctuation.
pub fn without_marks(text: &str) -> String {
    MARKS.replace_all(text, "").into_owned()
}

/// The number of a cost center.
pub fn cost_center(text: &str) -> String {
    COST_CENTER.replace(text, "$1").into_owned()
}
