//! Values in another form: numbers, truth values, bits, bytes as text, identifiers, names of
//! directory entries.
//!
//! Numbers are read as decimal digits, never through a binary fraction, so that `0.1` and 20 digits
//! survive. Nothing is converted silently with a loss: what does not fit is an [`Error`], unless an
//! argument asks for what an original does instead. Deliberately not here: dates (`time`).

mod bits;
mod bytes;
mod dn;
mod identity;
mod number;
mod version;

use std::fmt;

pub use bits::{Bits, is_bit_set};
pub use bytes::{Charset, Letters, base64, base64_bytes, decode, encode, hex, hex_bytes};
pub use dn::{DcRule, Dn, escape_component, escape_value};
pub use identity::{GuidOrder, guid, guid_bytes, is_guid, sid};
pub use number::{
    Notation, Overflow, Print, Round, boolean, hex_literal, integer, integer_in, is_numeric,
    number, printed, wrap32,
};
pub use version::version_order;

/// Why a value has no such form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The text is no number.
    NotANumber(String),
    /// The number is beyond 64 bits.
    Overflow(String),
    /// The text is no base64.
    NotBase64,
    /// The text is no hex: an odd number of digits, or another character.
    NotHex,
    /// The bytes are no text in this charset, or the text has characters that it lacks.
    NotIn(Charset),
    /// The text has the character U+0000.
    Null,
    /// These bytes are no such identifier.
    NotAn(&'static str),
    /// The text is no distinguished name; says why.
    NotADn(&'static str),
}

impl Error {
    /// The stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotANumber(_) => "not-a-number",
            Self::Overflow(_) => "number-too-large",
            Self::NotBase64 => "not-base64",
            Self::NotHex => "not-hex",
            Self::NotIn(_) => "not-in-charset",
            Self::Null => "bad-value",
            Self::NotAn(_) => "not-an-identifier",
            Self::NotADn(_) => "not-a-dn",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber(text) => write!(out, "`{text}` is no number"),
            Self::Overflow(text) => write!(out, "`{text}` is beyond 64 bits"),
            Self::NotBase64 => out.write_str("the text is no base64"),
            Self::NotHex => out.write_str("the text is not pairs of hexadecimal digits"),
            Self::NotIn(charset) => write!(out, "not everything in it has a form in {charset}"),
            Self::Null => out.write_str("it has the character U+0000, which no field can hold"),
            Self::NotAn(what) => write!(out, "the bytes are no {what}"),
            Self::NotADn(why) => write!(out, "the text is no distinguished name: {why}"),
        }
    }
}

/// Enough of a value to recognise it in a message.
fn clipped(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
