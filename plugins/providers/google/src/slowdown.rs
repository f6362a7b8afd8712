//! Google's "slow down": how long everybody stays away, and when it is enough.
//!
//! Over the quota (2,400 requests a minute and user) the Directory API answers 403, which the host
//! cannot tell from a missing permission, and promises no `Retry-After`. So the adapter asks the host
//! to leave the endpoint alone, twice as long each time, and asks again: seven times, which is more
//! than two of the minutes by which the quota counts. A 429 was waited for by the host already.
//!
//! Invariant: the same refusal gives the same wait. Requests that were refused together are spread
//! by their ids, not by chance.

use crate::reply::GoogleError;
use attune_plugin::provider::HttpResponse;

/// A request is refused so often before the conversation is given up.
const REFUSALS_MAX: u32 = 7;

/// How long nothing more is sent after this answer; `None` where it does not ask for that, or where
/// waiting has not helped. `refusals`: how often the same request was refused before.
pub(crate) fn wait_ms(response: &HttpResponse, refusals: u32) -> Option<f64> {
    let is_asked = response.status == 403 && GoogleError::read(response).is_slow_down();
    if !is_asked || refusals >= REFUSALS_MAX {
        return None;
    }
    // Knuth's multiplicative hash: neighbours come to lie far apart.
    let spread = response.id.wrapping_mul(2_654_435_761) >> 22;
    Some(f64::from(1000_u32 << refusals) * (1.0 + f64::from(spread) / 2048.0))
}

#[cfg(test)]
mod tests {
    use super::{REFUSALS_MAX, wait_ms};
    use attune_plugin::provider::HttpResponse;

    fn refused(id: u32, reason: &str) -> HttpResponse {
        let body = format!(r#"{{"error":{{"code":403,"errors":[{{"reason":"{reason}"}}]}}}}"#);
        HttpResponse {
            id,
            status: 403,
            headers: Vec::new(),
            body: body.into_bytes(),
        }
    }

    #[test]
    fn waits_grow_are_spread_and_end() {
        for id in 0..50 {
            let answer = refused(id, "quotaExceeded");
            for refusals in 0..REFUSALS_MAX {
                let base = 1000.0 * 2_f64.powi(i32::try_from(refusals).unwrap());
                let wait = wait_ms(&answer, refusals).unwrap();
                assert!(wait >= base && wait < base * 1.5, "{id} {refusals} {wait}");
                assert_eq!(wait_ms(&answer, refusals), Some(wait));
            }
            assert_eq!(wait_ms(&answer, REFUSALS_MAX), None);
        }
        let first = |id| wait_ms(&refused(id, "rateLimitExceeded"), 0);
        assert!((1..8).all(|id| first(id) != first(id - 1)));
    }

    #[test]
    fn a_403_that_means_no_is_not_waited_for() {
        assert_eq!(wait_ms(&refused(1, "forbidden"), 0), None);
        assert_eq!(wait_ms(&refused(1, "dailyLimitExceeded"), 0), None);
    }
}
