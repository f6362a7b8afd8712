//! Regular expressions: regex-replace, regex-rules, regex-extract.

use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, NoMatch, Open, Outcome};
use serde::Deserialize;

use crate::pattern::{Pattern, Replacement};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Replace {
    find: String,
    #[serde(default)]
    with: String,
    #[serde(default = "input")]
    no_match: NoMatch,
}

fn input() -> NoMatch {
    NoMatch::Input
}

fn missing() -> NoMatch {
    NoMatch::Missing
}

/// `text.regex-replace`
pub(crate) fn replace() -> Function {
    Function {
        name: "regex-replace",
        summary: "Replaces every match of a regular expression",
        options: r#"{
            "type": "object",
            "properties": {
                "find": { "title": "Find", "type": "string",
                    "description": "Regular expression (Rust syntax: no look-around, no back-references); matches anywhere unless anchored with ^ and $" },
                "with": { "title": "With", "type": "string", "default": "",
                    "description": "What takes a match's place: $1 or ${name} is a group, $$ is a $" },
                "no-match": { "title": "No match", "default": "input",
                    "enum": ["input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a text in which nothing matches" }
            },
            "required": ["find"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"find": "^CC-(\\d+)$", "with": "$1"}, "input": ["CC-1234"],
             "output": "1234"},
            {"options": {"find": "^CC-(\\d+)$", "with": "$1", "no-match": "missing"},
             "input": ["n/a"], "output": {"$":"absent"}},
            {"options": {"find": "\\+(?<code>\\d* )(?<number>\\d{10})", "with": "${number}"},
             "input": ["+91 9998887777"], "output": "9998887777"},
            {"options": {"find": "[()\\s-]+"}, "input": ["+1 (999) 888-7777"],
             "output": "+19998887777"},
            {"options": {"find": "^ext-", "no-match": "drop-person"}, "input": ["jane"],
             "output": {"$":"drop-person"}},
            {"options": {"find": "x"}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Replace| {
            let rule = Rule::new(&options.find, &options.with, "find", "with")?;
            let no_match = options.no_match;
            Ok(move |text: &str, out: Cell<'_>| {
                rule.apply(text, out)
                    .unwrap_or_else(|out| no_match.outcome(text, out))
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Rules {
    rules: Vec<RuleText>,
    #[serde(default = "input")]
    no_match: NoMatch,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    find: String,
    #[serde(default)]
    with: String,
}

/// `text.regex-rules`
pub(crate) fn rules() -> Function {
    Function {
        name: "regex-rules",
        summary: "Regular expressions in order; the first one that matches replaces its matches",
        options: r#"{
            "type": "object",
            "properties": {
                "rules": { "title": "Rules", "type": "array", "minItems": 1,
                    "description": "Tried from the first to the last; only the first that matches is used",
                    "items": {
                        "type": "object",
                        "properties": {
                            "find": { "title": "Find", "type": "string",
                                "description": "Regular expression, as in text.regex-replace" },
                            "with": { "title": "With", "type": "string", "default": "",
                                "description": "What takes a match's place: $1 or ${name} is a group, $$ is a $" }
                        },
                        "required": ["find"],
                        "additionalProperties": false
                    } },
                "no-match": { "title": "No match", "default": "input",
                    "enum": ["input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a text in which no rule matches" }
            },
            "required": ["rules"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"rules": [{"find": "(?i)^sales.*", "with": "Sales"}, {"find": "^(\\w+) dept$", "with": "$1"}]},
             "input": ["SALES emea"], "output": "Sales"},
            {"options": {"rules": [{"find": "(?i)^sales.*", "with": "Sales"}, {"find": "^(\\w+) dept$", "with": "$1"}]},
             "input": ["Legal dept"], "output": "Legal"},
            {"options": {"rules": [{"find": "^a", "with": "b"}, {"find": "^b", "with": "c"}]},
             "input": ["abc"], "output": "bbc", "note": "one rule only"},
            {"options": {"rules": [{"find": "^a"}], "no-match": "clear"}, "input": ["xyz"],
             "output": {"$":"clear"}},
            {"options": {"rules": [{"find": "^a"}]}, "input": [{"$":"absent"}],
             "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Rules| {
            let no_match = options.no_match;
            let rules = compile(&options.rules)?;
            Ok(move |text: &str, out: Cell<'_>| first(&rules, no_match, text, out))
        }),
    }
}

fn compile(texts: &[RuleText]) -> Result<Vec<Rule>, Problem> {
    let place = |index: usize, option: &str| format!("rules[{index}].{option}");
    let rules = texts.iter().enumerate().map(|(index, text)| {
        Rule::new(
            &text.find,
            &text.with,
            &place(index, "find"),
            &place(index, "with"),
        )
    });
    rules.collect()
}

fn first(rules: &[Rule], no_match: NoMatch, text: &str, mut out: Cell<'_>) -> Outcome {
    for rule in rules {
        out = match rule.apply(text, out) {
            Ok(done) => return done,
            Err(out) => out,
        };
    }
    no_match.outcome(text, out)
}

/// A pattern and what takes its matches' place.
struct Rule {
    pattern: Pattern,
    with: Replacement,
}

impl Rule {
    fn new(find: &str, with: &str, find_at: &str, with_at: &str) -> Result<Self, Problem> {
        let pattern = Pattern::new(find, find_at)?;
        let with = Replacement::new(with, &pattern, with_at)?;
        Ok(Self { pattern, with })
    }

    /// Writes the text with its matches replaced; gives the cell back where there are none.
    fn apply<'a>(&self, text: &str, out: Cell<'a>) -> Result<Outcome, Cell<'a>> {
        let mut out = out.write_text();
        if self.pattern.replace(text, &self.with, &mut out) {
            Ok(out.done())
        } else {
            Err(out.undo())
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Extract {
    find: String,
    group: Option<Group>,
    #[serde(default = "missing")]
    no_match: NoMatch,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Group {
    Number(usize),
    Name(String),
}

/// `text.regex-extract`
pub(crate) fn extract() -> Function {
    Function {
        name: "regex-extract",
        summary: "The first match of a regular expression, or one of its groups",
        options: r#"{
            "type": "object",
            "properties": {
                "find": { "title": "Find", "type": "string",
                    "description": "Regular expression, as in text.regex-replace" },
                "group": { "title": "Group", "type": ["integer", "string"], "minimum": 0,
                    "description": "Number or name of the group that is taken; when left out, group 1 where there is one, else the whole match" },
                "no-match": { "title": "No match", "default": "missing",
                    "enum": ["missing", "input", "keep", "clear", "drop-person"],
                    "description": "What happens to a text in which nothing matches, or in whose match the group takes no part" }
            },
            "required": ["find"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"find": "\\d{5}"}, "input": ["DE 80331 München"], "output": "80331"},
            {"options": {"find": "^CN=([^,]+)"}, "input": ["CN=Jane Doe,OU=People,DC=example"],
             "output": "Jane Doe"},
            {"options": {"find": "(?<room>\\d+)/(?<floor>\\d+)", "group": "floor"},
             "input": ["room 12/3"], "output": "3"},
            {"options": {"find": "\\d+"}, "input": ["none"], "output": {"$":"absent"}},
            {"options": {"find": "\\d+", "no-match": "keep"}, "input": ["none"],
             "output": {"$":"keep"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Extract| {
            let pattern = Pattern::new(&options.find, "find")?;
            let group = group_of(&pattern, options.group)?;
            let no_match = options.no_match;
            Ok(
                move |text: &str, out: Cell<'_>| match pattern.find(text, group) {
                    Some(part) => out.text(part),
                    None => no_match.outcome(text, out),
                },
            )
        }),
    }
}

fn group_of(pattern: &Pattern, group: Option<Group>) -> Result<usize, Problem> {
    let name = match group {
        None => return Ok(pattern.groups().min(1)),
        Some(Group::Number(number)) => number.to_string(),
        Some(Group::Name(name)) => name,
    };
    let missing = || Problem::option("group", format!("the pattern has no group `{name}`"));
    pattern.group(&name).ok_or_else(missing)
}
