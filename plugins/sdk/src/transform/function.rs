//! A plugin's table: its functions, their manifest texts, and how each is opened.
//!
//! Options are any struct that derives `Deserialize` with `deny_unknown_fields`; the schema beside
//! it is written by hand, and `testing::check` fails where the two differ.

use serde::de::DeserializeOwned;

use super::batch::{Batch, Row};
use super::cells::{Cell, Cells, Outcome};
use crate::Problem;
use crate::options::{self, NoOptions};

/// A transform plugin.
pub struct Plugin {
    /// The name that stands before the dot in `use = "text.trim"`.
    pub id: &'static str,
    /// The plugin's own version.
    pub version: &'static str,
    /// What the plugin is for, in one line.
    pub summary: &'static str,
    /// Its functions.
    pub functions: Vec<Function>,
}

/// One function of a plugin.
pub struct Function {
    /// The name that stands after the dot.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// JSON Schema of its options.
    pub options: &'static str,
    /// JSON: examples, in the form of `wit/README.md`. The host runs them when it loads the plugin.
    pub examples: &'static str,
    /// What it needs beside its inputs.
    pub uses: &'static [Uses],
    /// How a step of it is made.
    pub open: Open,
}

/// What is impure, and therefore asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uses {
    /// The start of the run.
    Now,
    /// A seed for each row.
    Seed,
    /// The row's locale.
    Locale,
}

/// One step of a mapping row: a function with its options. The full interface, for functions with
/// inputs of their own or for work on whole columns; most functions need just [`Open::text`].
pub trait Step {
    /// Selectors of the columns after the first.
    fn inputs(&self) -> Vec<String> {
        Vec::new()
    }

    /// Writes one cell for each row. A problem here fails the batch; a single value fails in its
    /// cell.
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem>;
}

type Opening = dyn Fn(&str) -> Result<Box<dyn Step>, Problem>;

/// How a step is made from its options.
pub struct Open {
    make: Box<Opening>,
    fields: fn() -> Option<&'static [&'static str]>,
    extra: &'static [(&'static str, &'static str)],
}

impl Plugin {
    /// Makes a step. Fails with `unknown-function` or with what the function refuses.
    pub fn open(&self, name: &str, options: &str) -> Result<Box<dyn Step>, Problem> {
        let Some(function) = self.functions.iter().find(|function| function.name == name) else {
            let message = format!("the plugin `{}` has no function `{name}`", self.id);
            return Err(Problem::new("unknown-function", message));
        };
        (function.open.make)(options)
    }
}

impl Uses {
    /// Its word in the manifest.
    pub fn word(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Seed => "seed",
            Self::Locale => "locale",
        }
    }
}

impl Open {
    /// A text function without options.
    pub fn text<F>(function: F) -> Self
    where
        F: Fn(&str, Cell<'_>) -> Outcome + Clone + 'static,
    {
        Self::text_with(move |NoOptions {}| Ok(function.clone()))
    }

    /// A text function with options: `open` turns them into the function, once per step.
    pub fn text_with<O, F, M>(open: M) -> Self
    where
        O: DeserializeOwned + 'static,
        F: Fn(&str, Cell<'_>) -> Outcome + 'static,
        M: Fn(O) -> Result<F, Problem> + 'static,
    {
        Self::step(move |options: O| Ok(ByText(open(options)?)))
    }

    /// A function that sees the value as it is, with its kind; `open` as in [`Open::text_with`].
    pub fn row<O, F, M>(open: M) -> Self
    where
        O: DeserializeOwned + 'static,
        F: Fn(Row<'_>, Cell<'_>) -> Outcome + 'static,
        M: Fn(O) -> Result<F, Problem> + 'static,
    {
        Self::step(move |options: O| Ok(ByRow(open(options)?)))
    }

    /// A function with a [`Step`] of its own.
    pub fn step<O, S, M>(open: M) -> Self
    where
        O: DeserializeOwned + 'static,
        S: Step + 'static,
        M: Fn(O) -> Result<S, Problem> + 'static,
    {
        Self {
            make: Box::new(move |json| {
                let step = open(options::parse(json)?)?;
                Ok(Box::new(step) as Box<dyn Step>)
            }),
            fields: options::fields::<O>,
            extra: &[],
        }
    }

    /// Puts entries into the function's `extra`, such as `("full-name", "entra.expression")`.
    #[must_use]
    pub fn with_extra(mut self, extra: &'static [(&'static str, &'static str)]) -> Self {
        self.extra = extra;
        self
    }

    /// The entries of the function's `extra`.
    pub fn extra(&self) -> &'static [(&'static str, &'static str)] {
        self.extra
    }

    /// The names of the options, as the options' struct reads them.
    pub fn fields(&self) -> Option<&'static [&'static str]> {
        (self.fields)()
    }
}

struct ByText<F>(F);

impl<F: Fn(&str, Cell<'_>) -> Outcome> Step for ByText<F> {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        batch.each_text(out, &self.0);
        Ok(())
    }
}

struct ByRow<F>(F);

impl<F: Fn(Row<'_>, Cell<'_>) -> Outcome> Step for ByRow<F> {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        batch.each_row(out, &self.0);
        Ok(())
    }
}
