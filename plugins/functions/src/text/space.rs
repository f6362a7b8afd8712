//! White space: off the ends, out of the text, several in a row as one.

/// What counts as blank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blank {
    /// The space, U+0020, alone. Entra: `StripSpaces`.
    Space,
    /// Every white space of Unicode: tabs, line ends, no-break and narrow spaces too.
    #[default]
    WhiteSpace,
}

/// The ends that are trimmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ends {
    /// Entra Connect: `Trim`.
    #[default]
    Both,
    /// Entra Connect: `LTrim`.
    Left,
    /// Entra Connect: `RTrim`.
    Right,
}

impl Blank {
    /// Whether it is one.
    pub fn is(self, char: char) -> bool {
        match self {
            Self::Space => char == ' ',
            Self::WhiteSpace => char.is_whitespace(),
        }
    }
}

/// Takes blanks off the ends.
pub fn trim(text: &str, ends: Ends, blank: Blank) -> &str {
    let is = |char| blank.is(char);
    match ends {
        Ends::Both => text.trim_matches(is),
        Ends::Left => text.trim_start_matches(is),
        Ends::Right => text.trim_end_matches(is),
    }
}

/// Takes every blank out. Entra: `StripSpaces`, Okta: `String.removeSpaces`, both with
/// [`Blank::Space`].
pub fn strip(text: &str, blank: Blank) -> String {
    text.chars().filter(|char| !blank.is(*char)).collect()
}

/// Several blanks in a row become one space, those at the ends nothing.
pub fn collapse(text: &str, blank: Blank) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|char| blank.is(char)) {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_is_trimmed_alone() {
        let text = "\u{a0} a b\t";
        assert_eq!(trim(text, Ends::Both, Blank::WhiteSpace), "a b");
        assert_eq!(trim(text, Ends::Left, Blank::WhiteSpace), "a b\t");
        assert_eq!(trim(text, Ends::Right, Blank::WhiteSpace), "\u{a0} a b");
        assert_eq!(trim(" a\t", Ends::Both, Blank::Space), "a\t");
    }

    #[test]
    fn strip_and_collapse_know_both_kinds_of_blank() {
        assert_eq!(strip("a b\tc", Blank::Space), "ab\tc");
        assert_eq!(strip("a b\tc\u{a0}", Blank::WhiteSpace), "abc");
        assert_eq!(collapse("  a \t b\u{2003}c ", Blank::WhiteSpace), "a b c");
        assert_eq!(collapse("  ", Blank::WhiteSpace), "");
        assert_eq!(collapse(" a  \tb", Blank::Space), "a \tb");
    }
}
