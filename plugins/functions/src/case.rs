//! Upper, lower, title and sentence case.
//!
//! Two sets of mappings: Unicode's full ones (`ß` becomes `SS`, a final sigma `ς`), as Java and so
//! Okta have them, and the simple ones of .NET and so of Entra, which map one character to one and
//! leave `ß` alone. The dotted and dotless i of Turkish and Azeri are an argument. Deliberately not
//! here: Lithuanian's accents above a dotted i, Dutch `IJ`, and .NET's habit of leaving words in
//! capitals alone unless [`Acronyms::Keep`] asks for it.

use crate::fold::is_mark;

/// How a character changes its case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Which tables are used.
    pub rules: Rules,
    /// Whether i and ı are two letters, as in Turkish and Azeri.
    pub dotted: bool,
}

/// Which tables map the characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rules {
    /// Unicode's full mappings: one character may become several.
    #[default]
    Full,
    /// One to one, as .NET's `ToUpperInvariant` and `ToLowerInvariant` and therefore Entra's
    /// `ToUpper` and `ToLower`: `ß`, `ı` and `İ` stay unless the culture is Turkish or Azeri.
    Simple,
}

impl Mapping {
    /// Full mappings for a BCP 47 tag or a .NET culture (`tr-TR`, `tr`).
    pub fn full(locale: &str) -> Self {
        Self {
            rules: Rules::Full,
            dotted: has_dotted_i(locale),
        }
    }

    /// Simple mappings for a BCP 47 tag or a .NET culture; `""` is the invariant one.
    pub fn simple(locale: &str) -> Self {
        Self {
            rules: Rules::Simple,
            dotted: has_dotted_i(locale),
        }
    }
}

/// Turkish and Azeri have two letters i: with a dot and without, in both cases.
pub fn has_dotted_i(locale: &str) -> bool {
    let language = locale.split(['-', '_']).next().unwrap_or_default();
    ["tr", "az"]
        .iter()
        .any(|known| language.eq_ignore_ascii_case(known))
}

/// Upper case. Entra: `ToUpper`; Connect: `UCase`; Okta: `String.toUpperCase`.
pub fn upper(text: &str, mapping: Mapping) -> String {
    match (mapping.rules, mapping.dotted) {
        (Rules::Full, true) => text.replace('i', "İ").to_uppercase(),
        (Rules::Full, false) => text.to_uppercase(),
        (Rules::Simple, dotted) => text
            .chars()
            .map(|char| simple_upper(char, dotted))
            .collect(),
    }
}

/// Lower case. Entra: `ToLower`; Connect: `LCase`; Okta: `String.toLowerCase`.
pub fn lower(text: &str, mapping: Mapping) -> String {
    match (mapping.rules, mapping.dotted) {
        (Rules::Full, true) => text.replace('İ', "i").replace('I', "ı").to_lowercase(),
        (Rules::Full, false) => text.to_lowercase(),
        (Rules::Simple, dotted) => text
            .chars()
            .map(|char| simple_lower(char, dotted))
            .collect(),
    }
}

fn simple_upper(char: char, dotted: bool) -> char {
    match char {
        'i' if dotted => 'İ',
        'ı' if dotted => 'I',
        'ı' => 'ı',
        _ => only(char.to_uppercase()).unwrap_or(char),
    }
}

fn simple_lower(char: char, dotted: bool) -> char {
    match char {
        'I' if dotted => 'ı',
        'İ' if dotted => 'i',
        _ => only(char.to_lowercase()).unwrap_or(char),
    }
}

