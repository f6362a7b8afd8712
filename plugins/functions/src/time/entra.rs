//! Entra's own date functions, by their vendor's names.
//!
//! Sources: "Reference for writing expressions for attribute mappings" (application provisioning)
//! and "Microsoft Entra Connect Sync: Functions Reference". All dates are UTC there, and print as
//! `M/d/yyyy h:mm:ss tt`.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::{
    Counting, Error, Interval, Language, Names, Order, Pattern, Place, Stamp, Styles, add, diff,
    from_filetime, read_any, to_filetime,
};

/// `CDate(expression)`: text in any known form to UTC; `3/4/2021` is 4 March.
pub fn cdate(text: &str) -> Result<Timestamp, Error> {
    read_any(text, Order::MonthFirst)?.timestamp(&TimeZone::UTC)
}

/// How a date prints: `M/d/yyyy h:mm:ss tt`.
pub fn text(at: Timestamp) -> String {
    let civil = civil(at);
    let half = if civil.hour() < 12 { "AM" } else { "PM" };
    format!(
        "{}/{}/{:04} {}:{:02}:{:02} {half}",
        civil.month(),
        civil.day(),
        civil.year(),
        (civil.hour() + 11) % 12 + 1,
        civil.minute(),
        civil.second()
    )
}

/// `DateAdd(interval, value, dateTime)`; the interval by [`Interval::entra`] or
/// [`Interval::connect`].
pub fn date_add(interval: Interval, amount: i64, at: Timestamp) -> Result<Timestamp, Error> {
    Ok(Offset::UTC.to_timestamp(add(civil(at), interval, amount)?)?)
}

/// `DateDiff(interval, date1, date2)`: date2 - date1 in boundaries crossed, as Visual Basic counts.
pub fn date_diff(interval: Interval, from: Timestamp, to: Timestamp) -> Result<i64, Error> {
    let utc = |at| Zoned::new(at, TimeZone::UTC);
    diff(&utc(from), &utc(to), interval, Counting::Calendar)
}

/// `DateFromNum(value)`: a FILETIME.
pub fn date_from_num(ticks: i64) -> Result<Timestamp, Error> {
    from_filetime(ticks)
}

/// `NumFromDate(value)` of application provisioning: text to a FILETIME.
pub fn num_from_date(text: &str) -> Result<i64, Error> {
    Ok(to_filetime(cdate(text)?))
}

/// `FormatDateTime(source, dateTimeStyles, inputFormat, outputFormat)` of application
/// provisioning: .NET formats on both sides. Compile the patterns once.
pub fn format_date_time(
    source: &str,
    styles: Styles,
    input: &Pattern,
    output: &Pattern,
) -> Result<String, Error> {
    let stamp = input.read_styled(source, styles)?;
    Ok(output.text(&of_kind(&stamp, styles)?, Names::English))
}

/// `FormatDateTime(value, format)` of Entra Connect Sync.
pub fn connect_format_date_time(at: Timestamp, format: &Pattern) -> String {
    // A date of Connect is of no kind, so that `K` prints nothing.
    let stamp = Stamp {
        place: Place::Unsaid,
        ..Stamp::utc(at)
    };
    format.text(&stamp, Names::English)
}

/// A .NET format, compiled.
pub fn pattern(format: &str) -> Result<Pattern, Error> {
    Pattern::new(Language::DotNet, format)
}

/// The `DateTime` that .NET would have made: in UTC (the server's zone), with its kind as the
/// place: `Utc`, local (offset zero), or unsaid.
fn of_kind(stamp: &Stamp, styles: Styles) -> Result<Stamp, Error> {
    let local = Place::Offset(Offset::UTC);
    let to_utc = styles.has(Styles::ADJUST_TO_UNIVERSAL);
    let place = match stamp.place {
        Place::Unsaid if !styles.assumes() => Place::Unsaid,
        Place::Unsaid if !to_utc => local,
        Place::Utc if styles.has(Styles::ROUNDTRIP_KIND) => Place::Utc,
        _ if to_utc => Place::Utc,
        _ => local,
    };
    let at = stamp.timestamp(&TimeZone::UTC)?;
    Ok(Stamp {
        place,
        ..Stamp::utc(at)
    })
}

fn civil(at: Timestamp) -> DateTime {
    Offset::UTC.to_datetime(at)
}
