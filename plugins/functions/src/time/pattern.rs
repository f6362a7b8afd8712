//! A pattern, compiled once: the three languages meet in one list of items.

use super::{Error, dotnet, joda, strftime};

/// Which language a pattern is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// .NET custom and one-letter standard formats, invariant culture (`dd.MM.yyyy HH:mm`).
    DotNet,
    /// Joda-Time and `java.time` letters (`dd.MM.yyyy HH:mm`).
    Joda,
    /// C and Python (`%d.%m.%Y %H:%M`).
    Strftime,
}

/// A compiled pattern; reads with [`Pattern::read`], writes with [`Pattern::write`].
#[derive(Clone, Debug)]
pub struct Pattern {
    pub(super) items: Vec<Item>,
    pub(super) language: Language,
}

/// One piece of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// Exactly this text.
    Text(String),
    /// White space: any when read, one blank when written.
    Space,
    /// A .NET `Z`: a literal when written, UTC when read.
    LiteralZ,
    Number(Number),
    /// Two digits of a year.
    ShortYear {
        pad: usize,
    },
    /// Digits after the second; `trim` leaves zeros at the end away, `dot` is a point that stands
    /// before them and goes where no digit is left.
    Fraction {
        digits: usize,
        trim: bool,
        dot: bool,
    },
    Month {
        long: bool,
    },
    Weekday {
        long: bool,
    },
    HalfDay(HalfDay),
    Era {
        long: bool,
    },
    Offset(OffsetForm),
    ZoneName,
    ZoneShort,
}

/// A number: how wide it is written, and how many digits are read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) field: Field,
    pub(super) pad: usize,
    pub(super) pad_with: char,
    pub(super) min: usize,
    pub(super) max: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Year,
    Century,
    WeekYear,
    Week,
    Month,
    Day,
    DayOfYear,
    /// Monday is 1.
    Weekday,
    /// Sunday is 0.
    WeekdayFromSunday,
    /// 0 to 23
    Hour,
    /// 1 to 12
    HalfHour,
    /// 1 to 24
    HourFrom1,
    /// 0 to 11
    HalfHourFrom0,
    Minute,
    Second,
    Unix,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HalfDay {
    /// `A` or `P`
    Letter,
    /// `AM` or `PM`
    Upper,
    /// `am` or `pm`
    Lower,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OffsetForm {
    /// `+2`
    Hours,
    /// `+02`
    TwoHours,
    /// `+0200`
    Plain,
    /// `+02:00`
    Colon,
    /// .NET `K`: `Z`, `+02:00`, or nothing where no place is known.
    Kind,
    /// `Z` or `+02:00`
    ColonOrZ,
    /// `Z` or `+0200`
    PlainOrZ,
    /// `Z` or `+02`
    HoursOrZ,
}

impl Pattern {
    /// Compiles a pattern; the problem names the character that is wrong.
    pub fn new(language: Language, pattern: &str) -> Result<Self, Error> {
        let items = match language {
            Language::DotNet => dotnet::compile(pattern)?,
            Language::Joda => joda::compile(pattern)?,
            Language::Strftime => strftime::compile(pattern)?,
        };
        if items.is_empty() {
            return Err(wrong(0, "the pattern is empty"));
        }
        Ok(Self { items, language })
    }

    /// Whether the pattern can be read with: it must say the year.
    pub fn check_readable(&self) -> Result<(), Error> {
        let says_year = self.items.iter().any(|item| match item {
            Item::Number(number) => {
                matches!(number.field, Field::Year | Field::WeekYear | Field::Unix)
            }
            Item::ShortYear { .. } => true,
            _ => false,
        });
        if says_year {
            Ok(())
        } else {
            Err(wrong(
                0,
                "the pattern has no year, so that it cannot be read with",
            ))
        }
    }
}

/// A problem at a character, counted from 0 here.
pub(super) fn wrong(at: usize, why: impl std::fmt::Display) -> Error {
    Error::Pattern {
        character: at + 1,
        why: why.to_string(),
    }
}

impl Number {
    pub(super) fn item(field: Field, pad: usize, min: usize, max: usize) -> Item {
        Item::Number(Self {
            field,
            pad,
            pad_with: '0',
            min,
            max,
        })
    }
}

/// Collects items; literals that follow each other become one.
#[derive(Default)]
pub(super) struct Items(pub(super) Vec<Item>);

impl Items {
    pub(super) fn push(&mut self, item: Item) {
        self.0.push(item);
    }

    pub(super) fn literal(&mut self, char: char) {
        if let Some(Item::Text(text)) = self.0.last_mut() {
            text.push(char);
        } else {
            self.0.push(Item::Text(char.to_string()));
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        text.chars().for_each(|char| self.literal(char));
    }

    /// Takes a literal character off the end.
    pub(super) fn take_back(&mut self, char: char) -> bool {
        let Some(Item::Text(text)) = self.0.last_mut() else {
            return false;
        };
        if !text.ends_with(char) {
            return false;
        }
        text.pop();
        if text.is_empty() {
            self.0.pop();
        }
        true
    }
}
