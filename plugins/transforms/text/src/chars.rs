//! Character by character: replace-chars, reverse, length.

use std::collections::BTreeMap;

use attune_functions::text::{self, CharMap};
use attune_plugin::transform::{Cell, Function, Open};
use attune_plugin::{NoOptions, Problem};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplaceChars {
    map: BTreeMap<String, String>,
}

/// `text.replace-chars`
pub(crate) fn replace() -> Function {
    Function {
        name: "replace-chars",
        summary: "Replaces single characters, each by its own text",
        options: r#"{
            "type": "object",
            "properties": {
                "map": { "title": "Map", "type": "object", "minProperties": 1,
                    "additionalProperties": { "type": "string" },
                    "description": "One character each and what takes its place, which may be empty; upper and lower case differ, nothing is replaced twice" }
            },
            "required": ["map"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"map": {"ö": "oe", "ü": "ue", "’": ""}}, "input": ["Jörg O’Brien"],
             "output": "Joerg OBrien"},
            {"options": {"map": {"/": "-", " ": "_"}}, "input": ["EMEA/DE Sales"],
             "output": "EMEA-DE_Sales"},
            {"options": {"map": {"a": "b", "b": "a"}}, "input": ["abba"], "output": "baab"},
            {"options": {"map": {"x": ""}}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|ReplaceChars { map }| {
            if map.is_empty() {
                return Err(Problem::option("map", "there is no character in it"));
            }
            let pairs = map.iter().map(|(from, to)| (from.as_str(), to.as_str()));
            let map = CharMap::from_pairs(pairs).map_err(|error| {
                Problem::option(
                    "map",
                    format!("{error}; for longer texts there is text.replace"),
                )
            })?;
            Ok(move |text: &str, out: Cell<'_>| out.text(&map.apply(text)))
        }),
    }
}

/// `text.reverse`
pub(crate) fn reverse() -> Function {
    Function {
        name: "reverse",
        summary: "The characters from the last to the first; accents stay with their letters",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["abc"], "output": "cba"},
            {"input": ["Zoë"], "output": "ëoZ"},
            {"input": [12], "output": "21"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text(|text: &str, out: Cell<'_>| out.text(&text::reverse(text))),
    }
}

/// `text.length`
pub(crate) fn length() -> Function {
    Function {
        name: "length",
        summary: "How many characters the text has, as a number; a missing value stays missing",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["This"], "output": 4},
            {"input": ["Zürich"], "output": 6},
            {"input": [""], "output": 0},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text(|text: &str, out: Cell<'_>| out.number(&text::length(text).to_string())),
    }
}
