//! The text of Active Directory's `objectGUID` and back.
//!
//! The first three groups are stored with their bytes turned round (MS-DTYP 2.3.4), so the text is
//! not the bytes in order.

use std::fmt::Write as _;

/// The places of the stored bytes in the order of the text.
const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/// The text of 16 stored bytes.
pub(crate) fn text(stored: &[u8]) -> Option<String> {
    let stored: &[u8; 16] = stored.try_into().ok()?;
    let mut text = String::with_capacity(36);
    for (place, from) in ORDER.into_iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        write!(text, "{:02x}", stored.get(from)?).ok()?;
    }
    Some(text)
}

/// The stored bytes of a text.
pub(crate) fn bytes(text: &str) -> Option<[u8; 16]> {
    if !is_guid(text) {
        return None;
    }
    let digits: Vec<u8> = text.bytes().filter(|&byte| byte != b'-').collect();
    let mut stored = [0; 16];
    for (pair, to) in digits.chunks_exact(2).zip(ORDER) {
        let pair = std::str::from_utf8(pair).ok()?;
        *stored.get_mut(to)? = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(stored)
}

/// Whether a text has the form of a GUID.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::{bytes, text};

    const STORED: [u8; 16] = [
        0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
        0xff,
    ];
    const TEXT: &str = "00112233-4455-6677-8899-aabbccddeeff";

    #[test]
    fn the_first_three_groups_are_turned_round() {
        assert_eq!(text(&STORED).unwrap(), TEXT);
        assert_eq!(bytes(TEXT).unwrap(), STORED);
        assert_eq!(bytes(&TEXT.to_uppercase()).unwrap(), STORED);
    }

    #[test]
    fn other_lengths_and_forms_are_nothing() {
        assert_eq!(text(&STORED[..15]), None);
        for other in ["", "0011", &TEXT.replace('-', ""), &TEXT.replace('a', "g")] {
            assert_eq!(bytes(other), None, "{other}");
        }
    }
}
