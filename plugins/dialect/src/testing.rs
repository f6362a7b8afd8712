//! What the dialects' tests share: one evaluation, tables of cases, texts at random, README.md.
//!
//! Each helper gives what is wrong as text, all of it at once; a test asserts that there is nothing.

mod edges;

pub use edges::{edges, evaluate_all};

use std::collections::BTreeSet;

use attune_functions::expression::Random;
use attune_plugin::Problem;
use attune_plugin::testing::{Documented, no_context, run_in};
use attune_plugin::transform::{Context, Plugin};
use serde_json::{Value as Json, json};

/// The start of the run: 2026-11-23T03:00:00Z.
pub const NOW_MS: f64 = 1_795_402_800_000.0;

/// Expression, inputs, result: text without quotes, `nothing` for a missing result, the code of a
/// failure, anything else as JSON.
pub type Case = (&'static str, &'static str, &'static str);

/// An expression that is refused, and what the message has in it.
pub type Refusal<'a> = (&'a str, &'a [&'a str]);

/// The result for a row whose attributes, in the order in which they are mentioned, are `inputs`:
/// JSON with commas between.
pub fn evaluate(plugin: &Plugin, options: &Json, inputs: &str) -> Result<String, Problem> {
    let comma = if inputs.is_empty() { "" } else { "," };
    let input = format!(r#"[{{"$":"absent"}}{comma}{inputs}]"#);
    run_in(
        plugin,
        "evaluate-now",
        &options.to_string(),
        &input,
        &at_now(),
    )
}

/// A run that starts at [`NOW_MS`].
fn at_now() -> Context {
    let mut context = no_context();
    context.now_ms = NOW_MS;
    context
}

/// A result as the cases write it.
pub fn shown(got: &str) -> String {
    match serde_json::from_str(got) {
        Ok(Json::String(text)) => text,
        Ok(Json::Object(special)) => match (special.get("$"), special.get("code")) {
            (_, Some(code)) => code.as_str().unwrap_or_default().to_owned(),
            (Some(what), _) if what == "absent" => "nothing".to_owned(),
            (Some(what), _) if what != "bytes" => what.as_str().unwrap_or_default().to_owned(),
            _ => got.to_owned(),
        },
        _ => got.to_owned(),
    }
}

/// The result, or why there is none, as the cases write it.
fn outcome(answer: Result<String, Problem>) -> String {
    answer.map_or_else(|problem| problem.message, |got| shown(&got))
}

/// Evaluates each and compares; `evaluate` takes expression and inputs.
pub fn mismatches(
    cases: &[Case],
    evaluate: impl Fn(&str, &str) -> Result<String, Problem>,
) -> Vec<String> {
    let compared = cases.iter().map(|(expression, inputs, expect)| {
        let got = outcome(evaluate(expression, inputs));
        (got != *expect).then(|| format!("{expression} of {inputs} is {got}, not {expect}"))
    });
    compared.flatten().collect()
}

/// Opens each; says which is taken, or refused with another code, option or text.
pub fn unrefused(
    cases: &[Refusal<'_>],
    evaluate: impl Fn(&str) -> Result<String, Problem>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (expression, parts) in cases {
        let Err(problem) = evaluate(expression) else {
            wrong.push(format!("{expression} is taken"));
            continue;
        };
        if (problem.code.as_str(), problem.at.as_str()) != ("options", "expression") {
            wrong.push(format!("{expression}: {} at {}", problem.code, problem.at));
        }
        let missing = parts
            .iter()
            .filter(|part| !problem.message.contains(**part));
        wrong.extend(
            missing.map(|part| format!("{expression}: no `{part}` in {}", problem.message)),
        );
    }
    wrong
}

/// What looks at the time is refused by `evaluate` with the function to use, and taken by
/// `evaluate-now`; `timeless` is taken by `evaluate`.
pub fn looks_at_now(plugin: &Plugin, expressions: &[&str], timeless: &str) -> Vec<String> {
    let refused = |function: &str, expression: &str| {
        let options = json!({ "expression": expression }).to_string();
        let opened = plugin.open(function, &options);
        opened.err().map(|problem| problem.message)
    };
    let mut wrong = Vec::new();
    for expression in expressions {
        match refused("evaluate", expression) {
            None => wrong.push(format!("evaluate takes {expression}")),
            Some(why) if why.contains("column ") && why.contains("-now\"") => {}
            Some(why) => wrong.push(format!("{expression}: {why}")),
        }
        wrong.extend(refused("evaluate-now", expression));
    }
    wrong.extend(refused("evaluate", timeless));
    wrong
}

/// Texts of up to twelve `parts` that are drawn at random, the same in every run; `is_taken` sees
/// the number and the text of each. Says how many were.
pub fn jumbled(parts: &[&str], rounds: usize, is_taken: impl Fn(usize, &str) -> bool) -> usize {
    let mut random = Random::new([7; 16], 0);
    let mut taken = 0;
    for round in 0..rounds {
        let count = 1 + random.below(12);
        let mut pick = |_| {
            let index = random.below(parts.len() as u64);
            parts.get(index as usize).copied().unwrap_or_default()
        };
        let text: String = (0..count).map(&mut pick).collect();
        taken += usize::from(is_taken(round, &text));
    }
    taken
}

/// The names that a section of README.md has, or leaves out.
pub fn named(rows: &[Documented], section: &str, is_there: bool) -> BTreeSet<String> {
    let of = rows.iter().filter(|row| row.section == section);
    let of = of.filter(|row| (row.state != "left out") == is_there);
    of.map(|row| row.name.clone()).collect()
}

/// Names as [`named`] gives them.
pub fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// How many examples the rows have, and those that do not come out as written; `evaluate` takes
/// section and expression.
pub fn examples(
    rows: &[Documented],
    evaluate: impl Fn(&str, &str) -> Result<String, Problem>,
) -> (usize, Vec<String>) {
    let (mut count, mut wrong) = (0, Vec::new());
    for row in rows {
        if !["covered", "different", "left out"].contains(&row.state.as_str()) {
            wrong.push(format!("{}: `{}` is no state", row.name, row.state));
        }
        for (expression, expect) in &row.examples {
            let got = outcome(evaluate(&row.section, expression));
            if got != *expect {
                wrong.push(format!("{expression} is {got}, not {expect}"));
            }
            count += 1;
        }
    }
    (count, wrong)
}
