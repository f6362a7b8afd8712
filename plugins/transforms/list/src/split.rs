//! More elements out of fewer: split, flatten.

use attune_functions::list::{self, Rest, Split};
use attune_plugin::transform::{Cell, Function, Open, Outcome, Row, Value};
use attune_plugin::{NoOptions, Problem};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::elements::{elements, text, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Options {
    separator: String,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    rest: Beyond,
    #[serde(default = "yes")]
    trim: bool,
    #[serde(default)]
    keep_empty: bool,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Beyond {
    #[default]
    InLast,
    Cut,
}

/// `list.split`
pub(crate) fn split() -> Function {
    Function {
        name: "split",
        summary: "A list of the parts between separators; of a list, the parts of each element",
        options: r#"{
            "type": "object",
            "properties": {
                "separator": { "title": "Separator", "type": "string", "minLength": 1,
                    "description": "What stands between two parts" },
                "limit": { "title": "Limit", "type": "integer", "minimum": 1,
                    "description": "How many parts a text gives at most; as many as there are when left out" },
                "rest": { "title": "Rest", "enum": ["in-last", "cut"], "default": "in-last",
                    "description": "What becomes of the text beyond the limit: in-last: the last part holds it, separators and all; cut: it is gone" },
                "trim": { "title": "Trim", "type": "boolean", "default": true,
                    "description": "Whether white space is taken off the ends of each part" },
                "keep-empty": { "title": "Keep empty", "type": "boolean", "default": false,
                    "description": "Whether parts that hold nothing stay" }
            },
            "required": ["separator"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"separator": ","}, "input": ["Sales, EMEA,,"], "output": ["Sales","EMEA"]},
            {"options": {"separator": ","}, "input": [["a,b", "c"]], "output": ["a","b","c"]},
            {"options": {"separator": "/", "limit": 2}, "input": ["EMEA/DE/Sales"],
             "output": ["EMEA","DE/Sales"]},
            {"options": {"separator": "/", "limit": 2, "rest": "cut"}, "input": ["EMEA/DE/Sales"],
             "output": ["EMEA","DE"]},
            {"options": {"separator": ",", "keep-empty": true, "trim": false}, "input": ["a,, b"],
             "output": ["a",""," b"]},
            {"options": {"separator": ","}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::row(|options: Options| {
            if options.separator.is_empty() {
                return Err(Problem::option(
                    "separator",
                    "the separator is empty; say what stands between two parts",
                ));
            }
            if options.limit == Some(0) {
                return Err(Problem::option(
                    "limit",
                    "0 parts would be nothing; leave it out for all of them",
                ));
            }
            let how = Split {
                limit: options.limit,
                rest: match options.rest {
                    Beyond::InLast => Rest::InLast,
                    Beyond::Cut => Rest::Cut,
                },
                trim: options.trim,
                skip_empty: !options.keep_empty,
            };
            let separator = options.separator;
            Ok(move |row: Row<'_>, out: Cell<'_>| parts(&separator, how, row.value(), out))
        }),
    }
}

fn parts(separator: &str, how: Split, value: Value<'_>, out: Cell<'_>) -> Outcome {
    if value.is_missing() {
        return out.value(value);
    }
    let parts = elements(value).and_then(|list| {
        let mut parts = Vec::new();
        for json in list {
            let text = text(&json)?.unwrap_or_default();
            let texts = list::split(&text, separator, how);
            parts.extend(texts.into_iter().map(|part| Json::from(part).to_string()));
        }
        Ok(parts)
    });
    match parts {
        Ok(parts) => write(parts, out),
        Err(problem) => out.failed(&problem),
    }
}

/// `list.flatten`
pub(crate) fn flatten() -> Function {
    Function {
        name: "flatten",
        summary: "The elements of lists inside of the list as its own, however deep",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": [["a", ["b", ["c", 1]], []]], "output": ["a","b","c",1]},
            {"input": [[[{"id": [1]}]]], "output": [{"id":[1]}], "note": "objects stay as they are"},
            {"input": [["a", "b"]], "output": ["a","b"]},
            {"input": ["alone"], "output": "alone"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::row(|NoOptions {}| {
            Ok(|row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                if value.list().is_none() {
                    return out.value(value);
                }
                let mut flat = Vec::new();
                push_flat(value, &mut flat);
                write(flat, out)
            })
        }),
    }
}

/// JSON that is nested deeper than its reader goes (128) stays as it is.
fn push_flat<'v>(value: Value<'v>, flat: &mut Vec<&'v str>) {
    for json in value.list().unwrap_or_default() {
        let inner = Value::Json(json);
        if json.starts_with('[') && inner.list().is_some() {
            push_flat(inner, flat);
        } else {
            flat.push(json);
        }
    }
}
