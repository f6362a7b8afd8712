//! Whoever reads a page: their language, their clock, and how times, sizes and shares are said to them.
//!
//! A reader is handed to templates as a runtime value, and the filters ask it. Invariant: a text that is
//! missing is noticed: builds for tests fail by it, others show the key and log it.

use std::any::Any;

use askama::Values;
use axum::http::{HeaderMap, header};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::look::{self, Look};
use super::texts::{About, Language};
use crate::access::Peer;

const NAME: &str = "reader";
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Whoever reads a page.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub(super) language: Language,
    pub(super) look: Look,
    zone: TimeZone,
    now: Timestamp,
}

impl Values for Reader {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == NAME).then_some(self as &dyn Any)
    }
}

impl Reader {
    /// As a request tells.
    pub(super) fn of(headers: &HeaderMap, peer: &Peer, now: Timestamp) -> Self {
        let look = Look::read(headers, peer);
        let accepted = headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|tags| Language::accepted(tags.to_str().ok()?));
        Self {
            language: look.language.or(accepted).unwrap_or(Language::English),
            look,
            zone: look::zone(headers),
            now,
        }
    }

    /// The one that a template is made for.
    pub(super) fn among(values: &dyn Values) -> askama::Result<&Self> {
        askama::get_value(values, NAME)
    }

    /// A text; an error where it is missing.
    pub(super) fn text(&self, key: &str, about: &[About<'_>]) -> Result<String, Missing> {
        if let Some(text) = self.language.text(key, about) {
            return Ok(text);
        }
        tracing::error!(key, language = self.language.tag(), "a text is missing");
        if cfg!(debug_assertions) {
            return Err(Missing(key.to_owned()));
        }
        Ok(key.rsplit('-').next().unwrap_or(key).to_owned())
    }

    /// A text without arguments, for fields that are texts already. Where it is missing, its key: no
    /// page with a key in brackets passes the tests.
    pub(super) fn say(&self, key: &str) -> String {
        self.say_of(key, &[])
    }

    /// A text about something.
    pub(super) fn say_of(&self, key: &str, about: &[About<'_>]) -> String {
        self.text(key, about).unwrap_or_else(|_| format!("[{key}]"))
    }

    /// A whole number.
    pub(super) fn number(&self, number: u64) -> String {
        self.language.number(number)
    }

    /// A time, near ones as the distance from now.
    pub(super) fn time(&self, ms: i64) -> Result<String, Missing> {
        let time = Timestamp::from_millisecond(ms).unwrap_or_default();
        let (then, now) = (self.local(time), self.local(self.now));
        let seconds = time.as_second() - self.now.as_second();
        let minutes = (seconds.abs() + MINUTE / 2) / MINUTE;
        let count = ("count", minutes.into());
        if seconds.abs() < MINUTE {
            return self.text("time-now", &[]);
        }
        if seconds.abs() < HOUR {
            let key = if seconds < 0 { "time-ago" } else { "time-in" };
            return self.text(key, &[count]);
        }
        let clock = ("time", then.strftime("%H:%M").to_string().into());
        let days = then.date() - now.date();
        let key = match days.get_days() {
            0 => "time-today",
            -1 => "time-yesterday",
            1 => "time-tomorrow",
            2..=6 => {
                let weekday = self.weekday(then.weekday())?;
                return self.text("time-weekday", &[("day", weekday.into()), clock]);
            }
            _ => {
                let month = self.text(&format!("month-{}", then.month()), &[])?;
                let day = ("day", i64::from(then.day()).into());
                let month = ("month", month.into());
                if then.year() == now.year() {
                    return self.text("time-date", &[day, month, clock]);
                }
                let year = ("year", then.year().to_string().into());
                return self.text("time-year", &[day, month, year]);
            }
        };
        self.text(key, &[clock])
    }

    /// A weekday, short.
    pub(super) fn weekday(&self, day: Weekday) -> Result<String, Missing> {
        let number = day.to_monday_one_offset();
        self.text(&format!("weekday-{number}"), &[])
    }

    /// A text that need not be there.
    pub(super) fn known(&self, key: &str) -> Option<String> {
        self.language.text(key, &[])
    }

    /// Where the reader is.
    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// A time where the reader is.
    fn local(&self, time: Timestamp) -> Zoned {
        time.to_zoned(self.zone.clone())
    }

    /// How long something took.
    pub(super) fn span(&self, ms: i64) -> String {
        let ms = ms.max(0);
        let seconds = ms / 1000;
        let pair = |big: &'static str, one: i64, small: &'static str, other: i64| {
            let big = self.say_of(big, &[("count", one.into())]);
            let small = self.say_of(small, &[("count", other.into())]);
            format!("{big} {small}")
        };
        if ms < 1000 {
            self.say_of("span-ms", &[("count", ms.into())])
        } else if seconds < MINUTE {
            self.say_of("span-seconds", &[("count", seconds.into())])
        } else if seconds < HOUR {
            pair(
                "span-minutes",
                seconds / MINUTE,
                "span-seconds",
                seconds % MINUTE,
            )
        } else {
            let minutes = seconds % HOUR / MINUTE;
            pair("span-hours", seconds / HOUR, "span-minutes", minutes)
        }
    }

    /// So many days.
    pub(super) fn days(&self, days: i64) -> String {
        self.say_of("span-days", &[("count", days.into())])
    }

    /// So many bytes.
    pub(super) fn bytes(&self, bytes: u64) -> String {
        const STEPS: [&str; 4] = ["B", "kB", "MB", "GB"];
        let mut size = bytes as f64;
        let mut steps = STEPS.iter();
        let mut unit = steps.next().unwrap_or(&"B");
        while size >= 1000.0
            && let Some(next) = steps.next()
        {
            size /= 1000.0;
            unit = next;
        }
        if size < 10.0 && bytes >= 1000 {
            format!("{} {unit}", self.language.decimal(size))
        } else {
            format!("{size:.0} {unit}")
        }
    }

    /// A number with one digit behind the point.
    pub(super) fn decimal(&self, number: f64) -> String {
        self.language.decimal(number)
    }
}

/// A text that is missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no text `{0}`")]
pub(super) struct Missing(String);

impl From<Missing> for askama::Error {
    fn from(missing: Missing) -> Self {
        Self::custom(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(language: Language) -> Reader {
        Reader {
            language,
            look: Look::default(),
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            now: "2026-11-23T08:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn times_are_said_as_people_do() {
        let said = |language, time: &str| {
            let time: Timestamp = time.parse().unwrap();
            reader(language).time(time.as_millisecond()).unwrap()
        };
        for (time, english, german) in [
            ("2026-11-23T07:59:30Z", "just now", "gerade eben"),
            ("2026-11-23T07:48:00Z", "12 min ago", "vor 12 min"),
            ("2026-11-23T08:03:00Z", "in 3 min", "in 3 min"),
            ("2026-11-23T02:04:00Z", "today, 03:04", "heute, 03:04"),
            ("2026-11-22T02:04:00Z", "yesterday, 03:04", "gestern, 03:04"),
            ("2026-11-23T23:30:00Z", "tomorrow, 00:30", "morgen, 00:30"),
            ("2026-11-28T02:00:00Z", "Sat, 03:00", "Sa, 03:00"),
            ("2026-11-14T02:07:00Z", "14 Nov, 03:07", "14. Nov., 03:07"),
            ("2025-12-31T12:00:00Z", "31 Dec 2025", "31. Dez. 2025"),
        ] {
            assert_eq!(said(Language::English, time), english);
            assert_eq!(said(Language::German, time), german);
        }
    }

    #[test]
    fn spans_and_sizes_are_short() {
        let reader = reader(Language::German);
        assert_eq!(reader.span(420), "420 ms");
        assert_eq!(reader.span(72_000), "1 min 12 s");
        assert_eq!(reader.span(7_260_000), "2 h 1 min");
        assert_eq!(reader.bytes(999), "999 B");
        assert_eq!(reader.bytes(1_900_000), "1,9 MB");
        assert_eq!(reader.bytes(212_400), "212 kB");
        assert_eq!(
            reader.text("no-such-key", &[]),
            Err(Missing("no-such-key".to_owned()))
        );
    }
}
