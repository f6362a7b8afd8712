//! `okta.expression`: expressions as they are pasted from Okta.
//!
//! Okta Expression Language in both forms: the classic one of functions ("Okta Expression Language
//! overview") and that of Identity Engine with methods. Both may stand in one expression. The text
//! is parsed once, when the step opens; its references become the step's inputs. README.md beside
//! this has a line for every function; a test compares it with the tables here.

mod functions;
mod operators;
mod parse;
mod references;

use attune_dialect::Expression;
use attune_plugin::Problem;
use attune_plugin::transform::{Function, Open, Plugin, Uses};
use serde::Deserialize;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "okta-expression",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Evaluates expressions of Okta",
        functions: vec![evaluate(), evaluate_now()],
    }
}

/// What `user.department` is in the person's document.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mapping {
    /// `profile.department`, as Okta delivers it.
    #[default]
    Okta,
    /// `department`
    Plain,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    pub(crate) expression: String,
    #[serde(default)]
    pub(crate) references: Mapping,
    #[serde(default)]
    pub(crate) groups: String,
    #[serde(default)]
    pub(crate) group_ids: String,
    #[serde(default)]
    pub(crate) apps: Vec<String>,
}

const NOW: &str = "okta.expression-now";

fn evaluate() -> Function {
    Function {
        name: "evaluate",
        summary: "The value of an Okta expression, pasted as it is",
        options: OPTIONS,
        examples: include_str!("examples.json"),
        uses: &[],
        open: Open::step(|options: Options| open(&options, Some(NOW)))
            .with_extra(&[("full-name", "okta.expression")]),
    }
}

fn evaluate_now() -> Function {
    Function {
        name: "evaluate-now",
        summary: "The same with what changes with the time: its rows are evaluated for everyone in every run",
        options: OPTIONS,
        examples: r#"[
            {"options": {"expression": "Time.now('UTC', 'yyyy')"},
             "input": [{"$":"absent"}], "output": "2026", "context": {"now": 1795402800000}},
            {"options": {"expression": "String.toUpperCase(user.city)"}, "input": [{"$":"absent"}, "Bern"], "output": "BERN"},
            {"options": {"expression": "user.created.withinDays(30)"},
             "input": [{"$":"absent"}, "2026-11-01T00:00:00.000Z"], "output": true, "context": {"now": 1795402800000}}
        ]"#,
        uses: &[Uses::Now],
        open: Open::step(|options: Options| open(&options, None)).with_extra(&[("full-name", NOW)]),
    }
}

const OPTIONS: &str = r#"{
            "type": "object",
            "properties": {
                "expression": { "title": "Expression", "type": "string", "minLength": 1, "maxLength": 10000,
                    "description": "The text as it stands in Okta, such as String.substring(user.firstName, 0, 1) + user.lastName; classic and Identity Engine" },
                "references": { "title": "References", "default": "okta", "enum": ["okta", "plain"],
                    "description": "What user.department is: the attribute profile.department, as Okta delivers it, or plain department, for people of another directory" },
                "groups": { "title": "Groups", "type": "string", "default": "",
                    "description": "Selector of the list with the names of the person's groups, for isMemberOfGroupName and its like; without it they are refused" },
                "group-ids": { "title": "Group ids", "type": "string", "default": "",
                    "description": "Selector of the list with the ids of the person's groups, for isMemberOfGroup and its like; without it they are refused" },
                "apps": { "title": "Apps", "type": "array", "items": { "type": "string" }, "default": [],
                    "description": "Names of app instances whose references ($app.attribute in Okta's pages) mean the person of the row, such as active_directory" }
            },
            "required": ["expression"],
            "additionalProperties": false
        }"#;

fn open(options: &Options, instead: Option<&str>) -> Result<Expression, Problem> {
    Expression::opened(parse::parse(options), &options.expression, instead)
}

#[cfg(test)]
mod tests;
