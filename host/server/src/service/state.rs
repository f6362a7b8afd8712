//! What is running: plugins and revisions of connector files, replaced as one thing.
//!
//! Invariant: whoever holds a [`State`] sees one moment; a swap makes a new one and never changes
//! one that somebody holds. Pinning takes no lock, so it costs a run nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use attune_wasm::registry::Snapshot;

use crate::connector::Loaded;
use crate::sync::uses;

/// Plugins and connectors at one moment.
#[derive(Debug, Clone)]
pub struct State {
    /// Counts the swaps since the service began.
    pub number: u64,
    /// Every plugin, each in one build.
    pub plugins: Arc<Snapshot>,
    /// The revision that runs of each connector, by its id.
    pub connectors: BTreeMap<String, Arc<Loaded>>,
}

impl State {
    /// The connector of this file name or id.
    pub fn connector(&self, name: &str) -> Option<&Arc<Loaded>> {
        let name = name.strip_suffix(".toml").unwrap_or(name);
        let mut all = self.connectors.values();
        let named = all.find(|loaded| loaded.connector.name == name);
        named.or_else(|| self.connectors.get(name))
    }

    /// The connectors that use a plugin.
    pub fn users_of(&self, plugin: &str) -> Vec<&Arc<Loaded>> {
        let all = self.connectors.values();
        all.filter(|loaded| uses(loaded, &self.plugins).contains(plugin))
            .collect()
    }
}

/// Holds the state that new runs pin.
#[derive(Debug)]
pub(super) struct Live {
    current: ArcSwap<State>,
}

impl Live {
    pub(super) fn new(state: State) -> Self {
        Self {
            current: ArcSwap::from_pointee(state),
        }
    }

    /// The state of this moment.
    pub(super) fn pin(&self) -> Arc<State> {
        self.current.load_full()
    }

    /// Makes another state the one that new runs pin; `change` may be called more than once.
    pub(super) fn replace(&self, change: impl Fn(&mut State)) {
        self.current.rcu(|current| {
            let mut next = State::clone(current);
            next.number += 1;
            change(&mut next);
            next
        });
    }
}
