//! The manifest, every worked example of the two pages, and what they do not show.

mod connect;
mod pages;
mod provisioning;
mod refused;
mod robust;

use attune_dialect::testing::{self, Case, looks_at_now, mismatches};
use attune_plugin::Problem;
use attune_plugin::testing::{complaints, edges};
use serde_json::{Value as Json, json};

use super::plugin;

const NOTHING: Vec<String> = Vec::new();

#[test]
fn manifest_schemas_structs_and_examples_agree() {
    assert_eq!(complaints(&plugin()), NOTHING);
}

#[test]
fn every_function_meets_the_edges_as_its_table_says() {
    let wrong = edges(&plugin(), include_str!("edges.txt"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const PROVISIONING: &str = "provisioning";
const CONNECT: &str = "connect-sync";

fn evaluate(dialect: &str, expression: &str, inputs: &str) -> Result<String, Problem> {
    with_options(
        &json!({ "expression": expression, "dialect": dialect }),
        inputs,
    )
}

fn with_options(options: &Json, inputs: &str) -> Result<String, Problem> {
    testing::evaluate(&plugin(), options, inputs)
}

#[track_caller]
fn check(dialect: &str, cases: &[Case]) {
    let wrong = mismatches(cases, |expression, inputs| {
        evaluate(dialect, expression, inputs)
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_looks_at_the_time_is_refused_by_the_function_that_does_not() {
    let expressions = ["Now()", "IIF([a] = \"b\", Now(), [c])"];
    let wrong = looks_at_now(&plugin(), &expressions, "ToUpper([city])");
    assert_eq!(wrong, NOTHING);
}
