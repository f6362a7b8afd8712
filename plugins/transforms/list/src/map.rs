//! `list.map`: the same change of each element's text.
//!
//! The changes are those of `text.trim`, `.replace`, `.upper`, `.lower` and `.append`, in this order.
//! A value that is no list stays one value, as with `list.sort`. Deliberately not here: everything
//! else that `text.*` can do; Connect's `Select` and `expression.jq` take any expression.

use attune_functions::case::{self, Mapping};
use attune_functions::text::{Blank, Ends, replace, trim};
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, Outcome, Row, Uses};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::elements::{text, write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    trim: bool,
    #[serde(default)]
    find: Option<String>,
    #[serde(default)]
    with: String,
    #[serde(default)]
    case: Option<Case>,
    #[serde(default)]
    before: String,
    #[serde(default)]
    after: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Case {
    Lower,
    Upper,
}

/// `list.map`
pub(crate) fn map() -> Function {
    Function {
        name: "map",
        summary: "Changes the text of each element; nulls stay, and of one value that value is changed",
        options: r#"{
            "type": "object",
            "properties": {
                "trim": { "title": "Trim", "type": "boolean", "default": false,
                    "description": "Whether white space is taken off both ends, before everything else" },
                "find": { "title": "Find", "type": "string", "minLength": 1,
                    "description": "A text that is replaced wherever it stands; upper and lower case differ" },
                "with": { "title": "With", "type": "string", "default": "",
                    "description": "What takes the place of `find`; nothing when left out" },
                "case": { "title": "Case", "enum": ["lower", "upper"],
                    "description": "The case in which the letters are put, those of `with` too; they stay when left out" },
                "before": { "title": "Before", "type": "string", "default": "",
                    "description": "What is put in front of the text, at the end" },
                "after": { "title": "After", "type": "string", "default": "",
                    "description": "What is put behind the text, at the end" }
            },
            "minProperties": 1,
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"before": "app-"}, "input": [["jira", null, 7]],
             "output": ["app-jira",null,"app-7"]},
            {"options": {"trim": true, "case": "lower"}, "input": [[" Sales", "EMEA"]],
             "output": ["sales","emea"]},
            {"options": {"find": "smtp:"}, "input": [["smtp:jd@x.example", "smtp:jane@x.example"]],
             "output": ["jd@x.example","jane@x.example"]},
            {"options": {"case": "upper"}, "input": [["izmir"]], "output": ["İZMİR"],
             "context": {"locale": "tr-TR"}},
            {"options": {"case": "upper"}, "input": ["alone"], "output": "ALONE"},
            {"options": {"trim": true}, "input": [["a", {"b": 1}]],
             "output": {"$":"failed","code":"not-text"}},
            {"options": {"trim": true}, "input": [null], "output": null}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::row(|change: Change| {
            change.check()?;
            Ok(move |row: Row<'_>, out: Cell<'_>| mapped(&change, row, out))
        }),
    }
}

impl Change {
    fn check(&self) -> Result<(), Problem> {
        let (at, message) = match &self.find {
            Some(find) if find.is_empty() => ("find", "there is nothing to find"),
            None if !self.with.is_empty() => {
                ("with", "there is no `find` whose place it could take")
            }
            None if self.changes_nothing() => (
                "trim",
                "nothing would be changed; give `trim`, `find`, `case`, `before` or `after`",
            ),
            _ => return Ok(()),
        };
        Err(Problem::option(at, message))
    }

    fn changes_nothing(&self) -> bool {
        !self.trim && self.case.is_none() && self.before.is_empty() && self.after.is_empty()
    }

    fn of(&self, text: &str, mapping: Mapping) -> String {
        let text = if self.trim {
            trim(text, Ends::Both, Blank::WhiteSpace)
        } else {
            text
        };
        let mut changed = match &self.find {
            Some(find) => replace(text, find, &self.with),
            None => text.to_owned(),
        };
        match self.case {
            Some(Case::Lower) => changed = case::lower(&changed, mapping),
            Some(Case::Upper) => changed = case::upper(&changed, mapping),
            None => {}
        }
        changed.insert_str(0, &self.before);
        changed.push_str(&self.after);
        changed
    }
}

fn mapped(change: &Change, row: Row<'_>, out: Cell<'_>) -> Outcome {
    let mapping = Mapping::full(row.locale());
    let Some(list) = row.value().list() else {
        return row.with_text(out, |text, out| out.text(&change.of(text, mapping)));
    };
    let changed = list.into_iter().map(|json| {
        Ok(match text(json)? {
            Some(text) => Json::from(change.of(&text, mapping)).to_string(),
            None => json.to_owned(),
        })
    });
    match changed.collect::<Result<Vec<String>, Box<Problem>>>() {
        Ok(list) => write(list, out),
        Err(problem) => out.failed(&problem),
    }
}
