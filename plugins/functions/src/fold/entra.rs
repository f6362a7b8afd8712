//! The table of Entra's `NormalizeDiacritics`, row by row as the page prints it.
//!
//! "Entra: Reference for writing expressions for attribute mappings". What is not in the table
//! stays: `œ` without a macron is not, nor is `ģ`. A letter counts the same composed and as letter
//! and accents apart; where a cluster is not in the table, its longest beginning that is counts.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::clusters;

/// One row: the letters with diacritics, and what each of them becomes.
const TABLE: [(&str, &str); 35] = [
    ("ä à â ã å á ą ă ā ā́ ā̀ ā̂ ā̃ ǟ ā̈ ǡ a̱ å̄", "a"),
    ("Ä À Â Ã Å Á Ą Ă Ā Ā́ Ā̀ Ā̂ Ā̃ Ǟ Ā̈ Ǡ A̱ Å̄", "A"),
    ("æ ǣ", "ae"),
    ("Æ Ǣ", "AE"),
    ("ç č ć c̄ c̱", "c"),
    ("Ç Č Ć C̄ C̱", "C"),
    ("ď d̄ ḏ", "d"),
    ("Ď D̄ Ḏ", "D"),
    ("ë è é ê ę ě ė ē ḗ ḕ ē̂ ē̃ ê̄ e̱ ë̄ e̊̄", "e"),
    ("Ë È É Ê Ę Ě Ė Ē Ḗ Ḕ Ē̂ Ē̃ Ê̄ E̱ Ë̄ E̊̄", "E"),
    ("ğ ḡ g̱", "g"),
    ("Ğ Ḡ G̱", "G"),
    ("ï î ì í ı ī ī́ ī̀ ī̂ ī̃ i̱", "i"),
    ("Ï Î Ì Í İ Ī Ī́ Ī̀ Ī̂ Ī̃ I̱", "I"),
    ("ľ ł l̄ ḹ ḻ", "l"),
    ("Ł Ľ L̄ Ḹ Ḻ", "L"),
    ("ñ ń ň n̄ ṉ", "n"),
    ("Ñ Ń Ň N̄ Ṉ", "N"),
    ("ö ò ő õ ô ó ō ṓ ṑ ō̂ ō̃ ȫ ō̈ ǭ ȭ ȱ o̱", "o"),
    ("Ö Ò Ő Õ Ô Ó Ō Ṓ Ṑ Ō̂ Ō̃ Ȫ Ō̈ Ǭ Ȭ Ȱ O̱", "O"),
    ("ø ø̄ œ̄", "oe"),
    ("Ø Ø̄ Œ̄", "OE"),
    ("ř r̄ ṟ ṝ", "r"),
    ("Ř R̄ Ṟ Ṝ", "R"),
    ("ß", "ss"),
    ("š ś ș ş s̄ s̱", "s"),
    ("Š Ś Ș Ş S̄ S̱", "S"),
    ("ť ț t̄ ṯ", "t"),
    ("Ť Ț T̄ Ṯ", "T"),
    ("ü ù û ú ů ű ū ū́ ū̀ ū̂ ū̃ u̇̄ ǖ ṻ ṳ̄ u̱", "u"),
    ("Ü Ù Û Ú Ů Ű Ū Ū́ Ū̀ Ū̂ Ū̃ U̇̄ Ǖ Ṻ Ṳ̄ U̱", "U"),
    ("ÿ ý ȳ ȳ́ ȳ̀ ȳ̃ y̱", "y"),
    ("Ÿ Ý Ȳ Ȳ́ Ȳ̀ Ȳ̃ Y̱", "Y"),
    ("ź ž ż z̄ ẕ", "z"),
    ("Ź Ž Ż Z̄ Ẕ", "Z"),
];

/// The text with the letters of the table replaced. Entra: `NormalizeDiacritics`.
pub fn entra(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for cluster in clusters(text) {
        if cluster.is_ascii() {
            out.push_str(cluster);
        } else {
            push(cluster, &mut out);
        }
    }
    out
}

fn push(cluster: &str, out: &mut String) {
    let ends = cluster
        .char_indices()
        .map(|(at, char)| at + char.len_utf8());
    // A letter with a thousand accents is no letter: four of them are looked at.
    let ends: [Option<usize>; 5] = {
        let mut ends = ends;
        std::array::from_fn(|_| ends.next())
    };
    for end in ends.into_iter().rev().flatten() {
        let (head, marks) = cluster.split_at(end);
        if let Some(plain) = LETTERS.get(head).or_else(|| apart(head)) {
            out.push_str(plain);
            out.push_str(marks);
            return;
        }
    }
    out.push_str(cluster);
}

/// The letter as letter and accents in their canonical order; one character is that already.
fn apart(letter: &str) -> Option<&'static &'static str> {
    letter.chars().nth(1)?;
    LETTERS.get(letter.nfd().collect::<String>().as_str())
}

/// The table by letter, each as the page has it, composed, and decomposed.
static LETTERS: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let rows = TABLE.iter().flat_map(|(letters, plain)| {
        let forms = letters.split(' ').flat_map(|letter| {
            [
                letter.to_owned(),
                letter.nfc().collect(),
                letter.nfd().collect(),
            ]
        });
        forms.map(move |letter| (letter, *plain))
    });
    rows.collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_the_table_becomes_what_the_page_says_in_either_form() {
        for (letters, plain) in TABLE {
            for letter in letters.split(' ') {
                let (composed, apart): (String, String) =
                    (letter.nfc().collect(), letter.nfd().collect());
                for form in [letter, &composed, &apart] {
                    assert_eq!(entra(form), plain, "{letter} of {plain}");
                }
            }
        }
    }

    #[test]
    fn what_the_table_has_not_stays() {
        let cases = [
            ("Zoë", "Zoe"),
            ("Zoe\u{308}", "Zoe"),
            ("Müller Größe", "Muller Grosse"),
            ("Łukasz Öztürk", "Lukasz Ozturk"),
            ("œuvre ģ đ ẞ", "œuvre ģ đ ẞ"),
            ("Иванов 東京", "Иванов 東京"),
            ("ä\u{30a}\u{302}", "a\u{30a}\u{302}"),
            ("", ""),
        ];
        for (text, expect) in cases {
            assert_eq!(entra(text), expect, "{text}");
        }
    }
}
