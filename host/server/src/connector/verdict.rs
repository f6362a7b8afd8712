//! What follows from a connector file for the connector that runs.
//!
//! Invariant: nothing that is taken away, wrong, unfinished or gone becomes a change that goes on
//! by itself.

#[cfg(test)]
mod tests;

use super::Mistake;
use super::load::Loaded;
use super::settled::{Settled, SettledState, Waits};
use super::taken::{Taken, taken_away};

/// What is to be done about a file.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Nothing: it says what runs.
    Same,
    /// It may go its way to the next revision; also a new connector, or one with a new name.
    Changed(Box<Loaded>),
    /// The same after `attune connector accept`; until then what runs goes on.
    TakesAway(Box<Loaded>, Vec<Taken>),
    /// What runs goes on.
    Wrong(Vec<Mistake>),
    /// What runs goes on; nothing is known yet.
    Waiting(Waits),
    /// What runs goes on until this is accepted.
    Gone,
}

/// Compares a file with the revision that runs for its id, or for its name where no id is known.
pub fn verdict(running: Option<&Loaded>, settled: Settled) -> Verdict {
    let loaded = match settled.state {
        SettledState::Good(loaded) => loaded,
        SettledState::Wrong(mistakes) => return Verdict::Wrong(mistakes),
        SettledState::Waiting(waits) => return Verdict::Waiting(waits),
        SettledState::Gone => return Verdict::Gone,
    };
    let Some(running) = running else {
        return Verdict::Changed(loaded);
    };
    if running.revision() == loaded.revision() {
        let is_renamed = running.connector.name != loaded.connector.name;
        return if is_renamed {
            Verdict::Changed(loaded)
        } else {
            Verdict::Same
        };
    }
    let taken = taken_away(running, &loaded);
    if taken.is_empty() {
        Verdict::Changed(loaded)
    } else {
        Verdict::TakesAway(loaded, taken)
    }
}
