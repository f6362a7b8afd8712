//! The pace of requests to one site: how many at once, how long between them, and who goes next.
//!
//! A [`Pace`] belongs to an origin and to whom we are there: two connectors with the same site and
//! account share one, two tenants of the same cloud do not. Every request asks it for a [`Permit`]
//! and tells it how it ended. It lets a request go when nobody asked us to stay away ([`hold`]),
//! fewer are under way than the site takes well ([`Steps`]), and what the site said it lets us do
//! leaves something for others ([`Buckets`]). Those who have to wait are served in the order in
//! which they came, except that the lane [`Lane::Ahead`] goes first: somebody waits for a single
//! person's run, and it is short.
//!
//! Invariants: nobody sends before a hold is over; a wait is measured on the clock's uptime; where
//! nobody waits, a request costs two short locks and no allocation.
//!
//! Deliberately not here: what is repeated (`retry`), and how long an answer asks us to stay away
//! (`waiting`).
//!
//! [`hold`]: Pace::hold

mod bucket;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use self::bucket::{Buckets, Told};
use self::steps::{Ended, Steps, class};
use super::request::{Method, Response};
use super::{Error, Origin};
use crate::clock::Clock;

/// Connections to one directory; each serves a whole conversation.
const CONNECTIONS_MAX: u32 = 16;

/// Who goes first among those who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Lane {
    /// In the order of arrival.
    #[default]
    Usual,
    /// Before all of those.
    Ahead,
}

impl Lane {
    fn place(self) -> usize {
        match self {
            Self::Usual => 0,
            Self::Ahead => 1,
        }
    }
}

/// One line of the paces, for metrics: an origin with all our accounts there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaceLine {
    /// Where.
    pub origin: Origin,
    /// How many requests may be under way at once.
    pub at_once: u32,
    /// How many wait now.
    pub waiting: u32,
    /// Requests since the process began.
    pub sent: u64,
    /// How many of them were refused by 429 or 503.
    pub throttled: u64,
    /// Time that we were asked to stay away.
    pub held_ms: u64,
}

/// The pace at one site for one of our accounts there.
#[derive(Debug)]
pub(super) struct Pace {
    origin: Origin,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Whoever waits stands here in order; the first of each lane looks at the state.
    turns: [tokio::sync::Mutex<()>; 2],
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    steps: Steps,
    buckets: Buckets,
    under_way: u32,
    waiting: [u32; 2],
    held_until: Duration,
    sent: u64,
    throttled: u64,
    held_ms: u64,
}

/// What somebody who wants to send has to do.
enum Look {
    Go(u64),
    Wait(Duration),
    /// Until somebody else is done.
    Stand,
}

impl Pace {
    fn new(origin: Origin, clock: Arc<dyn Clock>) -> Self {
        Self {
            origin,
            clock,
            state: Mutex::default(),
            turns: Default::default(),
            changed: Notify::new(),
        }
    }

    /// Nobody sends for the next `wait`; an earlier end never shortens a later one.
    pub(super) fn hold(&self, wait: Duration) {
        let now = self.clock.uptime();
        let mut state = self.state();
        let until = now.saturating_add(wait);
        let more = until.saturating_sub(state.held_until.max(now));
        state.held_until = state.held_until.max(until);
        state.held_ms += u64::try_from(more.as_millis()).unwrap_or(u64::MAX);
    }

    /// Waits until a request may be sent; fails where that is later than `patience` from now.
    pub(super) async fn enter(
        self: &Arc<Self>,
        lane: Lane,
        patience: Duration,
    ) -> Result<Permit, Error> {
        self.enter_among(None, lane, patience).await
    }

    /// The same for a connection that is kept: their number does not follow the answers.
    pub(super) async fn connect(self: &Arc<Self>, patience: Duration) -> Result<Permit, Error> {
        let most = Some(CONNECTIONS_MAX);
        self.enter_among(most, Lane::Usual, patience).await
    }

    async fn enter_among(
        self: &Arc<Self>,
        most: Option<u32>,
        lane: Lane,
        patience: Duration,
    ) -> Result<Permit, Error> {
        let began = self.clock.uptime();
        let first = {
            let mut state = self.state();
            let is_alone = state.waiting == [0, 0];
            is_alone.then(|| state.look(most, lane, began))
        };
        if let Some(Look::Go(mark)) = first {
            return Ok(self.permit(mark));
        }
        let _waiting = Waiting::begin(self, lane);
        // Held while waiting: this is the queue, and tokio serves it in order.
        let [usual, ahead] = &self.turns;
        let turns = if lane == Lane::Ahead { ahead } else { usual };
        let _turn = turns.lock().await;
        let end = began.saturating_add(patience);
        loop {
            // Registered before the state is looked at: a change in between is not lost.
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let now = self.clock.uptime();
            let look = self.state().look(most, lane, now);
            match look {
                Look::Go(mark) => return Ok(self.permit(mark)),
                Look::Wait(wait) if now.saturating_add(wait) > end => {
                    let origin = self.origin.clone();
                    return Err(Error::Throttled { origin, wait });
                }
                Look::Wait(wait) => {
                    tokio::select! {
                        () = self.clock.sleep(wait) => {}
                        () = changed => {}
                    }
                }
                Look::Stand => changed.await,
            }
        }
    }

