//! Reading: a text by a compiled pattern.
//!
//! White space around the text is skipped. Names are known in English and German, without case.
//! What the text says twice must agree: a weekday that is not the date's refuses the text.

use jiff::civil::{Date, DateTime, ISOWeekDate, Time, Weekday};
use jiff::tz::Offset;

use super::names::{read_month, read_weekday, starts_with};
use super::pattern::{Field, HalfDay, Item, Number, OffsetForm};
use super::zone::named;
use super::{Error, Language, Pattern, Place, Stamp, Styles, zone};

/// What has been read so far.
#[derive(Default)]
struct Fields {
    year: Option<i64>,
    short_year: Option<i64>,
    century: Option<i64>,
    is_before_christ: bool,
    week_year: Option<i64>,
    week: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    weekday: Option<i64>,
    hour: Option<i64>,
    half_hour: Option<i64>,
    is_afternoon: Option<bool>,
    minute: Option<i64>,
    second: Option<i64>,
    nanos: i32,
    unix: Option<i64>,
    place: Option<Place>,
}

impl Pattern {
    /// Reads a text, the whole of it.
    pub fn read(&self, text: &str) -> Result<Stamp, Error> {
        self.read_styled(text, Styles::default())
    }

    /// [`Pattern::read`] with the white space that .NET's styles allow; the kind of the result is
    /// left to `entra::format_date_time`.
    pub fn read_styled(&self, text: &str, styles: Styles) -> Result<Stamp, Error> {
        let bad = |why: &str| Error::unreadable(text, why);
        let mut rest = text;
        if styles.has(Styles::LEADING_WHITE) {
            rest = rest.trim_start();
        }
        if styles.has(Styles::TRAILING_WHITE) {
            rest = rest.trim_end();
        }
        let mut fields = Fields::default();
        for item in &self.items {
            if styles.has(Styles::INNER_WHITE) {
                rest = rest.trim_start();
            }
            rest = self
                .item(item, rest, &mut fields)
                .ok_or_else(|| bad(&expected(item, rest)))?;
        }
        if !rest.is_empty() {
            return Err(bad(&format!("`{}` is left over", shown(rest))));
        }
        fields.stamp(self.language).map_err(|why| match why {
            Some(why) => bad(why),
            None => bad("there is no such date or time"),
        })
    }

    fn item<'a>(&self, item: &Item, rest: &'a str, fields: &mut Fields) -> Option<&'a str> {
        match item {
            Item::Text(text) => starts_with(rest, text).then(|| rest.get(text.len()..))?,
            Item::Space => {
                let after = rest.trim_start();
                (after.len() < rest.len() || rest.is_empty()).then_some(after)
            }
            Item::LiteralZ => {
                fields.place = Some(Place::Utc);
                rest.strip_prefix(['Z', 'z'])
            }
            Item::Number(number) => read_number(number, rest, fields),
            Item::ShortYear { pad } => {
                let least = if *pad == 1 { 1 } else { 2 };
                let (value, rest) = digits(rest, least, 2)?;
                fields.short_year = Some(value);
                Some(rest)
            }
            Item::Fraction {
                digits: most,
                trim,
                dot,
            } => {
                let exact = self.language == Language::DotNet && !trim;
                let least = if exact { *most } else { usize::from(!trim) };
                let after = if *dot {
                    match rest.strip_prefix('.') {
                        Some(after) => after,
                        None => return Some(rest),
                    }
                } else {
                    rest
                };
                read_fraction(after, least, *most, fields)
            }
            Item::Month { .. } => {
                let (month, len) = read_month(rest)?;
                fields.month = Some(i64::from(month));
                rest.get(len..)
            }
            Item::Weekday { .. } => {
                let (day, len) = read_weekday(rest)?;
                fields.weekday = Some(i64::from(day));
                rest.get(len..)
            }
            Item::HalfDay(form) => read_half_day(*form, rest, fields),
            Item::Era { .. } => read_era(rest, fields),
            Item::Offset(form) => read_offset(*form, rest, fields),
            Item::ZoneName | Item::ZoneShort => {
                let is_name = |char: char| char.is_ascii_alphanumeric() || "/_+-:".contains(char);
                let len = rest.find(|char| !is_name(char)).unwrap_or(rest.len());
                let (name, rest) = rest.split_at_checked(len)?;
                let place = named(name).or_else(|| Some(Place::Zone(zone(name).ok()?, None)));
                fields.place = Some(place?);
                Some(rest)
            }
        }
    }
}

fn digits(rest: &str, least: usize, most: usize) -> Option<(i64, &str)> {
    let count = rest
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    if count < least.max(1) {
        return None;
    }
    let (head, rest) = rest.split_at_checked(count)?;
    Some((head.parse().ok()?, rest))
}

