//! What plugin tests use, natively: one call of one step, and the check of a whole plugin.
//!
//! Values are written as in the examples of a manifest (`wit/README.md`), so that a failing test
//! reads like the documentation. [`complaints`] ties the three texts of a function together: its
//! schema, the struct that reads its options, and its examples; [`edges`] walks every function
//! through what any value may be.

mod bounds;
mod cases;
mod edges;
mod example;
mod readme;
mod schema;

pub use cases::{Case, faults, mismatches, text_edges, unrefused};
pub use edges::{edge_values, edges};
pub use readme::{Documented, documented};

use serde_json::Value as Json;

use crate::Problem;
use crate::transform::{Context, Function, Plugin};

/// Calls a function for one row, as the host would; `input` and the answer are in example form.
///
/// ```
/// # use attune_plugin::{NoOptions, testing, transform::{Cell, Function, Open, Outcome, Plugin}};
/// # fn same(text: &str, out: Cell<'_>) -> Outcome { out.text(text) }
/// # let plugin = Plugin { id: "p", version: "1", summary: "", functions: vec![Function {
/// #     name: "same", summary: "", options: NoOptions::SCHEMA, examples: "[]", uses: &[],
/// #     open: Open::text(same) }] };
/// assert_eq!(testing::run(&plugin, "same", "{}", r#"[["a"]]"#)?, r#""a""#);
/// # Ok::<(), attune_plugin::Problem>(())
/// ```
pub fn run(plugin: &Plugin, name: &str, options: &str, input: &str) -> Result<String, Problem> {
    run_in(plugin, name, options, input, &no_context())
}

/// [`run`] with a context: the locale, the start of the run, the seed.
pub fn run_in(
    plugin: &Plugin,
    name: &str,
    options: &str,
    input: &str,
    context: &Context,
) -> Result<String, Problem> {
    let step = plugin.open(name, options)?;
    let columns = example::columns(input, 1 + step.inputs().len())?;
    let answer = crate::transform::apply(step.as_ref(), context, 1, &columns)?;
    Ok(example::show(&answer, 0))
}

/// The context of a function that uses nothing.
pub fn no_context() -> Context {
    Context {
        now_ms: 0.0,
        seeds: vec![0; 16],
        locale: "und".to_owned(),
        extra: Vec::new(),
    }
}

/// Everything that is wrong with a plugin's manifest; a test asserts that there is nothing.
pub fn complaints(plugin: &Plugin) -> Vec<String> {
    let mut complaints = Vec::new();
    for function in &plugin.functions {
        let name = function.name;
        let found = of_function(plugin, function);
        complaints.extend(
            found
                .into_iter()
                .map(|what| format!("{}.{name}: {what}", plugin.id)),
        );
    }
    complaints
}

fn of_function(plugin: &Plugin, function: &Function) -> Vec<String> {
    let schema: Json = match serde_json::from_str(function.options) {
        Ok(schema) => schema,
        Err(error) => return vec![format!("the schema is no JSON: {error}")],
    };
    let examples = match example::read(function.examples) {
        Ok(examples) => examples,
        Err(error) => return vec![format!("the examples do not parse: {error}")],
    };
    let mut complaints = Vec::new();
    if examples.len() < 3 {
        complaints.push(format!("{} examples, three are wanted", examples.len()));
    }
    for (index, example) in examples.iter().enumerate() {
        if let Err(what) = example.check(plugin, function.name) {
            complaints.push(format!("example {index}: {what}"));
        }
    }
    let options: Vec<&Json> = examples.iter().map(|example| &example.options).collect();
    complaints.extend(schema::complaints(plugin, function, &schema, &options));
    complaints
}
