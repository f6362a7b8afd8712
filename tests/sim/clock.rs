//! The simulated clock: it moves when everybody waits, to the moment that is due next.
//!
//! Waits that are due at one moment end one after another, in the order in which they began, so that
//! a seed has one order of events.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use attune_server::clock::{Clock, Sleep};
use jiff::{SignedDuration, Timestamp};

/// Time that nobody has to wait for.
#[derive(Debug)]
pub(crate) struct SimClock {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    start: Timestamp,
    uptime: Duration,
    next: u64,
    waits: BTreeMap<(Duration, u64), Option<Waker>>,
}

impl SimClock {
    pub(crate) fn at(start: Timestamp) -> Arc<Self> {
        let state = State {
            start,
            uptime: Duration::ZERO,
            next: 0,
            waits: BTreeMap::new(),
        };
        Arc::new(Self {
            state: Mutex::new(state),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anybody waits for a time.
    pub(crate) fn is_awaited(&self) -> bool {
        !self.state().waits.is_empty()
    }

    /// Ends the wait that is due next.
    pub(crate) fn fire_next(&self) {
        let mut state = self.state();
        let first = state.waits.pop_first();
        let waker = first.and_then(|((due, _), waker)| {
            state.uptime = state.uptime.max(due);
            waker
        });
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Time passes while nobody works.
    pub(crate) fn pass(&self, time: Duration) {
        self.state().uptime += time;
    }

    /// Somebody sets the date.
    pub(crate) fn jump(&self, by: SignedDuration) {
        let mut state = self.state();
        state.start = state.start.checked_add(by).unwrap_or(state.start);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        let state = self.state();
        let since = SignedDuration::try_from(state.uptime).unwrap_or_default();
        state.start.checked_add(since).unwrap_or(state.start)
    }

    fn uptime(&self) -> Duration {
        self.state().uptime
    }

    fn sleep(&self, duration: Duration) -> Sleep<'_> {
        let mut state = self.state();
        let key = (state.uptime.saturating_add(duration), state.next);
        state.next += 1;
        state.waits.insert(key, None);
        Box::pin(Wait { clock: self, key })
    }
}

struct Wait<'a> {
    clock: &'a SimClock,
    key: (Duration, u64),
}

impl Future for Wait<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.clock.state().waits.get_mut(&self.key) {
            Some(waker) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.clock.state().waits.remove(&self.key);
    }
}