fn read_number<'a>(number: &Number, rest: &'a str, fields: &mut Fields) -> Option<&'a str> {
    let rest = if number.pad_with == ' ' {
        rest.trim_start()
    } else {
        rest
    };
    let may_be_negative = matches!(number.field, Field::Unix | Field::Year);
    let (sign, rest) = match rest.strip_prefix('-') {
        Some(after) if may_be_negative => (-1, after),
        _ => (1, rest),
    };
    let (value, rest) = digits(rest, number.min, number.max)?;
    let value = value * sign;
    let place = match number.field {
        Field::Year => &mut fields.year,
        Field::Century => &mut fields.century,
        Field::WeekYear => &mut fields.week_year,
        Field::Week => &mut fields.week,
        Field::Month => &mut fields.month,
        Field::Day => &mut fields.day,
        Field::DayOfYear => &mut fields.day_of_year,
        Field::Weekday | Field::WeekdayFromSunday => &mut fields.weekday,
        Field::Hour | Field::HourFrom1 => &mut fields.hour,
        Field::HalfHour | Field::HalfHourFrom0 => &mut fields.half_hour,
        Field::Minute => &mut fields.minute,
        Field::Second => &mut fields.second,
        Field::Unix => &mut fields.unix,
    };
    *place = Some(match number.field {
        Field::WeekdayFromSunday if value == 0 => 7,
        Field::HourFrom1 if value == 24 => 0,
        Field::HourFrom1 if value == 0 => return None,
        Field::HalfHour if !(1..=12).contains(&value) => return None,
        Field::HalfHour => value % 12,
        Field::HalfHourFrom0 if value > 11 => return None,
        _ => value,
    });
    Some(rest)
}

fn read_fraction<'a>(
    rest: &'a str,
    least: usize,
    most: usize,
    fields: &mut Fields,
) -> Option<&'a str> {
    let count = rest
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    if count < least {
        return None;
    }
    let (head, rest) = rest.split_at_checked(count)?;
    let nanos: String = head.chars().chain("000000000".chars()).take(9).collect();
    fields.nanos = nanos.parse().ok()?;
    Some(rest)
}

fn read_half_day<'a>(form: HalfDay, rest: &'a str, fields: &mut Fields) -> Option<&'a str> {
    let words: &[(&str, bool)] = match form {
        HalfDay::Letter => &[("A", false), ("P", true)],
        HalfDay::Upper | HalfDay::Lower => {
            &[("AM", false), ("PM", true), ("a.m.", false), ("p.m.", true)]
        }
    };
    let (word, is_afternoon) = words.iter().find(|(word, _)| starts_with(rest, word))?;
    fields.is_afternoon = Some(*is_afternoon);
    rest.get(word.len()..)
}

fn read_era<'a>(rest: &'a str, fields: &mut Fields) -> Option<&'a str> {
    const ERAS: [(&str, bool); 8] = [
        ("A.D.", false),
        ("AD", false),
        ("CE", false),
        ("n. Chr.", false),
        ("B.C.", true),
        ("BCE", true),
        ("BC", true),
        ("v. Chr.", true),
    ];
    let (word, before) = ERAS.iter().find(|(word, _)| starts_with(rest, word))?;
    fields.is_before_christ = *before;
    rest.get(word.len()..)
}

fn read_offset<'a>(form: OffsetForm, rest: &'a str, fields: &mut Fields) -> Option<&'a str> {
    if let Some(rest) = rest.strip_prefix(['Z', 'z']) {
        fields.place = Some(Place::Utc);
        return Some(rest);
    }
    if form == OffsetForm::Kind && !rest.starts_with(['+', '-']) {
        return Some(rest);
    }
    let sign = match rest.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, after) = digits(rest.get(1..)?, 1, 2)?;
    let only_hours = matches!(form, OffsetForm::Hours | OffsetForm::TwoHours);
    let minutes = if only_hours {
        None
    } else {
        digits(after.strip_prefix(':').unwrap_or(after), 2, 2)
    };
    let (minutes, rest) = minutes.unwrap_or((0, after));
    if hours > 18 || minutes > 59 {
        return None;
    }
    let seconds = i32::try_from(sign * (hours * 3600 + minutes * 60)).ok()?;
    fields.place = Some(Place::Offset(Offset::from_seconds(seconds).ok()?));
    Some(rest)
}

