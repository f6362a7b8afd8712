//! Whether and where a text stands inside another, with or without regard to case.
//!
//! Without case, each character is compared by its lower case of one character, so that positions
//! hold; `ß` and `SS` stay different.

use std::borrow::Cow;

/// Whether upper and lower case differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compare {
    /// They do. Entra: `vbBinaryCompare`; Connect: `CaseSensitive`.
    #[default]
    Exact,
    /// They do not. Entra: `vbTextCompare`; Connect: `CaseInsensitive`.
    IgnoreCase,
}

impl Compare {
    /// The form of a text in which equal texts are the same, character for character.
    pub fn key(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Exact => Cow::Borrowed(text),
            Self::IgnoreCase => Cow::Owned(text.chars().map(lower).collect()),
        }
    }
}

fn lower(char: char) -> char {
    let mut lower = char.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => char,
    }
}

/// Whether the two are the same.
pub fn equals(text: &str, other: &str, compare: Compare) -> bool {
    compare.key(text) == compare.key(other)
}

/// Whether `part` stands somewhere in the text. Okta: `String.stringContains`, `S.contains`.
pub fn contains(text: &str, part: &str, compare: Compare) -> bool {
    compare.key(text).contains(compare.key(part).as_ref())
}

/// Whether the text begins so. Okta: `String.startsWith`.
pub fn starts_with(text: &str, part: &str, compare: Compare) -> bool {
    compare.key(text).starts_with(compare.key(part).as_ref())
}

/// Whether the text ends so.
pub fn ends_with(text: &str, part: &str, compare: Compare) -> bool {
    compare.key(text).ends_with(compare.key(part).as_ref())
}

/// The position, counted from 0, of the first `part` that begins at `from` or later.
pub fn index_of(text: &str, part: &str, from: usize, compare: Compare) -> Option<usize> {
    let (text, part) = (compare.key(text), compare.key(part));
    let start = byte_of(&text, from)?;
    let rest = text.get(start..)?;
    let at = rest.find(part.as_ref())?;
    Some(from + rest.get(..at)?.chars().count())
}

/// The position, counted from 0, of the last `part` that ends at `to` or earlier; `to` is how many
/// characters are looked at, all when left out.
pub fn last_index_of(text: &str, part: &str, to: Option<usize>, compare: Compare) -> Option<usize> {
    let (text, part) = (compare.key(text), compare.key(part));
    let end = to.and_then(|to| byte_of(&text, to)).unwrap_or(text.len());
    let head = text.get(..end)?;
    let at = head.rfind(part.as_ref())?;
    Some(head.get(..at)?.chars().count())
}

/// The position, counted from 1, of the first `part` at `start` or later; 0 where there is none.
/// Entra and Connect: `InStr`. A start below 1 counts as 1, an empty `part` is found at the start.
pub fn in_str(text: &str, part: &str, start: i64, compare: Compare) -> usize {
    let from = usize::try_from(start.saturating_sub(1)).unwrap_or(0);
    index_of(text, part, from, compare).map_or(0, |at| at + 1)
}

/// The position, counted from 1, of the last `part`; 0 where there is none. Connect: `InStrRev`.
/// `start` is the position of the last character that is looked at; anything below 1 means all.
pub fn in_str_rev(text: &str, part: &str, start: i64, compare: Compare) -> usize {
    let to = usize::try_from(start).ok().filter(|to| *to > 0);
    last_index_of(text, part, to, compare).map_or(0, |at| at + 1)
}

fn byte_of(text: &str, position: usize) -> Option<usize> {
    text.char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .nth(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_str_gives_the_positions_of_the_pages() {
        let cases = [
            ("The quick brown fox", "quick", 1, Compare::IgnoreCase, 5),
            ("repEated", "e", 3, Compare::Exact, 7),
            ("repEated", "e", 3, Compare::IgnoreCase, 4),
            ("abc", "x", 1, Compare::Exact, 0),
            ("abc", "a", 99, Compare::Exact, 0),
            ("abc", "a", i64::MIN, Compare::Exact, 1),
            ("Ünder Über", "über", 2, Compare::IgnoreCase, 7),
            ("", "a", 1, Compare::Exact, 0),
        ];
        for (text, part, start, compare, expect) in cases {
            assert_eq!(in_str(text, part, start, compare), expect, "{text} {part}");
        }
    }

    #[test]
    fn in_str_rev_looks_from_the_end() {
        let cases = [
            ("abbcdbbbef", "bb", -1, 7),
            ("abbcdbbbef", "bb", 7, 6),
            ("abbcdbbbef", "bb", 2, 0),
            ("abbcdbbbef", "bb", 99, 7),
            ("abc", "x", -1, 0),
        ];
        for (text, part, start, expect) in cases {
            let got = in_str_rev(text, part, start, Compare::Exact);
            assert_eq!(got, expect, "{text} {part} {start}");
        }
    }

    #[test]
    fn case_counts_only_where_it_is_said() {
        assert!(!contains("This is a Test", "test", Compare::Exact));
        assert!(contains("This is a Test", "test", Compare::IgnoreCase));
        assert!(starts_with("ÄRZTE", "ärz", Compare::IgnoreCase));
        assert!(ends_with("Contoso GMBH", "GmbH", Compare::IgnoreCase));
        assert!(equals("İ", "İ", Compare::IgnoreCase));
        assert!(!equals("ß", "SS", Compare::IgnoreCase));
    }
}
