//! Joda-Time's letters, as Okta documents them, with those of `java.time` that mean the same.

use super::Error;
use super::pattern::{Field, HalfDay, Item, Items, Number, OffsetForm, wrong};

/// The most digits that a year has where no number follows it.
const YEAR_DIGITS_MAX: usize = 9;

pub(super) fn compile(pattern: &str) -> Result<Vec<Item>, Error> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut items = Items::default();
    let mut at = 0;
    while let Some(char) = chars.get(at).copied() {
        if char == '\'' {
            at = quoted(&chars, at, &mut items)?;
            continue;
        }
        let run = chars
            .iter()
            .skip(at)
            .take_while(|next| **next == char)
            .count();
        if char.is_ascii_alphabetic() {
            let item = letter(char, run);
            let unknown = || {
                wrong(
                    at,
                    format!("`{char}` is no letter of Joda patterns; quote text with '"),
                )
            };
            items.push(item.ok_or_else(unknown)?);
            at += run;
        } else {
            items.literal(char);
            at += 1;
        }
    }
    Ok(bounded(items.0))
}

/// Text in quotes; two quotes are one.
fn quoted(chars: &[char], open: usize, items: &mut Items) -> Result<usize, Error> {
    if chars.get(open + 1) == Some(&'\'') {
        items.literal('\'');
        return Ok(open + 2);
    }
    let mut at = open + 1;
    loop {
        match (chars.get(at), chars.get(at + 1)) {
            (None, _) => return Err(wrong(open, "the quote is never closed")),
            (Some('\''), Some('\'')) => {
                items.literal('\'');
                at += 2;
            }
            (Some('\''), _) => return Ok(at + 1),
            (Some(char), _) => {
                items.literal(*char);
                at += 1;
            }
        }
    }
}

fn letter(char: char, run: usize) -> Option<Item> {
    let number = |field, max: usize| Number::item(field, run, 1, max.max(run));
    Some(match (char, run) {
        ('y' | 'Y' | 'u', 2) => Item::ShortYear { pad: 2 },
        ('y' | 'Y' | 'u', _) => number(Field::Year, YEAR_DIGITS_MAX),
        ('x', _) => number(Field::WeekYear, YEAR_DIGITS_MAX),
        ('w', _) => number(Field::Week, 2),
        ('C', _) => number(Field::Century, 2),
        ('M' | 'L', 1 | 2) => number(Field::Month, 2),
        ('M' | 'L', _) => Item::Month { long: run > 3 },
        ('d', _) => number(Field::Day, 2),
        ('D', _) => number(Field::DayOfYear, 3),
        ('e', _) => number(Field::Weekday, 1),
        ('E', _) => Item::Weekday { long: run > 3 },
        ('a', _) => Item::HalfDay(HalfDay::Upper),
        ('H', _) => number(Field::Hour, 2),
        ('h', _) => number(Field::HalfHour, 2),
        ('k', _) => number(Field::HourFrom1, 2),
        ('K', _) => number(Field::HalfHourFrom0, 2),
        ('m', _) => number(Field::Minute, 2),
        ('s', _) => number(Field::Second, 2),
        ('S', 1..=9) => Item::Fraction {
            digits: run,
            trim: false,
            dot: false,
        },
        ('G', _) => Item::Era { long: false },
        ('z', _) => Item::ZoneShort,
        ('Z', 1) => Item::Offset(OffsetForm::Plain),
        ('Z', 2) => Item::Offset(OffsetForm::Colon),
        ('Z', _) | ('V', 2) => Item::ZoneName,
        ('X', 1) => Item::Offset(OffsetForm::HoursOrZ),
        ('X', 2) => Item::Offset(OffsetForm::PlainOrZ),
        ('X', _) => Item::Offset(OffsetForm::ColonOrZ),
        _ => return None,
    })
}

/// A year that a number follows directly has exactly the digits of its letters.
fn bounded(mut items: Vec<Item>) -> Vec<Item> {
    let is_number: Vec<bool> = items
        .iter()
        .map(|item| {
            matches!(
                item,
                Item::Number(_) | Item::ShortYear { .. } | Item::Fraction { .. }
            )
        })
        .collect();
    for (item, follows) in items.iter_mut().zip(is_number.into_iter().skip(1)) {
        if let Item::Number(number) = item
            && follows
            && matches!(number.field, Field::Year | Field::WeekYear)
        {
            number.min = number.pad;
            number.max = number.pad;
        }
    }
    items
}
