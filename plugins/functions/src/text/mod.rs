//! One text: parts of it, places in it, what is put around it and what is put in its place.
//!
//! Positions and lengths count characters (Unicode scalar values). Entra and Okta count UTF-16
//! units: the two differ for characters beyond U+FFFF only (emoji, rare ideographs), where theirs
//! would cut a character in half. Nothing here fails on a range unless its name says so.
//! Deliberately not here: case (`case`), diacritics (`fold`), regular expressions.

mod cut;
mod pad;
mod replace;
mod search;
mod space;

pub use cut::{
    At, Gaps, MidRule, OutOfRange, after, before, last, left, length, mid, part, right, substring,
    word,
};
pub use pad::{Quote, Side, pad, quote, reverse};
pub use replace::{CharMap, CharMapError, connect_escapes, replace, replace_first};
pub use search::{
    Compare, contains, ends_with, equals, in_str, in_str_rev, index_of, last_index_of, starts_with,
};
pub use space::{Blank, Ends, collapse, strip, trim};