/// Says what the pattern wants where the text has something else.
fn expected(item: &Item, rest: &str) -> String {
    let wanted = match item {
        Item::Text(text) => return format!("`{text}` was expected before `{}`", shown(rest)),
        Item::Number(number) => match number.field {
            Field::Year | Field::WeekYear | Field::Century => "a year",
            Field::Week => "a week",
            Field::Month => "a month",
            Field::Day | Field::DayOfYear => "a day",
            Field::Weekday | Field::WeekdayFromSunday => "a day of the week",
            Field::Hour | Field::HalfHour | Field::HourFrom1 | Field::HalfHourFrom0 => "an hour",
            Field::Minute => "a minute",
            Field::Second => "a second",
            Field::Unix => "a Unix time",
        },
        Item::ShortYear { .. } => "a year of two digits",
        Item::Fraction { .. } => "a fraction of a second",
        Item::Month { .. } => "the name of a month",
        Item::Weekday { .. } => "the name of a day",
        Item::HalfDay(_) => "AM or PM",
        Item::Era { .. } => "an era",
        Item::Offset(_) => "an offset like +01:00",
        Item::ZoneName | Item::ZoneShort => "a time zone",
        Item::Space => "white space",
        Item::LiteralZ => "`Z`",
    };
    if rest.is_empty() {
        format!("{wanted} was expected at its end")
    } else {
        format!("{wanted} was expected before `{}`", shown(rest))
    }
}

fn shown(rest: &str) -> String {
    rest.chars().take(20).collect()
}

type Why = Option<&'static str>;

impl Fields {
    fn stamp(self, language: Language) -> Result<Stamp, Why> {
        if let Some(unix) = self.unix {
            let at = jiff::Timestamp::new(unix, self.nanos).map_err(|_| None)?;
            return Ok(Stamp::utc(at));
        }
        let date = self.date(language)?;
        if let Some(weekday) = self.weekday
            && i64::from(date.weekday().to_monday_one_offset()) != weekday
        {
            return Err(Some("the day of the week is not that of the date"));
        }
        let hour = match (self.hour, self.half_hour, self.is_afternoon) {
            (Some(hour), _, Some(afternoon)) if hour != 0 && afternoon != (hour >= 12) => {
                return Err(Some("the hour and AM or PM disagree"));
            }
            (Some(hour), _, _) => hour,
            (None, Some(half), afternoon) => half + if afternoon == Some(true) { 12 } else { 0 },
            (None, None, _) => 0,
        };
        let has_time = self
            .hour
            .or(self.half_hour)
            .or(self.minute)
            .or(self.second)
            .is_some();
        let part = |value: i64| i8::try_from(value).map_err(|_| None);
        let (minute, second) = (self.minute.unwrap_or(0), self.second.unwrap_or(0));
        // A leap second is the second before it.
        let second = if second == 60 { 59 } else { second };
        let time = Time::new(part(hour)?, part(minute)?, part(second)?, self.nanos);
        Ok(Stamp {
            civil: DateTime::from_parts(date, time.map_err(|_| None)?),
            place: self.place.unwrap_or(Place::Unsaid),
            has_time,
        })
    }

    fn date(&self, language: Language) -> Result<Date, Why> {
        if let (Some(year), Some(week)) = (self.week_year, self.week) {
            let weekday = i8::try_from(self.weekday.unwrap_or(1)).map_err(|_| None)?;
            let weekday = Weekday::from_monday_one_offset(weekday).map_err(|_| None)?;
            let year = i16::try_from(year).map_err(|_| None)?;
            let week = i8::try_from(week).map_err(|_| None)?;
            let date = ISOWeekDate::new(year, week, weekday).map_err(|_| None)?;
            return Ok(date.date());
        }
        let year = self.whole_year(language)?;
        if let Some(day) = self.day_of_year {
            let first = Date::new(year, 1, 1).map_err(|_| None)?;
            let day = i16::try_from(day).map_err(|_| None)?;
            return first.with().day_of_year(day).build().map_err(|_| None);
        }
        let month = i8::try_from(self.month.unwrap_or(1)).map_err(|_| None)?;
        let day = i8::try_from(self.day.unwrap_or(1)).map_err(|_| None)?;
        Date::new(year, month, day).map_err(|_| None)
    }

    fn whole_year(&self, language: Language) -> Result<i16, Why> {
        let year = match (self.year, self.century, self.short_year) {
            (Some(year), _, _) => year,
            (None, Some(century), Some(short)) => century.saturating_mul(100).saturating_add(short),
            (None, _, Some(short)) => i64::from(century_of(short, language)) + short,
            (None, _, None) => return Err(Some("it says no year")),
        };
        let year = if self.is_before_christ {
            1 - year
        } else {
            year
        };
        i16::try_from(year).map_err(|_| None)
    }
}

/// The century of a year of two digits: .NET's window ends with 2049, that of POSIX with 2068.
/// Joda's window moves with the clock; the one of .NET stands for it.
fn century_of(short: i64, language: Language) -> i16 {
    let last = match language {
        Language::Strftime => 68,
        Language::DotNet | Language::Joda => 49,
    };
    if short <= last { 2000 } else { 1900 }
}
