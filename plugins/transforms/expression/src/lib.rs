//! `expression.jq`: a value by a program in the language of jq, for what no function offers.
//!
//! The program is compiled once, when the step opens; what is wrong with it is said there, with
//! line and column. It sees the value so far as `.` and other attributes as variables, and nothing
//! else: no clock, no environment, no files, no further inputs. A program that does not end is
//! stopped by the host's deadline.

mod program;
mod step;
mod values;

use attune_plugin::transform::{Function, Open, Plugin, Uses};

use step::{Jq, Options};

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "expression",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Values by programs in the language of jq",
        functions: vec![jq(), jq_now()],
    }
}

const SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "program": { "title": "Program", "type": "string", "x-file": "text", "minLength": 1,
            "description": "A jq program: . is the value so far (null where it is missing), $name an attribute of `inputs`" },
        "inputs": { "title": "Inputs", "type": "object", "additionalProperties": { "type": "string" }, "default": {},
            "description": "Other attributes: the name of a variable without its $, and a selector: { city = \"officeLocation\" }" },
        "all": { "title": "All results", "type": "boolean", "default": false,
            "description": "Whether several results become a list; otherwise more than one fails" }
    },
    "required": ["program"],
    "additionalProperties": false
}"#;

fn jq() -> Function {
    Function {
        name: "jq",
        summary: "The result of a jq program; null and no result are missing",
        options: SCHEMA,
        examples: r#"[
            {"options": {"program": "ascii_upcase | .[0:3]"}, "input": ["sales emea"], "output": "SAL"},
            {"options": {"program": "\"\\(.) (\\($city))\"", "inputs": {"city": "officeLocation"}},
             "input": ["Jane Doe", "Berlin"], "output": "Jane Doe (Berlin)"},
            {"options": {"program": "map(select(.type == \"work\") | .value) | first"},
             "input": [[{"type":"home","value":"1"},{"type":"work","value":"2"}]], "output": "2"},
            {"options": {"program": ".[] | select(startswith(\"a\"))", "all": true},
             "input": [["ab", "b", "ac"]], "output": ["ab","ac"]},
            {"options": {"program": ".[]"}, "input": [["ab", "b"]],
             "output": {"$":"failed","code":"many-values"}},
            {"options": {"program": ". // \"unknown\""}, "input": [{"$":"absent"}],
             "output": "unknown"},
            {"options": {"program": "."}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::step(|options: Options| Jq::new(options, false)),
    }
}

fn jq_now() -> Function {
    Function {
        name: "jq-now",
        summary: "expression.jq with `now`, the start of the run; such a row is evaluated in every run",
        options: SCHEMA,
        examples: r#"[
            {"options": {"program": "now | todate"}, "input": [null],
             "context": {"now": 1732320000000}, "output": "2024-11-23T00:00:00Z"},
            {"options": {"program": "(now - (. + \"T00:00:00Z\" | fromdate)) / 86400 | floor"},
             "input": ["2024-11-01"], "context": {"now": 1732320000000}, "output": 22},
            {"options": {"program": "now | strftime(\"%Y\")"}, "input": ["x"],
             "context": {"now": 1732320000000}, "output": "2024"},
            {"options": {"program": "."}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Now],
        open: Open::step(|options: Options| Jq::new(options, true)),
    }
}

#[cfg(test)]
mod tests;
