//! Discovery: the attributes that every directory has, and the custom fields of this one.
//!
//! The names of custom fields need a scope of their own. Where it was not granted, everything else
//! is told all the same, and a finding says what is missing.

use attune_plugin::Problem;
use attune_plugin::provider::{Attribute, Finding, Path, Request, Turn, json};

use crate::attributes::LISTED;
use crate::conversation::Answer;
use crate::options::SCHEMAS;
use crate::reading::{BASE, Reading, get};
use crate::reply::{self, Purpose, odd};

/// The custom schemas of the customer.
pub(crate) fn request(id: u32, reading: &Reading) -> Request {
    let path = Path::new(&format!("{BASE}/customer"))
        .segment(reading.customer())
        .segment("schemas");
    get(id, path, SCHEMAS)
}

/// Says which attributes there are.
pub(crate) fn report(answer: &Answer, turn: &mut Turn) {
    turn.attributes(standard());
    let custom = answer.body().and_then(|body| custom(body, &answer.purpose));
    match custom {
        Ok(custom) => turn.attributes(custom),
        Err(problem) => {
            let fix = match problem.code.as_str() {
                "permission" => reply::fix(&answer.response, &answer.purpose),
                _ => "see the message".to_owned(),
            };
            turn.finding(Finding::bad("custom schemas", problem.message, fix));
        }
    }
}

/// What every directory has.
pub(crate) fn standard() -> Vec<Attribute> {
    LISTED
        .iter()
        .map(|(selector, title, kind)| Attribute::new(selector, title, kind))
        .collect()
}

fn custom(body: &str, purpose: &Purpose) -> Result<Vec<Attribute>, Problem> {
    let (schemas, _) = reply::page(body, "schemas", purpose)?;
    let mut attributes = Vec::new();
    for schema in schemas {
        let names = ["schemaName", "displayName", "fields"];
        let [name, title, fields] =
            json::members(schema, names).map_err(|error| odd(purpose, error))?;
        let Some(name) = name.and_then(json::string) else {
            continue;
        };
        let title = title.and_then(json::string).unwrap_or_else(|| name.clone());
        let fields = fields.map(json::elements).transpose();
        let fields = fields.map_err(|error| odd(purpose, error))?;
        for field in fields.unwrap_or_default() {
            attributes.extend(attribute(&name, &title, field));
        }
    }
    Ok(attributes)
}

/// One custom field; a field of many values is a list of `{value, type}`.
fn attribute(schema: &str, schema_title: &str, field: &str) -> Option<Attribute> {
    let names = ["fieldName", "displayName", "fieldType", "multiValued"];
    let [name, title, kind, many] = json::members(field, names).ok()?;
    let name = name.and_then(json::string)?;
    let title = title.and_then(json::string).unwrap_or_else(|| name.clone());
    let kind = match kind.and_then(json::string)?.as_str() {
        "INT64" | "DOUBLE" => "number",
        "BOOL" => "boolean",
        "DATE" => "date",
        _ => "text",
    };
    let rest = if many == Some("true") {
        "[0].value"
    } else {
        ""
    };
    let selector = format!("customSchemas.{}.{}{rest}", step(schema), step(&name));
    Some(Attribute::new(
        &selector,
        &format!("{schema_title}: {title}"),
        kind,
    ))
}

/// A name as a step of a selector.
fn step(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(is_plain) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}
