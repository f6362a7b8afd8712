//! What all slots share: the way out, the clock, the limits, and who is to be left alone.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use secrecy::SecretString;

use super::hold::Holds;
use super::retry::Policy;
use super::send::Send;
use super::{Error, Names, Origin, Wire};
use crate::clock::Clock;

/// The `[net]` section: how this machine reaches the world.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `http://proxy.example.com:3128`, used for everything but this machine and `no_proxy`; never
    /// shown, because it may hold a password.
    pub proxy: Option<SecretString>,
    /// Hosts, domains and networks that are reached directly.
    pub no_proxy: Vec<String>,
    /// PEM file of authorities that are trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Looks host names up.
    pub names: Names,
}

/// The outside world as the slots see it; cheap to clone.
#[derive(Debug, Clone)]
pub struct Outside {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    options: Options,
    send: Arc<dyn Send>,
    clock: Arc<dyn Clock>,
    policy: Policy,
    holds: Holds,
    rng: Mutex<SmallRng>,
}

impl Outside {
    /// The real network. `rng_seed` is for the jitter of waits.
    pub fn open(options: Options, clock: Arc<dyn Clock>, rng_seed: u64) -> Result<Self, Error> {
        let wire = Arc::new(Wire::open(&options, None)?);
        Ok(Self::make(options, wire, clock, rng_seed))
    }

    /// The same with another way out, for tests.
    pub fn with_send(send: Arc<dyn Send>, clock: Arc<dyn Clock>, rng_seed: u64) -> Self {
        Self::make(Options::default(), send, clock, rng_seed)
    }

    fn make(options: Options, send: Arc<dyn Send>, clock: Arc<dyn Clock>, rng_seed: u64) -> Self {
        Self {
            shared: Arc::new(Shared {
                options,
                send,
                clock,
                policy: Policy::default(),
                holds: Holds::default(),
                rng: Mutex::new(SmallRng::seed_from_u64(rng_seed)),
            }),
        }
    }

    /// The same world with other limits; who is held off is not taken over.
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Self {
        let shared = &self.shared;
        let seed = shared
            .rng
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .random();
        Self {
            shared: Arc::new(Shared {
                options: shared.options.clone(),
                send: Arc::clone(&shared.send),
                clock: Arc::clone(&shared.clock),
                policy,
                holds: Holds::default(),
                rng: Mutex::new(SmallRng::seed_from_u64(seed)),
            }),
        }
    }

    /// The clock by which waits are measured.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.shared.clock
    }

    /// The limits of repeating.
    pub fn policy(&self) -> &Policy {
        &self.shared.policy
    }

    /// The network settings.
    pub fn options(&self) -> &Options {
        &self.shared.options
    }

    /// Nobody sends to `origin` for the next `wait`.
    pub fn hold(&self, origin: &Origin, wait: Duration) {
        let until = self.shared.clock.uptime().saturating_add(wait);
        self.shared.holds.hold(origin, until);
    }

    /// Waits until `origin` may be sent to; fails where that is later than `patience` from now.
    pub(super) async fn pass(&self, origin: &Origin, patience: Duration) -> Result<(), Error> {
        let clock = &self.shared.clock;
        let end = clock.uptime().saturating_add(patience);
        // The loop ends: every turn waits until the hold known so far is over, or gives up.
        while let Some(wait) = self.shared.holds.wait(origin, clock.uptime()) {
            if clock.uptime().saturating_add(wait) > end {
                let origin = origin.clone();
                return Err(Error::Throttled { origin, wait });
            }
            clock.sleep(wait).await;
        }
        Ok(())
    }

    /// A number from 0 to 1 for the jitter of a wait.
    pub(super) fn jitter(&self) -> f64 {
        let mut rng = self
            .shared
            .rng
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        rng.random_range(0.0..1.0)
    }

    /// The way out, trusting one more file of authorities where there is one.
    pub(super) fn send(&self, ca_file: Option<&Path>) -> Result<Arc<dyn Send>, Error> {
        match ca_file {
            Some(file) => self.shared.send.trusting(file),
            None => Ok(Arc::clone(&self.shared.send)),
        }
    }
}
