//! replace, replace-group: what takes the place of a match.

use attune_plugin::transform::{Cell, Function, NoMatch, Open};
use serde::Deserialize;

use crate::options::{Group, Occurrences, Syntax, Writing, input, replacement, too_hard};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Replace {
    find: String,
    #[serde(default)]
    with: String,
    #[serde(default)]
    occurrences: Occurrences,
    #[serde(default)]
    syntax: Syntax,
    #[serde(default)]
    ignore_case: bool,
    #[serde(default = "input")]
    no_match: NoMatch,
}

/// `regex.replace`
pub(crate) fn replace() -> Function {
    Function {
        name: "replace",
        summary: "Replaces the matches of a regular expression, all or the first",
        options: r#"{
            "type": "object",
            "properties": {
                "find": { "title": "Find", "type": "string",
                    "description": "Regular expression; matches anywhere unless anchored with ^ and $" },
                "with": { "title": "With", "type": "string", "default": "",
                    "description": "What takes a match's place: $1 or ${name} is a group; a $ is $$ in rust and dotnet, \\$ in java" },
                "occurrences": { "title": "Occurrences", "default": "all", "enum": ["all", "first"],
                    "description": "Which matches are replaced" },
                "syntax": { "title": "Syntax", "default": "rust", "enum": ["rust", "dotnet", "java"],
                    "description": "Whose regular expressions these are: dotnet as in Entra, java as in Okta" },
                "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
                    "description": "Whether upper and lower case are the same" },
                "no-match": { "title": "No match", "default": "input",
                    "enum": ["input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a text in which nothing matches" }
            },
            "required": ["find"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"find": "\\+(?<isdCode>\\d* )(?<phoneNumber>\\d{10})", "with": "${phoneNumber}", "syntax": "dotnet"},
             "input": ["+91 9998887777"], "output": "9998887777"},
            {"options": {"find": "(?<=\\d)(?=(\\d{3})+$)", "with": "."}, "input": ["1234567"], "output": "1.234.567"},
            {"options": {"find": "(\\w+)\\s+(\\w+)", "with": "$2, $1", "syntax": "java", "occurrences": "first"},
             "input": ["Jane Doe"], "output": "Doe, Jane"},
            {"options": {"find": "^ext-", "no-match": "drop-person"}, "input": ["jane"], "output": {"$":"drop-person"}},
            {"options": {"find": "x"}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Replace| {
            let writing = Writing {
                syntax: options.syntax,
                ignore_case: options.ignore_case,
            };
            let pattern = writing.pattern(&options.find, "find")?;
            let with = replacement(&options.with, &pattern, "with")?;
            let (which, no_match) = (options.occurrences.which(), options.no_match);
            Ok(move |text: &str, out: Cell<'_>| {
                let mut out = out.write_text();
                match pattern.replace(text, &with, which, &mut out) {
                    Ok(true) => out.done(),
                    Ok(false) => no_match.outcome(text, out.undo()),
                    Err(why) => out.undo().failed(&too_hard(why)),
                }
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ReplaceGroup {
    find: String,
    group: Group,
    #[serde(default)]
    with: String,
    #[serde(default)]
    occurrences: Occurrences,
    #[serde(default)]
    syntax: Syntax,
    #[serde(default)]
    ignore_case: bool,
    #[serde(default = "input")]
    no_match: NoMatch,
}

/// `regex.replace-group`
pub(crate) fn replace_group() -> Function {
    Function {
        name: "replace-group",
        summary: "Replaces one group of a regular expression's matches and leaves the rest of them",
        options: r#"{
            "type": "object",
            "properties": {
                "find": { "title": "Find", "type": "string",
                    "description": "Regular expression with the group that is replaced" },
                "group": { "title": "Group", "type": ["integer", "string"], "minimum": 0,
                    "description": "Number or name of the group that is replaced" },
                "with": { "title": "With", "type": "string", "default": "",
                    "description": "What takes the group's place; nothing in it is special" },
                "occurrences": { "title": "Occurrences", "default": "all", "enum": ["all", "first"],
                    "description": "In which matches the group is replaced" },
                "syntax": { "title": "Syntax", "default": "rust", "enum": ["rust", "dotnet", "java"],
                    "description": "Whose regular expressions these are: dotnet as in Entra, java as in Okta" },
                "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
                    "description": "Whether upper and lower case are the same" },
                "no-match": { "title": "No match", "default": "input",
                    "enum": ["input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a text in which nothing matches, or in whose matches the group takes no part" }
            },
            "required": ["find", "group"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"find": "^(?<streetNumber>\\d*)", "group": "streetNumber", "with": "888"},
             "input": ["545 Tremont Street"], "output": "888 Tremont Street"},
            {"options": {"find": "(\\w+)@(?<host>\\S+)", "group": "host", "with": "contoso.example", "syntax": "dotnet"},
             "input": ["anna@old.example"], "output": "anna@contoso.example"},
            {"options": {"find": "x(\\d)", "group": 1}, "input": ["none"], "output": "none"},
            {"options": {"find": "x(\\d)", "group": 1}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: ReplaceGroup| {
            let writing = Writing {
                syntax: options.syntax,
                ignore_case: options.ignore_case,
            };
            let pattern = writing.pattern(&options.find, "find")?;
            let group = Group::of(Some(options.group), &pattern)?;
            let (with, no_match) = (options.with, options.no_match);
            let which = options.occurrences.which();
            Ok(move |text: &str, out: Cell<'_>| {
                let mut out = out.write_text();
                match pattern.replace_group(text, (group, &with), which, &mut out) {
                    Ok(true) => out.done(),
                    Ok(false) => no_match.outcome(text, out.undo()),
                    Err(why) => out.undo().failed(&too_hard(why)),
                }
            })
        }),
    }
}
