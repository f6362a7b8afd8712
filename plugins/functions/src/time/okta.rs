//! Okta's own date functions, by their vendor's names.
//!
//! Sources: "Okta Expression Language" (`Time.*`, texts in and out, Joda-Time) and "Okta Expression
//! Language in Identity Engine" (`DateTime.*` and methods, a `ZonedDateTime` in between). Unix time
//! is in milliseconds in both.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::{
    Error, Interval, Language, Names, Order, Pattern, Side, Stamp, add_zoned, from_filetime,
    from_unix, read_any, to_filetime, unix_text, within as lies_within, zone as any_zone,
};

const MILLISECONDS: u32 = 1_000;

/// A zone id; the short ids of Java mean what they mean to Joda-Time (`EST` is
/// `America/New_York`: the page prints -04:00 for it in July).
pub fn zone(id: &str) -> Result<TimeZone, Error> {
    let name = SHORT_IDS.iter().find(|(short, _)| *short == id);
    any_zone(name.map_or(id, |(_, name)| name))
}

/// A Joda pattern, compiled.
pub fn pattern(format: &str) -> Result<Pattern, Error> {
    Pattern::new(Language::Joda, format)
}

/// `Time.now()`, `Time.now(zone)`, `Time.now(zone, format)`: the start of the run.
pub fn now(now: Timestamp, zone: &TimeZone, format: Option<&Pattern>) -> String {
    let now = now.to_zoned(zone.clone());
    match format {
        Some(format) => to_string_with(&now, format),
        None => joda_iso(&now),
    }
}

/// `Time.fromWindowsToIso8601(time)`
pub fn from_windows_to_iso8601(time: &str) -> Result<String, Error> {
    Ok(joda_iso(&parse_windows_time(time)?))
}

/// `Time.fromUnixToIso8601(time)`: milliseconds.
pub fn from_unix_to_iso8601(time: &str) -> Result<String, Error> {
    Ok(joda_iso(&parse_unix_time(time)?))
}

/// `Time.fromStringToIso8601(time, format)`: a text without an offset is UTC.
pub fn from_string_to_iso8601(time: &str, format: &Pattern) -> Result<String, Error> {
    Ok(joda_iso(&parse_string_time(time, Some(format))?))
}

/// `Time.fromIso8601ToWindows(time)`
pub fn from_iso8601_to_windows(time: &str) -> Result<String, Error> {
    Ok(to_windows(&parse_string_time(time, None)?))
}

/// `Time.fromIso8601ToUnix(time)`: milliseconds.
pub fn from_iso8601_to_unix(time: &str) -> Result<String, Error> {
    Ok(to_unix(&parse_string_time(time, None)?))
}

/// `Time.fromIso8601ToString(time, format)`
pub fn from_iso8601_to_string(time: &str, format: &Pattern) -> Result<String, Error> {
    Ok(to_string_with(&parse_string_time(time, None)?, format))
}

/// `DateTime.now()`: the start of the run in UTC.
pub fn date_time_now(now: Timestamp) -> Zoned {
    now.to_zoned(TimeZone::UTC)
}

/// `$string.parseWindowsTime()`
pub fn parse_windows_time(time: &str) -> Result<Zoned, Error> {
    let ticks = time.trim().parse();
    let ticks = ticks.map_err(|_| Error::unreadable(time, "a whole number was expected"))?;
    Ok(from_filetime(ticks)?.to_zoned(TimeZone::UTC))
}

/// `$string.parseUnixTime()`: milliseconds.
pub fn parse_unix_time(time: &str) -> Result<Zoned, Error> {
    Ok(from_unix(time, MILLISECONDS)?.to_zoned(TimeZone::UTC))
}

/// `$string.parseStringTime()` reads ISO 8601, `parseStringTime(format)` by a pattern; a text
/// without an offset is UTC.
pub fn parse_string_time(time: &str, format: Option<&Pattern>) -> Result<Zoned, Error> {
    let stamp = match format {
        Some(format) => format.read(time)?,
        None => read_any(time, Order::Refuse)?,
    };
    stamp.zoned(&TimeZone::UTC)
}

/// `$time.toWindows()`
pub fn to_windows(at: &Zoned) -> String {
    to_filetime(at.timestamp()).to_string()
}

/// `$time.toUnix()`: milliseconds.
pub fn to_unix(at: &Zoned) -> String {
    unix_text(at.timestamp(), MILLISECONDS)
}

/// `$time.toString()`: ISO 8601 with the fraction that there is, as `java.time` prints it, with
/// the zone's name in brackets where it has one.
pub fn to_string(at: &Zoned) -> String {
    let mut text = Stamp::from(at).iso();
    if at.time_zone() != &TimeZone::UTC
        && let Some(name) = at.time_zone().iana_name()
    {
        text.push('[');
        text.push_str(name);
        text.push(']');
    }
    text
}

/// `$time.toString(format)`
pub fn to_string_with(at: &Zoned, format: &Pattern) -> String {
    format.text(&Stamp::from(at), Names::English)
}

/// `$time.toZone(zoneId)`
pub fn to_zone(at: &Zoned, zone: &TimeZone) -> Zoned {
    at.with_time_zone(zone.clone())
}

/// `$time.plusDays(n)` and its like; for `minusDays` and its like the amount is negative.
pub fn plus(at: &Zoned, interval: Interval, amount: i64) -> Result<Zoned, Error> {
    add_zoned(at, interval, amount)
}

/// `$time.withinDays(n)` and its like: at most that far from the start of the run, on either side
/// (the page has only examples in the past).
pub fn within(at: &Zoned, now: Timestamp, interval: Interval, amount: i64) -> Result<bool, Error> {
    let now = now.to_zoned(TimeZone::UTC);
    lies_within(at.timestamp(), &now, interval, amount, Side::Either)
}

/// `ISODateTimeFormat.dateTime()`: always three digits of a second.
fn joda_iso(at: &Zoned) -> String {
    let civil = at.datetime();
    let date = format!(
        "{:04}-{:02}-{:02}",
        civil.year(),
        civil.month(),
        civil.day()
    );
    let time = format!(
        "{:02}:{:02}:{:02}",
        civil.hour(),
        civil.minute(),
        civil.second()
    );
    let millis = civil.millisecond();
    let mut text = format!("{date}T{time}.{millis:03}");
    if at.offset().is_zero() {
        text.push('Z');
    } else {
        super::stamp::write_offset(&mut text, at.offset(), true);
    }
    text
}

/// What `DateTimeZone.forTimeZone` makes of Java's three-letter ids.
const SHORT_IDS: [(&str, &str); 28] = [
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "CET"),
    ("EST", "America/New_York"),
    ("HST", "Pacific/Honolulu"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("MST", "America/Denver"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];
