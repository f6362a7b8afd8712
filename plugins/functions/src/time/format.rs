//! Writing: a stamp by a compiled pattern.

use std::fmt::{self, Write};

use jiff::tz::Offset;

use super::pattern::{Field, HalfDay, Item, Number, OffsetForm};
use super::{Names, Pattern, Place, Stamp};

impl Pattern {
    /// Writes a stamp; names in that language.
    pub fn write(&self, stamp: &Stamp, names: Names, out: &mut impl Write) -> fmt::Result {
        for item in &self.items {
            write_item(item, stamp, names, out)?;
        }
        Ok(())
    }

    /// [`Pattern::write`] into a new text.
    pub fn text(&self, stamp: &Stamp, names: Names) -> String {
        let mut out = String::new();
        // Writing into memory has no way to fail.
        let _never = self.write(stamp, names, &mut out);
        out
    }
}

fn write_item(item: &Item, stamp: &Stamp, names: Names, out: &mut impl Write) -> fmt::Result {
    let civil = stamp.civil;
    match item {
        Item::Text(text) => out.write_str(text),
        Item::Space => out.write_char(' '),
        Item::LiteralZ => out.write_char('Z'),
        Item::Number(number) => write_number(number, stamp, out),
        Item::ShortYear { pad } => {
            write_padded(i64::from(civil.year()).rem_euclid(100), *pad, '0', out)
        }
        Item::Fraction { digits, trim, dot } => {
            let all = format!("{:09}", civil.subsec_nanosecond());
            let mut part = all.get(..*digits).unwrap_or(&all);
            if *trim {
                part = part.trim_end_matches('0');
            }
            if *dot && !part.is_empty() {
                out.write_char('.')?;
            }
            out.write_str(part)
        }
        Item::Month { long } => out.write_str(names.month(civil.month(), *long)),
        Item::Weekday { long } => {
            out.write_str(names.weekday(civil.weekday().to_monday_one_offset(), *long))
        }
        Item::HalfDay(form) => out.write_str(match (form, civil.hour() < 12) {
            (HalfDay::Letter, true) => "A",
            (HalfDay::Letter, false) => "P",
            (HalfDay::Upper, true) => "AM",
            (HalfDay::Upper, false) => "PM",
            (HalfDay::Lower, true) => "am",
            (HalfDay::Lower, false) => "pm",
        }),
        Item::Era { long } => out.write_str(match (long, civil.year() > 0) {
            (true, true) => "A.D.",
            (true, false) => "B.C.",
            (false, true) => "AD",
            (false, false) => "BC",
        }),
        Item::Offset(form) => write_offset(*form, stamp, out),
        Item::ZoneName => write_zone(stamp, false, out),
        Item::ZoneShort => write_zone(stamp, true, out),
    }
}

fn write_number(number: &Number, stamp: &Stamp, out: &mut impl Write) -> fmt::Result {
    let civil = stamp.civil;
    let (year, hour) = (i64::from(civil.year()), i64::from(civil.hour()));
    let weekday = civil.weekday();
    let value = match number.field {
        Field::Year => year,
        Field::Century => year.div_euclid(100),
        Field::WeekYear => i64::from(civil.date().iso_week_date().year()),
        Field::Week => i64::from(civil.date().iso_week_date().week()),
        Field::Month => i64::from(civil.month()),
        Field::Day => i64::from(civil.day()),
        Field::DayOfYear => i64::from(civil.date().day_of_year()),
        Field::Weekday => i64::from(weekday.to_monday_one_offset()),
        Field::WeekdayFromSunday => i64::from(weekday.to_sunday_zero_offset()),
        Field::Hour => hour,
        Field::HalfHour => (hour + 11) % 12 + 1,
        Field::HourFrom1 => (hour + 23) % 24 + 1,
        Field::HalfHourFrom0 => hour % 12,
        Field::Minute => i64::from(civil.minute()),
        Field::Second => i64::from(civil.second()),
        Field::Unix => stamp
            .offset()
            .unwrap_or(Offset::UTC)
            .to_timestamp(civil)
            .map_or(0, jiff::Timestamp::as_second),
    };
    write_padded(value, number.pad, number.pad_with, out)
}

fn write_padded(value: i64, width: usize, with: char, out: &mut impl Write) -> fmt::Result {
    if value < 0 {
        out.write_char('-')?;
    }
    let value = value.unsigned_abs();
    if with == ' ' {
        write!(out, "{value:width$}")
    } else {
        write!(out, "{value:0width$}")
    }
}

/// A stamp without a place writes nothing for .NET's `K` and `+00:00` for the others: a server's
/// own zone is taken to be UTC.
fn write_offset(form: OffsetForm, stamp: &Stamp, out: &mut impl Write) -> fmt::Result {
    let is_utc = stamp.place == Place::Utc;
    let offset = match (form, stamp.offset()) {
        (OffsetForm::Kind, None) => return Ok(()),
        (_, offset) => offset.unwrap_or(Offset::UTC),
    };
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    let z = match form {
        OffsetForm::Kind => is_utc,
        OffsetForm::ColonOrZ | OffsetForm::PlainOrZ | OffsetForm::HoursOrZ => seconds == 0,
        _ => false,
    };
    match form {
        _ if z => out.write_char('Z'),
        OffsetForm::Hours => write!(out, "{sign}{hours}"),
        OffsetForm::TwoHours => write!(out, "{sign}{hours:02}"),
        OffsetForm::HoursOrZ if minutes == 0 => write!(out, "{sign}{hours:02}"),
        OffsetForm::Plain | OffsetForm::PlainOrZ | OffsetForm::HoursOrZ => {
            write!(out, "{sign}{hours:02}{minutes:02}")
        }
        OffsetForm::Colon | OffsetForm::ColonOrZ | OffsetForm::Kind => {
            write!(out, "{sign}{hours:02}:{minutes:02}")
        }
    }
}

fn write_zone(stamp: &Stamp, short: bool, out: &mut impl Write) -> fmt::Result {
    match &stamp.place {
        Place::Unsaid | Place::Utc => out.write_str("UTC"),
        Place::Zone(zone, _) if short => match stamp.timestamp(zone) {
            Ok(at) => out.write_str(zone.to_offset_info(at).abbreviation()),
            Err(_) => Ok(()),
        },
        Place::Zone(zone, _) if zone.iana_name().is_some() => {
            out.write_str(zone.iana_name().unwrap_or_default())
        }
        Place::Zone(..) | Place::Offset(_) => write_offset(OffsetForm::Colon, stamp, out),
    }
}
