//! How long an answer asks us to wait.
//!
//! `Retry-After` comes in whole seconds, in decimals ("2.128", Graph) and as a date, which is
//! measured against the answer's own `Date`, because the two clocks need not agree (RFC 9110,
//! 10.2.3). Where there is none, the rate headers say when the bucket fills again: Okta gives the
//! epoch second of the reset, others the seconds left, Jira the interval of its bucket.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

use super::Response;

/// Numbers of seconds above this are moments, below it lengths of time.
const EPOCH_SECONDS_MIN: f64 = 1_000_000_000.0;
/// The same for moments in milliseconds.
const EPOCH_MILLIS_MIN: f64 = 1_000_000_000_000.0;
/// No answer keeps us away for longer than this.
const WAIT_MAX: Duration = Duration::from_hours(24);
/// An answer that was given, with the quota used up, holds us back for at most this.
const WAIT_AFTER_SUCCESS_MAX: Duration = Duration::from_mins(5);

/// What a refusing answer (429, 502, 503, 504) asks for; nothing where it does not say, and where
/// it says "now" (Jira sends `retry-after: 0` while tokens remain).
pub(super) fn after_refusal(answer: &Response, now: Timestamp) -> Option<Duration> {
    let server_now = date(answer.header("date")).unwrap_or(now);
    let by_header = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "retry-after")
        .filter_map(|(_, value)| retry_after(value, server_now))
        .max();
    by_header
        .filter(|wait| !wait.is_zero())
        .or_else(|| reset(answer, server_now))
        .filter(|wait| !wait.is_zero())
}

/// How long to stay away after an answer that used up the last of the quota.
pub(super) fn after_success(answer: &Response, now: Timestamp) -> Option<Duration> {
    let remaining = [
        "x-rate-limit-remaining",
        "x-ratelimit-remaining",
        "ratelimit-remaining",
    ];
    let left = remaining.iter().find_map(|name| answer.header(name))?;
    // An answer that says "0 left, wait 0" counts its tokens loosely: no reason to wait.
    if number(left)? > 0.0 || answer.header("retry-after").and_then(number) == Some(0.0) {
        return None;
    }
    after_refusal(answer, now).map(|wait| wait.min(WAIT_AFTER_SUCCESS_MAX))
}

fn retry_after(value: &str, server_now: Timestamp) -> Option<Duration> {
    match number(value) {
        Some(seconds) => length(seconds),
        None => Some(until(date(Some(value))?, server_now)),
    }
}

/// How long until the quota is full again, by the clock of the side that says so.
pub(super) fn until_reset(answer: &Response, now: Timestamp) -> Option<Duration> {
    reset(answer, date(answer.header("date")).unwrap_or(now))
}

fn reset(answer: &Response, server_now: Timestamp) -> Option<Duration> {
    let names = ["x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset"];
    let moment = names.iter().find_map(|name| number(answer.header(name)?));
    if let Some(moment) = moment {
        return match moment {
            ms if ms >= EPOCH_MILLIS_MIN => from_epoch(ms / 1000.0, server_now),
            s if s >= EPOCH_SECONDS_MIN => from_epoch(s, server_now),
            left => length(left),
        };
    }
    length(number(answer.header("x-ratelimit-interval-seconds")?)?)
}

fn from_epoch(seconds: f64, server_now: Timestamp) -> Option<Duration> {
    let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
    let moment = Timestamp::UNIX_EPOCH.checked_add(since).ok()?;
    Some(until(moment, server_now))
}

fn until(moment: Timestamp, server_now: Timestamp) -> Duration {
    let left = moment.duration_since(server_now);
    Duration::try_from(left).unwrap_or_default().min(WAIT_MAX)
}

fn length(seconds: f64) -> Option<Duration> {
    let wait = Duration::try_from_secs_f64(seconds).ok()?;
    Some(wait.min(WAIT_MAX))
}

/// A decimal number without sign, exponent or words (`inf` is none).
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_decimal = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let value = is_decimal.then(|| text.parse::<f64>().ok()).flatten()?;
    value.is_finite().then_some(value)
}

/// The moment of an HTTP date.
pub(super) fn date(text: Option<&str>) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new()
        .parse_timestamp(text?.trim())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Sat, 21 Nov 2026 12:00:00 GMT";

    fn now() -> Timestamp {
        // Seven minutes before the server's clock.
        "2026-11-21T11:53:00Z".parse().unwrap()
    }

    fn refusal(headers: &[(&str, &str)]) -> Option<Duration> {
        let mut answer = Response::new(429, "");
        for (name, value) in headers {
            answer = answer.with_header(name, *value);
        }
        after_refusal(&answer, now())
    }

    fn seconds(s: f64) -> Duration {
        Duration::from_secs_f64(s)
    }

    #[test]
    fn seconds_and_decimals_are_read() {
        assert_eq!(refusal(&[("Retry-After", "17")]), Some(seconds(17.0)));
        assert_eq!(refusal(&[("Retry-After", " 2.128 ")]), Some(seconds(2.128)));
        assert_eq!(
            refusal(&[("Retry-After", "999999999999999")]),
            Some(WAIT_MAX)
        );
    }

    #[test]
    fn a_date_is_measured_against_the_servers_own() {
        let later = "Sat, 21 Nov 2026 12:00:30 GMT";
        assert_eq!(
            refusal(&[("Date", DATE), ("Retry-After", later)]),
            Some(seconds(30.0))
        );
        assert_eq!(refusal(&[("Retry-After", later)]), Some(seconds(450.0)));
        let past = "Sat, 21 Nov 2026 11:00:00 GMT";
        assert_eq!(refusal(&[("Date", DATE), ("Retry-After", past)]), None);
    }

    #[test]
    fn rate_headers_stand_in_where_there_is_no_retry_after() {
        let reset = ("x-rate-limit-reset", "1795262412");
        assert_eq!(refusal(&[("Date", DATE), reset]), Some(seconds(12.0)));
        assert_eq!(refusal(&[("X-RateLimit-Reset", "9")]), Some(seconds(9.0)));
        let interval = ("X-RateLimit-Interval-Seconds", "60");
        assert_eq!(
            refusal(&[("Retry-After", "0"), interval]),
            Some(seconds(60.0))
        );
    }

    #[test]
    fn nonsense_is_no_answer() {
        for value in [
            "", "soon", "-5", "inf", "NaN", "1e9", "0", "0.0", "..", "1.2.3",
        ] {
            assert_eq!(refusal(&[("Retry-After", value)]), None, "{value}");
        }
    }

    #[test]
    fn a_used_up_quota_holds_back_after_success() {
        let answer = Response::new(200, "")
            .with_header("x-rate-limit-remaining", "0")
            .with_header("date", DATE)
            .with_header("x-rate-limit-reset", "1795262420");
        assert_eq!(after_success(&answer, now()), Some(seconds(20.0)));
        let plenty = Response::new(200, "")
            .with_header("x-rate-limit-remaining", "5")
            .with_header("retry-after", "20");
        assert_eq!(after_success(&plenty, now()), None);
    }
}
