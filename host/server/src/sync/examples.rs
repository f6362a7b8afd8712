//! What a held guard means, by example: the first few changes of its kind.
//!
//! Read from the staged plan, so that they are exactly what an approval would write; nothing of them
//! is kept anywhere else. A guard about the source has people instead, one about failures problems.

use attune_core::plan::{Change, GuardLine, Op, Report, Trouble};

use super::plan_file::each_change;
use super::{Error, Host};
use crate::store::stage::Stage;

/// Examples of one guard.
const EXAMPLES_MAX: usize = 5;

/// What one held guard is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBy {
    /// The guard's line of the report.
    pub guard: GuardLine,
    /// Changes that it counts.
    pub changes: Vec<Change>,
    /// Values that failed, for `failed-values`.
    pub problems: Vec<Trouble>,
    /// People whom the source did not deliver, for `source-shrinks`.
    pub people: Vec<String>,
}

/// Every held guard of a report with examples. `run`: the run that read the source, where it is known.
pub async fn held_by(
    host: &Host,
    report: &Report,
    (stage, run): (Option<&Stage>, &str),
) -> Result<Vec<HeldBy>, Error> {
    let held = report.guards.iter().filter(|guard| guard.held);
    let mut all: Vec<HeldBy> = held
        .map(|guard| HeldBy {
            guard: guard.clone(),
            changes: Vec::new(),
            problems: Vec::new(),
            people: Vec::new(),
        })
        .collect();
    for one in &mut all {
        if one.guard.name == "failed-values" {
            let failed = report
                .problems
                .iter()
                .filter(|problem| !problem.field.is_empty());
            one.problems = failed.take(EXAMPLES_MAX).cloned().collect();
        }
        if one.guard.name == "source-shrinks" && !run.is_empty() {
            one.people = host
                .store
                .missing_people(&report.id, run, EXAMPLES_MAX as u32)
                .await?;
        }
    }
    let Some(stage) = stage else {
        return Ok(all);
    };
    each_change(stage, &mut |change| {
        let mut is_enough = true;
        for one in &mut all {
            let is_full = one.changes.len() >= EXAMPLES_MAX || !counts(&one.guard.name);
            if !is_full && is_counted(&one.guard, &change) {
                one.changes.push(change.clone());
            }
            is_enough &= is_full;
        }
        !is_enough
    })
    .await?;
    Ok(all)
}

/// Whether a guard counts changes at all.
fn counts(guard: &str) -> bool {
    !matches!(guard, "failed-values" | "source-shrinks")
}

fn is_counted(guard: &GuardLine, change: &Change) -> bool {
    let replaces = change
        .before
        .as_deref()
        .is_some_and(|before| !before.is_empty());
    match guard.name.as_str() {
        "cleared-values" | "emptied-attribute" => replaces && change.op == Op::Clear,
        "one-value-takes-over" => {
            let place = format!("{}.{} = ", change.target, change.field);
            let value = guard.detail.strip_prefix(&place);
            let after = change.after.as_deref().unwrap_or_default();
            // The line shows the beginning of a long value.
            replaces && value.is_some_and(|value| after.starts_with(value))
        }
        _ => replaces,
    }
}
