//! Calendar arithmetic: add, count, begin and end of a unit, nearness.

use jiff::civil::{DateTime, Time, Weekday};
use jiff::{Span, Timestamp, Unit, Zoned};

use super::Error;

/// A unit of time, with the letters that the `DateAdd` family has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// `yyyy`
    Year,
    /// `q`
    Quarter,
    /// `m`
    Month,
    /// `y`: day of the year; adds and counts days.
    DayOfYear,
    /// `d`
    Day,
    /// `w`: adds days; counts whole weeks.
    Weekday,
    /// `ww`: adds weeks; counts the Sundays in between.
    Week,
    /// `h`
    Hour,
    /// `n`
    Minute,
    /// `s`
    Second,
}

/// What a difference counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Boundaries crossed, as Visual Basic and Entra's `DateDiff` do: from 31 December to 1
    /// January is one year.
    Calendar,
    /// Whole units that have passed, towards zero.
    Elapsed,
}

/// Which day begins a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeekStart {
    /// ISO 8601, most of Europe.
    Monday,
    /// The United States.
    Sunday,
}

/// On which side of now a date may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Before now.
    Past,
    /// After now.
    Future,
    /// Either.
    Either,
}

impl Interval {
    /// The interval of Entra's `DateAdd` and `DateDiff`: yyyy m d ww h n s ("Reference for writing
    /// expressions for attribute mappings").
    pub fn entra(code: &str) -> Option<Self> {
        match code {
            "q" | "y" | "w" => None,
            _ => Self::connect(code),
        }
    }

    /// The interval of Entra Connect's `DateAdd`, which knows q, y and w too.
    pub fn connect(code: &str) -> Option<Self> {
        Some(match code {
            "yyyy" => Self::Year,
            "q" => Self::Quarter,
            "m" => Self::Month,
            "y" => Self::DayOfYear,
            "d" => Self::Day,
            "w" => Self::Weekday,
            "ww" => Self::Week,
            "h" => Self::Hour,
            "n" => Self::Minute,
            "s" => Self::Second,
            _ => return None,
        })
    }

    fn is_time(self) -> bool {
        matches!(self, Self::Hour | Self::Minute | Self::Second)
    }

    fn seconds(self) -> i64 {
        match self {
            Self::Hour => 3600,
            Self::Minute => 60,
            _ => 1,
        }
    }

    fn span(self, amount: i64) -> Result<Span, Error> {
        let span = Span::new();
        Ok(match self {
            Self::Year => span.try_years(amount)?,
            Self::Quarter => span.try_months(amount.checked_mul(3).ok_or(Error::Range)?)?,
            Self::Month => span.try_months(amount)?,
            Self::Day | Self::DayOfYear | Self::Weekday => span.try_days(amount)?,
            Self::Week => span.try_weeks(amount)?,
            Self::Hour => span.try_hours(amount)?,
            Self::Minute => span.try_minutes(amount)?,
            Self::Second => span.try_seconds(amount)?,
        })
    }
}

/// Adds on the civil calendar; the 31st of a month without one becomes its last day (Entra:
/// `DateAdd`, whose dates are UTC).
pub fn add(to: DateTime, interval: Interval, amount: i64) -> Result<DateTime, Error> {
    Ok(to.checked_add(interval.span(amount)?)?)
}

/// Adds in a zone: days and longer by the calendar, hours and shorter by the clock (Okta:
/// `plusDays`, `minusHours`, ...).
pub fn add_zoned(to: &Zoned, interval: Interval, amount: i64) -> Result<Zoned, Error> {
    Ok(to.checked_add(interval.span(amount)?)?)
}

/// From `from` to `to`, negative where `to` is earlier; `to` is seen in the zone of `from` (Entra:
/// `DateDiff`, in UTC, with [`Counting::Calendar`]).
pub fn diff(
    from: &Zoned,
    to: &Zoned,
    interval: Interval,
    counting: Counting,
) -> Result<i64, Error> {
    let to = to.with_time_zone(from.time_zone().clone());
    if interval.is_time() {
        return Ok(match counting {
            Counting::Elapsed => {
                let seconds = to.timestamp().duration_since(from.timestamp()).as_secs();
                seconds / interval.seconds()
            }
            Counting::Calendar => {
                let unit = interval.seconds();
                let index = |at: &Zoned| at.timestamp().as_second().div_euclid(unit);
                index(&to) - index(from)
            }
        });
    }
    let (from, to) = (from.datetime(), to.datetime());
    match counting {
        Counting::Calendar => Ok(boundaries(from, to, interval)),
        Counting::Elapsed => elapsed(from, to, interval),
    }
}

