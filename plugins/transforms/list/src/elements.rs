//! Elements of a list as their JSON, read and written.

use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Outcome, TextView, Value};
use serde_json::value::RawValue;

/// The elements of a value that is not missing: of a list its own, of anything else itself. A
/// binary value has no JSON and is a problem.
pub(crate) fn elements(value: Value<'_>) -> Result<Vec<String>, Box<Problem>> {
    if let Some(list) = value.list() {
        return Ok(list.into_iter().map(str::to_owned).collect());
    }
    Ok(match value {
        Value::Absent | Value::Null => Vec::new(),
        Value::Text(text) => vec![serde_json::Value::from(text).to_string()],
        Value::Integer(json) | Value::Number(json) | Value::Json(json) => vec![json.to_owned()],
        Value::Boolean(boolean) => vec![boolean.to_string()],
        Value::Bytes(_) => {
            let message = "the value is binary, and so no element of a list";
            return Err(Box::new(Problem::new("not-text", message)));
        }
    })
}

/// The text of an element; nothing for null, a problem for a list or an object.
pub(crate) fn text(json: &str) -> Result<Option<String>, Box<Problem>> {
    match Value::from_json(json, &mut String::new()).text() {
        TextView::Text(text) => Ok(Some(text.into_owned())),
        TextView::Missing => Ok(None),
        TextView::Failed(problem) => Err(problem),
    }
}

/// The member of an object; nothing where the element is none, or lacks it.
pub(crate) fn member<'j>(json: &'j str, name: &str) -> Option<&'j str> {
    let object: std::collections::BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
    object.get(name).map(|value| value.get())
}

/// Writes a list.
pub(crate) fn write<S: AsRef<str>>(
    elements: impl IntoIterator<Item = S>,
    out: Cell<'_>,
) -> Outcome {
    let mut out = out.write_text();
    let mut before = "[";
    for json in elements {
        out.push_str(before);
        out.push_str(json.as_ref());
        before = ",";
    }
    out.push_str(if before == "[" { "[]" } else { "]" });
    out.done_json()
}

/// Writes one element as a value of its own.
pub(crate) fn write_one(json: Option<&str>, out: Cell<'_>) -> Outcome {
    match json {
        Some(json) => out.value(Value::from_json(json, &mut String::new())),
        None => out.missing(),
    }
}
