//! rules: regular expressions in order, and what happens where none matches.

use attune_functions::regex::{Pattern, Replacement};
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, NoMatch, Open, Outcome};
use serde::Deserialize;

use crate::options::{Occurrences, Syntax, Writing, input, replacement, too_hard};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Ordered {
    rules: Vec<RuleText>,
    #[serde(default)]
    occurrences: Occurrences,
    #[serde(default)]
    syntax: Syntax,
    #[serde(default)]
    ignore_case: bool,
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

/// `regex.rules`
pub(crate) fn rules() -> Function {
    Function {
        name: "rules",
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
                                "description": "Regular expression; matches anywhere unless anchored with ^ and $" },
                            "with": { "title": "With", "type": "string", "default": "",
                                "description": "What takes a match's place: $1 or ${name} is a group" }
                        },
                        "required": ["find"],
                        "additionalProperties": false
                    } },
                "occurrences": { "title": "Occurrences", "default": "all", "enum": ["all", "first"],
                    "description": "Which matches of that rule are replaced" },
                "syntax": { "title": "Syntax", "default": "rust", "enum": ["rust", "dotnet", "java"],
                    "description": "Whose regular expressions these are: dotnet as in Entra, java as in Okta" },
                "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
                    "description": "Whether upper and lower case are the same" },
                "no-match": { "title": "No match", "default": "input",
                    "enum": ["input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a text in which no rule matches: it passes, counts as missing, the field stays as it is or is emptied, or the person takes no part" }
            },
            "required": ["rules"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"rules": [{"find": "^(?!ext)(\\w+) dept$", "with": "$1"}, {"find": ".*", "with": "External"}], "occurrences": "first"},
             "input": ["Legal dept"], "output": "Legal"},
            {"options": {"rules": [{"find": "^(?!ext)(\\w+) dept$", "with": "$1"}, {"find": "^ext.*", "with": "External"}]},
             "input": ["ext dept"], "output": "External"},
            {"options": {"rules": [{"find": "^a"}], "no-match": "keep"}, "input": ["xyz"], "output": {"$":"keep"}},
            {"options": {"rules": [{"find": "^a"}], "no-match": "drop-person"}, "input": ["xyz"], "output": {"$":"drop-person"}},
            {"options": {"rules": [{"find": "^a"}]}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Ordered| {
            let rules = compile(&options)?;
            Ok(move |text: &str, out: Cell<'_>| first(&rules, &options, text, out))
        }),
    }
}

fn compile(options: &Ordered) -> Result<Vec<(Pattern, Replacement)>, Problem> {
    if options.rules.is_empty() {
        let message = "there is no rule; write at least one { find = \"...\" }";
        return Err(Problem::option("rules", message));
    }
    let writing = Writing {
        syntax: options.syntax,
        ignore_case: options.ignore_case,
    };
    let rules = options.rules.iter().enumerate().map(|(index, rule)| {
        let pattern = writing.pattern(&rule.find, &format!("rules[{index}].find"))?;
        let with = replacement(&rule.with, &pattern, &format!("rules[{index}].with"))?;
        Ok((pattern, with))
    });
    rules.collect()
}

fn first(
    rules: &[(Pattern, Replacement)],
    options: &Ordered,
    text: &str,
    mut out: Cell<'_>,
) -> Outcome {
    for (pattern, with) in rules {
        let mut writing = out.write_text();
        match pattern.replace(text, with, options.occurrences.which(), &mut writing) {
            Ok(true) => return writing.done(),
            Ok(false) => out = writing.undo(),
            Err(why) => return writing.undo().failed(&too_hard(why)),
        }
    }
    options.no_match.outcome(text, out)
}
