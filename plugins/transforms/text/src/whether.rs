//! True or false of a text: contains, starts-with, ends-with, is-url.
//!
//! The result is a boolean, for fields that want one; for what a condition decides, rows have
//! `when` and chains have `flow.*`.

use attune_functions::text::{self, Compare};
use attune_functions::url;
use attune_plugin::transform::{Cell, Function, Open};
use attune_plugin::{NoOptions, Problem};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Find {
    find: String,
    #[serde(default)]
    ignore_case: bool,
}

const FIND: &str = r#"{
    "type": "object",
    "properties": {
        "find": { "title": "Find", "type": "string", "minLength": 1,
            "description": "The text that is looked for" },
        "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
            "description": "Whether upper and lower case are the same" }
    },
    "required": ["find"],
    "additionalProperties": false
}"#;

/// `text.contains`
pub(crate) fn contains() -> Function {
    Function {
        name: "contains",
        summary: "Whether another text stands somewhere in it: true or false",
        options: FIND,
        examples: r#"[
            {"options": {"find": "test"}, "input": ["This is a test"], "output": true},
            {"options": {"find": "Test"}, "input": ["This is a test"], "output": false},
            {"options": {"find": "(ext)", "ignore-case": true},
             "input": ["Jane Doe (EXT)"], "output": true},
            {"options": {"find": "x"}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: by(text::contains),
    }
}

/// `text.starts-with`
pub(crate) fn starts_with() -> Function {
    Function {
        name: "starts-with",
        summary: "Whether it begins with another text: true or false",
        options: FIND,
        examples: r#"[
            {"options": {"find": "This"}, "input": ["This is a test"], "output": true},
            {"options": {"find": "ext-"}, "input": ["jane.doe"], "output": false},
            {"options": {"find": "EXT-", "ignore-case": true}, "input": ["ext-jane.doe"],
             "output": true},
            {"options": {"find": "x"}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: by(text::starts_with),
    }
}

/// `text.ends-with`
pub(crate) fn ends_with() -> Function {
    Function {
        name: "ends-with",
        summary: "Whether it ends with another text: true or false",
        options: FIND,
        examples: r#"[
            {"options": {"find": "@contoso.example"}, "input": ["jane@contoso.example"],
             "output": true},
            {"options": {"find": "GmbH"}, "input": ["Contoso Ltd"], "output": false},
            {"options": {"find": "GmbH", "ignore-case": true}, "input": ["CONTOSO GMBH"],
             "output": true},
            {"options": {"find": "x"}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: by(text::ends_with),
    }
}

/// `text.is-url`
pub(crate) fn is_url() -> Function {
    Function {
        name: "is-url",
        summary: "Whether it has the form of a web address, http or https: true or false",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["https://contoso.example/team?id=7"], "output": true},
            {"input": ["contoso.example"], "output": false, "note": "a name alone is none"},
            {"input": ["https://jane:secret@contoso.example"], "output": false,
             "note": "nor is one with a password in it"},
            {"input": ["javascript:alert(1)"], "output": false},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text(|text: &str, out: Cell<'_>| out.boolean(url::is_url(text))),
    }
}

fn by(test: fn(&str, &str, Compare) -> bool) -> Open {
    Open::text_with(move |Find { find, ignore_case }| {
        if find.is_empty() {
            return Err(Problem::option("find", "there is nothing to find"));
        }
        let compare = if ignore_case {
            Compare::IgnoreCase
        } else {
            Compare::Exact
        };
        Ok(move |text: &str, out: Cell<'_>| out.boolean(test(text, &find, compare)))
    })
}
