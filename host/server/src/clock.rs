//! Time as a collaborator: who needs to know or to wait for a time is given a [`Clock`].
//!
//! A run must be repeatable and a test must not sleep, so nothing below `app` asks the machine for
//! the time. [`SystemClock`] is the real one; [`TestClock`] stands still until somebody moves it
//! and is part of the library because the test crate needs it too.
//!
//! Invariant: waiting is measured on [`Clock::uptime`], which no change of the wall clock moves; a
//! machine whose date jumps an hour back does not keep a request waiting for an hour.
//!
//! Deliberately not here: schedules and time zones (`jobs`), time-outs of sockets (`net`).

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

/// A wait that a [`Clock`] promises to end.
pub type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// The time of day, a steady count of time, and waiting.
pub trait Clock: Debug + Send + Sync {
    /// The wall clock: may jump when somebody sets the date.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment before now: never jumps and never runs backwards.
    fn uptime(&self) -> Duration;

    /// Ends after `duration` of uptime. Dropping the future cancels the wait.
    fn sleep(&self, duration: Duration) -> Sleep<'_>;
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose uptime starts now.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the machine for the time"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A clock for tests: it moves when it is told to, or jumps over every wait at once.
#[derive(Debug)]
pub struct TestClock {
    state: Mutex<TestState>,
    moved: Notify,
    skips_waits: bool,
}

#[derive(Debug)]
struct TestState {
    now: Timestamp,
    uptime: Duration,
    waits: Vec<Duration>,
}

impl TestClock {
    /// Stands at `now` until [`advance`](Self::advance) moves it.
    pub fn at(now: Timestamp) -> Arc<Self> {
        Self::make(now, false)
    }

    /// Starts at `now` and moves to the end of every wait at once, so that code which waits for
    /// minutes is tested in no time; [`waits`](Self::waits) tells what it waited for.
    pub fn skipping(now: Timestamp) -> Arc<Self> {
        Self::make(now, true)
    }

    fn make(now: Timestamp, skips_waits: bool) -> Arc<Self> {
        let state = TestState {
            now,
            uptime: Duration::ZERO,
            waits: Vec::new(),
        };
        Arc::new(Self {
            state: Mutex::new(state),
            moved: Notify::new(),
            skips_waits,
        })
    }

    /// Moves both times forward and wakes whoever's wait is over.
    pub fn advance(&self, by: Duration) {
        self.with(|state| {
            state.uptime = state.uptime.saturating_add(by);
            state.now = shifted(state.now, SignedDuration::try_from(by).unwrap_or_default());
        });
        self.moved.notify_waiters();
    }

    /// Sets the wall clock off by `by`, as an administrator or a time server would: waits go on.
    pub fn jump(&self, by: SignedDuration) {
        self.with(|state| state.now = shifted(state.now, by));
    }

    /// Every wait that was begun, in order.
    pub fn waits(&self) -> Vec<Duration> {
        self.with(|state| state.waits.clone())
    }

    fn with<T>(&self, act: impl FnOnce(&mut TestState) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn wait_until(&self, end: Duration) {
        loop {
            // Registered before the time is read: an advance in between is not lost.
            let mut moved = std::pin::pin!(self.moved.notified());
            moved.as_mut().enable();
            if self.uptime() >= end {
                return;
            }
            moved.await;
        }
    }
}

fn shifted(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(time)
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.with(|state| state.now)
    }

    fn uptime(&self) -> Duration {
        self.with(|state| state.uptime)
    }

    fn sleep(&self, duration: Duration) -> Sleep<'_> {
        let end = self.with(|state| {
            state.waits.push(duration);
            state.uptime.saturating_add(duration)
        });
        if self.skips_waits {
            self.advance(duration);
        }
        Box::pin(self.wait_until(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn a_wait_ends_when_the_clock_was_moved_far_enough() {
        let clock = TestClock::at(noon());
        let mut wait = clock.sleep(Duration::from_secs(10));
        clock.advance(Duration::from_secs(9));
        let early = tokio::time::timeout(Duration::from_millis(20), &mut wait).await;
        assert!(early.is_err());
        clock.advance(Duration::from_secs(1));
        wait.await;
        assert_eq!(clock.now(), "2026-11-21T12:00:10Z".parse().unwrap());
    }

    #[tokio::test]
    async fn a_jump_of_the_date_ends_no_wait() {
        let clock = TestClock::at(noon());
        let mut wait = clock.sleep(Duration::from_secs(10));
        clock.jump(SignedDuration::from_hours(10));
        let early = tokio::time::timeout(Duration::from_millis(20), &mut wait).await;
        assert!(early.is_err());
        assert_eq!(clock.uptime(), Duration::ZERO);
    }

    #[tokio::test]
    async fn a_skipping_clock_never_waits_and_remembers_what_for() {
        let clock = TestClock::skipping(noon());
        clock.sleep(Duration::from_hours(1)).await;
        clock.sleep(Duration::from_millis(5)).await;
        let waits = clock.waits();
        assert_eq!(waits, [Duration::from_hours(1), Duration::from_millis(5)]);
        assert_eq!(clock.uptime(), Duration::from_millis(3_600_005));
    }
}
