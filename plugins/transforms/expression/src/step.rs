//! The step: options, variables, one run of the program for each row.

use std::collections::BTreeMap;

use attune_plugin::Problem;
use attune_plugin::transform::{Batch, Cell, Cells, Outcome, Row, Step, TEXT_BYTES_MAX};
use jaq_core::data::JustLut;
use jaq_core::{Ctx, Vars, unwrap_valr};
use jaq_json::{Num, Val};
use serde::Deserialize;

use crate::program::{Filter, NOW, compiled};
use crate::values::{input, output, outputs};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    program: String,
    #[serde(default)]
    inputs: BTreeMap<String, String>,
    #[serde(default)]
    all: bool,
}

/// A compiled step.
pub(crate) struct Jq {
    filter: Filter,
    selectors: Vec<String>,
    all: bool,
    has_now: bool,
}

impl Jq {
    pub(crate) fn new(options: Options, has_now: bool) -> Result<Self, Problem> {
        let mut variables = Vec::new();
        let mut selectors = Vec::new();
        for (name, selector) in options.inputs {
            if !is_name(&name) {
                let message =
                    format!("`{name}` is no name of a variable: letters, digits and _, without $");
                return Err(Problem::option("inputs", message));
            }
            variables.push(format!("${name}"));
            selectors.push(selector);
        }
        if has_now {
            variables.push(NOW.to_owned());
        }
        Ok(Self {
            filter: compiled(&options.program, &variables, has_now)?,
            selectors,
            all: options.all,
            has_now,
        })
    }

    fn row(&self, row: Row<'_>, out: Cell<'_>) -> Outcome {
        match self.run(row) {
            Ok(values) if self.all && !values.is_empty() => outputs(&values, out),
            Ok(values) => match values.as_slice() {
                [] => out.missing(),
                [one] => output(one, out),
                _ => out.failed(&Problem::new("many-values", MANY)),
            },
            Err(problem) => out.failed(&problem),
        }
    }

    /// Runs the program; at most two results unless all are wanted.
    fn run(&self, row: Row<'_>) -> Result<Vec<Val>, Problem> {
        let mut variables = Vec::with_capacity(self.selectors.len() + 1);
        for (index, selector) in self.selectors.iter().enumerate() {
            let value = input(row.input(index + 1));
            variables.push(value.map_err(|problem| problem.at(selector))?);
        }
        if self.has_now {
            variables.push(seconds(row.now_ms()));
        }
        let context = Ctx::<JustLut<Val>>::new(&self.filter.lut, Vars::new(variables));
        // A result has one byte at least, so that more cannot be written down anyway.
        let most = if self.all { TEXT_BYTES_MAX / 2 } else { 2 };
        let results = self.filter.id.run((context, input(row.value())?));
        let results = results.map(unwrap_valr).take(most);
        let failed = |error: jaq_json::Error| {
            let words: String = error.to_string().chars().take(200).collect();
            Problem::new("jq", format!("the program failed: {words}"))
        };
        results.map(|result| result.map_err(failed)).collect()
    }
}

const MANY: &str = "the program has several results where one is wanted; use `first(...)`, or \
    `all = true` for a list";

/// jq's time: seconds since 1970, whole ones as an integer.
fn seconds(now_ms: f64) -> Val {
    let seconds = now_ms / 1_000.0;
    if seconds.fract() == 0.0 && seconds.abs() < 1e15 {
        Val::Num(Num::from_integral(seconds as i64))
    } else {
        Val::Num(Num::Float(seconds))
    }
}

fn is_name(name: &str) -> bool {
    let is_first = |char: char| char.is_ascii_alphabetic() || char == '_';
    name.starts_with(is_first)
        && name
            .chars()
            .all(|char| is_first(char) || char.is_ascii_digit())
        && !matches!(name, "ENV" | "__loc__" | "__now__" | "__prog_args")
}

impl Step for Jq {
    fn inputs(&self) -> Vec<String> {
        self.selectors.clone()
    }

    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        batch.each_row(out, |row, out| self.row(row, out));
        Ok(())
    }
}
