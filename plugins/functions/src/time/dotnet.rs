//! .NET: custom formats, the one-letter standard formats, and `DateTimeStyles`.
//!
//! Invariant culture: `/` and `:` stand for themselves. When reading, two equal letters want two
//! digits exactly, as `DateTime.ParseExact` does.

use super::Error;
use super::pattern::{Field, HalfDay, Item, Items, Number, OffsetForm, wrong};

/// `DateTimeStyles`, a set; a server's own zone is taken to be UTC, so that `AssumeLocal` and
/// `AssumeUniversal` differ in nothing but the kind of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Styles(u8);

impl Default for Styles {
    /// Entra's default for `FormatDateTime`: `RoundtripKind`, `AllowLeadingWhite`,
    /// `AllowTrailingWhite`.
    fn default() -> Self {
        Self(Self::ROUNDTRIP_KIND | Self::LEADING_WHITE | Self::TRAILING_WHITE)
    }
}

impl Styles {
    /// `DateTimeStyles.None`.
    pub const NONE: Self = Self(0);

    // The values that .NET gives them.
    pub(super) const LEADING_WHITE: u8 = 1;
    pub(super) const TRAILING_WHITE: u8 = 2;
    pub(super) const INNER_WHITE: u8 = 4;
    pub(super) const ADJUST_TO_UNIVERSAL: u8 = 16;
    pub(super) const ASSUME_LOCAL: u8 = 32;
    pub(super) const ASSUME_UNIVERSAL: u8 = 64;
    pub(super) const ROUNDTRIP_KIND: u8 = 128;

    /// Names separated by commas, without case; empty text is the default.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let mut styles = Self::NONE;
        for name in text.split([',', '|']).map(str::trim) {
            styles.0 |= match name.to_ascii_lowercase().as_str() {
                // Without a clock there is no current date, and no default from it.
                "none" | "nocurrentdatedefault" => 0,
                "allowleadingwhite" => Self::LEADING_WHITE,
                "allowtrailingwhite" => Self::TRAILING_WHITE,
                "allowinnerwhite" => Self::INNER_WHITE,
                "allowwhitespaces" => {
                    Self::LEADING_WHITE | Self::TRAILING_WHITE | Self::INNER_WHITE
                }
                "adjusttouniversal" => Self::ADJUST_TO_UNIVERSAL,
                "assumelocal" => Self::ASSUME_LOCAL,
                "assumeuniversal" => Self::ASSUME_UNIVERSAL,
                "roundtripkind" => Self::ROUNDTRIP_KIND,
                _ => return Err(Error::Option(format!("`{name}` is no DateTimeStyles"))),
            };
        }
        let both = styles.has(Self::ASSUME_LOCAL) && styles.has(Self::ASSUME_UNIVERSAL);
        let other = styles.assumes() || styles.has(Self::ADJUST_TO_UNIVERSAL);
        if both || (styles.has(Self::ROUNDTRIP_KIND) && other) {
            return Err(Error::Option(format!(
                "the DateTimeStyles `{text}` exclude each other"
            )));
        }
        Ok(styles)
    }

    pub(super) fn has(self, style: u8) -> bool {
        self.0 & style != 0
    }

    /// Whether a text without a zone gets one.
    pub(super) fn assumes(self) -> bool {
        self.has(Self::ASSUME_LOCAL | Self::ASSUME_UNIVERSAL)
    }
}

