//! What was last seen of the people of each source, as long as the service runs: attributes, how many have
//! them, and examples.
//!
//! Examples are values of people: they are shown to who may see such, and kept nowhere else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::sync::Discovered;

/// By connector id; cheap to clone.
#[derive(Clone, Default)]
pub(in crate::console) struct Samples {
    last: Arc<Mutex<BTreeMap<String, Arc<Discovered>>>>,
}

impl Samples {
    /// The newest of a connector.
    pub(super) fn last(&self, connector: &str) -> Option<Arc<Discovered>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.get(connector).cloned()
    }

    /// Keeps one in the place of the one before.
    pub(super) fn keep(&self, found: Discovered) -> Arc<Discovered> {
        let found = Arc::new(found);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert(found.id.clone(), Arc::clone(&found));
        found
    }
}
