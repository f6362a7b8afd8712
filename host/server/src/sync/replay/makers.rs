//! What makes values in a replay: one revision with one set of builds, and nothing of today.

use std::collections::BTreeMap;
use std::path::PathBuf;

use attune_core::evaluate::{Batch, FieldResult, Program, dropped};
use attune_core::mapping::Row;
use attune_core::{Outcome, Problem};
use attune_wasm::registry::{Snapshot, Source};

use super::super::pin::Pinned;
use super::super::{Error, Host};
use super::gone;
use crate::connector::Loaded;

/// Builds by the ids of their plugins.
pub(super) type Builds = BTreeMap<String, Vec<u8>>;

/// A pinned connector and its opened mappings.
pub(super) struct Makers {
    pub pinned: Pinned,
    programs: Vec<Program>,
}

/// What the mapping of one target says about the people of a page.
pub(super) struct Answers<'m> {
    program: &'m Program,
    results: Vec<FieldResult>,
    dropped: Vec<bool>,
}

/// The kept builds of these generations, all of them.
pub(super) fn builds(host: &Host, generations: &BTreeMap<String, String>) -> Result<Builds, Error> {
    let mut builds = Builds::new();
    for (id, digest) in generations {
        let bytes = host.store.build(digest)?;
        let why = || gone(&format!("the build {digest} of plugin `{id}` is not kept"));
        builds.insert(id.clone(), bytes.ok_or_else(why)?);
    }
    Ok(builds)
}

/// Only a plugin that the run used can be another one.
pub(super) fn known(
    instead: &[(String, Vec<u8>)],
    generations: &BTreeMap<String, String>,
) -> Result<(), Error> {
    let unknown = instead.iter().find(|(id, _)| !generations.contains_key(id));
    let Some((id, _)) = unknown else {
        return Ok(());
    };
    let used: Vec<&str> = generations.keys().map(String::as_str).collect();
    let message = format!("the run used no plugin `{id}`; it used {}", used.join(", "));
    Err(Error::Configuration(Problem::new(
        "unknown-plugin",
        message,
    )))
}

impl Makers {
    /// Opens the mappings of a connector with exactly these builds, some of them replaced.
    pub(super) fn open(
        host: &Host,
        loaded: &Loaded,
        mut builds: Builds,
        instead: &[(String, Vec<u8>)],
    ) -> Result<Self, Error> {
        builds.extend(instead.iter().cloned());
        let origin = |id: &str| Source::File(PathBuf::from(format!("{id}.wasm")));
        let builds = builds.into_iter();
        let builds = builds.map(|(id, bytes)| (id.clone(), origin(&id), bytes));
        let snapshot = Snapshot::of_builds(host.plugins.engine(), builds.collect());
        // Plugins are compiled here, unless they are known.
        let opened = crate::compute::here(|| Pinned::open(loaded, &snapshot));
        let (pinned, programs) = opened?;
        Ok(Self { pinned, programs })
    }

    /// Evaluates a page for the target at this place; `None` where there is none.
    pub(super) fn answer(&mut self, at: usize, batch: &Batch<'_>) -> Option<Answers<'_>> {
        let program = self.programs.get_mut(at)?;
        let results = crate::compute::here(|| program.evaluate(batch));
        Some(Answers {
            dropped: dropped(&results, batch.people.len()),
            results,
            program,
        })
    }

    /// Ends the steps' own checks; true when every value would come out the same again.
    pub(super) fn finish(&mut self) -> Result<bool, Error> {
        let mut is_repeatable = true;
        for program in &mut self.programs {
            let verdict = crate::compute::here(|| program.finish());
            is_repeatable &= verdict.is_repeatable;
            if let Some(problem) = verdict.problem {
                let id = problem.at.clone();
                let source = attune_wasm::Error::Problem(problem);
                return Err(Error::Plugin { id, source });
            }
        }
        Ok(is_repeatable)
    }
}

impl Answers<'_> {
    /// What is wanted of a field of a person of the page, and the row that says so.
    pub(super) fn of(&self, field: usize, person: usize) -> (Outcome, Option<&Row>) {
        if self.dropped.get(person) == Some(&true) {
            return (Outcome::DropPerson, None);
        }
        let Some(result) = self.results.get(field) else {
            return (Outcome::Keep, None);
        };
        let row = result.row.get(person).copied();
        let row = row.and_then(|row| self.program.row(field, row));
        (Outcome::of(result.outcomes.cell(person)), row)
    }
}
