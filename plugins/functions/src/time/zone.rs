//! Time zones by name: IANA names from the bundled database, and fixed offsets.

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

use super::{Error, Place};

/// A time zone by its IANA name (`Europe/Berlin`, without case), `UTC`, `Z`, or an offset
/// (`+1`, `+01:00`, `-0730`).
pub fn zone(name: &str) -> Result<TimeZone, Error> {
    let name = name.trim();
    if ["utc", "z", "gmt"]
        .iter()
        .any(|utc| name.eq_ignore_ascii_case(utc))
    {
        return Ok(TimeZone::UTC);
    }
    if let Some(offset) = offset(name) {
        return Ok(TimeZone::fixed(offset));
    }
    TimeZoneDatabase::bundled()
        .get(name)
        .map_err(|_| Error::Zone(name.to_owned()))
}

/// `+h`, `+hh`, `+hmm`, `+hhmm`, `+hh:mm`, `+hh:mm:ss`, and the same with `-`.
pub(super) fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.as_bytes() {
        [b'+', ..] => (1, text.get(1..)?),
        [b'-', ..] => (-1, text.get(1..)?),
        _ => return None,
    };
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = digits.split(':').collect();
    let parts = match parts.as_slice() {
        [one] if one.len() == 3 => vec![one.get(..1)?, one.get(1..)?],
        [one] if one.len() == 4 => vec![one.get(..2)?, one.get(2..)?],
        many => many.to_vec(),
    };
    if parts.len() > 3 || !parts.iter().all(|part| part.len() <= 2 && is_number(part)) {
        return None;
    }
    let mut numbers = parts.iter().map(|part| part.parse::<i32>().unwrap_or(0));
    let hours = numbers.next()?;
    let (minutes, seconds) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if hours > 18 || minutes > 59 || seconds > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60 + seconds)).ok()
}

/// What an abbreviation after a time means: those of RFC 2822, central Europe's in both languages,
/// and any IANA name. The other abbreviations mean different things in different countries.
pub(super) fn named(name: &str) -> Option<Place> {
    let upper = name.to_ascii_uppercase();
    let hours = match upper.as_str() {
        "UTC" | "GMT" | "UT" | "Z" => return Some(Place::Utc),
        "EST" | "CDT" => -5,
        "EDT" => -4,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        "CET" | "MEZ" => 1,
        "CEST" | "MESZ" => 2,
        _ => return Some(Place::Zone(zone(name).ok()?, None)),
    };
    Offset::from_hours(hours).ok().map(Place::Offset)
}
