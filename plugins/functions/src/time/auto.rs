//! Reading a date that comes in no agreed form, by the shape of its parts.
//!
//! Known: ISO 8601 whole and compact (LDAP's `GeneralizedTime` too), `8/25/2021 5:41:18 PM`,
//! `25.08.2021 17:41`, dates with the month's name in English or German in any order (RFC 2822,
//! `15-Jun-2009`, `June 15, 2009`, `15. Juni 2009`), each with a time, AM or PM, and an offset or
//! zone. A number alone is never taken for a date: FILETIME and Unix time have functions of their
//! own. Where two readings are possible, [`Order`] decides.

use jiff::civil::{Date, DateTime, Time};

use super::names::{read_month, read_weekday};
use super::zone::{named, offset};
use super::{Error, Place, Stamp, zone};

/// What `3/4/2021` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// 4 March, as in the United States (Entra: `CDate`).
    MonthFirst,
    /// 3 April.
    DayFirst,
    /// Refused, unless one number is too large for a month.
    Refuse,
}

/// Reads a date in any of the known forms.
pub fn read_any(text: &str, order: Order) -> Result<Stamp, Error> {
    let mut reader = Reader::new(text.trim());
    reader
        .read()
        .and_then(|()| reader.finish(order))
        .map_err(|why| Error::unreadable(text, why))
}

type Result1<T> = Result<T, &'static str>;

const NOT_KNOWN: &str = "its form is not known; say it with a pattern";

