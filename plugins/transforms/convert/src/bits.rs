//! `convert.bits`: single bits of a whole number.

use attune_functions::convert::{Bits, Overflow, Round, integer, is_bit_set};
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, OrFail, Outcome};
use serde::Deserialize;

use crate::problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Options {
    mask: i64,
    #[serde(default, rename = "do")]
    operation: Operation,
    #[serde(default)]
    no_match: OrFail,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Operation {
    #[default]
    Test,
    And,
    Or,
    Clear,
}

/// `convert.bits`
pub(crate) fn bits() -> Function {
    Function {
        name: "bits",
        summary: "Tests or changes bits of a whole number, such as userAccountControl, where 2 means disabled",
        options: r#"{
            "type": "object",
            "properties": {
                "mask": { "title": "Mask", "type": "integer",
                    "description": "The bits, as a number: 2 is the second, 514 are the second and the tenth" },
                "do": { "title": "Do", "enum": ["test", "and", "or", "clear"], "default": "test",
                    "description": "test: true where all these bits are set, else false; and: the number with these bits alone; or: with these bits set; clear: without them" },
                "no-match": { "title": "No match", "default": "fail",
                    "enum": ["fail", "input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a value that is no whole number" }
            },
            "required": ["mask"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"mask": 2}, "input": [514], "output": true},
            {"options": {"mask": 2}, "input": ["512"], "output": false},
            {"options": {"mask": 247, "do": "and"}, "input": [15], "output": 7},
            {"options": {"mask": 2, "do": "clear"}, "input": [514], "output": 512},
            {"options": {"mask": 2}, "input": ["n/a"], "output": {"$":"failed","code":"not-a-number"}},
            {"options": {"mask": 2}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Options| {
            if options.mask == 0 {
                return Err(Problem::option("mask", "0 has no bit; name at least one"));
            }
            Ok(move |text: &str, out: Cell<'_>| options.apply(text, out))
        }),
    }
}

impl Options {
    fn apply(&self, text: &str, out: Cell<'_>) -> Outcome {
        // A fraction has no bits: what truncates and what rounds up differ where there is one.
        let of = |round| integer(text, round, Overflow::Fail);
        let value = match (of(Round::Floor), of(Round::Ceil)) {
            (Ok(value), Ok(other)) if value == other => value,
            (Err(error), _) | (_, Err(error)) => {
                return self.no_match.outcome(text, &problem(&error), out);
            }
            _ => {
                let error = Problem::new("not-a-number", "a number with a fraction has no bits");
                return self.no_match.outcome(text, &error, out);
            }
        };
        let operation = match self.operation {
            Operation::Test => return out.boolean(is_bit_set(value, self.mask)),
            Operation::And => Bits::And,
            Operation::Or => Bits::Or,
            Operation::Clear => Bits::Clear,
        };
        out.number(&operation.of(value, self.mask).to_string())
    }
}
