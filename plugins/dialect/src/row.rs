//! One row: its columns as values, the result as a cell.

use attune_functions::expression::{Dialect, Inputs, Scope, Stop, Value};
use attune_plugin::Problem;
use attune_plugin::transform::{self, Cell, Outcome, Row};
use std::cell::RefCell;

use crate::Expression;

struct Columns<'a>(Row<'a>);

impl<'a> Inputs<'a> for Columns<'a> {
    fn input(&self, column: usize) -> Value<'a> {
        match self.0.input(column) {
            transform::Value::Absent | transform::Value::Null => Value::Null,
            transform::Value::Text(text) => Value::borrowed(text),
            transform::Value::Integer(number) | transform::Value::Number(number) => {
                Value::from_number(number)
            }
            transform::Value::Boolean(boolean) => Value::Boolean(boolean),
            transform::Value::Json(json) => Value::Json(json),
            transform::Value::Bytes(bytes) => Value::Bytes(bytes.into()),
        }
    }
}

/// The expression's outcome for a row.
pub(super) fn evaluate(expression: &Expression, row: Row<'_>, out: Cell<'_>) -> Outcome {
    let scope = Scope {
        dialect: expression.dialect,
        inputs: &Columns(row),
        now_ms: row.now_ms(),
        seed: row.seed(),
        strict_empty: expression.strict_empty,
        variables: RefCell::default(),
    };
    match expression.root.evaluate(&scope) {
        Ok(value) => write(&value, expression.dialect, out),
        Err(Stop::Keep) => out.keep(),
        Err(Stop::Failed(error)) => {
            let message = error.explain(&expression.source);
            out.failed(&Problem::new(error.code, message).at("expression"))
        }
    }
}

fn write(value: &Value<'_>, dialect: Dialect, out: Cell<'_>) -> Outcome {
    match value {
        Value::Null => out.missing(),
        Value::Boolean(boolean) => out.boolean(*boolean),
        Value::Integer(integer) => out.number(&integer.to_string()),
        Value::Float(float) if !float.is_finite() => out.failed(&Problem::new(
            "not-a-number",
            "the result is no finite number",
        )),
        Value::Float(float) => out.number(&float.to_string()),
        Value::Number(number) => out.number(number),
        Value::Text(text) => out.text(text),
        Value::Time(_) => out.text(&value.to_text(dialect).unwrap_or_default()),
        Value::Bytes(bytes) => out.bytes(bytes),
        Value::Json(json) => out.json(json),
        Value::List(_) => {
            let mut json = String::new();
            value.write_json(dialect, &mut json);
            out.json(&json)
        }
    }
}
