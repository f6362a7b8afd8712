//! Turns: one run of a connector at a time, and no swap in the middle of one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Gate, OwnedMutexGuard};

/// A turn; the next one begins when it is dropped.
pub type Turn = OwnedMutexGuard<()>;

/// Who may run now, by connector id. Whoever asks first is served first.
#[derive(Debug, Default)]
pub(super) struct Turns {
    gates: Mutex<BTreeMap<String, Arc<Gate<()>>>>,
}

impl Turns {
    /// Waits for the turn of a connector.
    pub(super) async fn take(&self, connector: &str) -> Turn {
        self.gate(connector).lock_owned().await
    }

    /// Waits for the turns of several, always in one order, so that two who want the same ones
    /// never wait for each other.
    pub(super) async fn take_all(&self, connectors: &[String]) -> Vec<Turn> {
        let mut sorted: Vec<&String> = connectors.iter().collect();
        sorted.sort();
        sorted.dedup();
        let mut turns = Vec::with_capacity(sorted.len());
        for connector in sorted {
            turns.push(self.take(connector).await);
        }
        turns
    }

    fn gate(&self, connector: &str) -> Arc<Gate<()>> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(connector.to_owned()).or_default())
    }
}
