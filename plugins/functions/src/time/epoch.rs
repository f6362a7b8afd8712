//! Instants as numbers: Windows FILETIME and Unix time.

use jiff::Timestamp;

use super::Error;

/// Seconds from 1601-01-01 to 1970-01-01.
const WINDOWS_TO_UNIX: i128 = 11_644_473_600;

/// The instant of a FILETIME: 100-nanosecond steps since 1601-01-01 UTC (Entra: `DateFromNum`,
/// Okta: `Time.fromWindowsToIso8601`, `parseWindowsTime`).
pub fn from_filetime(ticks: i64) -> Result<Timestamp, Error> {
    let nanos = i128::from(ticks) * 100 - WINDOWS_TO_UNIX * 1_000_000_000;
    Ok(Timestamp::from_nanosecond(nanos)?)
}

/// The FILETIME of an instant (Entra: `NumFromDate`, Okta: `Time.fromIso8601ToWindows`).
pub fn to_filetime(at: Timestamp) -> i64 {
    let ticks = (at.as_nanosecond() + WINDOWS_TO_UNIX * 1_000_000_000).div_euclid(100);
    i64::try_from(ticks).unwrap_or(i64::MAX)
}

/// The instant of a Unix time in seconds or milliseconds, with or without a fraction.
pub fn from_unix(text: &str, per_second: u32) -> Result<Timestamp, Error> {
    let bad = || Error::unreadable(text, "a whole or decimal number was expected");
    let trimmed = text.trim();
    let (whole, fraction) = trimmed.split_once('.').unwrap_or((trimmed, ""));
    let is_negative = whole.starts_with('-');
    let units: i64 = whole.parse().map_err(|_| bad())?;
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || (trimmed.contains('.') && fraction.is_empty()) {
        return Err(bad());
    }
    let unit_nanos = i128::from(1_000_000_000 / per_second.max(1));
    let part: String = fraction
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    let part: i128 = part.parse().map_err(|_| bad())?;
    let part = part * unit_nanos / 1_000_000_000;
    let part = if is_negative { -part } else { part };
    Ok(Timestamp::from_nanosecond(
        i128::from(units) * unit_nanos + part,
    )?)
}

/// The Unix time in seconds (1 per second) or milliseconds (1,000 per second), rounded down.
pub fn to_unix(at: Timestamp, per_second: u32) -> i64 {
    let unit_nanos = i128::from(1_000_000_000 / per_second.max(1));
    i64::try_from(at.as_nanosecond().div_euclid(unit_nanos)).unwrap_or(i64::MAX)
}

/// [`to_unix`] as text.
pub fn unix_text(at: Timestamp, per_second: u32) -> String {
    to_unix(at, per_second).to_string()
}
