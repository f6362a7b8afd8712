//! Month and day names: written in one language, read in both.
//!
//! English and German share no name with two meanings, so reading never has to ask.

/// The language in which names are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// January, Jan, Monday, Mon.
    #[default]
    English,
    /// Januar, Jan, Montag, Mo.
    German,
}

impl Names {
    /// The language of a BCP 47 tag: German for `de` and its regions, else English.
    pub fn of_locale(tag: &str) -> Self {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("de") {
            Self::German
        } else {
            Self::English
        }
    }

    /// The month from 1, whole or short.
    pub(super) fn month(self, month: i8, long: bool) -> &'static str {
        let table = match (self, long) {
            (Self::English, true) => &MONTHS,
            (Self::English, false) => &MONTHS_SHORT,
            (Self::German, true) => &MONATE,
            (Self::German, false) => &MONATE_KURZ,
        };
        at(table, month - 1)
    }

    /// The day of the week, Monday is 1.
    pub(super) fn weekday(self, day: i8, long: bool) -> &'static str {
        let table = match (self, long) {
            (Self::English, true) => &DAYS,
            (Self::English, false) => &DAYS_SHORT,
            (Self::German, true) => &TAGE,
            (Self::German, false) => &TAGE_KURZ,
        };
        at(table, day - 1)
    }
}

fn at(table: &[&'static str], index: i8) -> &'static str {
    let index = usize::try_from(index).ok();
    index
        .and_then(|index| table.get(index))
        .copied()
        .unwrap_or("")
}

/// The month (from 1) whose name the text begins with, and the name's length in bytes.
pub(super) fn read_month(text: &str) -> Option<(i8, usize)> {
    longest(
        text,
        &[
            &MONTHS,
            &MONATE,
            &MONTHS_SHORT,
            &MONATE_KURZ,
            &MONATE_ANDERS,
        ],
    )
}

/// The day of the week (Monday is 1) whose name the text begins with.
pub(super) fn read_weekday(text: &str) -> Option<(i8, usize)> {
    longest(text, &[&DAYS, &TAGE, &DAYS_SHORT, &TAGE_KURZ])
}

fn longest(text: &str, tables: &[&[&str]]) -> Option<(i8, usize)> {
    let mut best = None;
    for table in tables {
        for (index, name) in table.iter().enumerate() {
            let longer = best.is_none_or(|(_, len)| name.len() > len);
            if longer && !name.is_empty() && starts_with(text, name) {
                best = Some((i8::try_from(index).unwrap_or(0) + 1, name.len()));
            }
        }
    }
    best
}

/// Without case, for ASCII and the German umlaut.
pub(super) fn starts_with(text: &str, name: &str) -> bool {
    let Some(head) = text.get(..name.len()) else {
        return false;
    };
    head.eq_ignore_ascii_case(name)
        || (!head.is_ascii() && head.to_lowercase() == name.to_lowercase())
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_SHORT: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const MONATE: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const MONATE_KURZ: [&str; 12] = [
    "Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez",
];
/// Read, never written: `Maerz`, `Sept`, and the Austrian January and February.
const MONATE_ANDERS: [&str; 12] = [
    "Jänner", "Feber", "Maerz", "", "", "", "", "", "Sept", "", "", "",
];
const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const DAYS_SHORT: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const TAGE: [&str; 7] = [
    "Montag",
    "Dienstag",
    "Mittwoch",
    "Donnerstag",
    "Freitag",
    "Samstag",
    "Sonntag",
];
const TAGE_KURZ: [&str; 7] = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"];
