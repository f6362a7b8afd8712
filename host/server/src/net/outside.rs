//! What all slots share: the way out, the clock, the limits, and the paces.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use secrecy::SecretString;

use super::pace::{Lane, Pace, PaceLine, Paces};
use super::retry::Policy;
use super::send::Send;
use super::wire::{CONNECT_MAX, IDLE_MAX, REQUEST_MAX};
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
    /// How long things may take.
    pub times: Times,
}

/// How long one request may take; no setting, but tests do not wait for minutes.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// For a connection with its handshake.
    pub connect: Duration,
    /// Longest silence while an answer is read.
    pub idle: Duration,
    /// For the whole of it.
    pub request: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            connect: CONNECT_MAX,
            idle: IDLE_MAX,
            request: REQUEST_MAX,
        }
    }
}

/// The outside world as the slots see it; cheap to clone.
#[derive(Debug, Clone)]
pub struct Outside {
    shared: Arc<Shared>,
    lane: Lane,
}

#[derive(Debug)]
struct Shared {
    options: Options,
    send: Arc<dyn Send>,
    clock: Arc<dyn Clock>,
    policy: Policy,
    paces: Paces,
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
                paces: Paces::default(),
                rng: Mutex::new(SmallRng::seed_from_u64(rng_seed)),
            }),
            lane: Lane::default(),
        }
    }

    /// The same world with other limits; what its sites asked for is not taken over.
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
                paces: Paces::default(),
                rng: Mutex::new(SmallRng::seed_from_u64(seed)),
            }),
            lane: self.lane,
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

    /// The same world for something short that somebody waits for: its requests go before those
    /// of others that wait at the same site.
    #[must_use]
    pub fn ahead(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            lane: Lane::Ahead,
        }
    }

    /// How fast which sites are asked, for metrics.
    pub fn paces(&self) -> Vec<PaceLine> {
        self.shared.paces.lines()
    }

    pub(super) fn lane(&self) -> Lane {
        self.lane
    }

    /// The pace at `origin` of the account that `who` names.
    pub(super) fn pace(&self, origin: &Origin, who: &str) -> Arc<Pace> {
        self.shared.paces.of(origin, who, &self.shared.clock)
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
