//! Values and times on their way to a page.
//!
//! Invariant: a value of a person is text and stays it: what moves, turns or hides text is written out,
//! and a page never grows with one value.

use attune_core::plain;
use jiff::Timestamp;

/// The most characters of a value that a page shows.
const CHARS_MAX: usize = 300;

/// A value of a field or attribute, or why there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) text: String,
    /// Empty, or `absent`, `empty`, `unread`, `hidden`, `unavailable`.
    pub(super) missing: &'static str,
}

impl Shown {
    /// A value of a target: none is an empty field.
    pub(super) fn of(value: Option<&str>) -> Self {
        match value {
            None | Some("") => Self::none("empty"),
            Some(value) => Self {
                text: cut(value),
                missing: "",
            },
        }
    }

    /// No value, for this reason.
    pub(super) fn none(missing: &'static str) -> Self {
        Self {
            text: String::new(),
            missing,
        }
    }

    /// The value, where its reader may see values of people.
    pub(super) fn seen(self, may_see: bool) -> Self {
        if may_see || !self.missing.is_empty() {
            self
        } else {
            Self::none("hidden")
        }
    }
}

/// A time, in ms since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Time(pub(super) i64);

impl Time {
    /// A time as documents have it; what is none is the beginning of time.
    pub(super) fn of(text: &str) -> Self {
        let time: Timestamp = text.parse().unwrap_or_default();
        Self(time.as_millisecond())
    }

    /// The same of one that may be missing: whether it is there, and it.
    pub(super) fn maybe(text: Option<&str>) -> (bool, Self) {
        (text.is_some(), text.map(Self::of).unwrap_or_default())
    }
}

/// A stranger's text, fit to be shown.
pub(super) fn cut(text: &str) -> String {
    let text = plain::visible(text);
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}\u{2026}", text.get(..end).unwrap_or_default()),
        None => text.into_owned(),
    }
}

/// The beginning of a digest or id, as people compare them.
pub(super) fn short(digest: &str) -> String {
    let bare = digest.strip_prefix("sha256:").unwrap_or(digest);
    bare.chars().take(8).collect()
}

/// Two letters that stand for a name, or for what stands before the `@` of a user name.
pub(super) fn initials(name: &str) -> String {
    let name = name.split('@').next().unwrap_or(name);
    let words = name.split(|c: char| c.is_whitespace() || ['.', '_', '-'].contains(&c));
    let letters = words.filter_map(|word| word.chars().next());
    let letters: Vec<char> = letters.filter(|letter| letter.is_alphanumeric()).collect();
    let ends = [letters.first(), letters.get(1..).and_then(<[char]>::last)];
    ends.into_iter()
        .flatten()
        .flat_map(|letter| letter.to_uppercase())
        .collect()
}

/// The whole percent of a part, for the width of a bar.
pub(super) fn percent(part: u64, whole: u64) -> u32 {
    if whole == 0 {
        return 0;
    }
    u32::try_from(part.saturating_mul(100) / whole)
        .unwrap_or(100)
        .min(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_line_of_bounded_length() {
        assert_eq!(Shown::of(None).missing, "empty");
        assert_eq!(
            Shown::of(Some("\u{202e}evil\n")).text,
            "\\u{202e}evil\\u{a}"
        );
        assert_eq!(Shown::of(Some(&"ä".repeat(5000))).text.chars().count(), 301);
        assert_eq!(Shown::of(Some("x")).seen(false), Shown::none("hidden"));
        assert_eq!(Shown::of(None).seen(false).missing, "empty");
    }

    #[test]
    fn short_forms_are_short() {
        assert_eq!(short("sha256:9f2c1e4455"), "9f2c1e44");
        assert_eq!(initials("Annegret Maria Müller"), "AM");
        assert_eq!(initials("goncalo.araujo@contoso.example"), "GA");
        assert_eq!(
            (initials("zoë"), initials("")),
            ("Z".to_owned(), String::new())
        );
        assert_eq!((percent(1, 3), percent(5, 0), percent(9, 3)), (33, 0, 100));
    }
}
