//! Lists of texts: made out of one text, searched, shortened, put in order, made one text again.
//!
//! What the elements are is the caller's business: searching and sorting take the text of an
//! element from a function, so that numbers and objects keep their spelling. Deliberately not here:
//! applying a function to each element, which is the dialects' (`Select`, `Where`).

mod csv;
mod order;
mod search;
mod split;

pub use csv::{Csv, csv, csv_cells};
pub use order::{Order, sort_by_text};
pub use search::{Base, Match, at, count_of, dedupe_by, find, join, matches, range, remove_all};
pub use split::{Rest, Split, comma_parts, split};