    fn permit(self: &Arc<Self>, mark: u64) -> Permit {
        Permit {
            pace: Arc::clone(self),
            mark,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn look(&mut self, most: Option<u32>, lane: Lane, now: Duration) -> Look {
        if let Some(wait) = self.held_until.checked_sub(now).filter(|d| !d.is_zero()) {
            return Look::Wait(wait);
        }
        let at_once = most.unwrap_or(self.steps.at_once());
        let [_, ahead] = self.waiting;
        if self.under_way >= at_once || (lane == Lane::Usual && ahead > 0) {
            return Look::Stand;
        }
        let wait = self.buckets.wait(now);
        if !wait.is_zero() {
            return Look::Wait(wait);
        }
        self.buckets.take(now);
        self.under_way += 1;
        self.sent += 1;
        Look::Go(self.steps.mark())
    }
}

/// Somebody who waits is counted until the wait is over, however it ends.
struct Waiting<'p> {
    pace: &'p Pace,
    lane: Lane,
}

impl<'p> Waiting<'p> {
    fn begin(pace: &'p Pace, lane: Lane) -> Self {
        if let Some(waiting) = pace.state().waiting.get_mut(lane.place()) {
            *waiting += 1;
        }
        Self { pace, lane }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(waiting) = self.pace.state().waiting.get_mut(self.lane.place()) {
            *waiting -= 1;
        }
        self.pace.changed.notify_waiters();
    }
}

/// The right to have one request under way, or one connection open; ends when it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    pace: Arc<Pace>,
    mark: u64,
}

impl Permit {
    /// Ends with what the request came to after `took`.
    pub(super) fn ended(self, method: Method, took: Duration, result: &Result<Response, Error>) {
        let pace = &self.pace;
        let (ended, told) = match result {
            Ok(answer) => {
                let ended = match answer.status {
                    429 | 503 => Ended::Refused,
                    500.. => Ended::Otherwise,
                    _ => Ended::Answered {
                        class: class(method, answer.body.len()),
                        took,
                    },
                };
                let clock = &pace.clock;
                (ended, Told::read(answer, clock.now(), clock.uptime()))
            }
            Err(Error::Timeout { .. }) => (Ended::Refused, None),
            Err(_) => (Ended::Otherwise, None),
        };
        let now = pace.clock.uptime();
        let mut state = pace.state();
        state.throttled += u64::from(ended == Ended::Refused && result.is_ok());
        state.steps.learn(self.mark, ended);
        if let Some(told) = told {
            let others = state.under_way.saturating_sub(1);
            state.buckets.learn(&told, others, now);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let is_awaited = {
            let mut state = self.pace.state();
            state.under_way = state.under_way.saturating_sub(1);
            state.waiting != [0, 0]
        };
        if is_awaited {
            self.pace.changed.notify_waiters();
        }
    }
}

/// Who we are at an origin.
type Key = (Origin, String);

/// The paces of all sites.
#[derive(Debug, Default)]
pub(super) struct Paces {
    known: Mutex<HashMap<Key, Arc<Pace>>>,
}

impl Paces {
    /// The pace of this account at this origin.
    pub(super) fn of(&self, origin: &Origin, who: &str, clock: &Arc<dyn Clock>) -> Arc<Pace> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (origin.clone(), who.to_owned());
        let pace = known.entry(key).or_insert_with(|| {
            let (origin, clock) = (origin.clone(), Arc::clone(clock));
            Arc::new(Pace::new(origin, clock))
        });
        Arc::clone(pace)
    }

    /// All of them, one line per origin, in the order of their addresses.
    pub(super) fn lines(&self) -> Vec<PaceLine> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines: HashMap<Origin, PaceLine> = HashMap::new();
        for pace in known.values() {
            let state = pace.state();
            let origin = pace.origin.clone();
            let line = lines.entry(origin.clone()).or_insert(PaceLine {
                origin,
                at_once: 0,
                waiting: 0,
                sent: 0,
                throttled: 0,
                held_ms: 0,
            });
            line.at_once += state.steps.at_once();
            line.waiting += state.waiting.iter().sum::<u32>();
            line.sent += state.sent;
            line.throttled += state.throttled;
            line.held_ms += state.held_ms;
        }
        let mut lines: Vec<PaceLine> = lines.into_values().collect();
        lines.sort_by_key(|line| line.origin.to_string());
        lines
    }
}
