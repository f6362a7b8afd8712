//! match, find, find-all: what a pattern finds.

use attune_functions::regex::{Pattern, TooHard};
use attune_plugin::transform::{Cell, Function, NoMatch, Open, Outcome};
use serde::Deserialize;

use crate::options::{Group, Syntax, Writing, missing, too_hard};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Match {
    find: String,
    #[serde(default)]
    whole: bool,
    #[serde(default)]
    syntax: Syntax,
    #[serde(default)]
    ignore_case: bool,
}

/// `regex.match`
pub(crate) fn matches() -> Function {
    Function {
        name: "match",
        summary: "Whether a regular expression matches: true or false",
        options: r#"{
            "type": "object",
            "properties": {
                "find": { "title": "Find", "type": "string",
                    "description": "Regular expression; matches anywhere unless anchored with ^ and $" },
                "whole": { "title": "Whole text", "type": "boolean", "default": false,
                    "description": "Whether the whole text must match" },
                "syntax": { "title": "Syntax", "default": "rust", "enum": ["rust", "dotnet", "java"],
                    "description": "Whose regular expressions these are: dotnet as in Entra, java as in Okta" },
                "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
                    "description": "Whether upper and lower case are the same" }
            },
            "required": ["find"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"find": "@contoso\\.example$"}, "input": ["anna@contoso.example"], "output": true},
            {"options": {"find": "engineer", "ignore-case": true}, "input": ["Senior Engineer"], "output": true},
            {"options": {"find": "\\d{5}", "whole": true}, "input": ["803311"], "output": false},
            {"options": {"find": "^(?!ext-)", "syntax": "dotnet"}, "input": ["ext-jane"], "output": false},
            {"options": {"find": "x"}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Match| {
            let writing = Writing {
                syntax: options.syntax,
                ignore_case: options.ignore_case,
            };
            let pattern = writing.pattern(&options.find, "find")?;
            let pattern = if options.whole {
                writing.pattern(&format!(r"\A(?:{})\z", options.find), "find")?
            } else {
                pattern
            };
            Ok(
                move |text: &str, out: Cell<'_>| match pattern.is_match(text) {
                    Ok(is_match) => out.boolean(is_match),
                    Err(why) => out.failed(&too_hard(why)),
                },
            )
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Search {
    find: String,
    group: Option<Group>,
    #[serde(default)]
    syntax: Syntax,
    #[serde(default)]
    ignore_case: bool,
    #[serde(default = "missing")]
    no_match: NoMatch,
}

impl Search {
    fn open(self) -> Result<Finder, attune_plugin::Problem> {
        let writing = Writing {
            syntax: self.syntax,
            ignore_case: self.ignore_case,
        };
        let pattern = writing.pattern(&self.find, "find")?;
        Ok(Finder {
            group: Group::of(self.group, &pattern)?,
            no_match: self.no_match,
            pattern,
        })
    }
}

struct Finder {
    pattern: Pattern,
    group: usize,
    no_match: NoMatch,
}

/// `regex.find`
pub(crate) fn find() -> Function {
    Function {
        name: "find",
        summary: "The first match of a regular expression, or one of its groups",
        options: r#"{
            "type": "object",
            "properties": {
                "find": { "title": "Find", "type": "string",
                    "description": "Regular expression; matches anywhere unless anchored with ^ and $" },
                "group": { "title": "Group", "type": ["integer", "string"], "minimum": 0,
                    "description": "Number or name of the group that is taken; when left out, group 1 where there is one, else the whole match" },
                "syntax": { "title": "Syntax", "default": "rust", "enum": ["rust", "dotnet", "java"],
                    "description": "Whose regular expressions these are: dotnet as in Entra, java as in Okta" },
                "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
                    "description": "Whether upper and lower case are the same" },
                "no-match": { "title": "No match", "default": "missing",
                    "enum": ["missing", "input", "keep", "clear", "drop-person"],
                    "description": "What happens to a text in which nothing matches, or in whose match the group takes no part" }
            },
            "required": ["find"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"find": "(?<=CN=)[^,]+"}, "input": ["CN=Jane Doe,OU=People,DC=example"], "output": "Jane Doe"},
            {"options": {"find": "(?'room'\\d+)/(?'floor'\\d+)", "group": "floor", "syntax": "dotnet"},
             "input": ["room 12/3"], "output": "3"},
            {"options": {"find": "(\\w)\\1"}, "input": ["Anna"], "output": "n"},
            {"options": {"find": "\\d+", "no-match": "keep"}, "input": ["none"], "output": {"$":"keep"}},
            {"options": {"find": "\\d+"}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Search| {
            let finder = options.open()?;
            Ok(
                move |text: &str, out: Cell<'_>| match finder.pattern.find(text, finder.group) {
                    Ok(Some(part)) => out.text(part),
                    Ok(None) => finder.no_match.outcome(text, out),
                    Err(why) => out.failed(&too_hard(why)),
                },
            )
        }),
    }
}

/// `regex.find-all`
pub(crate) fn find_all() -> Function {
    Function {
        name: "find-all",
        summary: "All matches of a regular expression, or one of its groups, as a list",
        options: r#"{
            "type": "object",
            "properties": {
                "find": { "title": "Find", "type": "string",
                    "description": "Regular expression; matches anywhere unless anchored with ^ and $" },
                "group": { "title": "Group", "type": ["integer", "string"], "minimum": 0,
                    "description": "Number or name of the group that is taken; when left out, group 1 where there is one, else the whole match" },
                "syntax": { "title": "Syntax", "default": "rust", "enum": ["rust", "dotnet", "java"],
                    "description": "Whose regular expressions these are: dotnet as in Entra, java as in Okta" },
                "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
                    "description": "Whether upper and lower case are the same" },
                "no-match": { "title": "No match", "default": "missing",
                    "enum": ["missing", "input", "keep", "clear", "drop-person"],
                    "description": "What happens to a text in which nothing matches" }
            },
            "required": ["find"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"find": "CN=([^,]+)"}, "input": ["CN=Jane,CN=Staff,DC=example"], "output": ["Jane","Staff"]},
            {"options": {"find": "\\S+@\\S+"}, "input": ["anna@a.example or bo@b.example"],
             "output": ["anna@a.example","bo@b.example"]},
            {"options": {"find": "[A-Z]"}, "input": ["none"], "output": {"$":"absent"}},
            {"options": {"find": "[A-Z]"}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Search| {
            let finder = options.open()?;
            Ok(
                move |text: &str, out: Cell<'_>| match finder.all(text, out) {
                    Ok(outcome) => outcome,
                    Err((why, out)) => out.failed(&too_hard(why)),
                },
            )
        }),
    }
}

impl Finder {
    fn all<'a>(&self, text: &str, out: Cell<'a>) -> Result<Outcome, (TooHard, Cell<'a>)> {
        let mut out = out.write_text();
        let searched = self.pattern.find_all(text, self.group, |part| {
            out.push_str(if out.is_empty() { "[" } else { "," });
            out.push_json(part);
        });
        if let Err(why) = searched {
            return Err((why, out.undo()));
        }
        if out.is_empty() {
            return Ok(self.no_match.outcome(text, out.undo()));
        }
        out.push(']');
        Ok(out.done_json())
    }
}
