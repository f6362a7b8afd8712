//! Faults that a test scripts: which request meets which damage, and how often.
//!
//! The vocabulary: *reject* (an error status, nothing applied), *fail after write* (applied,
//! then the connection is cut: the answer is lost), *disconnect* (cut, nothing applied), *hold*
//! (waits until released), *slow*, *truncate*, *throttle* (429) and *login page* (200 with HTML).
//! A counted fault that no request met is reported at the end: a test that scripts a fault and
//! never meets it proves nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::dice::Dice;
use crate::wire::Received;

#[cfg(test)]
mod tests;

/// How a throttled answer says when to come back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RetryAfter {
    /// `Retry-After: 2`
    Seconds(u64),
    /// `Retry-After: 2.128`
    Decimal(f64),
    /// An HTTP date that lies this far ahead.
    Date(Duration),
    /// No header at all.
    Missing,
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Reject(u16),
    Throttle(u16, RetryAfter),
    LoginPage,
    Disconnect,
    FailAfterWrite,
    Hold(Gate),
    HoldAnswer(Gate),
    Slow { bytes: usize, pause: Duration },
    Truncate(usize),
}

impl Action {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Reject(_) => "reject",
            Self::Throttle(..) => "throttle",
            Self::LoginPage => "login-page",
            Self::Disconnect => "disconnect",
            Self::FailAfterWrite => "fail-after-write",
            Self::Hold(_) => "hold",
            Self::HoldAnswer(_) => "hold-answer",
            Self::Slow { .. } => "slow",
            Self::Truncate(_) => "truncate",
        }
    }
}

/// How often a fault strikes.
#[derive(Clone, Debug)]
enum Budget {
    /// Lets some matching requests pass, then strikes that many.
    Counted { skip: u64, left: u64 },
    /// Strikes every matching request with this probability.
    Chance(f64),
}

/// One scripted fault: strikes the next request of any route once, unless told otherwise.
#[derive(Clone, Debug)]
pub struct Fault {
    action: Action,
    method: Option<String>,
    path: String,
    query: String,
    body: String,
    budget: Budget,
}

impl Fault {
    fn of(action: Action) -> Self {
        Self {
            action,
            method: None,
            path: String::new(),
            query: String::new(),
            body: String::new(),
            budget: Budget::Counted { skip: 0, left: 1 },
        }
    }

    /// Answers an error status in the stand-in's own form; nothing is applied.
    pub fn reject(status: u16) -> Self {
        Self::of(Action::Reject(status))
    }

    /// Answers 429; nothing is applied.
    pub fn throttle(retry_after: RetryAfter) -> Self {
        Self::of(Action::Throttle(429, retry_after))
    }

    /// Answers 503 with a `Retry-After`; nothing is applied.
    pub fn unavailable(retry_after: RetryAfter) -> Self {
        Self::of(Action::Throttle(503, retry_after))
    }

    /// Answers 200 with an HTML login page; nothing is applied.
    pub fn login_page() -> Self {
        Self::of(Action::LoginPage)
    }

    /// Cuts the connection before anything is applied.
    pub fn disconnect() -> Self {
        Self::of(Action::Disconnect)
    }

    /// Applies the request, then cuts the connection without a byte of an answer.
    pub fn fail_after_write() -> Self {
        Self::of(Action::FailAfterWrite)
    }

    /// Lets the request wait at the gate before anything is applied.
    pub fn hold(gate: &Gate) -> Self {
        Self::of(Action::Hold(gate.clone()))
    }

    /// Applies the request, then lets its answer wait at the gate.
    pub fn hold_answer(gate: &Gate) -> Self {
        Self::of(Action::HoldAnswer(gate.clone()))
    }

    /// Sends the answer's body in pieces of `bytes`, with a pause after each.
    pub fn slow(bytes: usize, pause: Duration) -> Self {
        Self::of(Action::Slow {
            bytes: bytes.max(1),
            pause,
        })
    }

    /// Cuts the connection after so many bytes of the answer's body.
    pub fn truncate(after_bytes: usize) -> Self {
        Self::of(Action::Truncate(after_bytes))
    }

    /// Only requests of this method whose path contains the fragment; an empty method is any.
    #[must_use]
    pub fn on(mut self, method: &str, path_fragment: &str) -> Self {
        self.method = (!method.is_empty()).then(|| method.to_uppercase());
        path_fragment.clone_into(&mut self.path);
        self
    }

