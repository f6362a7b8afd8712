//! Okta's rate limits: slow down before the limit is reached, and wait for the reset.
//!
//! `x-rate-limit-reset` is an epoch second of Okta's clock, so it is compared with the answer's own
//! `Date` and never with our clock. The limit is the org's: a twentieth of it is left to other
//! programs, and what is still under way counts as used. A refusal (429) is repeated by the host,
//! which reads the same headers; only one that outlasted the host's patience comes here.

use attune_plugin::provider::{HttpResponse, Turn, date};

use crate::options::API;

/// A wait beyond this is no wait for a running conversation.
const WAIT_MAX_MS: f64 = 3_600_000.0;
/// `Date` and reset are whole seconds.
const ROUNDING_MS: f64 = 1_000.0;

/// Holds everything back until the reset when little is left; `under_way` requests may use it up.
pub(crate) fn heed(response: &HttpResponse, now_ms: f64, under_way: usize, turn: &mut Turn) {
    let under_way = u32::try_from(under_way).unwrap_or(u32::MAX);
    let (Some(limit), Some(remaining)) = (
        number(response, "x-rate-limit-limit"),
        number(response, "x-rate-limit-remaining"),
    ) else {
        return;
    };
    let reserve = (limit / 20.0).floor();
    // A limit of 0 is that of requests at the same time, which no waiting raises.
    if limit > 0.0 && remaining <= reserve + f64::from(under_way) {
        hold_until_reset(response, now_ms, turn);
    }
}

/// Holds everything back until the reset that a refusal names; false where it names none.
pub(crate) fn hold_until_reset(response: &HttpResponse, now_ms: f64, turn: &mut Turn) -> bool {
    let reset = number(response, "x-rate-limit-reset");
    let answered_ms = response.header("date").and_then(date::unix_ms);
    let (Some(reset), Some(answered_ms)) = (reset, answered_ms) else {
        return false;
    };
    let wait_ms = reset * 1000.0 - answered_ms + ROUNDING_MS;
    let is_sound = (ROUNDING_MS..=WAIT_MAX_MS).contains(&wait_ms);
    if is_sound {
        turn.hold_off(API, now_ms + wait_ms);
    }
    is_sound
}

fn number(response: &HttpResponse, name: &str) -> Option<f64> {
    let text = response.header(name)?.trim();
    let is_whole = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_whole.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use attune_plugin::provider::{Action, HttpResponse, Turn};

    use super::{heed, hold_until_reset};

    /// 2026-11-21T22:00:00Z by Okta's clock.
    const DATE: &str = "Sat, 21 Nov 2026 22:00:00 GMT";
    const RESET: &str = "1795298430";
    /// Ours is seven minutes late.
    const NOW_MS: f64 = 1_795_297_980_000.0;

    fn response(headers: &[(&str, &str)]) -> HttpResponse {
        let header = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        HttpResponse {
            id: 0,
            status: 200,
            headers: headers.iter().map(header).collect(),
            body: Vec::new(),
        }
    }

    fn held(headers: &[(&str, &str)], under_way: usize) -> Option<f64> {
        let mut turn = Turn::default();
        heed(&response(headers), NOW_MS, under_way, &mut turn);
        turn.into_actions()
            .into_iter()
            .find_map(|action| match action {
                Action::HoldOff { until_ms, .. } => Some(until_ms - NOW_MS),
                _ => None,
            })
    }

    fn left(remaining: &'static str) -> [(&'static str, &'static str); 4] {
        [
            ("x-rate-limit-limit", "600"),
            ("x-rate-limit-remaining", remaining),
            ("x-rate-limit-reset", RESET),
            ("date", DATE),
        ]
    }

    #[test]
    fn little_left_waits_for_the_reset_by_the_servers_clock() {
        assert_eq!(held(&left("30"), 0), Some(31_000.0));
        assert_eq!(held(&left("0"), 0), Some(31_000.0));
        assert_eq!(held(&left("31"), 0), None);
        assert_eq!(held(&left("574"), 7), None);
    }

    #[test]
    fn what_is_under_way_counts_as_used() {
        assert_eq!(held(&left("37"), 7), Some(31_000.0));
        assert_eq!(held(&left("38"), 7), None);
    }

    #[test]
    fn headers_that_say_nothing_hold_nobody_back() {
        let [limit, remaining, reset, date] = left("0");
        for headers in [
            &[remaining, reset, date][..],
            &[limit, reset, date],
            &[limit, remaining, date],
            &[limit, remaining, reset],
            &[("x-rate-limit-limit", "0"), remaining, reset, date],
            &[limit, remaining, ("x-rate-limit-reset", "soon"), date],
            // In the past, and an hour and more ahead.
            &[limit, remaining, ("x-rate-limit-reset", "1795298399"), date],
            &[limit, remaining, ("x-rate-limit-reset", "1795398430"), date],
        ] {
            assert_eq!(held(headers, 0), None, "{headers:?}");
        }
        assert!(!hold_until_reset(
            &response(&[reset]),
            NOW_MS,
            &mut Turn::default()
        ));
    }
}
