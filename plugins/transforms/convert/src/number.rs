//! Numbers: to-integer, to-number, number-format.

use attune_functions::convert::{self, Notation, Overflow, Print, Round};
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, OrFail};
use serde::Deserialize;

use crate::problem;

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Rounding {
    #[default]
    Truncate,
    HalfUp,
    HalfEven,
    Floor,
    Ceil,
}

impl Rounding {
    fn rule(self) -> Round {
        match self {
            Self::Truncate => Round::Truncate,
            Self::HalfUp => Round::HalfUp,
            Self::HalfEven => Round::HalfEven,
            Self::Floor => Round::Floor,
            Self::Ceil => Round::Ceil,
        }
    }
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Beyond {
    #[default]
    Fail,
    #[serde(rename = "wrap-32")]
    Wrap32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ToInteger {
    #[serde(default)]
    round: Rounding,
    #[serde(default)]
    overflow: Beyond,
    #[serde(default = "point")]
    decimal: char,
    #[serde(default)]
    group: Option<char>,
    #[serde(default)]
    no_match: OrFail,
}

fn point() -> char {
    '.'
}

/// The two marks of a notation, if they make one.
fn notation(decimal: char, group: Option<char>) -> Result<Notation, Problem> {
    let is_mark = |char: char| !char.is_ascii_alphanumeric() && !matches!(char, '+' | '-');
    if !is_mark(decimal) {
        let message = format!("`{decimal}` cannot stand before a fraction; use `.` or `,`");
        return Err(Problem::option("decimal", message));
    }
    match group {
        Some(group) if group == decimal || !is_mark(group) => Err(Problem::option(
            "group",
            format!("`{group}` cannot stand between digits; use a mark that `decimal` is not"),
        )),
        _ => Ok(Notation { decimal, group }),
    }
}

/// `convert.to-integer`
pub(crate) fn to_integer() -> Function {
    Function {
        name: "to-integer",
        summary: "A whole number out of a number or a text",
        options: r#"{
            "type": "object",
            "properties": {
                "round": { "title": "Round", "enum": ["truncate", "half-up", "half-even", "floor", "ceil"], "default": "truncate",
                    "description": "What becomes of a fraction: truncate: cut off; half-up: to the nearest, 0.5 away from zero, as Okta's toInt of numbers; half-even: to the nearest, 0.5 to the even one; floor: down; ceil: up" },
                "overflow": { "title": "Overflow", "enum": ["fail", "wrap-32"], "default": "fail",
                    "description": "fail: a number beyond 64 bits fails; wrap-32: the lowest 32 bits stay, as with toInteger of Okta Identity Engine" },
                "decimal": { "title": "Decimal mark", "type": "string", "minLength": 1, "maxLength": 1, "default": ".",
                    "description": "The one character before a fraction in the source" },
                "group": { "title": "Group mark", "type": "string", "minLength": 1, "maxLength": 1,
                    "description": "The one character that may stand between groups of three digits; none when left out" },
                "no-match": { "title": "No match", "default": "fail",
                    "enum": ["fail", "input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a value that is no number, or is too large" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["123.6"], "output": 123},
            {"options": {"round": "half-up"}, "input": [123.6], "output": 124},
            {"options": {"decimal": ",", "group": "."}, "input": ["1.234,50"], "output": 1234},
            {"input": ["n/a"], "output": {"$":"failed","code":"not-a-number"}},
            {"options": {"overflow": "wrap-32"}, "input": ["-2147483649"], "output": 2147483647},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: ToInteger| {
            let notation = notation(options.decimal, options.group)?;
            let overflow = match options.overflow {
                Beyond::Fail => Overflow::Fail,
                Beyond::Wrap32 => Overflow::Wrap32,
            };
            let (round, no_match) = (options.round.rule(), options.no_match);
            Ok(move |text: &str, out: Cell<'_>| {
                match convert::integer_in(text, notation, round, overflow) {
                    Ok(integer) => out.number(&integer.to_string()),
                    Err(error) => no_match.outcome(text, &problem(&error), out),
                }
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ToNumber {
    #[serde(default = "point")]
    decimal: char,
    #[serde(default)]
    group: Option<char>,
    #[serde(default)]
    no_match: OrFail,
}

/// `convert.to-number`
pub(crate) fn to_number() -> Function {
    Function {
        name: "to-number",
        summary: "A number out of a text, with every digit of it",
        options: r#"{
            "type": "object",
            "properties": {
                "decimal": { "title": "Decimal mark", "type": "string", "minLength": 1, "maxLength": 1, "default": ".",
                    "description": "The one character before a fraction in the source" },
                "group": { "title": "Group mark", "type": "string", "minLength": 1, "maxLength": 1,
                    "description": "The one character that may stand between groups of three digits; none when left out" },
                "no-match": { "title": "No match", "default": "fail",
                    "enum": ["fail", "input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a value that is no number" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["0040"], "output": 40},
            {"input": [" -1.50 "], "output": -1.50},
            {"options": {"decimal": ",", "group": "."}, "input": ["1.234,5"], "output": 1234.5},
            {"options": {"no-match": "missing"}, "input": ["n/a"], "output": {"$":"absent"}},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: ToNumber| {
            let notation = notation(options.decimal, options.group)?;
            Ok(
                move |text: &str, out: Cell<'_>| match convert::number(text, notation) {
                    Ok(number) => out.number(&number),
                    Err(error) => options.no_match.outcome(text, &problem(&error), out),
                },
            )
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Format {
    #[serde(default)]
    decimals: usize,
    #[serde(default = "half_up")]
    round: Rounding,
    #[serde(default = "point")]
    decimal: char,
    #[serde(default)]
    group: Option<char>,
    #[serde(default)]
    no_match: OrFail,
}

fn half_up() -> Rounding {
    Rounding::HalfUp
}

const DECIMALS_MAX: usize = 20;

/// `convert.number-format`
pub(crate) fn format() -> Function {
    Function {
        name: "number-format",
        summary: "A number as text with so many decimals, and marks between its digits if wanted",
        options: r#"{
            "type": "object",
            "properties": {
                "decimals": { "title": "Decimals", "type": "integer", "minimum": 0, "maximum": 20, "default": 0,
                    "description": "How many digits the fraction has" },
                "round": { "title": "Round", "enum": ["truncate", "half-up", "half-even", "floor", "ceil"], "default": "half-up",
                    "description": "What becomes of further digits, as in convert.to-integer" },
                "decimal": { "title": "Decimal mark", "type": "string", "minLength": 1, "maxLength": 1, "default": ".",
                    "description": "The one character before the fraction in the result" },
                "group": { "title": "Group mark", "type": "string", "minLength": 1, "maxLength": 1,
                    "description": "The one character between groups of three digits in the result; none when left out" },
                "no-match": { "title": "No match", "default": "fail",
                    "enum": ["fail", "input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a value that is no number, or has more than 38 digits" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"decimals": 2}, "input": [1234.5], "output": "1234.50"},
            {"options": {"decimals": 2, "decimal": ",", "group": "."}, "input": ["1234567.891"],
             "output": "1.234.567,89"},
            {"input": [0.5], "output": "1"},
            {"input": ["n/a"], "output": {"$":"failed","code":"not-a-number"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Format| {
            if options.decimals > DECIMALS_MAX {
                let message = format!("{} is more than {DECIMALS_MAX}", options.decimals);
                return Err(Problem::option("decimals", message));
            }
            let print = Print {
                decimals: options.decimals,
                round: options.round.rule(),
                notation: notation(options.decimal, options.group)?,
            };
            Ok(
                move |text: &str, out: Cell<'_>| match convert::printed(text, print) {
                    Ok(printed) => out.text(&printed),
                    Err(error) => options.no_match.outcome(text, &problem(&error), out),
                },
            )
        }),
    }
}
