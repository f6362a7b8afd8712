//! Latin letters in ASCII: the German way and the general one.
//!
//! The general way takes the compatibility decomposition apart and leaves the accents out; letters
//! that do not decompose (ø, ł, æ, þ) are in a table. What has no Latin base is [`Other`]'s.

use unicode_normalization::UnicodeNormalization;

use super::plain::plain;
use super::{clusters, is_mark};

/// What becomes of a character that no table brings to ASCII.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Other {
    /// It stays: a name in another script stays readable, but is not ASCII.
    #[default]
    Keep,
    /// It is left out.
    Remove,
}

/// `ä ö ü ß` as `ae oe ue ss`; in a word in capitals `AE OE UE SS`. Everything else stays, accents
/// of other letters too: [`ascii`] afterwards takes those.
pub fn german(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_after_capital = false;
    while let Some(first) = rest.chars().next() {
        let (letter, len) = umlaut(first, rest);
        let after = rest.get(len..).unwrap_or_default();
        let next = after.chars().next().filter(|char| char.is_alphabetic());
        let is_capital = next.map_or(is_after_capital, char::is_uppercase);
        match pair(letter) {
            Some((lower, _, _)) if letter.is_lowercase() => out.push_str(lower),
            Some((_, title, upper)) => out.push_str(if is_capital { upper } else { title }),
            None => out.push_str(rest.get(..len).unwrap_or_default()),
        }
        is_after_capital = letter.is_uppercase();
        rest = after;
    }
    out
}

/// The letter and its bytes; an umlaut may be a letter and a diaeresis.
fn umlaut(first: char, rest: &str) -> (char, usize) {
    let len = first.len_utf8();
    let composed = match first {
        'a' => 'ä',
        'o' => 'ö',
        'u' => 'ü',
        'A' => 'Ä',
        'O' => 'Ö',
        'U' => 'Ü',
        _ => return (first, len),
    };
    match rest.get(len..) {
        Some(after) if after.starts_with('\u{308}') => (composed, len + 2),
        _ => (first, len),
    }
}

fn pair(letter: char) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match letter {
        'ä' | 'Ä' => ("ae", "Ae", "AE"),
        'ö' | 'Ö' => ("oe", "Oe", "OE"),
        'ü' | 'Ü' => ("ue", "Ue", "UE"),
        'ß' | 'ẞ' => ("ss", "SS", "SS"),
        _ => return None,
    })
}

/// Latin letters without accents, ligatures apart, typographic quotes and dashes plain.
pub fn ascii(text: &str, other: Other) -> String {
    let mut out = String::with_capacity(text.len());
    for cluster in clusters(text) {
        if cluster.is_ascii() {
            out.push_str(cluster);
        } else if let Some(plain) = fold(cluster) {
            out.push_str(&plain);
        } else if other == Other::Keep {
            out.push_str(cluster);
        }
    }
    out
}

/// ASCII for one letter with its accents; nothing where its base is not Latin.
fn fold(cluster: &str) -> Option<String> {
    let mut out = String::new();
    for char in cluster.nfkd() {
        if char.is_ascii() {
            out.push(char);
        } else if let Some(plain) = letter(char).or_else(|| plain(char)) {
            out.push_str(plain);
        } else if char.is_whitespace() {
            out.push(' ');
        } else if !is_mark(char) || out.is_empty() {
            return None;
        }
    }
    Some(out)
}

/// Latin letters that do not decompose.
fn letter(char: char) -> Option<&'static str> {
    Some(match char {
        'æ' => "ae",
        'Æ' => "AE",
        'ɓ' => "b",
        'Ɓ' => "B",
        'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'Đ' | 'Ð' | 'Ɖ' | 'Ɗ' => "D",
        'ə' | 'ɛ' => "e",
        'Ə' | 'Ɛ' => "E",
        'ƒ' => "f",
        'ħ' => "h",
        'Ħ' => "H",
        'ı' | 'ɨ' => "i",
        'Ɨ' => "I",
        'ĸ' | 'ƙ' => "k",
        'Ƙ' => "K",
        'ł' => "l",
        'Ł' => "L",
        'ŋ' => "ng",
        'Ŋ' => "NG",
        'œ' => "oe",
        'Œ' => "OE",
        'ø' | 'ɔ' => "o",
        'Ø' | 'Ɔ' => "O",
        'ß' => "ss",
        'ẞ' => "SS",
        'ŧ' => "t",
        'Ŧ' => "T",
        'þ' => "th",
        'Þ' => "Th",
        'ʉ' => "u",
        'Ʉ' => "U",
        'ƴ' => "y",
        'Ƴ' => "Y",
        'ƶ' => "z",
        'Ƶ' => "Z",
        // The stroke of fractions.
        '\u{2044}' => "/",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_writes_umlauts_as_two_letters_in_the_case_of_the_word() {
        let cases = [
            ("Müller", "Mueller"),
            ("MÜLLER", "MUELLER"),
            ("Ärger Übel ÖBB", "Aerger Uebel OEBB"),
            ("Ö", "Oe"),
            ("RÜ", "RUE"),
            ("Größe GROẞ", "Groesse GROSS"),
            ("Mu\u{308}ller", "Mueller"),
            ("Zoë Łukasz", "Zoë Łukasz"),
            ("", ""),
        ];
        for (text, expect) in cases {
            assert_eq!(german(text), expect, "{text}");
        }
    }

    #[test]
    fn ascii_folds_latin_and_leaves_other_scripts() {
        let cases = [
            ("Zoë Łukasz Ørsted Þór", "Zoe Lukasz Orsted Thor"),
            ("Müller Größe Æsir", "Muller Grosse AEsir"),
            ("Nguyễn Văn Đức", "Nguyen Van Duc"),
            ("ﬁne Ⅳ ½ ™", "fine IV 1/2 TM"),
            ("Ｆｕｌｌ\u{a0}‘x’ – …", "Full 'x' - ..."),
            ("Э́йлер Иванов й 東京", "Э́йлер Иванов й 東京"),
            ("Zoe\u{308}\u{301}", "Zoe"),
            ("\u{301}", "\u{301}"),
            ("", ""),
        ];
        for (text, expect) in cases {
            assert_eq!(ascii(text, Other::Keep), expect, "{text}");
        }
        assert_eq!(ascii("Иван Ivanóv €5", Other::Remove), " Ivanov 5");
    }
}
