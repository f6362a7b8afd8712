//! What is put around a text: append, pad, quote.

use attune_functions::text::{self, Quote, Side};
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Append {
    #[serde(default)]
    before: String,
    #[serde(default)]
    after: String,
}

/// `text.append`
pub(crate) fn append() -> Function {
    Function {
        name: "append",
        summary: "Puts a text before or after; a missing value stays missing",
        options: r#"{
            "type": "object",
            "properties": {
                "before": { "title": "Before", "type": "string", "default": "",
                    "description": "What is put in front of the text" },
                "after": { "title": "After", "type": "string", "default": "",
                    "description": "What is put behind the text" }
            },
            "minProperties": 1,
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"before": "CC-"}, "input": ["1234"], "output": "CC-1234"},
            {"options": {"after": "@contoso.example"}, "input": ["jane.doe"],
             "output": "jane.doe@contoso.example"},
            {"options": {"before": "<", "after": ">"}, "input": [""], "output": "<>"},
            {"options": {"before": "CC-"}, "input": [1234], "output": "CC-1234"},
            {"options": {"before": "CC-"}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|Append { before, after }| {
            if before.is_empty() && after.is_empty() {
                return Err(Problem::option(
                    "before",
                    "there is nothing to put before or after the text; give `before` or `after`",
                ));
            }
            Ok(move |text: &str, out: Cell<'_>| {
                let mut out = out.write_text();
                out.push_str(&before);
                out.push_str(text);
                out.push_str(&after);
                out.done()
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pad {
    length: usize,
    #[serde(default = "zero")]
    with: char,
    #[serde(default)]
    side: At,
}

fn zero() -> char {
    '0'
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum At {
    #[default]
    Left,
    Right,
}

const PAD_MAX: usize = 1_000;

/// `text.pad`
pub(crate) fn pad() -> Function {
    Function {
        name: "pad",
        summary: "Fills a short text up to a length; a longer one stays as it is",
        options: r#"{
            "type": "object",
            "properties": {
                "length": { "title": "Length", "type": "integer", "minimum": 1, "maximum": 1000,
                    "description": "How many characters the text has afterwards, at least" },
                "with": { "title": "With", "type": "string", "minLength": 1, "maxLength": 1, "default": "0",
                    "description": "The one character that fills the gap" },
                "side": { "title": "Side", "enum": ["left", "right"], "default": "left",
                    "description": "Where the gap is filled: in front of the text or behind it" }
            },
            "required": ["length"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"length": 6}, "input": ["4711"], "output": "004711"},
            {"options": {"length": 6}, "input": [4711], "output": "004711"},
            {"options": {"length": 5, "with": ".", "side": "right"}, "input": ["Zoë"],
             "output": "Zoë.."},
            {"options": {"length": 3}, "input": ["4711"], "output": "4711"},
            {"options": {"length": 6}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|Pad { length, with, side }| {
            if !(1..=PAD_MAX).contains(&length) {
                return Err(Problem::option(
                    "length",
                    format!("{length} is not from 1 to {PAD_MAX}"),
                ));
            }
            let side = match side {
                At::Left => Side::Left,
                At::Right => Side::Right,
            };
            Ok(move |text: &str, out: Cell<'_>| out.text(&text::pad(text, length, with, side)))
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quoted {
    #[serde(default = "mark")]
    mark: char,
    #[serde(default)]
    inside: Inside,
}

fn mark() -> char {
    '"'
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Inside {
    #[default]
    Double,
    Backslash,
}

/// `text.quote`
pub(crate) fn quote() -> Function {
    Function {
        name: "quote",
        summary: "Puts the text in quotes; quotes inside of it are written twice",
        options: r#"{
            "type": "object",
            "properties": {
                "mark": { "title": "Mark", "type": "string", "minLength": 1, "maxLength": 1, "default": "\"",
                    "description": "The one character that is the quote, on both ends" },
                "inside": { "title": "Inside", "enum": ["double", "backslash"], "default": "double",
                    "description": "How a quote inside of the text is written: twice, or with a backslash before it and before backslashes" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["Sales"], "output": "\"Sales\""},
            {"input": ["the \"new\" Sales"], "output": "\"the \"\"new\"\" Sales\""},
            {"options": {"mark": "'", "inside": "backslash"}, "input": ["O'Neill"],
             "output": "'O\\'Neill'"},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|Quoted { mark, inside }| {
            let inside = match inside {
                Inside::Double => Quote::Double,
                Inside::Backslash => Quote::Backslash,
            };
            Ok(move |text: &str, out: Cell<'_>| out.text(&text::quote(text, mark, inside)))
        }),
    }
}
