//! What speaks against a change: why it waits for somebody.

use attune_core::compare::Verdict;

use super::What;
use super::state::State;
use crate::connector::Loaded;
use crate::sync::Shadow;

/// What a revision takes away: always somebody's decision.
pub(super) fn taken(what: &What) -> Vec<String> {
    match what {
        What::Plugin { .. } => Vec::new(),
        What::Revision { taken, .. } => {
            let words = taken.iter().map(|taken| format!("it takes away {taken}"));
            words.collect()
        }
        What::Removal { .. } => vec!["its file is gone".to_owned()],
    }
}

/// What speaks against a shadow of the state to come.
pub(super) fn objections(shadow: &Shadow, next: &State) -> Vec<String> {
    let report = &shadow.report;
    let name = &report.connector;
    let loaded = next.connectors.get(&shadow.connector);
    // A row that goes changes no value; that it goes is a reason of its own.
    let is_about = |verdict: &&Verdict| loaded.is_none_or(|loaded| has(loaded, verdict));
    let held = report.verdicts.iter().filter(|verdict| verdict.held);
    let mut all: Vec<String> = held
        .filter(is_about)
        .map(|verdict| {
            let place = match verdict.field.as_str() {
                "" => String::new(),
                field => format!(" of {}.{field}", verdict.target),
            };
            let (what, actual, limit) = (&verdict.name, &verdict.actual, &verdict.limit);
            format!("{name}: {what}{place} is {actual} (limit {limit})")
        })
        .collect();
    let guards = report.plan.guards.iter().filter(|guard| guard.held);
    all.extend(guards.map(|guard| {
        let (what, actual, limit) = (&guard.name, &guard.actual, &guard.limit);
        format!("{name}: guard {what} is {actual} (limit {limit})")
    }));
    all
}

/// Whether a connector still has the field that a verdict is about.
fn has(loaded: &Loaded, verdict: &Verdict) -> bool {
    let mut targets = loaded.connector.targets.iter();
    let target = targets.find(|target| target.name == verdict.target);
    let mut fields = target.into_iter().flat_map(|target| &target.map.fields);
    verdict.field.is_empty() || fields.any(|mapped| mapped.field.name == verdict.field)
}
