//! What is put around a text: padding and quotes; and the text turned round.
//!
//! Padding is bounded by the caller: the longest useful text is what a value may hold.

use crate::fold::is_mark;

/// The side on which something is put.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// In front.
    #[default]
    Left,
    /// Behind.
    Right,
}

/// How a quote inside of the text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quote {
    /// Twice, as in CSV and SQL.
    #[default]
    Double,
    /// With a backslash before it, as in JSON; a backslash is doubled too.
    Backslash,
}

/// Fills up to `length` characters with `char`; a text that is as long already stays as it is.
/// Entra Connect: `PadLeft`, `PadRight`.
pub fn pad(text: &str, length: usize, char: char, side: Side) -> String {
    let gap = length.saturating_sub(text.chars().count());
    let mut out = String::with_capacity(text.len() + gap * char.len_utf8());
    if side == Side::Right {
        out.push_str(text);
    }
    out.extend(std::iter::repeat_n(char, gap));
    if side == Side::Left {
        out.push_str(text);
    }
    out
}

/// Puts `mark` on both ends.
pub fn quote(text: &str, mark: char, inside: Quote) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(mark);
    for char in text.chars() {
        match inside {
            Quote::Double if char == mark => out.push(mark),
            Quote::Backslash if char == mark || char == '\\' => out.push('\\'),
            Quote::Double | Quote::Backslash => {}
        }
        out.push(char);
    }
    out.push(mark);
    out
}

/// The characters from the last to the first; accents stay with their letters.
pub fn reverse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = text.len();
    for (at, char) in text.char_indices().rev() {
        if !is_mark(char) || at == 0 {
            out.push_str(text.get(at..end).unwrap_or_default());
            end = at;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pad_counts_characters_and_never_cuts() {
        assert_eq!(pad("User", 10, '0', Side::Left), "000000User");
        assert_eq!(pad("User", 10, '0', Side::Right), "User000000");
        assert_eq!(pad("Zoë", 5, '·', Side::Right), "Zoë··");
        assert_eq!(pad("long enough", 3, '0', Side::Left), "long enough");
        assert_eq!(pad("", 2, 'x', Side::Left), "xx");
    }

    #[test]
    fn quote_marks_what_stands_inside() {
        assert_eq!(quote("a\"b", '"', Quote::Double), "\"a\"\"b\"");
        assert_eq!(quote("a\"\\", '"', Quote::Backslash), "\"a\\\"\\\\\"");
        assert_eq!(quote("", '\'', Quote::Double), "''");
    }

    #[test]
    fn reverse_keeps_accents_on_their_letters() {
        assert_eq!(reverse("abc"), "cba");
        assert_eq!(reverse("e\u{301}a"), "ae\u{301}");
        assert_eq!(reverse("\u{301}a"), "a\u{301}");
        assert_eq!(reverse(""), "");
    }
}
