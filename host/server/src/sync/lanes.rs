//! Lanes: the targets of one run, each with its opened mapping and its client.
//!
//! A site is asked for nothing before something is due there, not even whether it lets us in. A
//! target that fails takes no part from there on and the others are finished.

use std::collections::HashMap;

use attune_core::Problem;
use attune_core::evaluate::Program;
use attune_core::plan::Fingerprinter;

use super::pin::Pinned;
use super::{Error, Host, ends};
use crate::store::pauses::Pause;
use crate::target::Target;

/// One target while a run lasts.
pub(super) struct Lane {
    /// Its number in the stage.
    pub number: u16,
    /// Its opened mapping.
    pub program: Program,
    /// Makes its fingerprints.
    pub prints: Fingerprinter,
    /// Its client.
    pub client: Box<dyn Target>,
    /// Why it takes no part any more.
    pub error: Option<Problem>,
    /// People whom the site would not look for: whether they have an account is not known.
    pub refused: HashMap<String, Problem>,
    /// Whether the site has let us in during this run.
    is_signed_in: bool,
}

impl Lane {
    /// Signs in before the first request of a run.
    ///
    /// False where the target takes no part any more; then `error` says why.
    pub(super) async fn is_ready(&mut self) -> bool {
        if self.error.is_none() && !self.is_signed_in {
            match self.client.sign_in().await {
                Ok(()) => self.is_signed_in = true,
                Err(error) => self.error = Some(error.problem()),
            }
        }
        self.error.is_none()
    }
}

/// Opens every target; sends nothing. One whose site somebody has paused takes no part from the
/// beginning, as if it were down.
pub(super) async fn open(
    host: &Host,
    pinned: &Pinned,
    programs: Vec<Program>,
) -> Result<Vec<Lane>, Error> {
    let paused = host.store.paused_sites().await?;
    let mut lanes = Vec::with_capacity(programs.len());
    for ((number, target), program) in (0_u16..).zip(&pinned.targets).zip(programs) {
        lanes.push(Lane {
            number,
            program,
            prints: target.prints.clone(),
            client: ends::target(host, &target.spec)?,
            error: paused.get(&target.site).map(in_maintenance),
            refused: HashMap::new(),
            is_signed_in: false,
        });
    }
    Ok(lanes)
}

fn in_maintenance(pause: &Pause) -> Problem {
    let reason = match pause.reason.as_str() {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    let message = format!("the site was paused by {}{reason}", pause.by);
    Problem::new("maintenance", message)
}

/// Fails where every target has failed.
pub(super) fn any_left(pinned: &Pinned, lanes: &[Lane]) -> Result<(), Error> {
    let named = pinned.targets.iter().zip(lanes);
    let mut down = named.filter_map(|(target, lane)| Some((target, lane.error.clone()?)));
    let Some((target, problem)) = down.next() else {
        return Ok(());
    };
    if down.count() + 1 < lanes.len() {
        return Ok(());
    }
    Err(Error::NoTarget {
        name: target.spec.name.clone(),
        problem,
    })
}
