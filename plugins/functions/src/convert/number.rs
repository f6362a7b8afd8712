//! Numbers out of text, rounding, truth values.
//!
//! Invariant: the digits of the source decide, whatever their count; an exponent is never written
//! out where it would make more than a few hundred digits.

use super::{Error, clipped};

/// How a number with a fraction becomes a whole one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Round {
    /// The fraction is cut off: 1.9 is 1, -1.9 is -1. Okta Identity Engine: `S.toInteger`.
    #[default]
    Truncate,
    /// To the nearest, a half away from zero: 1.5 is 2, -1.5 is -2. Okta: `Convert.toInt(double)`
    /// and `N.toInteger`; their pages show 123.6 as 124 and -1.6 as -2, and no half.
    HalfUp,
    /// To the nearest, a half to the even neighbour: 1.5 and 2.5 are 2. .NET's `Math.Round`.
    HalfEven,
    /// Down: 1.9 is 1, -1.1 is -2.
    Floor,
    /// Up: 1.1 is 2, -1.9 is -1.
    Ceil,
}

/// What happens beyond the range of integers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// Beyond 64 bits signed is an error.
    #[default]
    Fail,
    /// The lowest 32 bits are what remains, signed: -2147483649 is 2147483647. Okta Identity
    /// Engine: `toInteger`.
    Wrap32,
}

/// How numbers are written in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notation {
    /// What stands before the fraction.
    pub decimal: char,
    /// What stands between groups of three digits, if anything may.
    pub group: Option<char>,
}

impl Default for Notation {
    fn default() -> Self {
        Self {
            decimal: '.',
            group: None,
        }
    }
}

/// Sign, digits without leading zeros, and how many of them stand before the point.
struct Decimal {
    is_negative: bool,
    digits: Vec<u8>,
    point: i64,
}

/// A whole number out of a text. Connect: `CNum`; Okta: `Convert.toInt`, `toInteger`.
pub fn integer(text: &str, round: Round, overflow: Overflow) -> Result<i64, Error> {
    integer_in(text, Notation::default(), round, overflow)
}

/// [`integer`] for a text in another notation.
pub fn integer_in(
    text: &str,
    notation: Notation,
    round: Round,
    overflow: Overflow,
) -> Result<i64, Error> {
    let decimal = Decimal::parse(text, notation).ok_or_else(|| not_a_number(text))?;
    let too_large = || Error::Overflow(clipped(text.trim()));
    let whole = decimal.rounded(round).ok_or_else(too_large)?;
    match overflow {
        Overflow::Fail => i64::try_from(whole).map_err(|_| too_large()),
        Overflow::Wrap32 => Ok(i64::from(wrap32(whole))),
    }
}

/// The lowest 32 bits, signed.
pub fn wrap32(whole: i128) -> i32 {
    whole as i32
}

/// A number out of a text, as JSON writes it, with every digit of the source. Okta:
/// `Convert.toNum`, `S.toNumber`.
pub fn number(text: &str, notation: Notation) -> Result<String, Error> {
    Decimal::parse(text, notation)
        .map(|decimal| decimal.json())
        .ok_or_else(|| not_a_number(text))
}

/// How a number is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// How many digits the fraction has.
    pub decimals: usize,
    /// How it is rounded to them.
    pub round: Round,
    /// What stands before the fraction and between groups of three digits.
    pub notation: Notation,
}

/// A number in JSON's spelling or the like, with a fixed count of decimals; fails beyond 38 digits.
pub fn printed(text: &str, print: Print) -> Result<String, Error> {
    let mut decimal =
        Decimal::parse(text, Notation::default()).ok_or_else(|| not_a_number(text))?;
    let too_large = || Error::Overflow(clipped(text.trim()));
    let shift = i64::try_from(print.decimals).map_err(|_| too_large())?;
    if !decimal.digits.is_empty() {
        decimal.point = decimal.point.saturating_add(shift);
    }
    let scaled = decimal.rounded(print.round).ok_or_else(too_large)?;
    let digits = format!("{:0>1$}", scaled.unsigned_abs(), print.decimals + 1);
    let (whole, fraction) = digits
        .split_at_checked(digits.len() - print.decimals)
        .unwrap_or((&digits, ""));
    let mut out = String::from(if scaled < 0 { "-" } else { "" });
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.extend(print.notation.group);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(print.notation.decimal);
        out.push_str(fraction);
    }
    Ok(out)
}

/// Whether [`number`] reads it. Connect: `IsNumeric`.
pub fn is_numeric(text: &str) -> bool {
    Decimal::parse(text, Notation::default()).is_some()
}

/// `&HF7`: a number as VBA writes it in hexadecimal.
pub fn hex_literal(text: &str) -> Option<i64> {
    let digits = text
        .strip_prefix("&H")
        .or_else(|| text.strip_prefix("&h"))?;
    let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex
        .then(|| i64::from_str_radix(digits, 16).ok())
        .flatten()
}

