//! Guesses: after some wrong ones the next is looked at later and later, and never is never.
//!
//! Counted by account, whether or not there is one of that name, and by address. A guess that comes too
//! early is not looked at and changes nothing, so that who guesses without end keeps nobody out for
//! longer than the longest wait. Time is uptime: no change of the date shortens a wait.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

/// So many wrong ones before there is a wait.
const FREE: u32 = 5;
/// The first wait; each one is twice as long as the one before it.
const WAIT: Duration = Duration::from_secs(30);
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_mins(5);
/// After so long without a guess all is forgotten.
const FORGET: Duration = Duration::from_mins(15);
/// So many are remembered apart.
const KEYS_MAX: usize = 20_000;
/// Where there are so many, the old ones are looked for no more often.
const SWEEP: Duration = Duration::from_secs(1);

/// What guesses are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A digest of the name that was typed.
    Account(String),
    /// Where it came from.
    Address(IpAddr),
    /// All whom there is no room for.
    Others,
}

#[derive(Debug, Clone, Copy)]
struct Tried {
    count: u32,
    last: Duration,
}

/// Guesses so far.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    tried: BTreeMap<Key, Tried>,
    swept: Duration,
}

impl Attempts {
    /// Whether a guess is looked at now; counts it as a wrong one beforehand, so that many at once are
    /// not all looked at. Otherwise how long to wait.
    pub(super) fn begin(&mut self, keys: &[Key], now: Duration) -> Result<(), Duration> {
        let keys: Vec<Key> = keys.iter().map(|key| self.room(key, now)).collect();
        let waits = keys.iter().filter_map(|key| {
            let tried = self.tried.get(key)?;
            let until = tried.last.saturating_add(wait_after(tried.count));
            until.checked_sub(now).filter(|wait| !wait.is_zero())
        });
        if let Some(wait) = waits.max() {
            return Err(wait);
        }
        for key in keys {
            let tried = self.tried.entry(key).or_insert(Tried {
                count: 0,
                last: now,
            });
            tried.count = tried.count.saturating_add(1);
            tried.last = now;
        }
        Ok(())
    }

    /// The guess that began last was right: the account's are forgotten, and this one is none of the
    /// address's.
    pub(super) fn was_right(&mut self, keys: &[Key]) {
        for key in keys {
            match key {
                Key::Account(_) => drop(self.tried.remove(key)),
                Key::Address(_) | Key::Others => {
                    if let Some(tried) = self.tried.get_mut(key) {
                        tried.count = tried.count.saturating_sub(1);
                    }
                }
            }
        }
    }

    /// The key itself, or that of all others where too many are remembered.
    fn room(&mut self, key: &Key, now: Duration) -> Key {
        let is_over = |tried: &Tried| now.saturating_sub(tried.last) >= FORGET;
        if self.tried.get(key).is_some_and(is_over) {
            self.tried.remove(key);
        }
        if self.tried.len() >= KEYS_MAX && !self.tried.contains_key(key) {
            if now >= self.swept + SWEEP {
                self.swept = now;
                self.tried.retain(|_, tried| !is_over(tried));
            }
            if self.tried.len() >= KEYS_MAX {
                return Key::Others;
            }
        }
        key.clone()
    }
}

fn wait_after(count: u32) -> Duration {
    match count.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(beyond) => WAIT.saturating_mul(1 << beyond.min(8)).min(WAIT_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str) -> Key {
        Key::Account(name.to_owned())
    }

    fn address(last: u8) -> Key {
        Key::Address(IpAddr::from([192, 0, 2, last]))
    }

    /// How many of 10,000 guesses in an hour are looked at.
    fn looked_at(keys: impl Fn(u64) -> [Key; 2]) -> usize {
        let mut attempts = Attempts::default();
        let guess = |number: &u64| {
            let now = Duration::from_millis(number * 360);
            attempts.begin(&keys(*number), now).is_ok()
        };
        (0..10_000).filter(guess).count()
    }

    #[test]
    fn of_ten_thousand_guesses_in_an_hour_at_most_thirty_are_looked_at() {
        let one = looked_at(|_| [account("ada"), address(1)]);
        let spread = looked_at(|n| [account("ada"), address((n % 250) as u8)]);
        let names = looked_at(|n| [account(&n.to_string()), address(1)]);
        assert!([one, spread, names].iter().all(|n| (10..=30).contains(n)));
    }

    #[test]
    fn nobody_is_kept_out_for_longer_than_the_longest_wait() {
        let mut attempts = Attempts::default();
        let keys = [account("ada"), address(1)];
        let mut now = Duration::ZERO;
        for _ in 0..100 {
            match attempts.begin(&keys, now) {
                Ok(()) => {}
                Err(wait) => {
                    assert!(wait <= WAIT_MAX);
                    now += wait;
                    attempts.begin(&keys, now).unwrap();
                }
            }
        }
        // Guesses that come too early put nothing off.
        let wait = attempts.begin(&keys, now).unwrap_err();
        assert_eq!(wait, WAIT_MAX);
        let half = now + WAIT_MAX / 2;
        assert_eq!(attempts.begin(&keys, half).unwrap_err(), WAIT_MAX / 2);
        attempts.begin(&keys, now + WAIT_MAX).unwrap();
        attempts.was_right(&keys);
        let other = [account("ada"), address(2)];
        assert!(attempts.begin(&other, now + WAIT_MAX).is_ok());
    }

    #[test]
    fn who_signs_in_between_gets_no_further_guesses_at_others() {
        let mut attempts = Attempts::default();
        let (own, now) = ([account("eve"), address(1)], Duration::ZERO);
        let mut looked_at = 0;
        for number in 0..100 {
            if attempts.begin(&own, now).is_ok() {
                attempts.was_right(&own);
            }
            let victim = [account(&number.to_string()), address(1)];
            looked_at += usize::from(attempts.begin(&victim, now).is_ok());
        }
        assert!(looked_at <= 5, "{looked_at}");
    }

    #[test]
    fn names_without_end_take_no_memory_without_end() {
        let mut attempts = Attempts::default();
        for number in 0..(KEYS_MAX as u64 + 5_000) {
            let keys = [account(&number.to_string())];
            let _looked_at_or_not = attempts.begin(&keys, Duration::from_millis(number));
        }
        assert!(attempts.tried.len() <= KEYS_MAX + 1);
        assert!(attempts.begin(&[account("0")], FORGET).is_ok());
    }
}
