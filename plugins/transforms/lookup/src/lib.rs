//! `lookup.table`: another text for a text, from a table; `lookup.when`: a value by conditions.
//!
//! A table is prepared once, when the step opens; a key that stands in it twice with different
//! values is refused there, because whichever of the two won would be a guess.

mod condition;
mod table;
mod when;

use std::cell::RefCell;

use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, NoMatch, Open, Outcome, Plugin};
use serde::Deserialize;

use table::{Match, Source, Table};

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "lookup",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Translates values by a table, or by conditions",
        functions: vec![lookup(), when::when()],
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Options {
    table: Source,
    #[serde(default)]
    key_column: Option<String>,
    #[serde(default)]
    value_column: Option<String>,
    #[serde(default, rename = "match")]
    how: Match,
    #[serde(default)]
    ignore_case: bool,
    #[serde(default)]
    default: Option<String>,
    #[serde(default)]
    no_match: Option<NoMatch>,
}

fn lookup() -> Function {
    Function {
        name: "table",
        summary: "The value that a table has for the text",
        options: SCHEMA,
        examples: r#"[
            {"options": {"table": {"Vertrieb": "Sales", "Technik": "Engineering"}},
             "input": ["Vertrieb"], "output": "Sales"},
            {"options": {"table": {"Vertrieb": "Sales"}}, "input": ["vertrieb"],
             "output": {"$":"absent"}},
            {"options": {"table": {"Vertrieb": "Sales"}, "ignore-case": true},
             "input": ["VERTRIEB"], "output": "Sales"},
            {"options": {"table": {"DE": "Germany"}, "default": "elsewhere"}, "input": ["FR"],
             "output": "elsewhere"},
            {"options": {"table": {"DE": "Germany"}, "no-match": "input"}, "input": ["FR"],
             "output": "FR"},
            {"options": {"table": [["100", "Sales"], ["200", "Legal"]]}, "input": [200],
             "output": "Legal", "note": "rows of a CSV file"},
            {"options": {"table": [["code", "de", "en"], ["100", "Vertrieb", "Sales"]], "key-column": "code", "value-column": "en"},
             "input": ["100"], "output": "Sales"},
            {"options": {"table": {"engineer": "R&D", "sales": "Sales"}, "match": "contains", "ignore-case": true},
             "input": ["Senior Sales Engineer"], "output": "R&D", "note": "the first key wins"},
            {"options": {"table": {"+49": "DE", "+4": "elsewhere"}, "match": "starts-with"},
             "input": ["+49 89 123"], "output": "DE"},
            {"options": {"table": {"DE": "Germany"}, "default": "elsewhere"},
             "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Options| {
            let miss = miss(options.default.as_deref(), options.no_match)?;
            let columns = (options.key_column, options.value_column);
            let table = Table::new(options.table, columns, options.how, options.ignore_case)?;
            let folded = RefCell::new(String::new());
            Ok(
                move |text: &str, out: Cell<'_>| match table.find(text, &mut folded.borrow_mut()) {
                    Some(value) => out.text(value),
                    None => miss.outcome(text, out),
                },
            )
        }),
    }
}

const SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "table": { "title": "Table", "x-file": "csv", "type": ["object", "array"],
            "description": "Keys and their values, or a CSV file: { file = \"tables/dept.csv\" }",
            "additionalProperties": { "type": "string" },
            "items": { "type": "array", "items": { "type": "string" } } },
        "key-column": { "title": "Key column", "type": "string",
            "description": "Name of the CSV column that is compared; then the first row is the header. When left out, the first column, and every row counts" },
        "value-column": { "title": "Value column", "type": "string",
            "description": "Name of the CSV column that holds the result. When left out, the second column" },
        "match": { "title": "Match", "enum": ["whole", "starts-with", "contains"], "default": "whole",
            "description": "Whether the text is a key, begins with one, or contains one; of several the first in the table wins" },
        "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
            "description": "Whether upper and lower case are the same" },
        "default": { "title": "Default", "type": "string",
            "description": "The result for a text that is not in the table" },
        "no-match": { "title": "No match", "default": "missing",
            "enum": ["missing", "input", "keep", "clear", "drop-person"],
            "description": "What happens to a text that is not in the table, where there is no default" }
    },
    "required": ["table"],
    "additionalProperties": false
}"#;

/// What a value gets for which there is nothing.
enum Miss {
    Default(String),
    NoMatch(NoMatch),
}

fn miss(default: Option<&str>, no_match: Option<NoMatch>) -> Result<Miss, Problem> {
    match (default, no_match) {
        (Some(_), Some(_)) => Err(Problem::option(
            "no-match",
            "either `default` or `no-match`, not both",
        )),
        (Some(default), None) => Ok(Miss::Default(default.to_owned())),
        (None, no_match) => Ok(Miss::NoMatch(no_match.unwrap_or(NoMatch::Missing))),
    }
}

impl Miss {
    fn outcome(&self, text: &str, out: Cell<'_>) -> Outcome {
        match self {
            Self::Default(default) => out.text(default),
            Self::NoMatch(no_match) => no_match.outcome(text, out),
        }
    }
}

#[cfg(test)]
mod tests;
