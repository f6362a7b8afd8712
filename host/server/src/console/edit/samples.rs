//! What was last seen of the people of each source, as long as the service runs: attributes, how many have
//! them, and examples; and of which sources nothing was seen, for a while.
//!
//! Examples are values of people: they are shown to who may see such, and kept nowhere else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::sync::Discovered;

/// How long a source that failed is not asked again by whoever just looks at a page.
const MISSED_FOR: Duration = Duration::from_mins(10);

/// By connector id; cheap to clone.
#[derive(Clone, Default)]
pub(in crate::console) struct Samples {
    last: Arc<Mutex<BTreeMap<String, Arc<Discovered>>>>,
    missed: Arc<Mutex<BTreeMap<String, Missed>>>,
}

/// Why nothing was seen, and when, as uptime.
type Missed = (String, Duration);

impl Samples {
    /// The newest of a connector.
    pub(super) fn last(&self, connector: &str) -> Option<Arc<Discovered>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.get(connector).cloned()
    }

    /// Keeps one in the place of the one before.
    pub(super) fn keep(&self, found: Discovered) -> Arc<Discovered> {
        let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        missed.remove(&found.id);
        let found = Arc::new(found);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert(found.id.clone(), Arc::clone(&found));
        found
    }

    /// Why nothing was seen of a connector's source a short while ago.
    pub(super) fn failed(&self, connector: &str, now: Duration) -> Option<String> {
        let missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        let (why, at) = missed.get(connector)?;
        (now.saturating_sub(*at) < MISSED_FOR).then(|| why.clone())
    }

    /// Keeps why nothing was seen.
    pub(super) fn miss(&self, connector: &str, missed: Missed) {
        let mut all = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(connector.to_owned(), missed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_known_for_a_while() {
        let samples = Samples::default();
        let at = Duration::from_mins(3);
        samples.miss("demo", ("no way".to_owned(), at));
        assert_eq!(samples.failed("demo", at).as_deref(), Some("no way"));
        assert_eq!(samples.failed("other", at), None);
        assert_eq!(samples.failed("demo", at + MISSED_FOR), None);
    }
}
