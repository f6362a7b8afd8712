//! Cron lines: when a connector runs by itself.
//!
//! Five fields as cron has them, read in the connector's time zone. A day on which the clocks
//! change is right like any other: an hour that is skipped has its run right after the gap, an hour
//! that comes twice has it once. A line whose hour is `*` means real time, so it goes on in both.
//!
//! Deliberately not here: what time it is, and what ran already (`jobs`).

use std::fmt;

use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, Zoned};

/// Occurrences looked at before a line counts as one that comes no more: a skipped or doubled hour
/// has at most sixty of them.
const TRIES_MAX: usize = 200;

/// One cron line.
#[derive(Debug, Clone)]
pub struct Cron {
    line: String,
    parsed: Box<croner::Cron>,
    /// Its hour is `*`: it is about real time and not about hours of the day.
    is_every_hour: bool,
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.line == other.line
    }
}

impl Eq for Cron {}

impl fmt::Display for Cron {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.line)
    }
}

/// Why a text is no cron line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCron {
    /// It has not five fields, or one of them is wrong; what is known of it.
    Form(String),
    /// No day ever fits it.
    Never,
}

impl Cron {
    /// Reads a line.
    pub fn parse(text: &str) -> Result<Self, NoCron> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let &[_, hour, ..] = fields.as_slice() else {
            return Err(NoCron::Form(String::new()));
        };
        if fields.len() != 5 {
            return Err(NoCron::Form(format!("it has {} fields", fields.len())));
        }
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let parsed = parser
            .parse(&fields.join(" "))
            .map_err(|error| NoCron::Form(error.to_string()))?;
        let line = Self {
            line: text.to_owned(),
            parsed: Box::new(parsed),
            is_every_hour: hour == "*",
        };
        let never = line.next(Timestamp::UNIX_EPOCH, &TimeZone::UTC).is_none();
        if never { Err(NoCron::Never) } else { Ok(line) }
    }

    /// The first moment after `after` at which the line comes, in a time zone.
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let start = after.to_zoned(zone.clone());
        if self.is_every_hour {
            let next: Zoned = self.parsed.find_next_occurrence(&start, false).ok()?;
            return Some(next.timestamp());
        }
        // Hours of the day are looked for on the wall, and then found in time.
        let mut wall: DateTime = start.datetime();
        for _ in 0..TRIES_MAX {
            wall = self.parsed.find_next_occurrence(&wall, false).ok()?;
            let at = moment(wall, zone)?;
            if at > after {
                return Some(at);
            }
        }
        None
    }
}

/// When the clocks of a zone show a time: the first time of two, the end of the gap where they
/// never do.
fn moment(wall: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(wall);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => {
            let before = ambiguous.earlier().ok()?;
            let transition = zone.following(before).next()?;
            Some(transition.timestamp())
        }
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
            ambiguous.earlier().ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next times of a line in Berlin after a moment, as its clocks show them.
    fn berlin(line: &str, after: &str, count: usize) -> Vec<String> {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let cron = Cron::parse(line).unwrap();
        let mut at: Timestamp = after.parse().unwrap();
        let mut all = Vec::new();
        for _ in 0..count {
            at = cron.next(at, &zone).unwrap();
            let shown = at.to_zoned(zone.clone());
            all.push(shown.strftime("%m-%d %H:%M %:z").to_string());
        }
        all
    }

    #[test]
    fn a_daily_run_in_the_hour_that_is_skipped_comes_once_right_after_the_gap() {
        let expected = [
            "03-28 02:30 +01:00",
            "03-29 03:00 +02:00",
            "03-30 02:30 +02:00",
        ];
        let after = "2026-03-27T12:00:00Z";
        assert_eq!(berlin("30 2 * * *", after, 3), expected);
        // Several lines of that hour: still once.
        let all = berlin("0,30 2 * * *", after, 4);
        assert_eq!(all[2], "03-29 03:00 +02:00");
        assert_eq!(all[3], "03-30 02:00 +02:00");
    }

    #[test]
    fn a_daily_run_in_the_hour_that_comes_twice_comes_once() {
        let after = "2026-10-24T12:00:00Z";
        let expected = ["10-25 02:30 +02:00", "10-26 02:30 +01:00"];
        assert_eq!(berlin("30 2 * * *", after, 2), expected);
        // Also where somebody starts the service in the second of both hours.
        let between = "2026-10-25T01:10:00Z";
        assert_eq!(berlin("30 2 * * *", between, 1), ["10-26 02:30 +01:00"]);
        let twice = berlin("*/30 2 * * *", after, 3);
        assert_eq!(twice[1..], ["10-25 02:30 +02:00", "10-26 02:00 +01:00"]);
    }

    #[test]
    fn a_line_of_every_hour_is_real_time_when_the_clocks_change() {
        let autumn = berlin("0 * * * *", "2026-10-25T00:00:00Z", 3);
        let expected = [
            "10-25 02:00 +01:00",
            "10-25 03:00 +01:00",
            "10-25 04:00 +01:00",
        ];
        assert_eq!(autumn, expected);
        let spring = berlin("*/30 * * * *", "2026-03-29T00:30:00Z", 2);
        assert_eq!(spring, ["03-29 03:00 +02:00", "03-29 03:30 +02:00"]);
    }

    #[test]
    fn names_and_the_letters_of_cron_mean_what_they_say() {
        let after = "2026-11-01T00:00:00Z";
        assert_eq!(berlin("0 3 * * SAT", after, 1), ["11-07 03:00 +01:00"]);
        assert_eq!(berlin("0 3 L * *", after, 1), ["11-30 03:00 +01:00"]);
        assert_eq!(berlin("0 3 * * MON#2", after, 1), ["11-09 03:00 +01:00"]);
        assert_eq!(berlin("0 3 15W * *", after, 1), ["11-16 03:00 +01:00"]);
        assert_eq!(berlin("0 3 1 JAN *", after, 1), ["01-01 03:00 +01:00"]);
    }

    #[test]
    fn a_line_that_is_none_or_never_comes_is_told_apart() {
        for wrong in [
            "",
            "* * * *",
            "* * * * * *",
            "61 * * * *",
            "0 25 * * *",
            "x y z a b",
            "@daily",
        ] {
            let read = Cron::parse(wrong);
            assert!(matches!(read, Err(NoCron::Form(_))), "{wrong}: {read:?}");
        }
        assert_eq!(Cron::parse("0 0 30 2 *"), Err(NoCron::Never));
        assert_eq!(Cron::parse("0 0 31 4,6,9,11 *"), Err(NoCron::Never));
        assert!(Cron::parse("0 0 29 2 *").is_ok(), "every four years");
    }
}
