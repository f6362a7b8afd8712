//! One text of all elements: join, csv.

use attune_functions::list::{self, Csv};
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, Outcome, Row, TextView, Value};
use serde::Deserialize;

use crate::elements::{elements, text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Join {
    #[serde(default = "comma")]
    separator: String,
}

fn comma() -> String {
    ", ".to_owned()
}

/// `list.join`
pub(crate) fn join() -> Function {
    Function {
        name: "join",
        summary: "One text of all elements; empty ones and nulls are left out",
        options: r#"{
            "type": "object",
            "properties": {
                "separator": { "title": "Separator", "type": "string", "default": ", ",
                    "description": "What stands between two elements" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": [["Sales", "EMEA"]], "output": "Sales, EMEA"},
            {"options": {"separator": ";"}, "input": [["a", "", null, 7, true]],
             "output": "a;7;true"},
            {"input": ["alone"], "output": "alone"},
            {"input": [[]], "output": {"$":"absent"}},
            {"input": [["a", {"b": 1}]], "output": {"$":"failed","code":"not-text"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::row(|Join { separator }| {
            Ok(move |row: Row<'_>, out: Cell<'_>| joined(&separator, row.value(), out))
        }),
    }
}

fn joined(separator: &str, value: Value<'_>, out: Cell<'_>) -> Outcome {
    let Some(list) = value.list() else {
        return match value.text() {
            TextView::Text(text) => out.text(&text),
            TextView::Missing => out.value(value),
            TextView::Failed(problem) => out.failed(&problem),
        };
    };
    let mut out = out.write_text();
    for json in list {
        match Value::from_json(json, &mut String::new()).text() {
            TextView::Text(text) if !text.is_empty() => {
                if !out.is_empty() {
                    out.push_str(separator);
                }
                out.push_str(&text);
            }
            TextView::Text(_) | TextView::Missing => {}
            TextView::Failed(problem) => return out.undo().failed(&problem),
        }
    }
    if out.is_empty() {
        out.undo().missing()
    } else {
        out.done()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AsCsv {
    #[serde(default = "separator")]
    separator: char,
    #[serde(default)]
    quotes: Quotes,
}

fn separator() -> char {
    ','
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Quotes {
    #[default]
    Needed,
    Never,
}

/// `list.csv`
pub(crate) fn csv() -> Function {
    Function {
        name: "csv",
        summary: "One line of all elements as in a CSV file; nulls are empty, and so is the line of an empty list",
        options: r#"{
            "type": "object",
            "properties": {
                "separator": { "title": "Separator", "type": "string", "minLength": 1, "maxLength": 1, "default": ",",
                    "description": "The one character between two elements" },
                "quotes": { "title": "Quotes", "enum": ["needed", "never"], "default": "needed",
                    "description": "needed: an element with a separator, a quote or a line end in it stands in quotes; never: as Okta's Arrays.toCsvString" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": [["This", "is", " a ", "test"]], "output": "This,is, a ,test"},
            {"input": [["Doe, Jane", "5\" disk", null, 7]], "output": "\"Doe, Jane\",\"5\"\" disk\",,7"},
            {"options": {"separator": ";", "quotes": "never"}, "input": [["Doe, Jane", "a;b"]],
             "output": "Doe, Jane;a;b"},
            {"input": [[]], "output": ""},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::row(|AsCsv { separator, quotes }| {
            let how = match quotes {
                Quotes::Needed => Csv::Quoted,
                Quotes::Never => Csv::Plain,
            };
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                if value.is_missing() {
                    return out.value(value);
                }
                match cells(value) {
                    Ok(cells) => out.text(&list::csv(&cells, separator, how)),
                    Err(problem) => out.failed(&problem),
                }
            })
        }),
    }
}

fn cells(value: Value<'_>) -> Result<Vec<String>, Box<Problem>> {
    let list = elements(value)?;
    let texts = list.iter().map(|json| Ok(text(json)?.unwrap_or_default()));
    texts.collect()
}