    /// Only requests whose query contains the fragment.
    #[must_use]
    pub fn with_query(mut self, fragment: &str) -> Self {
        fragment.clone_into(&mut self.query);
        self
    }

    /// Only requests whose body contains the fragment.
    #[must_use]
    pub fn with_body(mut self, fragment: &str) -> Self {
        fragment.clone_into(&mut self.body);
        self
    }

    /// Strikes so many matching requests.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        let skip = match self.budget {
            Budget::Counted { skip, .. } => skip,
            Budget::Chance(_) => 0,
        };
        self.budget = Budget::Counted { skip, left: times };
        self
    }

    /// Lets so many matching requests pass first.
    #[must_use]
    pub fn after(mut self, passed: u64) -> Self {
        let left = match self.budget {
            Budget::Counted { left, .. } => left,
            Budget::Chance(_) => 1,
        };
        self.budget = Budget::Counted { skip: passed, left };
        self
    }

    /// Strikes each matching request with this probability (0 to 1), without end.
    #[must_use]
    pub fn chance(mut self, probability: f64) -> Self {
        self.budget = Budget::Chance(probability);
        self
    }

    fn matches(&self, received: &Received) -> bool {
        let method = self.method.as_deref();
        method.is_none_or(|method| method == received.method.as_str())
            && received.path.contains(&self.path)
            && received.query.contains(&self.query)
            && (self.body.is_empty()
                || String::from_utf8_lossy(&received.body).contains(&self.body))
    }

    fn strikes(&mut self, dice: &mut Dice) -> bool {
        match &mut self.budget {
            Budget::Chance(probability) => dice.fraction() < *probability,
            Budget::Counted { skip, .. } if *skip > 0 => {
                *skip -= 1;
                false
            }
            Budget::Counted { left, .. } if *left > 0 => {
                *left -= 1;
                true
            }
            Budget::Counted { .. } => false,
        }
    }

    /// What is left of a counted fault, as a sentence.
    fn unread(&self) -> Option<String> {
        let Budget::Counted { left, .. } = self.budget else {
            return None;
        };
        let method = self.method.as_deref().unwrap_or("any method");
        let name = self.action.name();
        (left > 0).then(|| format!("{name} on {method} {:?}: {left} not met", self.path))
    }
}

/// The script of one stand-in.
#[derive(Debug)]
pub(crate) struct Script(Mutex<(Vec<Fault>, Dice)>);

impl Script {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new((Vec::new(), Dice::new(seed))))
    }

    fn lock(&self) -> MutexGuard<'_, (Vec<Fault>, Dice)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, fault: Fault) {
        self.lock().0.push(fault);
    }

    pub(crate) fn clear(&self) {
        self.lock().0.clear();
    }

    pub(crate) fn unread(&self) -> Vec<String> {
        self.lock().0.iter().filter_map(Fault::unread).collect()
    }

    /// The damage that this request meets: of the first fault that matches and strikes.
    pub(crate) fn next(&self, received: &Received) -> Option<Action> {
        let (faults, dice) = &mut *self.lock();
        let mut matching = faults.iter_mut().filter(|fault| fault.matches(received));
        matching.find_map(|fault| fault.strikes(dice).then(|| fault.action.clone()))
    }
}

/// A gate at which held requests wait; closed until [`release`](Gate::release).
#[derive(Clone, Debug)]
pub struct Gate {
    is_open: Arc<watch::Sender<bool>>,
    arrived: Arc<watch::Sender<usize>>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            is_open: Arc::new(watch::Sender::new(false)),
            arrived: Arc::new(watch::Sender::new(0)),
        }
    }
}

impl Gate {
    /// Waits until so many requests have come to the gate.
    pub async fn arrived(&self, number: usize) {
        let mut arrived = self.arrived.subscribe();
        let _ = arrived.wait_for(|count| *count >= number).await;
    }

    /// Lets everybody pass, those to come included.
    pub fn release(&self) {
        self.is_open.send_replace(true);
    }

    pub(crate) async fn pass(&self) {
        let mut is_open = self.is_open.subscribe();
        self.arrived.send_modify(|count| *count += 1);
        let _ = is_open.wait_for(|open| *open).await;
    }
}
