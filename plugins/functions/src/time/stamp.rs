//! What a text says about a point in time, before anybody decides where it was.

use std::fmt::Write as _;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::Error;

/// A civil date and time with what is known about its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamp {
    /// The date and time as the clock on the wall shows it.
    pub civil: DateTime,
    /// Where that wall is.
    pub place: Place,
    /// Whether a time was said; without one `civil` is midnight.
    pub has_time: bool,
}

/// What a text says about its time zone.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// Nothing.
    Unsaid,
    /// UTC, by name: `Z`, `UTC`, `GMT`.
    Utc,
    /// A fixed offset.
    Offset(Offset),
    /// A zone; with the offset where the text or the instant said it (the hour that comes twice).
    Zone(TimeZone, Option<Offset>),
}

impl Stamp {
    /// The instant in UTC.
    pub fn utc(at: Timestamp) -> Self {
        Self {
            civil: Offset::UTC.to_datetime(at),
            place: Place::Utc,
            has_time: true,
        }
    }

    /// The instant as it is in a zone. A text without a place is taken to be in `otherwise`. A
    /// time that a zone skips counts as after the gap, one that comes twice as the first.
    pub fn zoned(&self, otherwise: &TimeZone) -> Result<Zoned, Error> {
        let zone = match &self.place {
            Place::Unsaid => otherwise.clone(),
            Place::Utc => TimeZone::UTC,
            Place::Offset(offset) => TimeZone::fixed(*offset),
            Place::Zone(zone, Some(offset)) => {
                return Ok(offset.to_timestamp(self.civil)?.to_zoned(zone.clone()));
            }
            Place::Zone(zone, None) => zone.clone(),
        };
        Ok(self.civil.to_zoned(zone)?)
    }

    /// The instant; see [`Stamp::zoned`].
    pub fn timestamp(&self, otherwise: &TimeZone) -> Result<Timestamp, Error> {
        match (&self.place, otherwise == &TimeZone::UTC) {
            (Place::Utc, _) | (Place::Unsaid, true) => Ok(Offset::UTC.to_timestamp(self.civil)?),
            (Place::Offset(offset), _) => Ok(offset.to_timestamp(self.civil)?),
            _ => Ok(self.zoned(otherwise)?.timestamp()),
        }
    }

    /// The offset from UTC, where the place says one.
    pub fn offset(&self) -> Option<Offset> {
        match &self.place {
            Place::Unsaid => None,
            Place::Utc => Some(Offset::UTC),
            Place::Offset(offset) | Place::Zone(_, Some(offset)) => Some(*offset),
            Place::Zone(zone, None) => Some(self.civil.to_zoned(zone.clone()).ok()?.offset()),
        }
    }

    /// ISO 8601: the date alone where no time was said, a fraction only where there is one, the
    /// offset where it is known (`Z` where that is zero).
    pub fn iso(&self) -> String {
        let mut out = String::with_capacity(32);
        write_date(&mut out, self.civil);
        if !self.has_time {
            return out;
        }
        let civil = self.civil;
        let (hour, minute, second) = (civil.hour(), civil.minute(), civil.second());
        let _never = write!(out, "T{hour:02}:{minute:02}:{second:02}");
        match civil.subsec_nanosecond() {
            0 => {}
            nanos if nanos % 1_000_000 == 0 => {
                let _never = write!(out, ".{:03}", nanos / 1_000_000);
            }
            nanos if nanos % 1_000 == 0 => {
                let _never = write!(out, ".{:06}", nanos / 1_000);
            }
            nanos => {
                let _never = write!(out, ".{nanos:09}");
            }
        }
        match self.offset() {
            None => {}
            Some(offset) if offset.is_zero() => out.push('Z'),
            Some(offset) => write_offset(&mut out, offset, true),
        }
        out
    }
}

impl From<&Zoned> for Stamp {
    fn from(zoned: &Zoned) -> Self {
        let zone = zoned.time_zone();
        let place = if zone == &TimeZone::UTC {
            Place::Utc
        } else if zone.iana_name().is_none() {
            Place::Offset(zoned.offset())
        } else {
            Place::Zone(zone.clone(), Some(zoned.offset()))
        };
        Self {
            civil: zoned.datetime(),
            place,
            has_time: true,
        }
    }
}

fn write_date(out: &mut String, civil: DateTime) {
    let _never = write!(
        out,
        "{:04}-{:02}-{:02}",
        civil.year(),
        civil.month(),
        civil.day()
    );
}

/// `+hh:mm`, or `+hhmm` without a colon; seconds only where there are some.
pub(super) fn write_offset(out: &mut String, offset: Offset, colon: bool) {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    let between = if colon { ":" } else { "" };
    let _never = write!(out, "{sign}{hours:02}{between}{minutes:02}");
    if seconds % 60 != 0 {
        let _never = write!(out, "{between}{:02}", seconds.abs() % 60);
    }
}
