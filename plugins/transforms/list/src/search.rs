//! Elements by what they hold: filter, contains, count.

use attune_functions::list::{Match, matches};
use attune_functions::text::Compare;
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, Outcome, Row, Value};
use serde::Deserialize;

use crate::elements::{elements, member, text, write};

/// What an element has to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Filter {
    find: Vec<String>,
    #[serde(default, rename = "match")]
    mode: Mode,
    #[serde(default)]
    ignore_case: bool,
    #[serde(default)]
    member: Option<String>,
    #[serde(default)]
    matching: Matching,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Contains {
    find: Vec<String>,
    #[serde(default, rename = "match")]
    mode: Mode,
    #[serde(default)]
    ignore_case: bool,
    #[serde(default)]
    member: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    #[default]
    Equals,
    Contains,
    StartsWith,
    EndsWith,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Matching {
    #[default]
    Keep,
    Drop,
}

struct Search {
    find: Vec<String>,
    mode: Match,
    compare: Compare,
    member: Option<String>,
}

impl Search {
    fn open(options: Contains) -> Result<Self, Problem> {
        let mode = match options.mode {
            Mode::Equals => Match::Equals,
            Mode::Contains => Match::Contains,
            Mode::StartsWith => Match::StartsWith,
            Mode::EndsWith => Match::EndsWith,
        };
        if options.find.is_empty() {
            return Err(Problem::option(
                "find",
                "there is no text to find; give one or more",
            ));
        }
        if mode != Match::Equals && options.find.iter().any(String::is_empty) {
            return Err(Problem::option(
                "find",
                "one of the texts is empty, which every element would match; take it out",
            ));
        }
        Ok(Self {
            find: options.find,
            mode,
            compare: if options.ignore_case {
                Compare::IgnoreCase
            } else {
                Compare::Exact
            },
            member: options.member,
        })
    }

    /// Whether an element is one of those; null and one without the member are not.
    fn holds(&self, json: &str) -> Result<bool, Box<Problem>> {
        let json = match &self.member {
            None => json,
            Some(name) => match member(json, name) {
                Some(json) => json,
                None => return Ok(false),
            },
        };
        let Some(text) = text(json)? else {
            return Ok(false);
        };
        Ok(self
            .find
            .iter()
            .any(|find| matches(&text, find, self.mode, self.compare)))
    }
}

/// `list.filter`
pub(crate) fn filter() -> Function {
    Function {
        name: "filter",
        summary: "The elements that match, or all but those",
        options: r#"{
            "type": "object",
            "properties": {
                "find": { "title": "Find", "type": "array", "items": { "type": "string" }, "minItems": 1,
                    "description": "Texts of which an element has to match one" },
                "match": { "title": "Match", "enum": ["equals", "contains", "starts-with", "ends-with"], "default": "equals",
                    "description": "What an element has to do with such a text" },
                "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
                    "description": "Whether upper and lower case are the same" },
                "member": { "title": "Member", "type": "string",
                    "description": "For a list of objects: the member that is compared; elements without it do not match" },
                "matching": { "title": "Matching", "enum": ["keep", "drop"], "default": "keep",
                    "description": "Whether the elements that match stay or go" }
            },
            "required": ["find"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"find": ["smtp:"], "match": "starts-with", "ignore-case": true},
             "input": [["SMTP:jd@x.example", "X500:/o=x"]], "output": ["SMTP:jd@x.example"]},
            {"options": {"find": ["Everyone", "Guests"], "matching": "drop"},
             "input": [["Everyone", "Sales"]], "output": ["Sales"]},
            {"options": {"find": ["work"], "member": "type"},
             "input": [[{"type": "work", "value": "1"}, {"type": "home", "value": "2"}]],
             "output": [{"type":"work","value":"1"}]},
            {"options": {"find": ["Sales"]}, "input": ["Legal"], "output": []},
            {"options": {"find": ["Sales"]}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::row(|options: Filter| {
            let matching = options.matching;
            let search = Search::open(Contains {
                find: options.find,
                mode: options.mode,
                ignore_case: options.ignore_case,
                member: options.member,
            })?;
            Ok(move |row: Row<'_>, out: Cell<'_>| filtered(&search, matching, row.value(), out))
        }),
    }
}

