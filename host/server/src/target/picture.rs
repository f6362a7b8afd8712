//! The picture of an account, as a product tells of it and takes it.
//!
//! No product gives back the bytes that it got: it draws a picture anew. So a picture is known by
//! what the product calls it, and a write answers what that is.

use super::AccountRef;

/// What an account shows as its picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Portrait {
    /// What the product calls the account's own picture; `None` where it shows one of the
    /// product's.
    pub own: Option<String>,
    /// Which of the product's pictures is shown, where it tells.
    pub drawn: Option<String>,
    /// All pictures that were uploaded for the account, where the product keeps several.
    pub uploads: Vec<String>,
}

/// A picture to be written, or the product's own to be shown again.
#[derive(Debug, Clone, Copy)]
pub struct PictureWrite<'a> {
    /// Whose.
    pub account: &'a AccountRef,
    /// A square PNG; `None`: the product's own picture.
    pub png: Option<&'a [u8]>,
    /// What the account showed before it, as just read.
    pub before: &'a Portrait,
    /// Pictures that we uploaded before; they are taken away once another one is shown.
    pub made: &'a [String],
    /// Which of the product's pictures was shown before our first one; may be empty.
    pub drawn: &'a str,
}

/// What came of a write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placed {
    /// What the account shows now.
    pub shown: Portrait,
    /// Pictures of ours that are still there, the shown one among them.
    pub made: Vec<String>,
}
