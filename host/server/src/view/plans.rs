//! What a staged plan would write, counted by field and by value, and whom one of them concerns.

use std::collections::BTreeSet;

use attune_core::plan::{Change, Report};

use super::runs::staged;
use crate::fault::Failure;
use crate::sync::{self, Host};

pub use crate::sync::{Breakdown, FieldCount, ValueCount};

/// Changes looked at in one go.
const PAGE: usize = 2000;
/// Plans of more changes are not walked through to see whom they concern.
const WALKED_MAX: u64 = 2000;

/// Which changes of a plan somebody looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only of this target; empty: of all.
    pub target: String,
    /// Only of this field; empty: of all.
    pub field: String,
    /// Only those that change this into that.
    pub values: Option<(Option<String>, Option<String>)>,
}

/// What a plan would write, counted; `None` where it is not staged any more.
pub async fn breakdown(host: &Host, digest: &str) -> Result<Option<Breakdown>, Failure> {
    let Some(stage) = staged(host, digest).await? else {
        return Ok(None);
    };
    let counted = sync::breakdown(&stage).await;
    stage.finish().await;
    Ok(Some(counted?))
}

/// How many people a plan would change; `None` where it is too large to be walked through, or not staged
/// any more.
pub async fn people(host: &Host, report: &Report) -> Result<Option<u64>, Failure> {
    if report.summary.changes > WALKED_MAX {
        return Ok(None);
    }
    let Some(stage) = staged(host, &report.digest).await? else {
        return Ok(None);
    };
    let changes = sync::changes(&stage, WALKED_MAX + 1).await;
    stage.finish().await;
    let changes = changes?;
    let people: BTreeSet<&str> = changes.iter().map(|one| one.person.as_str()).collect();
    Ok(Some(people.len() as u64))
}

/// Changes of a plan that are wanted, after a place, and the place of the next ones.
pub async fn changes(
    host: &Host,
    digest: &str,
    (wanted, after): (&Wanted, &str),
    limit: usize,
) -> Result<(Vec<Change>, Option<String>), Failure> {
    let Some(stage) = staged(host, digest).await? else {
        return Ok((Vec::new(), None));
    };
    let mut found = Vec::new();
    let place = after.split_once('.');
    let place = place.and_then(|(target, account)| Some((target.parse().ok()?, account)));
    let mut place = place.map_or((0, String::new()), |(target, account)| {
        (target, account.to_owned())
    });
    let mut next = None;
    let outcome = async {
        let legend = sync::Legend::of(&stage).await?;
        let step = if *wanted == Wanted::default() {
            limit
        } else {
            PAGE
        };
        loop {
            let after = (place.0, place.1.as_str());
            let (changes, more) = sync::changes_after((&stage, &legend), after, step).await?;
            let changes = changes.into_iter().filter(|change| wanted.fits(change));
            found.extend(changes);
            let Some(more) = more else { return Ok(()) };
            place = more;
            if found.len() >= limit {
                next = Some(format!("{}.{}", place.0, place.1));
                return Ok(());
            }
        }
    };
    let outcome: Result<(), Failure> = outcome.await;
    stage.finish().await;
    outcome.map(|()| (found, next))
}

impl Wanted {
    fn fits(&self, change: &Change) -> bool {
        let is_one = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        let values = self.values.as_ref();
        is_one(&self.target, &change.target)
            && is_one(&self.field, &change.field)
            && values
                .is_none_or(|(before, after)| *before == change.before && *after == change.after)
    }
}
