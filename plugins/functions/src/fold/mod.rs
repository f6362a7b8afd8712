//! One writing for what can be written in several ways: normal forms, ASCII, plain quotes, white
//! space, nothing invisible.
//!
//! Three tables lead to ASCII and they differ on purpose: Entra's `NormalizeDiacritics` (ä is a, ø
//! is oe), the German one (ä is ae), the general one (ä is a, ø is o, and every Latin letter with
//! an accent). Only Latin letters are folded: accents of other scripts carry meaning and stay.
//! Deliberately not here: transliteration of other scripts.

mod entra;
mod latin;
mod plain;

pub use entra::entra;
pub use latin::{Other, ascii, german};
pub use plain::{invisible, quotes};

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Composed, canonical: what most systems store.
pub fn nfc(text: &str) -> String {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.to_owned(),
        IsNormalized::No | IsNormalized::Maybe => text.nfc().collect(),
    }
}

/// Decomposed, canonical: letters and accents apart.
pub fn nfd(text: &str) -> String {
    text.nfd().collect()
}

/// Composed, compatible: ligatures, full width and superscripts become plain characters.
pub fn nfkc(text: &str) -> String {
    text.nfkc().collect()
}

/// Decomposed, compatible.
pub fn nfkd(text: &str) -> String {
    text.nfkd().collect()
}

/// An accent or the like that combines with the letter before it. The blocks of combining marks of
/// the scripts that have a case; those of others are not needed here.
pub fn is_mark(char: char) -> bool {
    matches!(char,
        '\u{300}'..='\u{36f}'
        | '\u{483}'..='\u{489}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

/// The text in pieces: plain ASCII, and letters that are not each with its accents. A letter of
/// ASCII before an accent belongs to the accent.
fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?.len_utf8();
        let plain = rest.bytes().take_while(u8::is_ascii).count();
        let is_marked = rest.get(plain..)?.starts_with(is_mark);
        let len = match plain {
            0 | 1 => {
                let tail = rest.get(first..)?;
                first + tail.find(|char| !is_mark(char)).unwrap_or(tail.len())
            }
            _ if is_marked => plain - 1,
            _ => plain,
        };
        let (cluster, after) = rest.split_at(len);
        rest = after;
        Some(cluster)
    })
}
