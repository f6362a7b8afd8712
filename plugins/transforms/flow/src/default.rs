//! `flow.default`: a text in the place of nothing.

use attune_plugin::transform::{Cell, Function, Open, Row};
use serde::Deserialize;

use crate::condition::Nothing;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Default {
    with: String,
    #[serde(default = "blank")]
    nothing: Nothing,
}

fn blank() -> Nothing {
    Nothing::Blank
}

/// `flow.default`
pub(crate) fn default() -> Function {
    Function {
        name: "default",
        summary: "Puts a text in the place of a value that is missing or blank, and goes on with the chain",
        options: r#"{
            "type": "object",
            "properties": {
                "with": { "title": "With", "type": "string",
                    "description": "The text that stands in" },
                "nothing": { "title": "Nothing", "enum": ["missing", "blank"], "default": "blank",
                    "description": "missing: absent and null, as Entra's Coalesce; blank: also white space alone and the empty list" }
            },
            "required": ["with"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"with": "Unknown"}, "input": [{"$":"absent"}], "output": "Unknown"},
            {"options": {"with": "Unknown"}, "input": [" "], "output": "Unknown"},
            {"options": {"with": "Unknown", "nothing": "missing"}, "input": [""], "output": ""},
            {"options": {"with": "Unknown"}, "input": ["Sales"], "output": "Sales"},
            {"options": {"with": "Unknown"}, "input": [["a", "b"]], "output": ["a","b"]}
        ]"#,
        uses: &[],
        open: Open::row(|Default { with, nothing }| {
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                if nothing.is(value) {
                    out.text(&with)
                } else {
                    out.value(value)
                }
            })
        }),
    }
}
