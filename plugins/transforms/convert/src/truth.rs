//! Truth values and plain text: to-boolean, to-text.

use std::collections::BTreeMap;

use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, OrFail, Row, TextView, Value};
use serde::Deserialize;

use crate::pass;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ToBoolean {
    #[serde(default = "true_words")]
    true_words: Vec<String>,
    #[serde(default = "false_words")]
    false_words: Vec<String>,
    #[serde(default)]
    no_match: OrFail,
}

fn true_words() -> Vec<String> {
    ["true", "yes", "y", "on", "1"].map(str::to_owned).into()
}

fn false_words() -> Vec<String> {
    ["false", "no", "n", "off", "0"].map(str::to_owned).into()
}

/// `convert.to-boolean`
pub(crate) fn to_boolean() -> Function {
    Function {
        name: "to-boolean",
        summary: "True or false out of a word; upper and lower case and blanks around it do not matter",
        options: r#"{
            "type": "object",
            "properties": {
                "true-words": { "title": "True words", "type": "array", "items": { "type": "string" },
                    "default": ["true", "yes", "y", "on", "1"],
                    "description": "The texts that mean true" },
                "false-words": { "title": "False words", "type": "array", "items": { "type": "string" },
                    "default": ["false", "no", "n", "off", "0"],
                    "description": "The texts that mean false" },
                "no-match": { "title": "No match", "default": "fail",
                    "enum": ["fail", "input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to any other text" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["Yes"], "output": true},
            {"input": [0], "output": false},
            {"options": {"true-words": ["active", "leave"], "false-words": ["left"]},
             "input": ["ACTIVE"], "output": true},
            {"input": ["maybe"], "output": {"$":"failed","code":"not-a-boolean"}},
            {"options": {"no-match": "missing"}, "input": [""], "output": {"$":"absent"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: ToBoolean| {
            let words = words(&options)?;
            let no_match = options.no_match;
            let problem = Problem::new(
                "not-a-boolean",
                "the value is none of `true-words` and `false-words`; add it to one of them, or \
                 say with `no-match` what happens",
            );
            Ok(
                move |text: &str, out: Cell<'_>| match words.get(&text.trim().to_lowercase()) {
                    Some(boolean) => out.boolean(*boolean),
                    None => no_match.outcome(text, &problem, out),
                },
            )
        }),
    }
}

fn words(options: &ToBoolean) -> Result<BTreeMap<String, bool>, Problem> {
    let mut words = BTreeMap::new();
    let known = options.true_words.iter().map(|word| (word, true));
    let known = known.chain(options.false_words.iter().map(|word| (word, false)));
    for (word, meaning) in known {
        let before = words.insert(word.trim().to_lowercase(), meaning);
        if before == Some(!meaning) {
            let message = format!("`{word}` is among `true-words` too; take it out of one of them");
            return Err(Problem::option("false-words", message));
        }
    }
    if words.is_empty() {
        return Err(Problem::option(
            "true-words",
            "there is no word in either list",
        ));
    }
    Ok(words)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ToText {
    #[serde(default = "yes")]
    true_text: String,
    #[serde(default = "no")]
    false_text: String,
}

fn yes() -> String {
    "true".to_owned()
}

fn no() -> String {
    "false".to_owned()
}

/// `convert.to-text`
pub(crate) fn to_text() -> Function {
    Function {
        name: "to-text",
        summary: "A number, as the source wrote it, or true and false as text",
        options: r#"{
            "type": "object",
            "properties": {
                "true-text": { "title": "True text", "type": "string", "default": "true",
                    "description": "What true becomes" },
                "false-text": { "title": "False text", "type": "string", "default": "false",
                    "description": "What false becomes" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": [1.50], "output": "1.50"},
            {"input": [true], "output": "true"},
            {"options": {"true-text": "internal", "false-text": "external"}, "input": [false],
             "output": "external"},
            {"input": ["text"], "output": "text"},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::row(
            |ToText {
                 true_text,
                 false_text,
             }| {
                Ok(move |row: Row<'_>, out: Cell<'_>| {
                    let value = row.value();
                    let boolean = match value {
                        Value::Boolean(boolean) => Some(boolean),
                        Value::Json("[true]") => Some(true),
                        Value::Json("[false]") => Some(false),
                        _ => None,
                    };
                    match (boolean, value.text()) {
                        (Some(true), _) => out.text(&true_text),
                        (Some(false), _) => out.text(&false_text),
                        (None, TextView::Text(text)) => out.text(&text),
                        (None, TextView::Missing) => pass(value, out),
                        (None, TextView::Failed(problem)) => out.failed(&problem),
                    }
                })
            },
        ),
    }
}
