//! The manifest, every worked example of Okta's pages, and what they do not show.

mod groups;
mod pages;
mod refused;
mod robust;
mod vectors;

use attune_plugin::Problem;
use attune_plugin::testing::{complaints, no_context, run_in};
use serde_json::{Value as Json, json};

use super::plugin;

#[test]
fn manifest_schemas_structs_and_examples_agree() {
    assert_eq!(complaints(&plugin()), Vec::<String>::new());
}

/// 2026-11-23T03:00:00Z
const NOW_MS: f64 = 1_795_402_800_000.0;

/// The result for a row whose attributes, in the order in which they are mentioned, are `inputs`:
/// JSON with commas between.
fn evaluate(expression: &str, inputs: &str) -> Result<String, Problem> {
    with_options(&json!({ "expression": expression }), inputs)
}

fn with_options(options: &Json, inputs: &str) -> Result<String, Problem> {
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
fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for (expression, inputs, expect) in cases {
        let got = match evaluate(expression, inputs) {
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
        Ok(Json::String(text)) => text,
        Ok(Json::Object(special)) => match (special.get("$"), special.get("code")) {
            (_, Some(code)) => code.as_str().unwrap_or_default().to_owned(),
            (Some(what), _) if what == "absent" => "nothing".to_owned(),
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
    for expression in [
        "Time.now()",
        "DateTime.now().toString()",
        "user.created.withinDays(3) ? 'new' : 'old'",
    ] {
        let why = open("evaluate", expression).unwrap();
        assert!(why.contains("column ") && why.contains("-now\""), "{why}");
        assert_eq!(open("evaluate-now", expression), None, "{expression}");
    }
    assert_eq!(open("evaluate", "String.len(user.city)"), None);
}
