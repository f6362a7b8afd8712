//! How often somebody may ask: so many requests a minute, all at once if they like (GCRA).
//!
//! Of each a single time is kept: when what they have asked for would be over, had it come evenly.
//! Deliberately not here: how fast others may be asked (`net`).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

/// What is asked for in one go at most.
const MINUTE: Duration = Duration::from_mins(1);
/// So many are remembered apart.
const KEYS_MAX: usize = 20_000;
/// Where there are so many, the old ones are looked for no more often.
const SWEEP: Duration = Duration::from_secs(1);

/// Whose requests are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A token or a session.
    Principal(String),
    /// Where requests come from.
    Address(IpAddr),
    /// All whom there is no room for.
    Others,
}

/// When everybody's requests would be over.
#[derive(Debug, Default)]
pub(super) struct Rates {
    ends: BTreeMap<Key, Duration>,
    swept: Duration,
}

impl Rates {
    /// Counts a request, or says how long to wait. Time is uptime.
    pub(super) fn take(&mut self, key: Key, a_minute: u32, now: Duration) -> Result<(), Duration> {
        let key = self.room(key, now);
        let each = MINUTE / a_minute.max(1);
        let end = self.ends.get(&key).copied().unwrap_or(now).max(now) + each;
        match end.saturating_sub(now).checked_sub(MINUTE) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                self.ends.insert(key, end);
                Ok(())
            }
        }
    }

    /// The key itself, or that of all others where too many are remembered.
    fn room(&mut self, key: Key, now: Duration) -> Key {
        if self.ends.len() >= KEYS_MAX && !self.ends.contains_key(&key) {
            if now >= self.swept + SWEEP {
                self.swept = now;
                self.ends.retain(|_, end| *end > now);
            }
            if self.ends.len() >= KEYS_MAX {
                return Key::Others;
            }
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(number: usize) -> Key {
        Key::Principal(number.to_string())
    }

    #[test]
    fn a_minute_s_requests_may_come_at_once_and_then_one_after_the_other() {
        let mut rates = Rates::default();
        let now = Duration::from_secs(1_000);
        for _ in 0..600 {
            rates.take(who(1), 600, now).unwrap();
        }
        let wait = rates.take(who(1), 600, now).unwrap_err();
        assert_eq!(wait, Duration::from_millis(100));
        rates.take(who(2), 600, now).unwrap();
        assert!(rates.take(who(1), 600, now + wait / 2).is_err());
        rates.take(who(1), 600, now + wait).unwrap();
        assert!(rates.take(who(1), 600, now + wait).is_err());
        for _ in 0..600 {
            rates.take(who(1), 600, now + MINUTE * 2).unwrap();
        }
    }

    #[test]
    fn over_an_hour_no_more_than_the_rate_comes_through() {
        let mut rates = Rates::default();
        let at = |number: u64| Duration::from_millis(number * 10);
        let taken = (0..360_000).filter(|n| rates.take(who(1), 60, at(*n)).is_ok());
        assert_eq!(taken.count(), 60 * 60 + 60 - 1);
    }

    #[test]
    fn names_without_end_take_no_memory_without_end() {
        let mut rates = Rates::default();
        for number in 0..(KEYS_MAX + 5_000) {
            let _taken_or_not = rates.take(who(number), 1, Duration::ZERO);
        }
        assert!(rates.ends.len() <= KEYS_MAX + 1);
    }
}