fn only(mut chars: impl Iterator<Item = char>) -> Option<char> {
    match (chars.next(), chars.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// Where words begin in title case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Words<'s> {
    /// After every character that is no letter, digit, accent or apostrophe (' or ’).
    #[default]
    Letters,
    /// After these characters only. Entra's `PCase` with separators.
    Only(&'s str),
    /// After spaces only. Connect's `PCase`: its page says in one place that all other letters
    /// become lower case, and in another that words in capitals are not treated properly, as
    /// .NET's page says of itself.
    Spaces(Acronyms),
    /// As .NET's `ToTitleCase` sees them, and Entra's `PCase` without separators: `'` is part of a
    /// word, `’` is not, and a digit begins none, so that `3rd` becomes `3Rd`.
    DotNet(Acronyms),
}

/// What becomes of a word that is all capitals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acronyms {
    /// It becomes an ordinary word: `PABLO` is `Pablo`, as the vectors of Entra's `PCase` want.
    #[default]
    Lower,
    /// It stays, as .NET itself has it.
    Keep,
}

/// A capital at the start of each word, the rest of it in lower case. Entra and Connect: `PCase`.
pub fn title(text: &str, words: Words<'_>, mapping: Mapping) -> String {
    let mut out = String::with_capacity(text.len());
    title_into(text, words, mapping, &mut |piece| out.push_str(piece));
    out
}

/// [`title`], handed over piece by piece.
pub fn title_into(text: &str, words: Words<'_>, mapping: Mapping, push: &mut dyn FnMut(&str)) {
    let mut rest = text;
    while !rest.is_empty() {
        let start = rest.find(|char| words.begins(char)).unwrap_or(rest.len());
        let (gap, after) = rest.split_at(start);
        push(gap);
        let end = after.find(|char| words.ends(char)).unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        match words {
            Words::DotNet(Acronyms::Keep) | Words::Spaces(Acronyms::Keep) if is_acronym(word) => {
                push(word);
            }
            _ => push_word(word, mapping, push),
        }
        rest = after;
    }
}

impl Words<'_> {
    fn begins(self, char: char) -> bool {
        match self {
            Self::DotNet(_) => char.is_alphabetic() && !is_circled(char),
            _ => !self.ends(char),
        }
    }

    fn ends(self, char: char) -> bool {
        match self {
            Self::Only("") => false,
            Self::Only(separators) => separators.contains(char),
            Self::Spaces(_) => char == ' ',
            Self::Letters => {
                !(char.is_alphanumeric() || is_mark(char) || char == '\'' || char == '’')
            }
            Self::DotNet(_) => {
                is_circled(char) || !(char.is_alphanumeric() || is_mark(char) || char == '\'')
            }
        }
    }
}

/// Circled letters have a case, but are symbols for .NET.
fn is_circled(char: char) -> bool {
    matches!(char, 'Ⓐ'..='ⓩ')
}

fn is_acronym(word: &str) -> bool {
    !word.chars().any(char::is_lowercase)
}

/// The first character in title case, the rest in lower case. The rest of a word is put in lower
/// case together with its beginning, since a final sigma is only seen there.
fn push_word(word: &str, mapping: Mapping, push: &mut dyn FnMut(&str)) {
    let Some(first) = word.chars().next() else {
        return;
    };
    let head = word.get(..first.len_utf8()).unwrap_or_default();
    push_initial(head, first, mapping, push);
    let lowered = lower(word, mapping);
    let skip = lower(head, mapping).len();
    push(lowered.get(skip..).unwrap_or_default());
}

/// One character in title case.
fn push_initial(head: &str, first: char, mapping: Mapping, push: &mut dyn FnMut(&str)) {
    match first {
        // Four letters have a title case of their own.
        'Ǆ' | 'ǅ' | 'ǆ' => push("ǅ"),
        'Ǉ' | 'ǈ' | 'ǉ' => push("ǈ"),
        'Ǌ' | 'ǋ' | 'ǌ' => push("ǋ"),
        'Ǳ' | 'ǲ' | 'ǳ' => push("ǲ"),
        _ => {
            let upper = upper(head, mapping);
            let mut chars = upper.chars();
            let initial = chars.next().map(String::from).unwrap_or_default();
            push(&initial);
            push(&chars.as_str().to_lowercase());
        }
    }
}

/// The first character in title case, the rest as it is.
pub fn capitalize(text: &str, mapping: Mapping) -> String {
    let mut out = String::with_capacity(text.len());
    let Some(first) = text.chars().next() else {
        return out;
    };
    let (head, rest) = text.split_at(first.len_utf8());
    push_initial(head, first, mapping, &mut |piece| out.push_str(piece));
    out.push_str(rest);
    out
}