/// `true` and `false` in any case, and numbers: all but 0 are true. Entra: `CBool`.
pub fn boolean(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        let decimal = Decimal::parse(text, Notation::default())?;
        Some(!decimal.digits.is_empty())
    }
}

fn not_a_number(text: &str) -> Error {
    Error::NotANumber(clipped(text.trim()))
}

impl Decimal {
    fn parse(text: &str, notation: Notation) -> Option<Self> {
        let text = text.trim();
        let (is_negative, text) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = match mantissa.split_once(notation.decimal) {
            Some((whole, fraction)) => (whole, fraction),
            None => (mantissa, ""),
        };
        let mut digits = whole_digits(whole, notation.group)?;
        let whole_len = i64::try_from(digits.len()).ok()?;
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.extend_from_slice(fraction.as_bytes());
        if digits.is_empty() {
            return None;
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let is_zero = zeros == digits.len();
        // A zero keeps no digits, but its fraction: 0.00 is no other number than 0.
        digits.drain(..zeros);
        let point = whole_len + exponent - i64::try_from(zeros).ok()?;
        Some(Self {
            is_negative: is_negative && !is_zero,
            digits,
            point: if is_zero { 0 } else { point },
        })
    }

    /// The whole number; nothing beyond 38 digits.
    fn rounded(&self, round: Round) -> Option<i128> {
        let split = usize::try_from(self.point.max(0)).ok()?;
        if split > 38 {
            return None;
        }
        let mut whole: i128 = 0;
        for at in 0..split {
            let digit = self.digits.get(at).map_or(0, |digit| digit - b'0');
            whole = whole * 10 + i128::from(digit);
        }
        let fraction = self.digits.get(split..).unwrap_or_default();
        let is_exact = fraction.iter().all(|digit| *digit == b'0');
        // Below 0.1 in the first place: less than a half.
        let tenth = if self.point < 0 {
            b'0'
        } else {
            fraction.first().copied().unwrap_or(b'0')
        };
        let is_half = tenth == b'5'
            && fraction
                .get(1..)
                .unwrap_or_default()
                .iter()
                .all(|digit| *digit == b'0');
        let is_away = match round {
            Round::Truncate => false,
            Round::HalfUp => tenth >= b'5',
            Round::HalfEven => tenth >= b'5' && !(is_half && whole % 2 == 0),
            Round::Floor => self.is_negative && !is_exact,
            Round::Ceil => !self.is_negative && !is_exact,
        };
        let whole = whole + i128::from(is_away);
        Some(if self.is_negative { -whole } else { whole })
    }

    /// As JSON writes it.
    fn json(&self) -> String {
        const WRITTEN_OUT: i64 = 400;
        let sign = if self.is_negative { "-" } else { "" };
        let digits = String::from_utf8_lossy(&self.digits);
        let len = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        if digits.is_empty() {
            return "0".to_owned();
        }
        if self.point < -WRITTEN_OUT || self.point > len.saturating_add(WRITTEN_OUT) {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            return format!("{sign}{first}{dot}{rest}e{}", self.point - 1);
        }
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
        if self.point <= 0 {
            format!("{sign}0.{}{digits}", zeros(-self.point))
        } else if self.point >= len {
            format!("{sign}{digits}{}", zeros(self.point - len))
        } else {
            let (whole, fraction) = digits.split_at(usize::try_from(self.point).unwrap_or(0));
            format!("{sign}{whole}.{fraction}")
        }
    }
}

/// The exponent; a digit too many is no number rather than a wrong one.
fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_plain = !digits.is_empty() && digits.len() <= 9;
    let is_plain = is_plain && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

/// The digits before the point, groups of three joined.
fn whole_digits(text: &str, group: Option<char>) -> Option<Vec<u8>> {
    let parts: Vec<&str> = match group {
        Some(group) => text.split(group).collect(),
        None => vec![text],
    };
    let mut digits = Vec::with_capacity(text.len());
    for (index, part) in parts.iter().enumerate() {
        let is_group = parts.len() == 1
            || if index == 0 {
                (1..=3).contains(&part.len())
            } else {
                part.len() == 3
            };
        if !is_group || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.extend_from_slice(part.as_bytes());
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_rounds_as_it_is_told() {
        use Round::{Ceil, Floor, HalfEven, HalfUp, Truncate};
        // Text, then truncate, half-up, half-even, floor, ceil.
        let cases = [
            ("123.4", [123, 123, 123, 123, 124]),
            ("123.6", [123, 124, 124, 123, 124]),
            ("1.1", [1, 1, 1, 1, 2]),
            ("-1.6", [-1, -2, -2, -2, -1]),
            ("1.5", [1, 2, 2, 1, 2]),
            ("2.5", [2, 3, 2, 2, 3]),
            ("-2.5", [-2, -3, -2, -3, -2]),
            ("2.50000000000000000000001", [2, 3, 3, 2, 3]),
            ("0.05", [0, 0, 0, 0, 1]),
            ("0.5", [0, 1, 0, 0, 1]),
            ("-0.5e-3", [0, 0, 0, -1, 0]),
            ("1.25e2", [125; 5]),
            ("12e-1", [1, 1, 1, 1, 2]),
            (" +007 ", [7; 5]),
            ("-0", [0; 5]),
            (".9", [0, 1, 1, 0, 1]),
            ("9223372036854775807", [i64::MAX; 5]),
            ("-9223372036854775808", [i64::MIN; 5]),
        ];
        for (text, expect) in cases {
            for (round, expect) in [Truncate, HalfUp, HalfEven, Floor, Ceil].iter().zip(expect) {
                assert_eq!(
                    integer(text, *round, Overflow::Fail),
                    Ok(expect),
                    "{text} {round:?}"
                );
            }
        }
    }

    #[test]
    fn integer_fails_on_text_and_beyond_64_bits_or_wraps_at_32() {
        let of = |text| integer(text, Round::Truncate, Overflow::Fail);
        for text in [
            "",
            " ",
            "abc",
            "1.2.3",
            "1,5",
            "--1",
            "e5",
            "1e",
            "0x10",
            "1e9999999999",
            "١",
        ] {
            assert_eq!(of(text).unwrap_err().code(), "not-a-number", "{text}");
        }
        for text in ["9223372036854775808", "1e19", "-1e400"] {
            assert_eq!(of(text).unwrap_err().code(), "number-too-large", "{text}");
        }
        assert_eq!(of("0e999"), Ok(0));
        let wrapped = |text| integer(text, Round::HalfUp, Overflow::Wrap32);
        assert_eq!(wrapped("-2147483649"), Ok(2_147_483_647));
        assert_eq!(wrapped("2147483648"), Ok(-2_147_483_648));
        assert_eq!(wrapped("-1.6"), Ok(-2));
        assert_eq!(
            of(&"9".repeat(60_000)).unwrap_err().code(),
            "number-too-large"
        );
    }

    #[test]
    fn number_keeps_every_digit() {
        let german = Notation {
            decimal: ',',
            group: Some('.'),
        };
        let plain = Notation::default();
        let cases = [
            ("1.50", plain, "1.50"),
            ("-00.10", plain, "-0.10"),
            (
                "12345678901234567890.123456789",
                plain,
                "12345678901234567890.123456789",
            ),
            ("1e3", plain, "1000"),
            ("1.5e-3", plain, "0.0015"),
            ("1e999", plain, "1e999"),
            ("0.00", plain, "0"),
            ("1.234.567,89", german, "1234567.89"),
            ("1234,5", german, "1234.5"),
        ];
        for (text, notation, expect) in cases {
            assert_eq!(number(text, notation).as_deref(), Ok(expect), "{text}");
        }
        for (text, notation) in [("1.5", german), ("12.34.567", german), ("1,234", plain)] {
            assert!(number(text, notation).is_err(), "{text}");
        }
        assert!(is_numeric("-1.5") && !is_numeric("1.5 m"));
    }

    #[test]
    fn printed_has_its_decimals_and_groups() {
        let print = |decimals, decimal, group| Print {
            decimals,
            round: Round::HalfUp,
            notation: Notation { decimal, group },
        };
        let cases = [
            ("1234567.891", print(2, ',', Some('.')), "1.234.567,89"),
            ("999.995", print(2, '.', Some(',')), "1,000.00"),
            ("-0.004", print(2, '.', None), "0.00"),
            ("-0.005", print(2, '.', None), "-0.01"),
            ("0", print(2, '.', None), "0.00"),
            ("1e3", print(0, '.', Some('\'')), "1'000"),
            ("0.5", print(0, '.', None), "1"),
            ("100", print(0, '.', Some(',')), "100"),
            (
                "12345678901234567890",
                print(1, '.', None),
                "12345678901234567890.0",
            ),
        ];
        for (text, print, expect) in cases {
            assert_eq!(printed(text, print).as_deref(), Ok(expect), "{text}");
        }
        assert!(printed("x", print(0, '.', None)).is_err());
        assert!(printed("1e30", print(20, '.', None)).is_err());
    }

    #[test]
    fn boolean_is_a_word_or_a_number() {
        let cases = [
            ("True", Some(true)),
            ("FALSE", Some(false)),
            ("0", Some(false)),
            ("0.0", Some(false)),
            ("-1", Some(true)),
            ("yes", None),
            ("", None),
        ];
        for (text, expect) in cases {
            assert_eq!(boolean(text), expect, "{text}");
        }
    }

    #[test]
    fn hex_literals_are_those_of_vba() {
        assert_eq!(hex_literal("&HF7"), Some(0xf7));
        assert_eq!(hex_literal("&hF"), Some(15));
        for wrong in ["&H", "&H-1", "F7", "&HFFFFFFFFFFFFFFFF"] {
            assert_eq!(hex_literal(wrong), None, "{wrong}");
        }
    }
}
