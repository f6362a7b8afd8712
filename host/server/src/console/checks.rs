//! What `Test connection` last found, connector by connector, as long as the service runs.
//!
//! A form ends with a 303, so that the page which shows the result is asked for anew. Deliberately not
//! here: how ends are tested (`sync::check`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::connector::Check;
use super::shown::{Time, cut};
use crate::sync::CheckLine;

/// Results by connector id; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Checks {
    last: Arc<Mutex<BTreeMap<String, Checked>>>,
}

/// When, and what was found.
type Checked = (Time, Vec<Check>);

impl Checks {
    /// The newest result of a connector.
    pub(super) fn last(&self, connector: &str) -> Option<Checked> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.get(connector).cloned()
    }

    /// Keeps a result in the place of the one before.
    pub(super) fn keep(&self, connector: &str, at: Time, lines: Vec<CheckLine>) {
        let checks = lines.into_iter().map(Check::from).collect();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert(connector.to_owned(), (at, checks));
    }
}

impl From<CheckLine> for Check {
    fn from(line: CheckLine) -> Self {
        Self {
            state: if line.ok { "ok" } else { "bad" },
            what: cut(&line.name),
            text: cut(&line.message),
            hint: cut(&line.fix),
        }
    }
}
