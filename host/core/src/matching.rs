//! Which account belongs to which person, as pure decisions over what look-ups found.

/// A text without case: every character by itself, so that equal texts fold equally wherever
/// they stand (`str::to_lowercase` treats a final sigma specially).
pub fn fold_case(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// What two values are compared by: trimmed and without case.
pub fn fold(text: &str) -> String {
    fold_case(text.trim())
}