pub(super) fn compile(pattern: &str) -> Result<Vec<Item>, Error> {
    let chars: Vec<char> = pattern.chars().collect();
    if let [letter] = chars.as_slice() {
        return match standard(*letter) {
            Some(custom) => compile(custom),
            None => Err(wrong(
                0,
                format!("`{letter}` is no standard format of .NET"),
            )),
        };
    }
    let mut items = Items::default();
    let mut at = 0;
    while let Some(char) = chars.get(at).copied() {
        let run = chars
            .iter()
            .skip(at)
            .take_while(|next| **next == char)
            .count();
        match char {
            '\'' | '"' => {
                let close = chars.iter().skip(at + 1).position(|next| *next == char);
                let close = close.ok_or_else(|| wrong(at, "the quote is never closed"))?;
                chars
                    .iter()
                    .skip(at + 1)
                    .take(close)
                    .for_each(|char| items.literal(*char));
                at += close + 2;
                continue;
            }
            '\\' => {
                let next = chars.get(at + 1);
                items.literal(*next.ok_or_else(|| wrong(at, "a `\\` at the end"))?);
                at += 2;
                continue;
            }
            '%' => {
                if chars.get(at + 1).is_none_or(|next| *next == '%') {
                    return Err(wrong(at, "a `%` stands before one letter"));
                }
                at += 1;
                continue;
            }
            _ => {}
        }
        if let Some(item) = letter(char, run).map_err(|why| wrong(at, why))? {
            let item = after_point(item, &mut items);
            items.push(item);
            at += run;
        } else {
            if char == 'Z' {
                items.push(Item::LiteralZ);
            } else {
                items.literal(char);
            }
            at += 1;
        }
    }
    Ok(items.0)
}

/// `.FFF` is one thing: the point goes with the digits.
fn after_point(item: Item, items: &mut Items) -> Item {
    match item {
        Item::Fraction {
            digits, trim: true, ..
        } => {
            let dot = items.take_back('.');
            Item::Fraction {
                digits,
                trim: true,
                dot,
            }
        }
        item => item,
    }
}

/// The item of a run of equal letters; nothing where the letter means itself.
fn letter(char: char, run: usize) -> Result<Option<Item>, &'static str> {
    let number = |field| {
        let width = run.min(2);
        Number::item(field, width, if run == 1 { 1 } else { 2 }, 2)
    };
    Ok(Some(match (char, run) {
        ('y', 1 | 2) => Item::ShortYear { pad: run },
        ('y', 3) => Number::item(Field::Year, 3, 3, 4),
        ('y', _) => Number::item(Field::Year, run, run, run),
        ('M', 1 | 2) => number(Field::Month),
        ('M', _) => Item::Month { long: run > 3 },
        ('d', 1 | 2) => number(Field::Day),
        ('d', _) => Item::Weekday { long: run > 3 },
        ('H', _) => number(Field::Hour),
        ('h', _) => number(Field::HalfHour),
        ('m', _) => number(Field::Minute),
        ('s', _) => number(Field::Second),
        ('f', 1..=7) => Item::Fraction {
            digits: run,
            trim: false,
            dot: false,
        },
        ('F', 1..=7) => Item::Fraction {
            digits: run,
            trim: true,
            dot: false,
        },
        ('f' | 'F', _) => return Err("seven digits of a second are the most"),
        ('t', 1) => Item::HalfDay(HalfDay::Letter),
        ('t', _) => Item::HalfDay(HalfDay::Upper),
        ('g', _) => Item::Era { long: true },
        ('K', 1) => Item::Offset(OffsetForm::Kind),
        ('z', 1) => Item::Offset(OffsetForm::Hours),
        ('z', 2) => Item::Offset(OffsetForm::TwoHours),
        ('z', _) => Item::Offset(OffsetForm::Colon),
        _ => return Ok(None),
    }))
}

/// The custom format that a standard one stands for, in the invariant culture.
fn standard(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' => "MM/dd/yyyy",
        'D' => "dddd, dd MMMM yyyy",
        'f' => "dddd, dd MMMM yyyy HH:mm",
        'F' => "dddd, dd MMMM yyyy HH:mm:ss",
        'g' => "MM/dd/yyyy HH:mm",
        'G' => "MM/dd/yyyy HH:mm:ss",
        'm' | 'M' => "MMMM dd",
        'o' | 'O' => "yyyy-MM-ddTHH:mm:ss.fffffffK",
        'r' | 'R' => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        's' => "yyyy-MM-ddTHH:mm:ss",
        't' => "HH:mm",
        'T' => "HH:mm:ss",
        'u' => "yyyy-MM-dd HH:mm:ssZ",
        'y' | 'Y' => "yyyy MMMM",
        _ => return None,
    })
}