struct Reader<'a> {
    rest: &'a str,
    /// Numbers of the date, each with its count of digits.
    numbers: Vec<(i64, usize)>,
    separator: Option<char>,
    month: Option<i8>,
    weekday: Option<i8>,
    /// Hour, minute, second.
    time: Option<(i64, i64, i64)>,
    nanos: i32,
    is_afternoon: Option<bool>,
    place: Option<Place>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            numbers: Vec::new(),
            separator: None,
            month: None,
            weekday: None,
            time: None,
            nanos: 0,
            is_afternoon: None,
            place: None,
        }
    }

    fn read(&mut self) -> Result1<()> {
        while let Some(char) = self.rest.chars().next() {
            match char {
                '0'..='9' => self.number()?,
                '+' | '-' if self.has_date() => self.offset()?,
                '[' => self.bracket()?,
                '-' | '/' | '.' | ',' => {
                    if self.numbers.len() == 1 && self.month.is_none() {
                        self.separator = Some(char);
                    }
                    self.skip(1);
                }
                _ if char.is_whitespace() => self.skip(char.len_utf8()),
                _ if char.is_alphabetic() => self.word()?,
                _ => return Err(NOT_KNOWN),
            }
        }
        Ok(())
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn has_date(&self) -> bool {
        self.numbers.len() + usize::from(self.month.is_some()) >= 3
    }

    /// Takes a run of digits off.
    fn digits(&mut self) -> &'a str {
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(count).unwrap_or_default();
        self.rest = rest;
        digits
    }

    fn number(&mut self) -> Result1<()> {
        let digits = self.digits();
        if self.rest.starts_with(':') && self.time.is_none() && digits.len() <= 2 {
            return self.clock(digits);
        }
        if self.has_date() {
            return self.bare_time(digits);
        }
        if digits.len() >= 8 && self.numbers.is_empty() && self.month.is_none() {
            return self.compact(digits);
        }
        if digits.len() > 4 {
            return Err(NOT_KNOWN);
        }
        self.numbers.push((value(digits), digits.len()));
        for ordinal in ["st", "nd", "rd", "th"] {
            if let Some(rest) = self.rest.strip_prefix(ordinal) {
                self.rest = rest;
            }
        }
        Ok(())
    }

    /// `h:mm`, `h:mm:ss`, `h:mm:ss.f`
    fn clock(&mut self, hour: &str) -> Result1<()> {
        self.skip(1);
        let minute = self.digits();
        let mut second = "0";
        if self.rest.starts_with(':') {
            self.skip(1);
            second = self.digits();
            self.fraction();
        }
        if [minute, second]
            .iter()
            .any(|part| part.is_empty() || part.len() > 2)
        {
            return Err(NOT_KNOWN);
        }
        self.time = Some((value(hour), value(minute), value(second)));
        Ok(())
    }

    fn fraction(&mut self) {
        let next = self.rest.as_bytes().get(1);
        if self.rest.starts_with(['.', ',']) && next.is_some_and(u8::is_ascii_digit) {
            self.skip(1);
            let nanos: String = self
                .digits()
                .chars()
                .chain("000000000".chars())
                .take(9)
                .collect();
            self.nanos = nanos.parse().unwrap_or(0);
        }
    }

    /// Digits after the date: `4 PM`, or the time of the compact form, `T1741`.
    fn bare_time(&mut self, digits: &str) -> Result1<()> {
        if self.time.is_some() {
            return Err(NOT_KNOWN);
        }
        let part = |from: usize| value(digits.get(from..from + 2).unwrap_or("0"));
        self.time = Some(match digits.len() {
            1 | 2 => (value(digits), 0, 0),
            4 => (part(0), part(2), 0),
            6 => (part(0), part(2), part(4)),
            _ => return Err(NOT_KNOWN),
        });
        if digits.len() == 6 {
            self.fraction();
        }
        Ok(())
    }

    /// `yyyyMMdd`, with `HHmm` or `HHmmss`.
    fn compact(&mut self, digits: &str) -> Result1<()> {
        let part = |from: usize, len: usize| value(digits.get(from..from + len).unwrap_or("0"));
        match digits.len() {
            8 => {}
            10 | 13 => return Err("it is a number; a Unix time is read by `time.from-unix`"),
            12 => self.time = Some((part(8, 2), part(10, 2), 0)),
            14 => self.time = Some((part(8, 2), part(10, 2), part(12, 2))),
            17..=18 => return Err("it is a number; a FILETIME is read by `time.from-filetime`"),
            _ => return Err(NOT_KNOWN),
        }
        self.numbers = vec![(part(0, 4), 4), (part(4, 2), 2), (part(6, 2), 2)];
        self.fraction();
        Ok(())
    }

    fn offset(&mut self) -> Result1<()> {
        let is_offset = |char: char| "+-:".contains(char) || char.is_ascii_digit();
        let len = self
            .rest
            .find(|char| !is_offset(char))
            .unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at_checked(len).unwrap_or_default();
        self.place = Some(Place::Offset(offset(text).ok_or("its offset is none")?));
        self.rest = rest;
        Ok(())
    }

    /// `[Europe/Berlin]`, after the offset as RFC 9557 has it.
    fn bracket(&mut self) -> Result1<()> {
        let (name, rest) = self.rest.split_once(']').ok_or(NOT_KNOWN)?;
        let name = name.get(1..).unwrap_or_default();
        let zone = zone(name).map_err(|_| "its time zone is not known")?;
        let offset = match self.place {
            Some(Place::Offset(offset)) => Some(offset),
            _ => None,
        };
        self.place = Some(Place::Zone(zone, offset));
        self.rest = rest;
        Ok(())
    }

    fn word(&mut self) -> Result1<()> {
        let is_word = |char: char| char.is_alphabetic() || char == '/' || char == '_';
        let len = self
            .rest
            .find(|char| !is_word(char))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(len).unwrap_or_default();
        let upper = word.to_ascii_uppercase();
        // `a.m.` is two words of one letter.
        let dotted = ["a.m.", "p.m."].into_iter().find(|dotted| {
            let head = self.rest.get(..dotted.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(dotted))
        });
        if let Some(dotted) = dotted {
            self.is_afternoon = Some(dotted.starts_with('p'));
            self.skip(dotted.len());
            return Ok(());
        }
        match upper.as_str() {
            "T" | "AT" | "UM" | "UHR" | "OF" | "DEN" | "DER" => {}
            "AM" | "PM" => self.is_afternoon = Some(upper == "PM"),
            _ if read_whole(read_month, word) && self.month.is_none() => {
                self.month = read_month(word).map(|(month, _)| month);
            }
            _ if read_whole(read_weekday, word) => {
                self.weekday = read_weekday(word).map(|(day, _)| day);
            }
            _ if self.has_date() => {
                // `GMT+0200`: the offset follows and replaces it.
                self.place = Some(named(word).ok_or("its time zone is not known")?);
            }
            _ => return Err(NOT_KNOWN),
        }
        self.rest = rest;
        Ok(())
    }

    fn finish(self, order: Order) -> Result1<Stamp> {
        let date = self.date(order)?;
        if let Some(weekday) = self.weekday
            && date.weekday().to_monday_one_offset() != weekday
        {
            return Err("the day of the week is not that of the date");
        }
        let has_time = self.time.is_some();
        let (hour, minute, second) = self.time.unwrap_or_default();
        let hour = match self.is_afternoon {
            None => hour,
            Some(_) if !has_time || !(1..=12).contains(&hour) => {
                return Err("AM or PM wants an hour from 1 to 12");
            }
            Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
        };
        let part = |value: i64| i8::try_from(value).map_err(|_| NO_SUCH);
        // ISO 8601 lets a day end at 24:00, and a leap second is the second before it.
        let is_midnight = (hour, minute, second) == (24, 0, 0);
        let hour = if is_midnight { 0 } else { hour };
        let second = if second == 60 { 59 } else { second };
        let time = Time::new(part(hour)?, part(minute)?, part(second)?, self.nanos);
        let date = if is_midnight {
            date.tomorrow().map_err(|_| NO_SUCH)?
        } else {
            date
        };
        Ok(Stamp {
            civil: DateTime::from_parts(date, time.map_err(|_| NO_SUCH)?),
            place: self.place.unwrap_or(Place::Unsaid),
            has_time,
        })
    }

    fn date(&self, order: Order) -> Result1<Date> {
        let (year, month, day) = match (self.month, self.numbers.as_slice()) {
            (Some(month), [one, two]) => {
                let (year, day) = if one.1 >= 3 { (one, two) } else { (two, one) };
                (full_year(*year), i64::from(month), day.0)
            }
            (Some(month), [(year, 4)]) => (*year, i64::from(month), 1),
            (None, [(year, 3 | 4), month, day]) => (*year, month.0, day.0),
            (None, [(year, 4), (month, 1 | 2)]) => (*year, *month, 1),
            (None, [one, two, year]) => {
                let (month, day) = self.month_and_day(one.0, two.0, order)?;
                (full_year(*year), month, day)
            }
            _ => return Err(NOT_KNOWN),
        };
        let (Ok(year), Ok(month), Ok(day)) =
            (i16::try_from(year), i8::try_from(month), i8::try_from(day))
        else {
            return Err(NO_SUCH);
        };
        Date::new(year, month, day).map_err(|_| NO_SUCH)
    }

    fn month_and_day(&self, one: i64, two: i64, order: Order) -> Result1<(i64, i64)> {
        Ok(match (self.separator, order) {
            // Only day-first countries write dates with full stops.
            (Some('.'), _) | (_, Order::DayFirst) => (two, one),
            (_, Order::MonthFirst) => (one, two),
            (_, Order::Refuse) if one == two || two > 12 => (one, two),
            (_, Order::Refuse) if one > 12 => (two, one),
            (_, Order::Refuse) => {
                return Err("day and month could be either way round; say it with a pattern");
            }
        })
    }
}

const NO_SUCH: &str = "there is no such date or time";

fn value(digits: &str) -> i64 {
    digits.parse().unwrap_or(i64::MAX)
}

/// A year of two digits lies between 1950 and 2049.
fn full_year((year, digits): (i64, usize)) -> i64 {
    match (digits, year) {
        (1 | 2, 0..=49) => 2000 + year,
        (1 | 2, _) => 1900 + year,
        _ => year,
    }
}

fn read_whole(read: fn(&str) -> Option<(i8, usize)>, word: &str) -> bool {
    read(word).is_some_and(|(_, len)| len == word.len())
}
