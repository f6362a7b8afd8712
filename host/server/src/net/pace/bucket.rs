//! What a site's answers say about how much it lets us do, and how long to wait so that others
//! find some of it too.
//!
//! Two kinds of rules are told by headers. A token bucket (Jira and Confluence Data Center:
//! `X-RateLimit-Limit`, `-Remaining`, `-FillRate`, `-Interval-Seconds`) fills all the time; a
//! window (Okta's `x-rate-limit-*`, `RateLimit-*`) is full again at a moment. Of both a fifth is
//! left for everybody else who uses the same account or application, people included. A window
//! that is longer than two minutes keeps nothing back: nobody wants a run to stand still for an
//! hour over the last fifth.
//!
//! A site may have several rules at once, one per kind of request; the strictest counts.

use std::time::Duration;

use jiff::Timestamp;

use crate::net::request::Response;
use crate::net::waiting;

/// Which part of a limit is left to others.
const RESERVE: f64 = 0.2;
const WINDOW_MAX: Duration = Duration::from_mins(2);
/// Rules kept of one site.
const RULES_MAX: usize = 4;

/// How a limit is filled.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Refill {
    /// Tokens per second.
    Steady(f64),
    /// All at this moment of the clock's uptime.
    At(Duration),
}

/// What one answer tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Told {
    limit: f64,
    remaining: f64,
    refill: Refill,
}

impl Told {
    /// Nothing where the answer does not tell all of it.
    pub(super) fn read(answer: &Response, now: Timestamp, uptime: Duration) -> Option<Self> {
        let is_of_rates = |name: &str| name.starts_with("x-rate") || name.starts_with("rate");
        if !answer.headers.iter().any(|(name, _)| is_of_rates(name)) {
            return None;
        }
        let number = |names: &[&str]| {
            let mut values = names.iter().filter_map(|name| answer.header(name));
            waiting::number(values.next()?)
        };
        let limit = number(&["x-ratelimit-limit", "x-rate-limit-limit", "ratelimit-limit"])?;
        let remaining = number(&[
            "x-ratelimit-remaining",
            "x-rate-limit-remaining",
            "ratelimit-remaining",
        ])?;
        let fill = number(&["x-ratelimit-fillrate"]);
        let interval = number(&["x-ratelimit-interval-seconds"]);
        let refill = match (fill, interval) {
            (Some(fill), Some(interval)) if fill > 0.0 && interval > 0.0 => {
                Refill::Steady(fill / interval)
            }
            (Some(_), Some(_)) => return None,
            _ => {
                let left = waiting::until_reset(answer, now)?;
                if left > WINDOW_MAX {
                    return None;
                }
                Refill::At(uptime.saturating_add(left))
            }
        };
        (limit >= 1.0).then_some(Self {
            limit,
            remaining: remaining.min(limit),
            refill,
        })
    }
}

/// What is known of one rule.
#[derive(Debug)]
struct Rule {
    limit: f64,
    tokens: f64,
    refill: Refill,
    /// When `tokens` was so.
    at: Duration,
}

impl Rule {
    fn is_same(&self, told: &Told) -> bool {
        let is_steady = |refill| matches!(refill, Refill::Steady(_));
        let is_close = (self.limit - told.limit).abs() < 0.5;
        is_close && is_steady(self.refill) == is_steady(told.refill)
    }

    fn is_over(&self, now: Duration) -> bool {
        matches!(self.refill, Refill::At(reset) if reset <= now)
    }

    fn level(&self, now: Duration) -> f64 {
        match self.refill {
            Refill::Steady(per_second) => {
                let passed = now.saturating_sub(self.at).as_secs_f64();
                (self.tokens + passed * per_second).min(self.limit)
            }
            Refill::At(_) => self.tokens,
        }
    }

    /// How long until one more request leaves the reserve alone.
    fn wait(&self, now: Duration) -> Duration {
        let missing = (self.limit * RESERVE).floor() + 1.0 - self.level(now);
        if missing <= 0.0 {
            return Duration::ZERO;
        }
        match self.refill {
            Refill::Steady(per_second) => {
                // A millisecond more: a wait must not end just before its time by rounding.
                Duration::try_from_secs_f64(missing / per_second + 0.001).unwrap_or(WINDOW_MAX)
            }
            Refill::At(reset) => reset.saturating_sub(now),
        }
    }
}

/// What is known of a site's rules.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    rules: Vec<Rule>,
}

impl Buckets {
    /// How long the next request has to wait.
    pub(super) fn wait(&mut self, now: Duration) -> Duration {
        self.rules.retain(|rule| !rule.is_over(now));
        let waits = self.rules.iter().map(|rule| rule.wait(now));
        waits.max().unwrap_or_default()
    }

