//! The decimal digits of other scripts: a number that somebody typed in Arabic or in full width is
//! as good as any, and without its digits it would silently become another one.

/// The zeros of Unicode 14's decimal digits (`Nd`) beyond ASCII; 1 to 9 follow each.
const ZEROS: [u32; 65] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6,
    0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650,
    0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50,
    0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

/// The ASCII digit that says the same.
pub(crate) fn ascii(char: char) -> Option<u8> {
    let code = u32::from(char);
    let following = ZEROS.partition_point(|zero| *zero <= code);
    let zero = ZEROS.get(following.checked_sub(1)?)?;
    let digit = u8::try_from(code - zero).ok()?;
    (digit < 10).then_some(b'0' + digit)
}

#[cfg(test)]
mod tests {
    use super::{ZEROS, ascii};

    #[test]
    fn every_digit_of_every_script_is_known() {
        for zero in ZEROS {
            for digit in 0..10 {
                let char = char::from_u32(zero + digit).unwrap();
                assert!(char.is_numeric(), "{char}");
                assert_eq!(ascii(char).map(u32::from), Some(0x30 + digit), "{char}");
            }
        }
        assert!(ZEROS.is_sorted());
    }

    #[test]
    fn what_is_no_digit_is_none() {
        for char in [
            'a',
            '/',
            ':',
            '²',
            '½',
            '٫',
            '一',
            'Ⅷ',
            '\u{65F}',
            '\u{66A}',
            '\u{10FFFF}',
        ] {
            assert_eq!(ascii(char), None, "{char}");
        }
    }
}
