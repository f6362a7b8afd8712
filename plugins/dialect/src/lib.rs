//! What lies between an expression of any dialect and the SDK: the step, the row, the test harness.
//!
//! A dialect parses its text with `attune_functions::expression` and hands the tree over as an
//! [`Expression`]. Deliberately not here: grammars, functions and options, which are each dialect's
//! own, and what needs no SDK, which is in `attune-functions`.

mod row;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

use attune_functions::expression::{Dialect, Error, Node, Selectors};
use attune_plugin::Problem;
use attune_plugin::transform::{Batch, Cells, Step};

/// A parsed expression.
pub struct Expression {
    root: Node,
    source: String,
    /// The selectors of columns 1 and up.
    selectors: Vec<String>,
    dialect: Dialect,
    strict_empty: bool,
}

impl Expression {
    /// The tree of a text, and the attributes that it mentions.
    pub fn new(root: Node, source: &str, selectors: Selectors, dialect: Dialect) -> Self {
        Self {
            root,
            source: source.to_owned(),
            selectors: selectors.into_list(),
            dialect,
            strict_empty: false,
        }
    }

    /// Whether an empty attribute fails the condition that mentions it, as Entra documents it.
    #[must_use]
    pub fn strict_empty(mut self, strict_empty: bool) -> Self {
        self.strict_empty = strict_empty;
        self
    }

    /// What parsing `source` gave as the answer of `open`. An expression that looks at the start of
    /// the run is refused where `instead` names the function that lets it.
    pub fn opened(
        parsed: Result<Self, Error>,
        source: &str,
        instead: Option<&str>,
    ) -> Result<Self, Problem> {
        let checked = parsed.and_then(|parsed| {
            instead.map_or(Ok(()), |instead| parsed.root.refuse_now(instead))?;
            Ok(parsed)
        });
        checked.map_err(|error| Problem::option("expression", error.explain(source)))
    }
}

impl Step for Expression {
    fn inputs(&self) -> Vec<String> {
        self.selectors.clone()
    }

    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        batch.each_row(out, |row, out| row::evaluate(self, row, out));
        Ok(())
    }
}
