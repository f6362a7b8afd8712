//! Values of columns and values of jq.

use std::fmt::Write as _;

use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Outcome, TEXT_BYTES_MAX, Value};
use jaq_json::{Num, Val, read};

/// Deeper values than any directory's could overflow the stack of the engine.
const DEPTH_MAX: usize = 128;

/// A column's value for the program: missing is null, numbers keep their spelling.
pub(crate) fn input(value: Value<'_>) -> Result<Val, Problem> {
    Ok(match value {
        Value::Absent | Value::Null => Val::Null,
        Value::Boolean(boolean) => Val::Bool(boolean),
        Value::Text(text) => Val::utf8_str(text.as_bytes().to_vec()),
        Value::Integer(json) | Value::Number(json) | Value::Json(json) => {
            if depth(json) > DEPTH_MAX {
                let message = format!("the value is nested more than {DEPTH_MAX} deep");
                return Err(Problem::new("too-deep", message));
            }
            let read = read::parse_single(json.as_bytes());
            read.map_err(|error| Problem::new("bad-value", format!("no JSON: {error}")))?
        }
        Value::Bytes(_) => {
            return Err(Problem::new(
                "not-text",
                "the value is binary, which JSON has not",
            ));
        }
    })
}

/// How deep arrays and objects are nested; brackets in texts count too, which only errs upwards.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in json.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The one result of a program as a cell.
pub(crate) fn output(value: &Val, out: Cell<'_>) -> Outcome {
    match value {
        Val::Null => out.missing(),
        Val::Bool(boolean) => out.boolean(*boolean),
        Val::TStr(_) | Val::BStr(_) => match text(value) {
            Some(text) if text.contains('\0') => out.failed(&Problem::new(
                "bad-value",
                "the result has the character U+0000, which no field can hold",
            )),
            Some(text) => out.text(text),
            None => out.failed(&Problem::new("not-text", "the result is no UTF-8 text")),
        },
        Val::Num(Num::Float(float)) if !float.is_finite() => {
            let message = "the result is no finite number; a division by zero?";
            out.failed(&Problem::new("bad-number", message))
        }
        Val::Num(_) => out.number(&value.to_string()),
        Val::Arr(_) | Val::Obj(_) => match json(value) {
            Ok(json) => out.json(&json),
            Err(problem) => out.failed(&problem),
        },
    }
}

/// All results of a program as a list.
pub(crate) fn outputs(values: &[Val], out: Cell<'_>) -> Outcome {
    let mut list = String::from("[");
    for value in values {
        if list.len() > 1 {
            list.push(',');
        }
        match json(value) {
            Ok(json) => list.push_str(&json),
            Err(problem) => return out.failed(&problem),
        }
    }
    list.push(']');
    out.json(&list)
}

fn text(value: &Val) -> Option<&str> {
    match value {
        Val::TStr(bytes) | Val::BStr(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// The value as JSON. The engine knows more than JSON does: keys that are no texts are refused,
/// and numbers that are not finite are null, as jq prints them.
fn json(value: &Val) -> Result<String, Problem> {
    let mut out = String::new();
    write_json(value, &mut out, 0)?;
    Ok(out)
}

fn write_json(value: &Val, out: &mut String, depth: usize) -> Result<(), Problem> {
    if depth > DEPTH_MAX || out.len() > TEXT_BYTES_MAX {
        let message = format!(
            "the result is nested more than {DEPTH_MAX} deep, or longer than {TEXT_BYTES_MAX} bytes"
        );
        return Err(Problem::new("too-long", message));
    }
    match value {
        Val::Null => out.push_str("null"),
        Val::Num(Num::Float(float)) if !float.is_finite() => out.push_str("null"),
        Val::Bool(_) | Val::Num(_) => {
            // Writing into memory has no way to fail.
            let _never = write!(out, "{value}");
        }
        Val::TStr(_) | Val::BStr(_) => {
            let text = text(value);
            let text =
                text.ok_or_else(|| Problem::new("not-text", "a text of the result is no UTF-8"))?;
            out.push_str(&serde_json::Value::from(text).to_string());
        }
        Val::Arr(list) => {
            out.push('[');
            for (index, element) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(element, out, depth + 1)?;
            }
            out.push(']');
        }
        Val::Obj(members) => {
            out.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                let key = text(key).ok_or_else(|| {
                    Problem::new(
                        "not-json",
                        "a key of the result is no text, which JSON wants",
                    )
                })?;
                out.push_str(&serde_json::Value::from(key).to_string());
                out.push(':');
                write_json(member, out, depth + 1)?;
            }
            out.push('}');
        }
    }
    Ok(())
}
