//! What holds for every function, whatever its result is: see [`super::edges`].

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Map, Value as Json, json};

use super::{edges, example};
use crate::Problem;
use crate::transform::{Column, Function, Plugin, TEXT_BYTES_MAX};

/// How many columns a step with these options takes; one where it does not open.
pub(super) fn width(plugin: &Plugin, function: &str, options: &str) -> usize {
    let step = plugin.open(function, options);
    step.map_or(1, |step| 1 + step.inputs().len())
}

/// The rules that the function breaks with these options.
pub(super) fn exceeded(plugin: &Plugin, function: &Function, options: &str) -> Vec<String> {
    let mut wrong = refusals(plugin, function, options);
    wrong.extend(answers(plugin, function.name, options));
    wrong
        .into_iter()
        .map(|what| format!("{} {options}: {what}", function.name))
        .collect()
}

/// The edges of the table and values of every other kind, each as a row.
fn values() -> Vec<String> {
    let mut values: Vec<String> = edges::edge_values()
        .into_iter()
        .map(|(_, value)| value)
        .collect();
    let others = [
        "12",
        "-1.50",
        "1e300",
        "true",
        r#"{"a":{"b":[null]}}"#,
        "[null]",
        r#"[["a"],{"a":1},null,"",7]"#,
        r#"{"$":"bytes","base64":"AP8="}"#,
        r#"" ""#,
        r#""\u202e\ufeff\u0301""#,
        r#""2024-02-29T12:00:00Z""#,
        r#""CN=Jane Doe,OU=People""#,
    ];
    values.extend(others.map(str::to_owned));
    values
}

fn answers(plugin: &Plugin, name: &str, options: &str) -> Vec<String> {
    let values = values();
    let width = width(plugin, name, options);
    let all: Vec<&str> = values.iter().map(String::as_str).collect();
    let whole = match apply(plugin, name, options, (width, &all)) {
        Ok(whole) => whole,
        // Which row it is, the rows say alone.
        Err(what) => {
            return alone(
                &all,
                |row| apply(plugin, name, options, (width, row)).err(),
                &what,
            );
        }
    };
    let mut wrong = Vec::new();
    if apply(plugin, name, options, (width, &all)).is_ok_and(|again| !is_same(&whole, &again)) {
        wrong.push("the answer is not twice the same".to_owned());
    }
    for (row, value) in all.iter().enumerate() {
        let got = example::show(&whole, row);
        let single = apply(plugin, name, options, (width, &[value]));
        let single = single.map(|single| example::show(&single, 0));
        if single.as_ref() != Ok(&got) {
            wrong.push(format!("{} depends on other rows", clipped(value)));
        }
        if let Some(what) = flaw(&got) {
            wrong.push(format!("{} {what}: {}", clipped(value), clipped(&got)));
        }
    }
    wrong
}

/// What is wrong with each row for itself, or with all of them together.
fn alone(
    values: &[&str],
    check: impl Fn(&[&str]) -> Option<String>,
    together: &str,
) -> Vec<String> {
    let of_row = |value: &&str| Some(format!("{} {}", clipped(value), check(&[value])?));
    let rows: Vec<String> = values.iter().filter_map(of_row).collect();
    if rows.is_empty() {
        return vec![format!("a batch of all edges {together}")];
    }
    rows
}

/// Opens the function and calls it with each value in every column of a row.
fn apply(
    plugin: &Plugin,
    name: &str,
    options: &str,
    (width, values): (usize, &[&str]),
) -> Result<Column, String> {
    let column = || example::column(values);
    let columns: Vec<Column> = (0..width).map(|_| column()).collect::<Result<_, _>>()?;
    let context = edges::context(values.len());
    let call = || {
        let step = plugin.open(name, options)?;
        crate::transform::apply(step.as_ref(), &context, values.len(), &columns)
    };
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(column)) => Ok(column),
        Ok(Err(problem)) => Err(format!("fails its batch: {problem:?}")),
        Err(_) => Err("panics".to_owned()),
    }
}

fn is_same(one: &Column, other: &Column) -> bool {
    (&one.kinds, &one.ends, &one.data) == (&other.kinds, &other.ends, &other.data)
}

/// What no outcome may be, in the form of an example.
fn flaw(shown: &str) -> Option<String> {
    if shown.contains(r"\u0000") {
        return Some("gives a null character".to_owned());
    }
    if shown.len() > TEXT_BYTES_MAX
        && serde_json::from_str::<String>(shown).is_ok_and(|text| text.len() > TEXT_BYTES_MAX)
    {
        return Some("gives too long a text".to_owned());
    }
    let problem = failure(shown)?;
    let is_kebab = |code: &str| {
        code.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    match problem.code.as_str() {
        code @ ("plugin-error" | "bad-batch" | "") => Some(format!("fails with the code `{code}`")),
        code if !is_kebab(code) => Some(format!("fails with the code `{code}`")),
        _ if problem.message.is_empty() => Some("fails with no message".to_owned()),
        _ => None,
    }
}

fn failure(shown: &str) -> Option<Problem> {
    let json: Json = shown
        .starts_with('{')
        .then(|| serde_json::from_str(shown).ok())??;
    (json.get("$")? == "failed").then_some(())?;
    let text = |member: &str| json.get(member).and_then(Json::as_str).unwrap_or_default();
    Some(Problem::new(text("code"), text("message")))
}

/// Options that the function takes and must not.
fn refusals(plugin: &Plugin, function: &Function, options: &str) -> Vec<String> {
    let Ok(Json::Object(given)) = serde_json::from_str(options) else {
        return vec!["the options are no object".to_owned()];
    };
    let mut wrong = Vec::new();
    match refused(plugin, function.name, &given, ("no-such-option", json!(1))) {
        None => wrong.push("an unknown option is taken".to_owned()),
        Some(problem)
            if problem.code == "options" && problem.message.contains("no-such-option") => {}
        Some(problem) => wrong.push(format!("an unknown option is refused with {problem:?}")),
    }
    let schema: Json = serde_json::from_str(function.options).unwrap_or_default();
    let properties = schema.get("properties").and_then(Json::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let Some(odd) = odd(property) else { continue };
        match refused(plugin, function.name, &given, (name, odd.clone())) {
            None => wrong.push(format!("`{name}` may be {odd}")),
            Some(problem) if problem.code == "options" => {}
            Some(problem) => wrong.push(format!("`{name}` = {odd} is refused with {problem:?}")),
        }
    }
    wrong
}

fn refused(
    plugin: &Plugin,
    name: &str,
    given: &Map<String, Json>,
    (option, value): (&str, Json),
) -> Option<Problem> {
    let mut options = given.clone();
    options.insert(option.to_owned(), value);
    plugin.open(name, &Json::Object(options).to_string()).err()
}

/// A value that an option of this schema cannot be.
fn odd(property: &Json) -> Option<Json> {
    if property.get("enum").is_some() {
        return Some(json!("no-such-word"));
    }
    match property.get("type")?.as_str()? {
        "string" | "integer" | "number" | "boolean" => Some(json!([[]])),
        "array" | "object" => Some(json!(7)),
        _ => None,
    }
}

fn clipped(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
