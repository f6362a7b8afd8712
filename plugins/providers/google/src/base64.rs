//! The alphabet in which pictures come: base64 with letters that survive in URLs, or that some
//! server took for such.
//!
//! `-` and `_` stand for `+` and `/`; padding is `=`, `*` or `.`, or missing. Both alphabets are
//! taken, because the description and the field's documentation differ.

/// The bytes; `None` where a letter is of no alphabet or the length is impossible.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let is_space = |letter: &u8| letter.is_ascii_whitespace();
    let body = text.trim_ascii_end().trim_end_matches(['=', '*', '.']);
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for letter in body.bytes().filter(|letter| !is_space(letter)) {
        held = (held << 6) | u32::from(six_bits(letter)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    // One letter alone holds no byte.
    (bits < 6).then_some(bytes)
}

fn six_bits(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn every_spelling_of_the_same_bytes_is_read() {
        let bytes = [0xfb, 0xff, 0xbf, 0x00];
        for text in [
            "+/+/AA==",
            "-_-_AA==",
            "-_-_AA**",
            "-_-_AA..",
            "-_-_AA",
            "-_-_\r\nAA==\n",
        ] {
            assert_eq!(decode(text).as_deref(), Some(&bytes[..]), "{text}");
        }
        assert_eq!(decode(""), Some(Vec::new()));
        assert_eq!(decode("TWE=").as_deref(), Some(&b"Ma"[..]));
        assert_eq!(decode("TWFu").as_deref(), Some(&b"Man"[..]));
    }

    #[test]
    fn what_is_no_base64_is_nothing() {
        for text in ["A", "TWFuA", "TW=Fu", "TW!u", "ü", "\u{0}"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
