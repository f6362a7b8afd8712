//! The same elements in another order, or without repetitions: dedupe, sort, reverse.

use attune_functions::list::{Order, dedupe_by, sort_by_text};
use attune_plugin::NoOptions;
use attune_plugin::transform::{Cell, Function, Open, Row, Value};
use serde::Deserialize;

use crate::elements::{text, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Dedupe {
    #[serde(default)]
    ignore_case: bool,
}

/// `list.dedupe`
pub(crate) fn dedupe() -> Function {
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
                write(dedupe_by(list, |json| identity(json, ignore_case)), out)
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sort {
    #[serde(default)]
    order: By,
    #[serde(default)]
    descending: bool,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum By {
    #[default]
    IgnoreCase,
    Text,
    Natural,
    Number,
}

/// `list.sort`
pub(crate) fn sort() -> Function {
    Function {
        name: "sort",
        summary: "The list in order, the same on every machine; nulls come last",
        options: r#"{
            "type": "object",
            "properties": {
                "order": { "title": "Order", "enum": ["ignore-case", "text", "natural", "number"], "default": "ignore-case",
                    "description": "ignore-case: by the letters; text: by the letters, capitals first; natural: digits in texts by their number, CC-9 before CC-10; number: by value, texts that are no numbers behind" },
                "descending": { "title": "Descending", "type": "boolean", "default": false,
                    "description": "Whether the last comes first" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": [["sales", "EMEA", "Board"]], "output": ["Board","EMEA","sales"]},
            {"options": {"order": "natural"}, "input": [["CC-10", "CC-9"]], "output": ["CC-9","CC-10"]},
            {"options": {"order": "number", "descending": true}, "input": [[2, "10", -1.5]],
             "output": ["10",2,-1.5]},
            {"options": {"order": "text"}, "input": [["b", "A", "a"]], "output": ["A","a","b"]},
            {"input": ["alone"], "output": "alone"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::row(|Sort { order, descending }| {
            let order = match order {
                By::IgnoreCase => Order::IgnoreCase,
                By::Text => Order::Text,
                By::Natural => Order::Natural,
                By::Number => Order::Number,
            };
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                let Some(list) = value.list() else {
                    return out.value(value);
                };
                let (mut texts, mut nulls) = (Vec::new(), Vec::new());
                for json in list {
                    match text(json) {
                        Ok(Some(text)) => texts.push((text, json)),
                        Ok(None) => nulls.push(json),
                        Err(problem) => return out.failed(&problem),
                    }
                }
                sort_by_text(&mut texts, order, |(text, _)| text.clone());
                if descending {
                    texts.reverse();
                }
                write(texts.iter().map(|(_, json)| *json).chain(nulls), out)
            })
        }),
    }
}

/// `list.reverse`
pub(crate) fn reverse() -> Function {
    Function {
        name: "reverse",
        summary: "The elements from the last to the first",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": [["Company", "Division", "Team"]], "output": ["Team","Division","Company"]},
            {"input": [[1, null, {"a": 1}]], "output": [{"a":1},null,1]},
            {"input": ["alone"], "output": "alone"},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::row(|NoOptions {}| {
            Ok(|row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                match value.list() {
                    Some(list) => write(list.into_iter().rev(), out),
                    None => out.value(value),
                }
            })
        }),
    }
}
