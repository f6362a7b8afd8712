//! The manifest, every worked example of the two pages, and what they do not show.

mod connect;
mod pages;
mod provisioning;
mod refused;
mod robust;

use attune_plugin::Problem;
use attune_plugin::testing::{complaints, no_context, run_in};
use serde_json::json;

use super::plugin;

#[test]
fn manifest_schemas_structs_and_examples_agree() {
    assert_eq!(complaints(&plugin()), Vec::<String>::new());
}

/// 2026-11-23T03:00:00Z
const NOW_MS: f64 = 1_795_402_800_000.0;

const PROVISIONING: &str = "provisioning";
const CONNECT: &str = "connect-sync";

/// The result for a row whose attributes, in the order in which they are mentioned, are `inputs`:
/// JSON with commas between.
fn evaluate(dialect: &str, expression: &str, inputs: &str) -> Result<String, Problem> {
    let options = json!({ "expression": expression, "dialect": dialect });
    with_options(&options, inputs)
}

fn with_options(options: &serde_json::Value, inputs: &str) -> Result<String, Problem> {
    let mut context = no_context();
    context.now_ms = NOW_MS;
    let comma = if inputs.is_empty() { "" } else { "," };
    let input = format!(r#"[{{"$":"absent"}}{comma}{inputs}]"#);
    run_in(
        &plugin(),
        "evaluate-now",
        &options.to_string(),
        &input,
        &context,
    )
}

/// Expression, inputs, result: text without quotes, `nothing` for a missing result, the code of a
/// failure, anything else as JSON.
type Case = (&'static str, &'static str, &'static str);

#[track_caller]
fn check(dialect: &str, cases: &[Case]) {
    let mut wrong = Vec::new();
    for (expression, inputs, expect) in cases {
        let got = match evaluate(dialect, expression, inputs) {
            Ok(got) => shown(&got),
            Err(problem) => problem.message,
        };
        if got != *expect {
            wrong.push(format!("{expression} of {inputs} is {got}, not {expect}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn shown(got: &str) -> String {
    match serde_json::from_str(got) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(serde_json::Value::Object(special)) => match (special.get("$"), special.get("code")) {
            (_, Some(code)) => code.as_str().unwrap_or_default().to_owned(),
            (Some(what), _) if what == "absent" => "nothing".to_owned(),
            (Some(what), _) if what != "bytes" => what.as_str().unwrap_or_default().to_owned(),
            _ => got.to_owned(),
        },
        _ => got.to_owned(),
    }
}

#[test]
fn what_looks_at_the_time_is_refused_by_the_function_that_does_not() {
    let open = |function: &str, expression: &str| {
        let options = serde_json::json!({ "expression": expression }).to_string();
        plugin()
            .open(function, &options)
            .err()
            .map(|problem| problem.message)
    };
    for expression in ["Now()", "IIF([a] = \"b\", Now(), [c])"] {
        let why = open("evaluate", expression).unwrap();
        assert!(why.contains("column ") && why.contains("-now\""), "{why}");
        assert_eq!(open("evaluate-now", expression), None, "{expression}");
    }
    assert_eq!(open("evaluate", "ToUpper([city])"), None);
}
