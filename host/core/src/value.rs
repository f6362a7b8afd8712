//! One cell of a column: a kind and its bytes.
//!
//! Absent, null and empty text are three different things everywhere in Attune. Numbers keep the
//! very digits that the source wrote, so that nothing is rounded on its way through. The numeric
//! codes are those of the plugin contract (`wit/README.md`) and never change.

/// What a cell holds. The discriminants are the `kinds` bytes of the plugin contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// The source has no such attribute.
    Absent = 0,
    /// The source says `null`.
    Null = 1,
    /// UTF-8 text.
    Text = 2,
    /// A whole number within 64 bits, exactly as the source wrote it.
    Integer = 3,
    /// Any other JSON number, exactly as the source wrote it.
    Number = 4,
    /// `true` or `false`.
    Boolean = 5,
    /// An array or object: the source's JSON without insignificant white space.
    Json = 6,
    /// Bytes, such as a picture or an `objectGUID`.
    Bytes = 7,
    /// Result only: leave the field as it is.
    Keep = 16,
    /// Result only: clear the field (only ever what is ours).
    Clear = 17,
    /// Result only: this person takes no part in this target in this run.
    DropPerson = 18,
    /// Result only: the value failed; the bytes are a [`crate::Problem`] as JSON.
    Failed = 19,
}

impl Kind {
    /// The kind of a contract byte, or `None` for a byte that the contract does not know.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Absent,
            1 => Self::Null,
            2 => Self::Text,
            3 => Self::Integer,
            4 => Self::Number,
            5 => Self::Boolean,
            6 => Self::Json,
            7 => Self::Bytes,
            16 => Self::Keep,
            17 => Self::Clear,
            18 => Self::DropPerson,
            19 => Self::Failed,
            _ => return None,
        })
    }

    /// Whether this is an outcome rather than a value; outcomes end a row's chain of steps.
    pub fn is_outcome(self) -> bool {
        self as u8 >= Self::Keep as u8
    }
}

/// One value, borrowed from a [`crate::Column`] or a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    /// What the bytes mean.
    pub kind: Kind,
    /// The bytes; empty for absent, null, keep, clear and drop-person.
    pub bytes: &'a [u8],
}

impl<'a> Cell<'a> {
    /// The cell of an attribute that is not there.
    pub const ABSENT: Cell<'static> = Cell {
        kind: Kind::Absent,
        bytes: &[],
    };

    /// A cell of text.
    pub fn text(text: &'a str) -> Self {
        Self {
            kind: Kind::Text,
            bytes: text.as_bytes(),
        }
    }

    /// The text of a text cell, or the digits or word of a number or boolean.
    pub fn as_text(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Text | Kind::Integer | Kind::Number | Kind::Boolean => {
                std::str::from_utf8(self.bytes).ok()
            }
            _ => None,
        }
    }

    /// Whether a row counts this as missing: absent, null, and (unless `empty_is_value`) empty
    /// text and the empty list.
    pub fn is_missing(&self, empty_is_value: bool) -> bool {
        match self.kind {
            Kind::Absent | Kind::Null => true,
            Kind::Text => !empty_is_value && self.bytes.is_empty(),
            Kind::Json => !empty_is_value && is_empty_list(self.bytes),
            _ => false,
        }
    }
}

/// The empty list, white space or not (a plugin may have written some).
fn is_empty_list(json: &[u8]) -> bool {
    let inside = json.strip_prefix(b"[").and_then(|j| j.strip_suffix(b"]"));
    inside.is_some_and(|inside| inside.iter().all(u8::is_ascii_whitespace))
}
