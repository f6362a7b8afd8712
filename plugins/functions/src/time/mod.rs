//! Dates and times: read and written in three pattern languages, moved, compared, converted.
//!
//! A text becomes a [`Stamp`] (civil time plus what the text says about its place), by a compiled
//! [`Pattern`] or by [`read_any`]; a stamp becomes a `jiff::Zoned` where a zone is known, and text
//! again by a pattern. Vendors' own functions stand in [`entra`] and [`okta`].
//!
//! Deliberately not here: a clock. "Now" is always an argument, and a pattern that leaves the year
//! out reads nothing, because the originals would take it from the clock.

mod auto;
mod dotnet;
pub mod entra;
mod epoch;
mod error;
mod format;
mod interval;
mod joda;
mod names;
pub mod okta;
mod parse;
mod pattern;
mod stamp;
mod strftime;
#[cfg(test)]
mod tests;
mod zone;

pub use jiff::civil::DateTime;
pub use jiff::tz::TimeZone;
pub use jiff::{Timestamp, Zoned};

pub use auto::{Order, read_any};
pub use dotnet::Styles;
pub use epoch::{from_filetime, from_unix, to_filetime, to_unix, unix_text};
pub use error::Error;
pub use interval::{
    Counting, Interval, Side, WeekStart, add, add_zoned, diff, end_of, start_of, within,
};
pub use names::Names;
pub use pattern::{Language, Pattern};
pub use stamp::{Place, Stamp};
pub use zone::zone;
