//! `text.index-of`: where another text stands.

use attune_functions::text::{self, Compare};
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, NoMatch, Open, Outcome};
use serde::Deserialize;

use crate::pieces::Occurrence;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Position {
    find: String,
    #[serde(default)]
    occurrence: Occurrence,
    #[serde(default)]
    ignore_case: bool,
    #[serde(default = "missing")]
    no_match: NoMatch,
}

fn missing() -> NoMatch {
    NoMatch::Missing
}

/// `text.index-of`
pub(crate) fn index_of() -> Function {
    Function {
        name: "index-of",
        summary: "Where another text stands in it, as a number: 0 is the first character; missing where it does not",
        options: r#"{
            "type": "object",
            "properties": {
                "find": { "title": "Find", "type": "string", "minLength": 1,
                    "description": "The text that is looked for" },
                "occurrence": { "title": "Occurrence", "enum": ["first", "last"], "default": "first",
                    "description": "Which one counts if the text stands there several times" },
                "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
                    "description": "Whether upper and lower case are the same" },
                "no-match": { "title": "No match", "default": "missing",
                    "enum": ["input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a text that does not have it" }
            },
            "required": ["find"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"find": "quick"}, "input": ["The quick brown fox"], "output": 4},
            {"options": {"find": "e", "occurrence": "last"}, "input": ["repEated"], "output": 6},
            {"options": {"find": "ÜBER", "ignore-case": true}, "input": ["darüber"], "output": 3},
            {"options": {"find": "x"}, "input": ["abc"], "output": {"$":"absent"}},
            {"options": {"find": "x"}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Position| {
            if options.find.is_empty() {
                return Err(Problem::option("find", "there is nothing to find"));
            }
            Ok(move |text: &str, out: Cell<'_>| position(&options, text, out))
        }),
    }
}

fn position(options: &Position, text: &str, out: Cell<'_>) -> Outcome {
    let compare = if options.ignore_case {
        Compare::IgnoreCase
    } else {
        Compare::Exact
    };
    let at = match options.occurrence {
        Occurrence::First => text::index_of(text, &options.find, 0, compare),
        Occurrence::Last => text::last_index_of(text, &options.find, None, compare),
    };
    match at {
        Some(at) => out.number(&at.to_string()),
        None => options.no_match.outcome(text, out),
    }
}
