//! Small pieces of TOML text: what is put together here is read back by a parser right after.

use toml_edit::{Key, Value};

/// A text in the quotes that suit it.
pub(in crate::mapping) fn text(text: &str) -> String {
    Value::from(text).to_string().trim().to_owned()
}

/// A key, in quotes where it needs them.
pub(in crate::mapping) fn key(key: &str) -> String {
    Key::new(key).display_repr().into_owned()
}

/// A list of pieces.
pub(super) fn list(pieces: &[String]) -> String {
    format!("[{}]", pieces.join(", "))
}

/// A list of texts.
pub(super) fn texts(all: &[String]) -> String {
    let quoted: Vec<String> = all.iter().map(|one| text(one)).collect();
    list(&quoted)
}

/// Keys and pieces between braces.
pub(super) fn table(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}
