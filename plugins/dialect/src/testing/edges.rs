//! Every function of a dialect at the edges, held against a table.
//!
//! A line of the table is an expression and what comes out of it for each edge value: the function
//! with one attribute in the place of everything that it takes, but 1 for numbers behind the first.

use std::collections::BTreeMap;

use attune_functions::expression::Definition;
use attune_plugin::Problem;
use attune_plugin::testing::{edge_values, run_in};
use attune_plugin::transform::Plugin;
use serde_json::Value as Json;

use super::{at_now, shown};

/// What is wrong with the table: a function that it lacks, a result that it has otherwise.
/// `evaluate` takes an expression and the value of its attribute.
pub fn edges<'d>(
    definitions: impl Iterator<Item = &'d Definition>,
    attribute: &str,
    expected: &str,
    evaluate: impl Fn(&str, &str) -> Result<String, Problem>,
) -> Vec<String> {
    let lines = expected.lines().filter(|line| !line.starts_with('#'));
    let mut known: BTreeMap<&str, &str> = lines.filter_map(|line| line.split_once("  ")).collect();
    let mut wrong = Vec::new();
    for definition in definitions {
        let expression = call(definition, attribute);
        let results = edge_values().into_iter().map(|(_, value)| {
            let one = evaluate(&expression, &value);
            if one != evaluate(&expression, &value) {
                return "not twice the same".to_owned();
            }
            short(one)
        });
        let got = results.collect::<Vec<_>>().join(" | ");
        match known.remove(expression.as_str()) {
            Some(known) if known.trim() == got => {}
            _ => wrong.push(format!("{expression}  {got}")),
        }
    }
    wrong.extend(
        known
            .keys()
            .map(|line| format!("{line} is no call of a function")),
    );
    wrong
}

/// The result for a row in which every attribute has this value.
pub fn evaluate_all(plugin: &Plugin, options: &Json, value: &str) -> Result<String, Problem> {
    let options = options.to_string();
    let count = plugin.open("evaluate-now", &options)?.inputs().len();
    let mut columns = vec![r#"{"$":"absent"}"#];
    columns.extend(std::iter::repeat_n(value, count));
    let input = format!("[{}]", columns.join(","));
    run_in(plugin, "evaluate-now", &options, &input, &at_now())
}

fn call(definition: &Definition, attribute: &str) -> String {
    let mut arguments = Vec::new();
    // The column of groups is put before what is written.
    let written = definition
        .takes
        .split(", ")
        .filter(|part| !part.is_empty() && *part != "groups any");
    for parameter in written {
        let argument = match parameter.rsplit_once(' ') {
            Some((name, _)) if name.starts_with('$') => "$x",
            // The first one meets the edges whatever it should be.
            Some((_, "integer" | "integer?" | "number" | "number?")) if !arguments.is_empty() => {
                "1"
            }
            _ => attribute,
        };
        // A pair, where pairs are taken.
        let times = if parameter.ends_with("...") { 2 } else { 1 };
        arguments.extend(std::iter::repeat_n(argument, times));
    }
    let name = definition.name;
    if name.starts_with('.') && !arguments.is_empty() {
        let receiver = arguments.remove(0);
        return format!("{receiver}{name}({})", arguments.join(", "));
    }
    format!("{name}({})", arguments.join(", "))
}

/// A long result by its beginning and its length; of a failure its code, of a refusal that.
fn short(answer: Result<String, Problem>) -> String {
    let Ok(got) = answer else {
        return "refused".to_owned();
    };
    let is_failure = got.starts_with(r#"{"$":"failed""#);
    let text = shown(&got);
    let count = text.chars().count();
    if is_failure {
        format!("!{text}")
    } else if count > 40 {
        let begin: String = text.chars().take(20).collect();
        format!("{begin}… of {count}")
    } else if got.starts_with('"') {
        got
    } else {
        text
    }
}
