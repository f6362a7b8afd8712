//! The conversions of C's and Python's `strftime` and `strptime`.

use super::Error;
use super::pattern::{Field, HalfDay, Item, Items, Number, OffsetForm, wrong};

pub(super) fn compile(pattern: &str) -> Result<Vec<Item>, Error> {
    let mut items = Items::default();
    let mut chars = pattern.chars().enumerate();
    while let Some((at, char)) = chars.next() {
        if char.is_ascii_whitespace() {
            items.push(Item::Space);
            continue;
        }
        if char != '%' {
            items.literal(char);
            continue;
        }
        let (mut flag, mut next) = (None, chars.next());
        if let Some((_, char @ ('-' | '_' | '0'))) = next {
            flag = Some(char);
            next = chars.next();
        }
        let mut colons = 0;
        while let Some((_, ':')) = next {
            colons += 1;
            next = chars.next();
        }
        let Some((_, letter)) = next else {
            return Err(wrong(at, "a `%` at the end; write `%%` for a plain one"));
        };
        let known = conversion(letter, colons, flag, &mut items);
        known.ok_or_else(|| wrong(at, format!("`%{letter}` is no conversion of strftime")))?;
    }
    Ok(items.0)
}

fn conversion(letter: char, colons: usize, flag: Option<char>, items: &mut Items) -> Option<()> {
    let mut number = |field, width: usize, blank: bool| {
        let mut item = Number::item(field, width, 1, width);
        if let Item::Number(number) = &mut item {
            if flag == Some('-') {
                number.pad = 1;
            } else if flag == Some('_') || (blank && flag.is_none()) {
                number.pad_with = ' ';
            }
        }
        items.push(item);
    };
    match letter {
        'Y' => number(Field::Year, 4, false),
        'C' => number(Field::Century, 2, false),
        'G' => number(Field::WeekYear, 4, false),
        'V' => number(Field::Week, 2, false),
        'm' => number(Field::Month, 2, false),
        'd' => number(Field::Day, 2, false),
        'e' => number(Field::Day, 2, true),
        'j' => number(Field::DayOfYear, 3, false),
        'u' => number(Field::Weekday, 1, false),
        'w' => number(Field::WeekdayFromSunday, 1, false),
        'H' => number(Field::Hour, 2, false),
        'k' => number(Field::Hour, 2, true),
        'I' => number(Field::HalfHour, 2, false),
        'l' => number(Field::HalfHour, 2, true),
        'M' => number(Field::Minute, 2, false),
        'S' => number(Field::Second, 2, false),
        's' => items.push(Number::item(Field::Unix, 1, 1, 18)),
        'y' => items.push(Item::ShortYear { pad: 2 }),
        'b' | 'h' => items.push(Item::Month { long: false }),
        'B' => items.push(Item::Month { long: true }),
        'a' => items.push(Item::Weekday { long: false }),
        'A' => items.push(Item::Weekday { long: true }),
        'p' => items.push(Item::HalfDay(HalfDay::Upper)),
        'P' => items.push(Item::HalfDay(HalfDay::Lower)),
        'f' => items.push(Item::Fraction {
            digits: 6,
            trim: false,
            dot: false,
        }),
        'N' => items.push(Item::Fraction {
            digits: 9,
            trim: false,
            dot: false,
        }),
        'z' if colons == 0 => items.push(Item::Offset(OffsetForm::Plain)),
        'z' => items.push(Item::Offset(OffsetForm::Colon)),
        'Z' => items.push(Item::ZoneShort),
        'Q' => items.push(Item::ZoneName),
        'n' | 't' => items.push(Item::Space),
        '%' => items.literal('%'),
        'F' => expand("%Y-%m-%d", items),
        'T' | 'X' => expand("%H:%M:%S", items),
        'R' => expand("%H:%M", items),
        'D' | 'x' => expand("%m/%d/%y", items),
        'r' => expand("%I:%M:%S %p", items),
        'c' => expand("%a %b %e %H:%M:%S %Y", items),
        _ => return None,
    }
    Some(())
}

/// A conversion that stands for several; those it stands for are all known.
fn expand(pattern: &str, items: &mut Items) {
    if let Ok(more) = compile(pattern) {
        for item in more {
            match item {
                Item::Text(text) => items.text(&text),
                item => items.push(item),
            }
        }
    }
}
