//! What ends a chain: keep, clear, drop-person, fail.

use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, NoMatch, Open, Row};
use serde::Deserialize;

use crate::condition::{Condition, Nothing, SCHEMA, SCHEMA_WITH_MESSAGE};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Options {
    #[serde(default)]
    nothing: Option<Nothing>,
    #[serde(default)]
    equals: Vec<String>,
    #[serde(default)]
    starts_with: Vec<String>,
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    ignore_case: bool,
    #[serde(default)]
    invert: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Fail {
    message: String,
    #[serde(default)]
    nothing: Option<Nothing>,
    #[serde(default)]
    equals: Vec<String>,
    #[serde(default)]
    starts_with: Vec<String>,
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    ignore_case: bool,
    #[serde(default)]
    invert: bool,
}

impl Options {
    fn condition(self) -> Result<Condition, Problem> {
        let condition = Condition {
            nothing: self.nothing,
            equals: self.equals,
            starts_with: self.starts_with,
            contains: self.contains,
            ignore_case: self.ignore_case,
            invert: self.invert,
        };
        condition.open()
    }
}

impl Fail {
    fn open(self) -> Result<(String, Condition), Problem> {
        if self.message.trim().is_empty() {
            return Err(Problem::option(
                "message",
                "the message is empty; say what is wrong with such a value",
            ));
        }
        let condition = Condition {
            nothing: self.nothing,
            equals: self.equals,
            starts_with: self.starts_with,
            contains: self.contains,
            ignore_case: self.ignore_case,
            invert: self.invert,
        };
        Ok((self.message, condition.open()?))
    }
}

/// `flow.keep`
pub(crate) fn keep() -> Function {
    Function {
        name: "keep",
        summary: "Leaves the field as it is where the condition holds; other values pass",
        options: SCHEMA,
        examples: r#"[
            {"options": {"nothing": "blank"}, "input": [" "], "output": {"$":"keep"}},
            {"options": {"nothing": "blank"}, "input": ["Sales"], "output": "Sales"},
            {"options": {"equals": ["n/a", "-"], "ignore-case": true}, "input": ["N/A"],
             "output": {"$":"keep"}},
            {"input": ["Sales"], "output": {"$":"keep"}, "note": "without a test: always"},
            {"options": {"nothing": "missing"}, "input": [{"$":"absent"}], "output": {"$":"keep"}}
        ]"#,
        uses: &[],
        open: by(NoMatch::Keep),
    }
}

/// `flow.clear`
pub(crate) fn clear() -> Function {
    Function {
        name: "clear",
        summary: "Empties the field where the condition holds; other values pass",
        options: SCHEMA,
        examples: r#"[
            {"options": {"equals": ["n/a", "-"]}, "input": ["-"], "output": {"$":"clear"}},
            {"options": {"equals": ["n/a", "-"]}, "input": ["Sales"], "output": "Sales"},
            {"options": {"starts-with": ["z_"]}, "input": [["z_old", "Sales"]],
             "output": {"$":"clear"}, "note": "one element is enough"},
            {"options": {"equals": ["-"]}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: by(NoMatch::Clear),
    }
}

/// `flow.drop-person`
pub(crate) fn drop_person() -> Function {
    Function {
        name: "drop-person",
        summary: "Takes the person out of this target for this run where the condition holds",
        options: SCHEMA,
        examples: r##"[
            {"options": {"contains": ["#EXT#"]}, "input": ["jd_x.example#EXT#@contoso.example"],
             "output": {"$":"drop-person"}},
            {"options": {"contains": ["#EXT#"]}, "input": ["jane@contoso.example"],
             "output": "jane@contoso.example"},
            {"options": {"equals": ["ACTIVE", "LEAVE"], "invert": true}, "input": ["SUSPENDED"],
             "output": {"$":"drop-person"}},
            {"options": {"contains": ["#EXT#"]}, "input": [{"$":"absent"}],
             "output": {"$":"absent"}}
        ]"##,
        uses: &[],
        open: by(NoMatch::DropPerson),
    }
}

/// None of these outcomes has a text.
fn by(end: NoMatch) -> Open {
    Open::row(move |options: Options| {
        let condition = options.condition()?;
        Ok(move |row: Row<'_>, out: Cell<'_>| {
            let value = row.value();
            if condition.holds(value) {
                end.outcome("", out)
            } else {
                out.value(value)
            }
        })
    })
}

/// `flow.fail`
pub(crate) fn fail() -> Function {
    Function {
        name: "fail",
        summary: "Fails the value with a message of yours where the condition holds",
        options: SCHEMA_WITH_MESSAGE,
        examples: r#"[
            {"options": {"message": "the cost centre is not known to finance", "equals": ["0000"]},
             "input": ["0000"], "output": {"$":"failed","code":"refused"}},
            {"options": {"message": "the cost centre is not known to finance", "equals": ["0000"]},
             "input": ["4711"], "output": "4711"},
            {"options": {"message": "HR has no manager for this person", "nothing": "missing"},
             "input": [{"$":"absent"}], "output": {"$":"failed","code":"refused"}},
            {"options": {"message": "x", "starts-with": ["CC-"], "invert": true}, "input": ["DE-1"],
             "output": {"$":"failed","code":"refused"}}
        ]"#,
        uses: &[],
        open: Open::row(|options: Fail| {
            let (message, condition) = options.open()?;
            let problem = Problem::new("refused", message);
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                if condition.holds(value) {
                    out.failed(&problem)
                } else {
                    out.value(value)
                }
            })
        }),
    }
}
