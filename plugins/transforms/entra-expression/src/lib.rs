//! `entra.expression`: expressions as they are pasted from Entra's attribute mappings.
//!
//! Two dialects: application provisioning ("Reference for writing expressions for attribute
//! mappings in Microsoft Entra ID") and Entra Connect Sync ("Microsoft Entra Connect Sync:
//! Functions Reference"). Where the two disagree under one name, the dialect decides. The text is
//! parsed once, when the step opens; its `[attributes]` become the step's inputs. README.md beside
//! this has a line for every function; a test compares it with the tables here.

mod functions;
mod operators;
mod parse;

use attune_dialect::Expression;
use attune_functions::expression::Dialect;
use attune_plugin::Problem;
use attune_plugin::transform::{Function, Open, Plugin, Uses};
use serde::Deserialize;
use std::collections::BTreeMap;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "entra-expression",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Evaluates expressions of Entra's attribute mappings",
        functions: vec![evaluate(), evaluate_now()],
    }
}

/// Whose expressions these are.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Language {
    #[default]
    Provisioning,
    ConnectSync,
}

/// What `IIF` makes of an empty attribute in its condition.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Empty {
    #[default]
    AsDocumented,
    AsText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Options {
    expression: String,
    #[serde(default)]
    dialect: Language,
    #[serde(default, rename = "empty-attribute")]
    empty_attribute: Empty,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
}

const NOW: &str = "entra.expression-now";

fn evaluate() -> Function {
    Function {
        name: "evaluate",
        summary: "The value of an Entra expression, pasted as it is",
        options: OPTIONS,
        examples: include_str!("examples.json"),
        uses: &[Uses::Seed],
        open: Open::step(|options: Options| open(&options, Some(NOW)))
            .with_extra(&[("full-name", "entra.expression")]),
    }
}

fn evaluate_now() -> Function {
    Function {
        name: "evaluate-now",
        summary: "The same with Now(): its rows are evaluated for everyone in every run",
        options: OPTIONS,
        examples: r#"[
            {"options": {"expression": "NumFromDate(Now())"},
             "input": [{"$":"absent"}], "output": 134398764000000000, "context": {"now": 1795402800000}},
            {"options": {"expression": "ToUpper([city])"}, "input": [{"$":"absent"}, "Bern"], "output": "BERN"},
            {"options": {"expression": "FormatDateTime(Now(), \"yyyy-MM-dd\")", "dialect": "connect-sync"},
             "input": [null], "output": "2026-11-23", "context": {"now": 1795402800000}}
        ]"#,
        uses: &[Uses::Now, Uses::Seed],
        open: Open::step(|options: Options| open(&options, None)).with_extra(&[("full-name", NOW)]),
    }
}

const OPTIONS: &str = r#"{
            "type": "object",
            "properties": {
                "expression": { "title": "Expression", "type": "string", "minLength": 1, "maxLength": 10000,
                    "description": "The text as it stands in Entra, such as Join(\" \", [givenName], [surname]); what stands in [brackets] is an attribute of the person" },
                "dialect": { "title": "Dialect", "default": "provisioning", "enum": ["provisioning", "connect-sync"],
                    "description": "Where the expression comes from: application provisioning, or Entra Connect Sync" },
                "empty-attribute": { "title": "Empty attribute in IIF", "default": "as-documented",
                    "enum": ["as-documented", "as-text"],
                    "description": "Provisioning only: as documented, a condition of IIF that mentions a missing or empty attribute fails; or such an attribute is empty text" },
                "parameters": { "title": "Parameters", "type": "object", "default": {},
                    "additionalProperties": { "type": "string" },
                    "description": "Connect Sync only: what %Name% in the expression stands for" }
            },
            "required": ["expression"],
            "additionalProperties": false
        }"#;

fn open(options: &Options, instead: Option<&str>) -> Result<Expression, Problem> {
    let is_connect = options.dialect == Language::ConnectSync;
    if !is_connect && !options.parameters.is_empty() {
        let message = "parameters exist in Entra Connect Sync only; leave them out, or set dialect = \"connect-sync\"";
        return Err(Problem::option("parameters", message));
    }
    let dialect = if is_connect {
        Dialect::ConnectSync
    } else {
        Dialect::Provisioning
    };
    let source = &options.expression;
    let parsed = parse::parse(source, dialect, &options.parameters);
    let opened = Expression::opened(parsed, source, instead)?;
    Ok(opened.strict_empty(matches!(options.empty_attribute, Empty::AsDocumented)))
}

#[cfg(test)]
mod tests;
