//! Parts of a text by what stands beside them: word, before, after.

use attune_functions::list::{Base, at};
use attune_functions::text::{self, At};
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, NoMatch, Open};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    index: i64,
    #[serde(default)]
    delimiters: String,
}

/// `text.word`
pub(crate) fn word() -> Function {
    Function {
        name: "word",
        summary: "One word by its position; missing where there are not as many",
        options: r#"{
            "type": "object",
            "properties": {
                "index": { "title": "Index", "type": "integer",
                    "description": "Position of the word: 0 is the first, -1 the last" },
                "delimiters": { "title": "Delimiters", "type": "string", "default": "",
                    "description": "Characters each of which ends a word; white space when left out. Several in a row count as one" }
            },
            "required": ["index"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"index": 0}, "input": ["Jane Mary Doe"], "output": "Jane"},
            {"options": {"index": -1}, "input": ["Jane Mary Doe"], "output": "Doe"},
            {"options": {"index": 2, "delimiters": ",!&#"},
             "input": ["This,string!has&many separators"], "output": "has"},
            {"options": {"index": 5}, "input": ["Jane Doe"], "output": {"$":"absent"}},
            {"options": {"index": 0}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|Word { index, delimiters }| {
            Ok(move |text: &str, out: Cell<'_>| {
                let ends = |char: char| match delimiters.as_str() {
                    "" => char.is_whitespace(),
                    delimiters => delimiters.contains(char),
                };
                let words: Vec<&str> = text.split(ends).filter(|word| !word.is_empty()).collect();
                let word = at(words.len(), index, Base::FromEitherEnd).and_then(|at| words.get(at));
                match word {
                    Some(word) => out.text(word),
                    None => out.missing(),
                }
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Cut {
    find: String,
    #[serde(default)]
    occurrence: Occurrence,
    #[serde(default = "input")]
    no_match: NoMatch,
}

fn input() -> NoMatch {
    NoMatch::Input
}

/// The option `occurrence`.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Occurrence {
    #[default]
    First,
    Last,
}

const CUT: &str = r#"{
    "type": "object",
    "properties": {
        "find": { "title": "Find", "type": "string", "minLength": 1,
            "description": "The text at which is cut; it is left out itself" },
        "occurrence": { "title": "Occurrence", "enum": ["first", "last"], "default": "first",
            "description": "Where it is cut if the text stands there several times" },
        "no-match": { "title": "No match", "default": "input",
            "enum": ["input", "missing", "keep", "clear", "drop-person"],
            "description": "What happens to a text that does not have it" }
    },
    "required": ["find"],
    "additionalProperties": false
}"#;

/// `text.before`
pub(crate) fn before() -> Function {
    Function {
        name: "before",
        summary: "What stands before another text",
        options: CUT,
        examples: r#"[
            {"options": {"find": " ("}, "input": ["Sales (EMEA)"], "output": "Sales"},
            {"options": {"find": ".", "occurrence": "last"}, "input": ["jane.m.doe"],
             "output": "jane.m"},
            {"options": {"find": " ("}, "input": ["Sales"], "output": "Sales"},
            {"options": {"find": "@", "no-match": "missing"}, "input": ["jane"],
             "output": {"$":"absent"}},
            {"options": {"find": "@"}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: cut(text::before),
    }
}

/// `text.after`
pub(crate) fn after() -> Function {
    Function {
        name: "after",
        summary: "What stands after another text",
        options: CUT,
        examples: r#"[
            {"options": {"find": "CC-"}, "input": ["DE CC-1234"], "output": "1234"},
            {"options": {"find": "/", "occurrence": "last"}, "input": ["EMEA/DE/Sales"],
             "output": "Sales"},
            {"options": {"find": "CC-"}, "input": ["1234"], "output": "1234"},
            {"options": {"find": "CC-", "no-match": "keep"}, "input": ["1234"],
             "output": {"$":"keep"}},
            {"options": {"find": "CC-"}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: cut(text::after),
    }
}

type Piece = for<'t> fn(&'t str, &str, At) -> Option<&'t str>;

fn cut(piece: Piece) -> Open {
    Open::text_with(move |options: Cut| {
        if options.find.is_empty() {
            return Err(Problem::option("find", "there is nothing to find"));
        }
        let at = match options.occurrence {
            Occurrence::First => At::First,
            Occurrence::Last => At::Last,
        };
        Ok(
            move |text: &str, out: Cell<'_>| match piece(text, &options.find, at) {
                Some(piece) => out.text(piece),
                None => options.no_match.outcome(text, out),
            },
        )
    })
}
