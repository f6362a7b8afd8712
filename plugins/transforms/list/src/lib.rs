//! `list.*`: the functions that see a list as a list.
//!
//! Everything that is not a list counts as a list of one, so that an attribute that is sometimes
//! a list needs one step only. Absent and null pass unchanged. Indexes count from 0, `-1` is the
//! last, as in selectors.

use std::collections::HashSet;

use attune_plugin::NoOptions;
use attune_plugin::transform::{Cell, Function, Open, Outcome, Plugin, Row, TextView, Value};
use serde::Deserialize;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "list",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Makes one value of a list, or a shorter list",
        functions: vec![join(), first(), item(), dedupe()],
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Join {
    #[serde(default = "comma")]
    separator: String,
}

fn comma() -> String {
    ", ".to_owned()
}

fn join() -> Function {
    Function {
        name: "join",
        summary: "One text of all elements; empty ones and nulls are left out",
        options: r#"{
            "type": "object",
            "properties": {
                "separator": { "title": "Separator", "type": "string", "default": ", ",
                    "description": "What stands between two elements" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": [["Sales", "EMEA"]], "output": "Sales, EMEA"},
            {"options": {"separator": ";"}, "input": [["a", "", null, 7, true]],
             "output": "a;7;true"},
            {"input": ["alone"], "output": "alone"},
            {"input": [[]], "output": {"$":"absent"}},
            {"input": [["a", {"b": 1}]], "output": {"$":"failed","code":"not-text"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::row(|Join { separator }| {
            Ok(move |row: Row<'_>, out: Cell<'_>| joined(&separator, row.value(), out))
        }),
    }
}

fn joined(separator: &str, value: Value<'_>, out: Cell<'_>) -> Outcome {
    let Some(list) = value.list() else {
        return match value.text() {
            TextView::Text(text) => out.text(&text),
            TextView::Missing => out.value(value),
            TextView::Failed(problem) => out.failed(&problem),
        };
    };
    let mut out = out.write_text();
    for json in list {
        match Value::from_json(json, &mut String::new()).text() {
            TextView::Text(text) if !text.is_empty() => {
                if !out.is_empty() {
                    out.push_str(separator);
                }
                out.push_str(&text);
            }
            TextView::Text(_) | TextView::Missing => {}
            TextView::Failed(problem) => return out.undo().failed(&problem),
        }
    }
    if out.is_empty() {
        out.undo().missing()
    } else {
        out.done()
    }
}

fn first() -> Function {
    Function {
        name: "first",
        summary: "The first element that is neither null nor empty text",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": [["", null, "b", "c"]], "output": "b"},
            {"input": ["alone"], "output": "alone"},
            {"input": [["", null]], "output": {"$":"absent"}},
            {"input": [[12, 13]], "output": 12},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::row(|NoOptions {}| {
            Ok(|row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                let Some(list) = value.list() else {
                    return out.value(value);
                };
                let empty = |json: &&&str| !matches!(**json, "null" | "\"\"");
                element(list.iter().find(empty).copied(), out)
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    index: i64,
}

fn item() -> Function {
    Function {
        name: "item",
        summary: "One element by its position",
        options: r#"{
            "type": "object",
            "properties": {
                "index": { "title": "Index", "type": "integer",
                    "description": "Position of the element: 0 is the first, -1 the last" }
            },
            "required": ["index"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"index": 1}, "input": [["a", "b", "c"]], "output": "b"},
            {"options": {"index": -1}, "input": [["a", "b", "c"]], "output": "c"},
            {"options": {"index": 3}, "input": [["a", "b", "c"]], "output": {"$":"absent"}},
            {"options": {"index": 0}, "input": ["alone"], "output": "alone"},
            {"options": {"index": 0}, "input": [[{"id": 1}]], "output": {"id":1}}
        ]"#,
        uses: &[],
        open: Open::row(|Item { index }| {
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                if value.is_missing() {
                    return out.value(value);
                }
                match value.list() {
                    Some(list) => element(
                        position(index, list.len())
                            .and_then(|at| list.get(at))
                            .copied(),
                        out,
                    ),
                    None if position(index, 1).is_some() => out.value(value),
                    None => out.missing(),
                }
            })
        }),
    }
}

/// The index from the front; nothing beyond either end.
fn position(index: i64, len: usize) -> Option<usize> {
    let distance = usize::try_from(index.unsigned_abs()).ok()?;
    let at = if index < 0 {
        len.checked_sub(distance)?
    } else {
        distance
    };
    (at < len).then_some(at)
}

fn element(json: Option<&str>, out: Cell<'_>) -> Outcome {
    match json {
        Some(json) => out.value(Value::from_json(json, &mut String::new())),
        None => out.missing(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Dedupe {
    #[serde(default)]
    ignore_case: bool,
}

fn dedupe() -> Function {
    Function {
        name: "dedupe",
        summary: "The list without repetitions; the first of equal elements stays",
        options: r#"{
            "type": "object",
            "properties": {
                "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
                    "description": "Whether texts that differ in upper and lower case only are equal" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": [["a", "b", "a", "A"]], "output": ["a","b","A"]},
            {"options": {"ignore-case": true}, "input": [["Zürich", "ZÜRICH", "Bern"]],
             "output": ["Zürich","Bern"]},
            {"input": [[1, "1", 1]], "output": [1,"1"]},
            {"input": ["alone"], "output": "alone"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::row(|Dedupe { ignore_case }| {
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                let Some(list) = value.list() else {
                    return out.value(value);
                };
                let mut seen = HashSet::new();
                let mut out = out.write_text();
                let mut before = "[";
                for json in list {
                    if seen.insert(identity(json, ignore_case)) {
                        out.push_str(before);
                        out.push_str(json);
                        before = ",";
                    }
                }
                out.push_str(if before == "[" { "[]" } else { "]" });
                out.done_json()
            })
        }),
    }
}

/// What two equal elements have in common: decoded text, or the JSON of anything else.
fn identity(json: &str, ignore_case: bool) -> (bool, String) {
    match Value::from_json(json, &mut String::new()) {
        Value::Text(text) if ignore_case => (true, text.to_lowercase()),
        Value::Text(text) => (true, text.to_owned()),
        _ => (false, json.to_owned()),
    }
}

#[cfg(test)]
mod tests;