    /// A request is sent.
    pub(super) fn take(&mut self, now: Duration) {
        for rule in &mut self.rules {
            rule.tokens = rule.level(now) - 1.0;
            rule.at = now;
        }
    }

    /// An answer came while `others` requests were under way, which it may not have counted.
    pub(super) fn learn(&mut self, told: &Told, others: u32, now: Duration) {
        let rule = Rule {
            limit: told.limit,
            tokens: told.remaining - f64::from(others),
            refill: told.refill,
            at: now,
        };
        if let Some(known) = self.rules.iter_mut().find(|rule| rule.is_same(told)) {
            *known = rule;
            return;
        }
        if self.rules.len() == RULES_MAX {
            self.rules.remove(0);
        }
        self.rules.push(rule);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(headers: &[(&str, &str)]) -> Option<Told> {
        let mut answer = Response::new(200, "");
        for (name, value) in headers {
            answer = answer.with_header(name, *value);
        }
        Told::read(&answer, Timestamp::UNIX_EPOCH, Duration::ZERO)
    }

    fn jira(limit: &str, remaining: &str) -> Told {
        told(&[
            ("X-RateLimit-Limit", limit),
            ("X-RateLimit-Remaining", remaining),
            ("X-RateLimit-FillRate", "10"),
            ("X-RateLimit-Interval-Seconds", "1"),
        ])
        .unwrap()
    }

    #[test]
    fn a_fifth_of_a_bucket_is_left_to_others() {
        let mut buckets = Buckets::default();
        assert_eq!(buckets.wait(Duration::ZERO), Duration::ZERO);
        buckets.learn(&jira("100", "99"), 0, Duration::ZERO);
        for _ in 0..79 {
            assert_eq!(buckets.wait(Duration::ZERO), Duration::ZERO);
            buckets.take(Duration::ZERO);
        }
        assert_eq!(buckets.wait(Duration::ZERO), Duration::from_millis(101));
        let later = Duration::from_millis(101);
        assert_eq!(buckets.wait(later), Duration::ZERO);
    }

    #[test]
    fn what_others_took_is_learnt_and_requests_under_way_are_counted() {
        let mut buckets = Buckets::default();
        buckets.learn(&jira("100", "90"), 0, Duration::ZERO);
        buckets.learn(&jira("100", "25"), 5, Duration::ZERO);
        assert_eq!(buckets.wait(Duration::ZERO), Duration::from_millis(101));
    }

    #[test]
    fn a_window_is_waited_for_when_only_the_reserve_is_left() {
        let window = |remaining| {
            told(&[
                ("x-rate-limit-limit", "600"),
                ("x-rate-limit-remaining", remaining),
                ("x-rate-limit-reset", "30"),
            ])
            .unwrap()
        };
        let mut buckets = Buckets::default();
        buckets.learn(&window("121"), 0, Duration::ZERO);
        assert_eq!(buckets.wait(Duration::ZERO), Duration::ZERO);
        buckets.learn(&window("120"), 0, Duration::ZERO);
        assert_eq!(buckets.wait(Duration::ZERO), Duration::from_secs(30));
        assert_eq!(buckets.wait(Duration::from_secs(30)), Duration::ZERO);
    }

    #[test]
    fn the_strictest_of_several_rules_counts() {
        let mut buckets = Buckets::default();
        buckets.learn(&jira("100", "90"), 0, Duration::ZERO);
        buckets.learn(&jira("10", "1"), 0, Duration::ZERO);
        buckets.learn(&jira("100", "89"), 0, Duration::ZERO);
        assert_eq!(buckets.wait(Duration::ZERO), Duration::from_millis(201));
    }

    #[test]
    fn half_a_story_is_none() {
        let limit = ("x-ratelimit-limit", "100");
        let left = ("x-ratelimit-remaining", "7");
        let interval = ("x-ratelimit-interval-seconds", "1");
        assert_eq!(told(&[]), None);
        assert_eq!(told(&[limit, left]), None);
        assert_eq!(
            told(&[limit, left, interval, ("x-ratelimit-fillrate", "0")]),
            None,
            "a bucket that is never filled"
        );
        assert_eq!(told(&[("ratelimit-limit", "100, 100;w=60"), left]), None);
        let hour = ("x-ratelimit-reset", "3600");
        assert_eq!(told(&[limit, left, hour]), None, "too long to wait for");
        assert!(told(&[limit, left, ("x-ratelimit-reset", "60")]).is_some());
    }
}
