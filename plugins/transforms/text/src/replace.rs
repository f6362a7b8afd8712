//! A literal text for another: replace everywhere, replace-first once.

use attune_functions::text::replace_first;
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, Outcome};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Replace {
    find: String,
    #[serde(default)]
    with: String,
}

/// `text.replace`
pub(crate) fn replace() -> Function {
    Function {
        name: "replace",
        summary: "Replaces every occurrence of a text; upper and lower case differ",
        options: r#"{
            "type": "object",
            "properties": {
                "find": { "title": "Find", "type": "string", "minLength": 1,
                    "description": "The text that is replaced" },
                "with": { "title": "With", "type": "string", "default": "",
                    "description": "What takes its place; nothing when left out" }
            },
            "required": ["find"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"find": "is", "with": "at"}, "input": ["This is a test"],
             "output": "That at a test"},
            {"options": {"find": " "}, "input": ["0 30 12 34"], "output": "0301234"},
            {"options": {"find": "GmbH", "with": "Ltd"}, "input": ["Contoso gmbh"],
             "output": "Contoso gmbh"},
            {"options": {"find": "x"}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Replace| {
            if options.find.is_empty() {
                return Err(Problem::option("find", "there is nothing to find"));
            }
            Ok(move |text: &str, out: Cell<'_>| all(&options, text, out))
        }),
    }
}

/// `text.replace-first`
pub(crate) fn first() -> Function {
    Function {
        name: "replace-first",
        summary: "Replaces the first occurrence of a text; upper and lower case differ",
        options: r#"{
            "type": "object",
            "properties": {
                "find": { "title": "Find", "type": "string", "minLength": 1,
                    "description": "The text that is replaced where it stands first" },
                "with": { "title": "With", "type": "string", "default": "",
                    "description": "What takes its place; nothing when left out" }
            },
            "required": ["find"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"find": "is", "with": "at"}, "input": ["This is a test"],
             "output": "That is a test"},
            {"options": {"find": "Dr. "}, "input": ["Dr. Dr. Roth"], "output": "Dr. Roth"},
            {"options": {"find": "x"}, "input": ["Roth"], "output": "Roth"},
            {"options": {"find": "x"}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|Replace { find, with }| {
            if find.is_empty() {
                return Err(Problem::option("find", "there is nothing to find"));
            }
            Ok(move |text: &str, out: Cell<'_>| out.text(&replace_first(text, &find, &with)))
        }),
    }
}

fn all(options: &Replace, text: &str, out: Cell<'_>) -> Outcome {
    let mut chars = options.find.chars();
    match (chars.next(), chars.next()) {
        // Setting up the search for a longer text takes longer than looking for one character.
        (Some(char), None) => join(text.split(char), &options.with, out),
        _ => join(text.split(options.find.as_str()), &options.with, out),
    }
}

fn join<'t>(mut parts: impl Iterator<Item = &'t str>, with: &str, out: Cell<'_>) -> Outcome {
    let mut out = out.write_text();
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str(with);
        out.push_str(part);
    }
    out.done()
}
