//! JSON text, written by hand because documents are written by the hundred thousand.

use std::fmt::Write as _;

/// Appends a JSON string.
pub(crate) fn push_text(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", letter as u32);
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}

/// Appends a JSON string, or null.
pub(super) fn push_optional(text: Option<&str>, out: &mut String) {
    match text {
        Some(text) => push_text(text, out),
        None => out.push_str("null"),
    }
}

/// Appends a JSON list of strings.
pub(super) fn push_list<S: AsRef<str>>(texts: &[S], out: &mut String) {
    out.push('[');
    for (at, text) in texts.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        push_text(text.as_ref(), out);
    }
    out.push(']');
}
