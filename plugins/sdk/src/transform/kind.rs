//! The kind bytes of a packed column, as `wit/README.md` numbers them.

pub(crate) const ABSENT: u8 = 0;
pub(crate) const NULL: u8 = 1;
pub(crate) const TEXT: u8 = 2;
pub(crate) const INTEGER: u8 = 3;
pub(crate) const NUMBER: u8 = 4;
pub(crate) const BOOLEAN: u8 = 5;
pub(crate) const JSON: u8 = 6;
pub(crate) const BYTES: u8 = 7;
pub(crate) const KEEP: u8 = 16;
pub(crate) const CLEAR: u8 = 17;
pub(crate) const DROP_PERSON: u8 = 18;
pub(crate) const FAILED: u8 = 19;
