//! White space, quotes, and what nobody sees.

use attune_functions::fold;
use attune_functions::text::{Blank, collapse};
use attune_plugin::transform::{Cell, Function, Open};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whitespace {
    #[serde(default)]
    lines: Lines,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Lines {
    #[default]
    Join,
    Keep,
}

/// `normalise.whitespace`
pub(crate) fn whitespace() -> Function {
    Function {
        name: "whitespace",
        summary: "One plain space where white space of any kind stood, and none at the ends",
        options: r#"{
            "type": "object",
            "properties": {
                "lines": { "title": "Lines", "enum": ["join", "keep"], "default": "join",
                    "description": "Whether line ends become spaces too, or stay as one line end each; lines that hold nothing are left out" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["  Main\u00a0Street\t 5\n"], "output": "Main Street 5"},
            {"input": ["Floor 2\r\nRoom  7"], "output": "Floor 2 Room 7"},
            {"options": {"lines": "keep"}, "input": [" Floor 2 \r\n\r\nRoom  7"],
             "output": "Floor 2\nRoom 7"},
            {"input": [" \t "], "output": ""},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|Whitespace { lines }| {
            Ok(move |text: &str, out: Cell<'_>| match lines {
                Lines::Join => out.text(&collapse(text, Blank::WhiteSpace)),
                Lines::Keep => out.text(&kept_lines(text)),
            })
        }),
    }
}

fn kept_lines(text: &str) -> String {
    let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
    let lines = lines.map(|line| collapse(line, Blank::WhiteSpace));
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quotes {
    #[serde(default = "yes")]
    dashes: bool,
}

fn yes() -> bool {
    true
}

/// `normalise.quotes`
pub(crate) fn quotes() -> Function {
    Function {
        name: "quotes",
        summary: "Typographic quotes and apostrophes as the plain ones of a keyboard",
        options: r#"{
            "type": "object",
            "properties": {
                "dashes": { "title": "Dashes", "type": "boolean", "default": true,
                    "description": "Whether long dashes become - and the ellipsis ... as well" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["O’Neill – „Sales“"], "output": "O'Neill - \"Sales\""},
            {"options": {"dashes": false}, "input": ["O’Neill – Sales"], "output": "O'Neill – Sales"},
            {"input": ["and so on…"], "output": "and so on..."},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|Quotes { dashes }| {
            Ok(move |text: &str, out: Cell<'_>| out.text(&fold::quotes(text, dashes)))
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invisible {
    #[serde(default)]
    joiners: Joiners,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Joiners {
    #[default]
    Remove,
    Keep,
}

/// `normalise.invisible`
pub(crate) fn invisible() -> Function {
    Function {
        name: "invisible",
        summary: "Takes out what nobody sees: zero-width spaces, byte order marks, direction marks, soft hyphens, control characters",
        options: r#"{
            "type": "object",
            "properties": {
                "joiners": { "title": "Joiners", "enum": ["remove", "keep"], "default": "remove",
                    "description": "What becomes of zero-width joiners and non-joiners; keep them where names are written in Persian, Hindi and their like" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["\ufeffJane\u200b Doe"], "output": "Jane Doe"},
            {"input": ["Mül\u00adler\u202e"], "output": "Müller"},
            {"options": {"joiners": "keep"}, "input": ["\ufeffनेहा"], "output": "नेहा"},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|Invisible { joiners }| {
            let keep = joiners == Joiners::Keep;
            Ok(move |text: &str, out: Cell<'_>| out.text(&fold::invisible(text, keep)))
        }),
    }
}