/// Lower case, but a capital at the start of each sentence: the first letter of the text, and the
/// first one after `.`, `!`, `?` or `…` with white space behind it. What abbreviates (`e.g. `) ends
/// a sentence too.
pub fn sentence(text: &str, mapping: Mapping) -> String {
    let lowered = lower(text, mapping);
    let mut out = String::with_capacity(lowered.len());
    let (mut is_start, mut is_stopped) = (true, false);
    for (at, char) in lowered.char_indices() {
        if is_stopped && char.is_whitespace() {
            is_start = true;
        }
        let stops = matches!(char, '.' | '!' | '?' | '…' | '。' | '！' | '？');
        // Closing quotes and brackets may stand between the stop and the space.
        is_stopped = stops || (is_stopped && matches!(char, '"' | '\'' | '”' | '’' | ')' | '»'));
        if is_start && char.is_alphanumeric() {
            is_start = false;
            let head = lowered.get(at..at + char.len_utf8()).unwrap_or_default();
            push_initial(head, char, mapping, &mut |piece| out.push_str(piece));
        } else {
            out.push(char);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Mapping = Mapping {
        rules: Rules::Full,
        dotted: false,
    };

    #[test]
    fn upper_and_lower_follow_rules_and_locale() {
        let cases = [
            ("Straße", Mapping::full("de"), "STRASSE", "straße"),
            ("Straße", Mapping::simple(""), "STRAßE", "straße"),
            ("İı iI", Mapping::simple(""), "İı II", "İı ii"),
            ("iI", Mapping::simple("tr-TR"), "İI", "iı"),
            ("iI", Mapping::full("TR"), "İI", "iı"),
            ("iI", Mapping::full("az_Latn"), "İI", "iı"),
            ("iI", Mapping::full("trv"), "II", "ii"),
            ("ΟΔΟΣ", Mapping::full("el"), "ΟΔΟΣ", "οδος"),
            ("ΟΔΟΣ", Mapping::simple("el"), "ΟΔΟΣ", "οδοσ"),
            ("", PLAIN, "", ""),
            ("東京", PLAIN, "東京", "東京"),
        ];
        for (text, mapping, up, down) in cases {
            assert_eq!(upper(text, mapping), up, "{text} {mapping:?}");
            assert_eq!(lower(text, mapping), down, "{text} {mapping:?}");
        }
    }

    #[test]
    fn title_gives_the_vectors_of_pcase() {
        let dotnet = Words::DotNet(Acronyms::Lower);
        let cases = [
            (
                "PABLO GONSALVES (SECOND)",
                dotnet,
                "Pablo Gonsalves (Second)",
            ),
            ("PINTO-DE'SILVA", Words::Only(" '-"), "Pinto-De'Silva"),
            ("GREGORY JAMES", dotnet, "Gregory James"),
            ("jean-luc PICARD", Words::Only(" "), "Jean-luc Picard"),
            ("jean-luc PICARD", Words::Letters, "Jean-Luc Picard"),
            // Connect's page: PCase("TEsT"), PCase(LCase("TEST")).
            ("TEsT", Words::Spaces(Acronyms::Keep), "Test"),
            ("test", Words::Spaces(Acronyms::Keep), "Test"),
            (
                "TEST o'neill-x",
                Words::Spaces(Acronyms::Keep),
                "TEST O'neill-x",
            ),
            (
                "TEST o'neill-x",
                Words::Spaces(Acronyms::Lower),
                "Test O'neill-x",
            ),
        ];
        for (text, words, expect) in cases {
            assert_eq!(title(text, words, PLAIN), expect, "{words:?}");
        }
    }

    #[test]
    fn dotnet_has_its_own_idea_of_words() {
        let keep = Words::DotNet(Acronyms::Keep);
        let cases = [
            ("wAr aNd pEaCe", keep, "War And Peace"),
            ("IBM's 3rd o'neill", keep, "Ibm's 3Rd O'neill"),
            ("the IBM labs", keep, "The IBM Labs"),
            ("o’neill snake_case x2y", keep, "O’Neill Snake_Case X2y"),
            ("3rd o’neill", Words::Letters, "3rd O’neill"),
        ];
        for (text, words, expect) in cases {
            assert_eq!(title(text, words, PLAIN), expect, "{text}");
        }
    }

    #[test]
    fn title_keeps_accents_digraphs_and_final_sigmas() {
        let cases = [
            ("ΑΣ ǆ ß", "Ας ǅ Ss"),
            ("E\u{301}LODIE e\u{301}t", "E\u{301}lodie E\u{301}t"),
            ("", ""),
            ("--", "--"),
        ];
        for (text, expect) in cases {
            assert_eq!(title(text, Words::Letters, PLAIN), expect);
        }
        let turkish = Mapping::full("tr");
        assert_eq!(title("ılgaz ispir", Words::Letters, turkish), "Ilgaz İspir");
        assert_eq!(title("abc DEF", Words::Only(""), PLAIN), "Abc def");
    }

    #[test]
    fn capitalize_touches_one_letter_and_sentence_all() {
        assert_eq!(capitalize("mcDonald", PLAIN), "McDonald");
        assert_eq!(capitalize("istanbul", Mapping::full("tr")), "İstanbul");
        assert_eq!(capitalize("ß", PLAIN), "Ss");
        assert_eq!(capitalize("", PLAIN), "");
        assert_eq!(
            sentence("HEAD OF SALES. \"REPORTS\" to the CEO?yes", PLAIN),
            "Head of sales. \"Reports\" to the ceo?yes"
        );
        assert_eq!(sentence("(wow.) 2nd", PLAIN), "(Wow.) 2nd");
    }
}
