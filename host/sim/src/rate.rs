//! Rate limiting as Jira and Confluence do it: a token bucket with headers on every answer.
//!
//! Counts on the runtime's monotonic clock, so that a test may pause and advance it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::wire::Reply;

/// The administrator's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many requests may come at once.
    pub capacity: u32,
    /// How many are allowed again per interval.
    pub fill: u32,
    /// The interval.
    pub interval: Duration,
}

#[derive(Debug)]
struct Level {
    tokens: f64,
    at: Instant,
    /// The fewest that any request left.
    least: f64,
}

struct Bucket {
    limit: RateLimit,
    level: Mutex<Level>,
}

/// What one request found.
struct Pace {
    is_over: bool,
    limit: RateLimit,
    remaining: u32,
    retry_after: u64,
}

/// Counts the requests of a stand-in, where an administrator turned that on.
pub(crate) struct Meter(Option<Bucket>);

impl Meter {
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        Self(limit.map(Bucket::new))
    }

    /// The fewest tokens that anybody else ever found.
    pub(crate) fn least(&self) -> Option<u64> {
        let bucket = self.0.as_ref()?;
        let level = bucket.level.lock().unwrap_or_else(PoisonError::into_inner);
        Some(whole(level.least))
    }

    /// The answer, or the refusal of a request that is one too many; both with the headers.
    pub(crate) fn pace(
        &self,
        refusal: impl FnOnce() -> Reply,
        answer: impl FnOnce() -> Reply,
    ) -> Reply {
        let Some(pace) = self.0.as_ref().map(Bucket::take) else {
            return answer();
        };
        pace.on(if pace.is_over { refusal() } else { answer() })
    }
}

impl Bucket {
    fn new(limit: RateLimit) -> Self {
        let level = Level {
            tokens: f64::from(limit.capacity),
            at: Instant::now(),
            least: f64::from(limit.capacity),
        };
        Self {
            limit,
            level: Mutex::new(level),
        }
    }

    fn per_second(&self) -> f64 {
        f64::from(self.limit.fill) / self.limit.interval.as_secs_f64().max(0.001)
    }

    /// Takes a token, if there is one.
    fn take(&self) -> Pace {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let passed = now.duration_since(level.at).as_secs_f64();
        let filled = level.tokens + passed * self.per_second();
        level.tokens = filled.min(f64::from(self.limit.capacity));
        level.at = now;
        let is_over = level.tokens < 1.0;
        if !is_over {
            level.tokens -= 1.0;
        }
        level.least = level.least.min(level.tokens);
        let missing = (1.0 - level.tokens).max(0.0);
        let wait = (missing / self.per_second()).ceil();
        Pace {
            is_over,
            limit: self.limit,
            remaining: whole(level.tokens) as u32,
            retry_after: if is_over { whole(wait).max(1) } else { 0 },
        }
    }
}

#[expect(
    clippy::cast_sign_loss,
    reason = "bucket levels and waits are never negative"
)]
fn whole(number: f64) -> u64 {
    number.floor() as u64
}

impl Pace {
    /// Adds the headers to an answer.
    fn on(&self, reply: Reply) -> Reply {
        let seconds = self.limit.interval.as_secs();
        reply
            .with("x-ratelimit-limit", self.limit.capacity.to_string())
            .with("x-ratelimit-remaining", self.remaining.to_string())
            .with("x-ratelimit-fillrate", self.limit.fill.to_string())
            .with("x-ratelimit-interval-seconds", seconds.to_string())
            .with("retry-after", self.retry_after.to_string())
    }
}
