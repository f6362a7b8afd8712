//! Text of strangers, fit to be shown: which characters deceive a reader, and how they are written
//! instead.
//!
//! Values, names and messages come from directories, sites and plugins. Stored and written they
//! stay as they are; on a terminal, in a log and in JSON that somebody looks at they must not move
//! a cursor, begin a line, turn text around or hide in it. Deliberately not here: cutting to a
//! length, and colours.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Control characters, marks that change the direction of text, line separators, and characters
/// without width.
pub fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{00AD}'
                | '\u{061C}'
                | '\u{180E}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{2069}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

/// The text on one line, deceptive characters as `\u{..}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |character, out| {
        out.extend(character.escape_unicode());
    })
}

/// A JSON document that was written without line ends, deceptive characters as JSON's own escapes:
/// outside of strings it has none, so it says the same.
pub fn visible_json(json: &str) -> Cow<'_, str> {
    escaped(json, |character, out| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

fn escaped(text: &str, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.chars().any(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_deceptive(character) {
            escape(character, &mut out);
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_turns_or_hides_is_written_out() {
        assert_eq!(visible("a\u{1b}[31mb\nc"), "a\\u{1b}[31mb\\u{a}c");
        for odd in [
            "\u{7f}",
            "\u{9b}",
            "\u{202e}",
            "\u{200b}",
            "\u{feff}",
            "\u{e0041}",
            "\u{2028}",
        ] {
            assert!(visible(odd).starts_with("\\u{"), "{odd:?}");
        }
        for plain in [
            "J\u{f6}rg Wei\u{df}",
            "\u{738b}\u{4f1f}",
            "e\u{301}",
            "\u{1f600}",
            "a b",
        ] {
            assert!(matches!(visible(plain), Cow::Borrowed(same) if same == plain));
        }
    }

    #[test]
    fn json_says_the_same_afterwards() {
        let values = serde_json::json!(["\u{7f}\u{9b}", { "\u{202e}": "\u{e0041}\u{1f600}\n" }]);
        let json = values.to_string();
        let shown = visible_json(&json);
        assert!(!shown.chars().any(is_deceptive), "{shown}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            values
        );
    }
}