fn boundaries(from: DateTime, to: DateTime, interval: Interval) -> i64 {
    let month = |at: DateTime| i64::from(at.year()) * 12 + i64::from(at.month()) - 1;
    match interval {
        Interval::Year => i64::from(to.year()) - i64::from(from.year()),
        Interval::Quarter => month(to).div_euclid(3) - month(from).div_euclid(3),
        Interval::Month => month(to) - month(from),
        Interval::Weekday => (day(to) - day(from)) / 7,
        // 1970-01-04 was a Sunday: three days after day 0.
        Interval::Week => (day(to) - 3).div_euclid(7) - (day(from) - 3).div_euclid(7),
        _ => day(to) - day(from),
    }
}

/// Days since 1970-01-01.
fn day(at: DateTime) -> i64 {
    let epoch = jiff::civil::Date::constant(1970, 1, 1);
    at.date().duration_since(epoch).as_hours() / 24
}

fn elapsed(from: DateTime, to: DateTime, interval: Interval) -> Result<i64, Error> {
    Ok(match interval {
        Interval::Year => i64::from(from.until((Unit::Year, to))?.get_years()),
        Interval::Quarter => i64::from(from.until((Unit::Month, to))?.get_months()) / 3,
        Interval::Month => i64::from(from.until((Unit::Month, to))?.get_months()),
        Interval::Week | Interval::Weekday => to.duration_since(from).as_hours() / 24 / 7,
        _ => to.duration_since(from).as_hours() / 24,
    })
}

/// The first moment of the unit that the time lies in; a `Weekday` or `DayOfYear` is a day.
pub fn start_of(at: DateTime, unit: Interval, week: WeekStart) -> Result<DateTime, Error> {
    let date = at.date();
    let day = match unit {
        Interval::Year => date.first_of_year(),
        Interval::Quarter => {
            let month = (date.month() - 1) / 3 * 3 + 1;
            date.first_of_month().with().month(month).build()?
        }
        Interval::Month => date.first_of_month(),
        Interval::Week => {
            let behind = match week {
                WeekStart::Monday => date.weekday().to_monday_zero_offset(),
                WeekStart::Sunday => date.weekday().since(Weekday::Sunday),
            };
            date.checked_sub(Span::new().days(behind))?
        }
        Interval::Day | Interval::DayOfYear | Interval::Weekday => date,
        Interval::Hour => return Ok(Time::new(at.hour(), 0, 0, 0)?.to_datetime(date)),
        Interval::Minute => return Ok(Time::new(at.hour(), at.minute(), 0, 0)?.to_datetime(date)),
        Interval::Second => return Ok(at.with().subsec_nanosecond(0).build()?),
    };
    Ok(day.to_datetime(Time::midnight()))
}

/// The last second of the unit that the time lies in.
pub fn end_of(at: DateTime, unit: Interval, week: WeekStart) -> Result<DateTime, Error> {
    let unit = match unit {
        Interval::DayOfYear | Interval::Weekday => Interval::Day,
        unit => unit,
    };
    let start = start_of(at, unit, week)?;
    // One second less first: the last unit of the year 9999 has no successor.
    let last = start.checked_sub(Span::new().seconds(1)).unwrap_or(start);
    let amount = unit.span(1)?;
    match start.checked_add(amount) {
        Ok(next) => Ok(next.checked_sub(Span::new().seconds(1))?),
        Err(_) => Ok(last.max(DateTime::constant(9999, 12, 31, 23, 59, 59, 0))),
    }
}

/// Whether `at` lies at most `amount` units from `now`, on that side; at exactly now it does (Okta:
/// `withinDays`, `withinHours`, ... with [`Side::Either`]).
pub fn within(
    at: Timestamp,
    now: &Zoned,
    interval: Interval,
    amount: i64,
    side: Side,
) -> Result<bool, Error> {
    let earliest = add_zoned(now, interval, amount.saturating_neg())
        .map_or(Timestamp::MIN, |at| at.timestamp());
    let latest = add_zoned(now, interval, amount).map_or(Timestamp::MAX, |at| at.timestamp());
    let now = now.timestamp();
    Ok(match side {
        Side::Past => earliest <= at && at <= now,
        Side::Future => now <= at && at <= latest,
        Side::Either => earliest <= at && at <= latest,
    })
}
