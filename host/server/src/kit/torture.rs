//! `plugin torture`: odd values for every function, with the options of its examples.
//!
//! Nothing may trap, and the same rows must give the same bytes twice, in another instance, split
//! and backwards. Deliberately not here: whether an answer is right (`cases`).

use std::path::Path;
use std::time::{Duration, Instant};

use attune_wasm::Function;
use attune_wasm::trial::{Trial, Trouble, Value, context, written};
use serde::Serialize;
use serde_json::Value as Json;

use super::odd::{self, Dice};
use super::trap::{Report, replay};

/// Rows of one attempt.
const ROWS: usize = 32;
/// Sets of options of one function.
const OPTIONS_MAX: usize = 8;

/// What came of it.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tortured {
    /// What the made-up values came from.
    pub seed: u64,
    /// Functions with a set of options.
    pub steps: usize,
    /// Values that were tried, each five times.
    pub values: u64,
    /// What went wrong, once for each function and set of options.
    pub reports: Vec<Report>,
}

/// Tries every function: the fixed values whatever time that takes, then made-up ones for as long.
pub fn torture(trial: &Trial, file: &Path, seed: u64, most: Duration) -> Tortured {
    let begun = Instant::now();
    let mut tortured = Tortured {
        seed,
        ..Tortured::default()
    };
    let mut steps: Vec<(&Function, Json, usize)> = Vec::new();
    for function in &trial.plugin().manifest().functions {
        for options in options(trial, function) {
            match trial.columns(function, &options) {
                Ok(columns) => steps.push((function, options, columns)),
                Err(error) => {
                    let again = replay(file, &function.name, &options, "[\"\"]", None);
                    tortured.reports.push(Report::of(&error, again));
                }
            }
        }
    }
    tortured.steps = steps.len();
    let known = odd::fixed();
    let mut dice = Dice::new(seed);
    steps.retain(|(function, options, columns)| {
        let mut rows = rows(&known, *columns);
        rows.extend(odd::large().into_iter().map(|value| vec![value; *columns]));
        let small = rows.len() - odd::large().len();
        let parts = rows.split_at(small);
        let alone = parts.1.chunks(1);
        let mut parts = parts.0.chunks(ROWS).chain(alone);
        parts.all(|part| tried(&mut tortured, trial, file, (*function, options), part))
    });
    while begun.elapsed() < most && !steps.is_empty() {
        steps.retain(|(function, options, columns)| {
            let row = |dice: &mut Dice| (0..*columns).map(|_| dice.value(&known)).collect();
            let part: Vec<Vec<Value>> = (0..ROWS).map(|_| row(&mut dice)).collect();
            tried(&mut tortured, trial, file, (*function, options), &part)
        });
    }
    tortured
}

/// Whether these rows went well.
fn tried(
    tortured: &mut Tortured,
    trial: &Trial,
    file: &Path,
    (function, options): (&Function, &Json),
    rows: &[Vec<Value>],
) -> bool {
    tortured.values += rows.len() as u64;
    let Err(Trouble { error, row }) = trial.torture(function, options, rows) else {
        return true;
    };
    let place = row.unwrap_or_default();
    let input = rows.get(place).map(|row| written(row)).unwrap_or_default();
    let told = context(function, place);
    let again = replay(file, &function.name, options, &input, told.as_deref());
    tortured.reports.push(Report::of(&error, again));
    false
}

/// The options of the examples, each once, and none at all where the function takes that.
fn options(trial: &Trial, function: &Function) -> Vec<Json> {
    let none = serde_json::json!({});
    let mut all: Vec<Json> = Vec::new();
    if function.check_options(&none).is_ok() && trial.columns(function, &none).is_ok() {
        all.push(none);
    }
    for case in trial.examples(function).unwrap_or_default() {
        if all.len() < OPTIONS_MAX && !all.contains(case.options()) {
            all.push(case.options().clone());
        }
    }
    all
}

/// Each value as the first of a row, with others beside it.
fn rows(known: &[Value], columns: usize) -> Vec<Vec<Value>> {
    let row = |index: usize| {
        let value = |column: usize| known.get((index + column * 7) % known.len()).cloned();
        (0..columns).filter_map(value).collect()
    };
    (0..known.len()).map(row).collect()
}
