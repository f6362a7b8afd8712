//! The date of an HTTP header, so that an adapter can compare the server's clock with the host's,
//! and the form in which servers want to be asked for what changed since.
//!
//! Only the form that RFC 9110 section 5.6.7 tells senders to use (`Sun, 06 Nov 1994 08:49:37
//! GMT`); the obsolete forms read as nothing.

/// Unix time in milliseconds of an HTTP date.
pub fn unix_ms(text: &str) -> Option<f64> {
    let (_weekday, rest) = text.trim().split_once(", ")?;
    let mut words = rest.split(' ');
    let day: i64 = words.next()?.parse().ok()?;
    let month = month(words.next()?)?;
    let year: i64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':');
    let hour: i64 = clock.next()?.parse().ok()?;
    let minute: i64 = clock.next()?.parse().ok()?;
    let second: i64 = clock.next()?.parse().ok()?;
    let in_range = (1..=31).contains(&day)
        && (1970..=9999).contains(&year)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    if words.next() != Some("GMT") || !in_range {
        return None;
    }
    let seconds = days_before(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    // Seconds until the year 9999 are far below 2^53.
    #[expect(
        clippy::cast_precision_loss,
        reason = "below 2^53 for the years let in above"
    )]
    let unix_ms = seconds as f64 * 1000.0;
    Some(unix_ms)
}

/// Unix time in milliseconds as `2026-11-21T22:00:00Z`, whole seconds; nothing before 1970 and after
/// 9999.
pub fn rfc3339(unix_ms: f64) -> Option<String> {
    let in_range = (0.0..=253_402_300_799_999.0).contains(&unix_ms);
    // A whole number far below 2^53, as was just seen.
    let ms = in_range.then_some(unix_ms as i64)?;
    let seconds = ms / 1000;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date_after(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
    ))
}

fn month(name: &str) -> Option<i64> {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let index = NAMES.iter().position(|known| *known == name)?;
    i64::try_from(index + 1).ok()
}

/// Days from 1970-01-01 to a date (Howard Hinnant's `days_from_civil`).
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date so many days after 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn date_after(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::{rfc3339, unix_ms};

    #[test]
    fn a_time_is_written_as_it_was_read() {
        for (http, written) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
            ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z"),
            ("Thu, 29 Feb 2024 12:00:00 GMT", "2024-02-29T12:00:00Z"),
            ("Fri, 31 Dec 2027 23:59:59 GMT", "2027-12-31T23:59:59Z"),
            ("Sat, 01 Mar 2100 00:00:00 GMT", "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(unix_ms(http).and_then(rfc3339).as_deref(), Some(written));
        }
        for (written, years) in [
            (-1.0, "before 1970"),
            (1e18, "after 9999"),
            (f64::NAN, "none"),
        ] {
            assert_eq!(rfc3339(written), None, "{years}");
        }
    }

    #[test]
    fn the_example_of_the_rfc_is_read() {
        assert_eq!(
            unix_ms("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777_000.0)
        );
        assert_eq!(unix_ms("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0.0));
        assert_eq!(
            unix_ms("Thu, 29 Feb 2024 12:00:00 GMT"),
            Some(1_709_208_000_000.0)
        );
    }

    #[test]
    fn other_forms_are_nothing() {
        for text in [
            "",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 99 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(unix_ms(text), None, "{text}");
        }
    }
}
