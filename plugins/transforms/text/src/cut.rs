//! Parts of a text: trim, left, right, mid, split.

use attune_functions::text::{last, part};
use attune_plugin::transform::{Cell, Function, Open, Outcome};
use attune_plugin::{NoOptions, Problem};
use serde::Deserialize;

/// `text.trim`
pub(crate) fn trim() -> Function {
    Function {
        name: "trim",
        summary: "Takes white space off both ends; a no-break space counts as such",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["  Sales "], "output": "Sales"},
            {"input": [" \t"], "output": ""},
            {"input": [[" Sales"]], "output": "Sales"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}},
            {"input": [["a", "b"]], "output": {"$":"failed","code":"many-values"}}
        ]"#,
        uses: &[],
        open: Open::text(|text: &str, out: Cell<'_>| out.text(text.trim())),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Length {
    length: usize,
}

const LENGTH: &str = r#"{
    "type": "object",
    "properties": {
        "length": { "title": "Length", "type": "integer", "minimum": 0,
                    "description": "How many characters are taken at most" }
    },
    "required": ["length"],
    "additionalProperties": false
}"#;

/// `text.left`
pub(crate) fn left() -> Function {
    Function {
        name: "left",
        summary: "The first characters",
        options: LENGTH,
        examples: r#"[
            {"options": {"length": 3}, "input": ["Zürich"], "output": "Zür"},
            {"options": {"length": 9}, "input": ["Zürich"], "output": "Zürich"},
            {"options": {"length": 0}, "input": ["Zürich"], "output": ""},
            {"options": {"length": 3}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|Length { length }| {
            Ok(move |text: &str, out: Cell<'_>| out.text(part(text, 0, Some(length))))
        }),
    }
}

/// `text.right`
pub(crate) fn right() -> Function {
    Function {
        name: "right",
        summary: "The last characters",
        options: LENGTH,
        examples: r#"[
            {"options": {"length": 4}, "input": ["DE-8001"], "output": "8001"},
            {"options": {"length": 9}, "input": ["8001"], "output": "8001"},
            {"options": {"length": 0}, "input": ["8001"], "output": ""},
            {"options": {"length": 4}, "input": [8001234], "output": "1234"}
        ]"#,
        uses: &[],
        open: Open::text_with(|Length { length }| {
            Ok(move |text: &str, out: Cell<'_>| out.text(last(text, length)))
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mid {
    start: i64,
    length: Option<usize>,
}

/// `text.mid`
pub(crate) fn mid() -> Function {
    Function {
        name: "mid",
        summary: "Characters from a position; never fails, what lies outside is empty",
        options: r#"{
            "type": "object",
            "properties": {
                "start": { "title": "Start", "type": "integer",
                    "description": "Position of the first character: 0 is the first, -1 the last" },
                "length": { "title": "Length", "type": "integer", "minimum": 0,
                    "description": "How many characters are taken at most; all when left out" }
            },
            "required": ["start"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"start": 3, "length": 4}, "input": ["DE-8001-X"], "output": "8001"},
            {"options": {"start": 3}, "input": ["DE-8001"], "output": "8001"},
            {"options": {"start": -2}, "input": ["Müller"], "output": "er"},
            {"options": {"start": 9, "length": 2}, "input": ["short"], "output": ""},
            {"options": {"start": 1}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|Mid { start, length }| {
            Ok(move |text: &str, out: Cell<'_>| {
                let back = start.unsigned_abs() as usize;
                if start < 0 {
                    out.text(part(last(text, back), 0, length))
                } else {
                    out.text(part(text, back, length))
                }
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Split {
    separator: String,
    #[serde(default = "yes")]
    trim: bool,
}

fn yes() -> bool {
    true
}

/// `text.split`
pub(crate) fn split() -> Function {
    Function {
        name: "split",
        summary: "A list of the parts between separators; empty parts stay, so positions hold",
        options: r#"{
            "type": "object",
            "properties": {
                "separator": { "title": "Separator", "type": "string", "minLength": 1,
                    "description": "What stands between two parts" },
                "trim": { "title": "Trim", "type": "boolean", "default": true,
                    "description": "Whether white space is taken off the ends of each part" }
            },
            "required": ["separator"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"separator": ","}, "input": ["one, two,three"],
             "output": ["one","two","three"]},
            {"options": {"separator": ",", "trim": false}, "input": ["a, b"], "output": ["a"," b"]},
            {"options": {"separator": ";"}, "input": ["a;;\"b\""], "output": ["a","","\"b\""]},
            {"options": {"separator": ";"}, "input": ["alone"], "output": ["alone"]},
            {"options": {"separator": ";"}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Split| {
            if options.separator.is_empty() {
                return Err(Problem::option("separator", "the separator is empty"));
            }
            Ok(move |text: &str, out: Cell<'_>| split_text(&options, text, out))
        }),
    }
}

fn split_text(options: &Split, text: &str, out: Cell<'_>) -> Outcome {
    let mut out = out.write_text();
    let mut before = '[';
    for part in text.split(options.separator.as_str()) {
        out.push(before);
        out.push_json(if options.trim { part.trim() } else { part });
        before = ',';
    }
    out.push(']');
    out.done_json()
}
