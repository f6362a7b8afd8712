//! One text in the place of another: literally, once or everywhere, and character by character.
//!
//! What is looked for is never empty: an empty `find` leaves the text as it is.

use std::collections::BTreeMap;
use std::fmt;

/// Every `find` becomes `with`, upper and lower case differ. Okta: `String.replace`; Entra:
/// `Replace` with oldValue and replacementValue. Entra's mode with a template is this too:
/// `replace(template, old_value, source)`.
pub fn replace(text: &str, find: &str, with: &str) -> String {
    if find.is_empty() {
        text.to_owned()
    } else {
        text.replace(find, with)
    }
}

/// The first `find` becomes `with`. Okta: `String.replaceFirst`.
pub fn replace_first(text: &str, find: &str, with: &str) -> String {
    if find.is_empty() {
        text.to_owned()
    } else {
        text.replacen(find, with, 1)
    }
}

/// `\n`, `\r` and `\t` become what they stand for; any other backslash is itself. Entra Connect's
/// `Replace` reads the text to find and its replacement so.
pub fn connect_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (char, skip) = match after.as_bytes().first() {
            Some(b'n') => ('\n', 1),
            Some(b'r') => ('\r', 1),
            Some(b't') => ('\t', 1),
            _ => ('\\', 0),
        };
        out.push(char);
        rest = after.get(skip..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// What single characters become: `ö:oe`, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CharMap(BTreeMap<char, String>);

/// A pattern of [`CharMap::parse`] that is none; says which pair and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharMapError(String);

impl fmt::Display for CharMapError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl CharMap {
    /// Reads Entra Connect's notation of `ReplaceChars`, `ö:oe,β:ss,’:`: one source character, the
    /// target may be empty, `,` and `:` are reserved, white space is ignored.
    pub fn parse(pattern: &str) -> Result<Self, CharMapError> {
        let pattern: String = pattern.chars().filter(|it| !it.is_whitespace()).collect();
        let pairs = pattern.split(',').map(|pair| match pair.split_once(':') {
            Some((source, target)) if !target.contains(':') => Ok((source, target)),
            Some(_) => Err(CharMapError(format!("`{pair}` has more than one `:`"))),
            None => Err(CharMapError(format!(
                "`{pair}` is no pair; write it as `ö:oe`, or `ö:` to remove the character"
            ))),
        });
        let pairs: Vec<_> = if pattern.is_empty() {
            Vec::new()
        } else {
            pairs.collect::<Result<_, _>>()?
        };
        Self::from_pairs(pairs)
    }

    /// Pairs of a character and what takes its place.
    pub fn from_pairs<'p>(
        pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> Result<Self, CharMapError> {
        let mut map = BTreeMap::new();
        for (source, target) in pairs {
            let mut chars = source.chars();
            let (Some(char), None) = (chars.next(), chars.next()) else {
                return Err(CharMapError(format!(
                    "`{source}` is not exactly one character"
                )));
            };
            map.insert(char, target.to_owned());
        }
        Ok(Self(map))
    }

    /// The text with each of these characters replaced; case differs, nothing is replaced twice.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for char in text.chars() {
            match self.0.get(&char) {
                Some(target) => out.push_str(target),
                None => out.push(char),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replace_is_literal_and_everywhere_or_once() {
        let text = "This is a test";
        assert_eq!(replace(text, "is", "at"), "That at a test");
        assert_eq!(replace_first(text, "is", "at"), "That is a test");
        assert_eq!(replace(text, "", "x"), text);
        assert_eq!(replace_first(text, "", "x"), text);
        assert_eq!(
            replace("{0}@contoso.example", "{0}", "jane"),
            "jane@contoso.example"
        );
    }

    #[test]
    fn connect_escapes_are_three() {
        assert_eq!(connect_escapes(r"a\r\nb\tc\\d\"), "a\r\nb\tc\\\\d\\");
    }

    #[test]
    fn replace_chars_reads_the_notation_of_the_page() {
        // The page writes `ö,o` for its last pair: a slip of the pen for `ö:o`.
        let map = CharMap::parse("’:, Å:A,Ä:A,Ö:O,å:a,ä:a,ö:o").unwrap();
        assert_eq!(map.apply("Räksmörgås"), "Raksmorgas");
        assert_eq!(map.apply("O’Neil"), "ONeil");
        let map = CharMap::parse("ö:oe,β:ss,’:").unwrap();
        assert_eq!(map.apply("Jörg’s β Ö"), "Joergs ss Ö");
        assert_eq!(CharMap::parse("").unwrap().apply("ö"), "ö");
        for wrong in ["ö", "oe:ö", ":x", "a:b:c", "a:b,"] {
            assert!(CharMap::parse(wrong).is_err(), "{wrong}");
        }
    }
}
