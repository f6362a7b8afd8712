//! The date of an HTTP header, so that an adapter can compare the server's clock with the host's.
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

#[cfg(test)]
mod tests {
    use super::unix_ms;

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
