//! Bytes as text: base64, hex, and the charsets that stand behind them.

use std::fmt;

use super::Error;

/// How text becomes bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// What nearly everybody means.
    #[default]
    Utf8,
    /// Two bytes a character, low byte first. Entra's `ConvertToBase64`, and the default of
    /// Connect's `ConvertFromBase64`, which calls it Unicode.
    Utf16Le,
    /// Seven bits a character.
    Ascii,
}

/// The case of hex digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Letters {
    /// `c3a4`
    #[default]
    Lower,
    /// `C3A4`, as Entra's `ConvertToUTF8Hex` has it.
    Upper,
}

impl fmt::Display for Charset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16",
            Self::Ascii => "ASCII",
        })
    }
}

/// A text as bytes; fails where the charset lacks a character.
pub fn encode(text: &str, charset: Charset) -> Result<Vec<u8>, Error> {
    match charset {
        Charset::Ascii if !text.is_ascii() => Err(Error::NotIn(charset)),
        Charset::Utf8 | Charset::Ascii => Ok(text.as_bytes().to_vec()),
        Charset::Utf16Le => Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    }
}

/// Bytes as a text; fails where they are none in this charset, or have a null character.
pub fn decode(bytes: &[u8], charset: Charset) -> Result<String, Error> {
    let none = Error::NotIn(charset);
    let text: String = match charset {
        Charset::Ascii if !bytes.is_ascii() => Err(none),
        Charset::Utf8 | Charset::Ascii => std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| none),
        Charset::Utf16Le => {
            let (units, rest) = bytes.as_chunks::<2>();
            if !rest.is_empty() {
                return Err(none);
            }
            let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
            char::decode_utf16(units)
                .collect::<Result<_, _>>()
                .map_err(|_| none)
        }
    }?;
    if text.contains('\0') {
        return Err(Error::Null);
    }
    Ok(text)
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with `=` at the end. Entra: `ConvertToBase64` after [`encode`] in UTF-16.
pub fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let index = (group >> (18 - 6 * digit)) as usize & 63;
            let char = DIGITS.get(index).copied().filter(|_| digit <= chunk.len());
            out.push(char.map_or('=', char::from));
        }
    }
    out
}

/// The bytes behind base64 of either alphabet (`+/` or `-_`); white space inside and a missing
/// `=` are forgiven, anything else is not. Connect: `ConvertFromBase64` before [`decode`].
pub fn base64_bytes(text: &str) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut bits, mut padding, mut digits) = (0_u32, 0, 0_usize, 0_usize);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        if byte == b'=' {
            padding += 1;
            continue;
        }
        if padding > 0 {
            return Err(Error::NotBase64);
        }
        digits += 1;
        group = group << 6 | u32::from(sextet(byte).ok_or(Error::NotBase64)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((group >> bits) as u8);
            group &= (1 << bits) - 1;
        }
    }
    let is_whole = padding == 0 || (digits + padding).is_multiple_of(4) && padding <= 2;
    // One digit alone holds no byte, and what remains of the last one is zero.
    if digits % 4 == 1 || group != 0 || !is_whole {
        return Err(Error::NotBase64);
    }
    Ok(out)
}

fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Two digits a byte. Entra: `ConvertToUTF8Hex` with [`Letters::Upper`].
pub fn hex(bytes: &[u8], letters: Letters) -> String {
    let digits: &[u8; 16] = match letters {
        Letters::Lower => b"0123456789abcdef",
        Letters::Upper => b"0123456789ABCDEF",
    };
    let digit = |index: u8| {
        digits
            .get(usize::from(index))
            .copied()
            .map_or('0', char::from)
    };
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
    out
}

/// The bytes behind hex digits of either case; white space at the ends is forgiven. Connect:
/// `ConvertFromUTF8Hex` before [`decode`].
pub fn hex_bytes(text: &str) -> Result<Vec<u8>, Error> {
    let (pairs, rest) = text.trim().as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Error::NotHex);
    }
    let nibble = |byte: u8| char::from(byte).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| Some((nibble(*high)? << 4 | nibble(*low)?) as u8);
    pairs
        .iter()
        .map(|pair| byte(pair).ok_or(Error::NotHex))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTF16: &str = "SABlAGwAbABvACAAdwBvAHIAbABkACEA";

    #[test]
    fn base64_and_hex_give_the_vectors_of_the_pages() {
        let bytes = encode("Hello world!", Charset::Utf16Le).unwrap();
        assert_eq!(base64(&bytes), UTF16);
        assert_eq!(
            decode(&base64_bytes(UTF16).unwrap(), Charset::Utf16Le).unwrap(),
            "Hello world!"
        );
        let utf8 = encode("Hello world!", Charset::Utf8).unwrap();
        assert_eq!(hex(&utf8, Letters::Upper), "48656C6C6F20776F726C6421");
        assert_eq!(hex_bytes("48656C6C6F20776F726c6421").unwrap(), utf8);
        // Connect's page decodes this one as UTF-8.
        assert_eq!(
            decode(&base64_bytes("SGVsbG8gd29ybGQh").unwrap(), Charset::Utf8).unwrap(),
            "Hello world!"
        );
    }

    #[test]
    fn base64_forgives_form_and_nothing_else() {
        for text in ["AP8=", "AP8", " A P\n8= ", "AP-_", "AP+/"] {
            assert!(base64_bytes(text).is_ok(), "{text}");
        }
        for text in ["A", "AP8==", "AP9=", "A=P8", "AP8!", "====", "ä"] {
            assert_eq!(base64_bytes(text), Err(Error::NotBase64), "{text}");
        }
        assert_eq!(base64_bytes(""), Ok(Vec::new()));
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(base64_bytes(&base64(&bytes)).unwrap(), bytes);
        assert_eq!(hex_bytes(&hex(&bytes, Letters::Lower)).unwrap(), bytes);
    }

    #[test]
    fn what_a_charset_lacks_is_an_error() {
        assert_eq!(
            encode("Zürich", Charset::Ascii),
            Err(Error::NotIn(Charset::Ascii))
        );
        assert_eq!(
            decode(&[0xff], Charset::Utf8),
            Err(Error::NotIn(Charset::Utf8))
        );
        assert_eq!(
            decode(&[0, 0xd8], Charset::Utf16Le),
            Err(Error::NotIn(Charset::Utf16Le))
        );
        assert_eq!(
            decode(&[65], Charset::Utf16Le),
            Err(Error::NotIn(Charset::Utf16Le))
        );
        assert_eq!(
            decode(b"a\0b", Charset::Utf8),
            Err(Error::Null),
            "no field can hold it"
        );
        assert_eq!(
            decode(&[0x80], Charset::Ascii),
            Err(Error::NotIn(Charset::Ascii))
        );
        for text in ["4", "4g", "4 8", "+1"] {
            assert_eq!(hex_bytes(text), Err(Error::NotHex), "{text}");
        }
    }
}