fn filtered(search: &Search, matching: Matching, value: Value<'_>, out: Cell<'_>) -> Outcome {
    if value.is_missing() {
        return out.value(value);
    }
    let is_kept = |json: String| match search.holds(&json) {
        Ok(holds) => Ok((holds == (matching == Matching::Keep)).then_some(json)),
        Err(problem) => Err(problem),
    };
    let kept = elements(value).and_then(|list| {
        let kept = list.into_iter().map(is_kept);
        kept.collect::<Result<Vec<_>, _>>()
    });
    match kept {
        Ok(kept) => write(kept.into_iter().flatten(), out),
        Err(problem) => out.failed(&problem),
    }
}

/// `list.contains`
pub(crate) fn contains() -> Function {
    Function {
        name: "contains",
        summary: "Whether an element matches: true or false",
        options: r#"{
            "type": "object",
            "properties": {
                "find": { "title": "Find", "type": "array", "items": { "type": "string" }, "minItems": 1,
                    "description": "Texts of which an element has to match one" },
                "match": { "title": "Match", "enum": ["equals", "contains", "starts-with", "ends-with"], "default": "equals",
                    "description": "What an element has to do with such a text" },
                "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
                    "description": "Whether upper and lower case are the same" },
                "member": { "title": "Member", "type": "string",
                    "description": "For a list of objects: the member that is compared; elements without it do not match" }
            },
            "required": ["find"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"find": ["30"]}, "input": [[10, 20, 30]], "output": true},
            {"options": {"find": ["jira-users", "jira-admins"]}, "input": [["sales"]],
             "output": false},
            {"options": {"find": ["SMTP:"], "match": "contains", "ignore-case": true},
             "input": [["smtp:jd@x.example"]], "output": true},
            {"options": {"find": ["Sales"]}, "input": [[]], "output": false},
            {"options": {"find": ["Sales"]}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::row(|options: Contains| {
            let search = Search::open(options)?;
            Ok(move |row: Row<'_>, out: Cell<'_>| found(&search, row.value(), out))
        }),
    }
}

fn found(search: &Search, value: Value<'_>, out: Cell<'_>) -> Outcome {
    if value.is_missing() {
        return out.value(value);
    }
    let found = elements(value).and_then(|list| {
        let mut found = false;
        for json in list {
            found |= search.holds(&json)?;
        }
        Ok(found)
    });
    match found {
        Ok(found) => out.boolean(found),
        Err(problem) => out.failed(&problem),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    #[serde(default)]
    missing: Missing,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Missing {
    #[default]
    Pass,
    Zero,
}

/// `list.count`
pub(crate) fn count() -> Function {
    Function {
        name: "count",
        summary: "How many elements there are, as a number; one value counts as a list of one",
        options: r#"{
            "type": "object",
            "properties": {
                "missing": { "title": "Missing", "enum": ["pass", "zero"], "default": "pass",
                    "description": "pass: a missing value stays missing; zero: it counts as an empty list, as with Okta's Arrays.size" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": [["a", "b", null]], "output": 3},
            {"input": ["alone"], "output": 1},
            {"input": [[]], "output": 0},
            {"input": [null], "output": null},
            {"options": {"missing": "zero"}, "input": [{"$":"absent"}], "output": 0}
        ]"#,
        uses: &[],
        open: Open::row(|Count { missing }| {
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                match (value.is_missing(), missing) {
                    (true, Missing::Pass) => out.value(value),
                    (true, Missing::Zero) => out.number("0"),
                    (false, _) => {
                        let len = value.list().map_or(1, |list| list.len());
                        out.number(&len.to_string())
                    }
                }
            })
        }),
    }
}
