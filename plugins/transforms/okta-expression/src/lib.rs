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
mod row;

use attune_plugin::Problem;
use attune_plugin::transform::{Batch, Cells, Function, Open, Plugin, Step, Uses};
use serde::Deserialize;

use parse::Expression;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "okta-expression",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Evaluates expressions of Okta",
        functions: vec![evaluate()],
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

fn evaluate() -> Function {
    Function {
        name: "evaluate",
        summary: "The value of an Okta expression, pasted as it is",
        options: r#"{
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
        }"#,
        examples: include_str!("examples.json"),
        uses: &[Uses::Now],
        open: Open::step(|options: Options| {
            Expression::parse(&options)
                .map_err(|error| Problem::option("expression", error.explain(&options.expression)))
        })
        .with_extra(&[("full-name", "okta.expression")]),
    }
}

impl Step for Expression {
    fn inputs(&self) -> Vec<String> {
        self.selectors.clone()
    }

    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        batch.each_row(out, |row, out| row::evaluate(self, row, out));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
