//! Which JSON Schemas a plugin may bring for its options.
//!
//! A schema is a program that we run, written by a stranger. Ours are small, closed over
//! themselves and free of recursion: references lead to `$defs` of the same document and never in
//! a circle, so checking ends; patterns go through a linear-time engine. It is also text that is
//! shown: titles and descriptions are plain lines. Deliberately not here: checking options against
//! it (`options`).

use serde_json::{Map, Value};

use super::manifest::{is_line, refused, short};
use super::names::is_kebab;
use crate::{Error, Kind};

const SCHEMA_BYTES_MAX: usize = 64 * 1024;
const PROPERTIES_MAX: usize = 200;
const NODES_MAX: usize = 5_000;
const DEPTH_MAX: usize = 16;
const TITLE_BYTES_MAX: usize = 100;
const DESCRIPTION_BYTES_MAX: usize = 1_000;

/// Keys of a row of the mapping table; a step's options stand beside them.
const ROW_KEYS: &[&str] = &[
    "from",
    "first",
    "value",
    "steps",
    "use",
    "when",
    "when-missing",
    "empty",
    "apply",
    "existing",
    "conflict",
    "locale",
];

/// Keywords that leave the document or change what a reference means.
const REFUSED_KEYWORDS: &[&str] = &[
    "$id",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$recursiveRef",
    "$recursiveAnchor",
    "$vocabulary",
];

/// Parses and accepts a schema, or says which rule it breaks.
pub(super) fn check(text: &str, kind: Kind) -> Result<Value, Error> {
    if text.len() > SCHEMA_BYTES_MAX {
        return Err(refused(format!(
            "more than {SCHEMA_BYTES_MAX} bytes of schema"
        )));
    }
    let schema: Value = serde_json::from_str(text)
        .map_err(|error| refused(format!("the schema is not JSON: {error}")))?;
    let Some(object) = schema.as_object() else {
        return Err(refused("the schema is not an object"));
    };
    if object.get("type").and_then(Value::as_str) != Some("object") {
        return Err(refused("the schema's `type` is not `object`"));
    }
    check_dialect(object)?;
    let mut nodes = 0;
    walk(&schema, 0, &mut nodes)?;
    check_properties(object, kind)?;
    check_references(&schema, object)?;
    Ok(schema)
}

fn check_dialect(object: &Map<String, Value>) -> Result<(), Error> {
    match object.get("$schema") {
        None => Ok(()),
        Some(Value::String(uri)) if uri.trim_end_matches('#') == DIALECT => Ok(()),
        Some(_) => Err(refused(format!("the schema's `$schema` is not {DIALECT}"))),
    }
}

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

fn walk(value: &Value, depth: usize, nodes: &mut usize) -> Result<(), Error> {
    *nodes += 1;
    if depth > DEPTH_MAX || *nodes > NODES_MAX {
        return Err(refused(format!(
            "the schema is deeper than {DEPTH_MAX} levels or has more than {NODES_MAX} parts"
        )));
    }
    match value {
        Value::Array(items) => items
            .iter()
            .try_for_each(|item| walk(item, depth + 1, nodes)),
        Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            if REFUSED_KEYWORDS.contains(&name.as_str()) {
                return Err(refused(format!("the schema uses `{name}`")));
            }
            let is_local = |target: &str| definition(target).is_some();
            if name == "$ref" && !member.as_str().is_some_and(is_local) {
                return Err(refused("a `$ref` leads outside `#/$defs/...`"));
            }
            check_words(name, member)?;
            walk(member, depth + 1, nodes)
        }),
        _ => Ok(()),
    }
}

/// What people read of a schema, in a form of the console and in a terminal.
fn check_words(name: &str, member: &Value) -> Result<(), Error> {
    let is_fine = match (name, member) {
        // A label has no use for markup, and whoever writes it means to be taken for a page.
        ("title", Value::String(text)) => {
            is_line(text, TITLE_BYTES_MAX) && !text.contains(['<', '>'])
        }
        ("description" | "$comment", Value::String(text)) => is_line(text, DESCRIPTION_BYTES_MAX),
        _ => true,
    };
    if is_fine {
        return Ok(());
    }
    let most = if name == "title" {
        TITLE_BYTES_MAX
    } else {
        DESCRIPTION_BYTES_MAX
    };
    Err(refused(format!(
        "a `{name}` of the schema is not one plain line of at most {most} bytes"
    )))
}

fn check_properties(object: &Map<String, Value>, kind: Kind) -> Result<(), Error> {
    let Some(properties) = object.get("properties").and_then(Value::as_object) else {
        return Ok(());
    };
    if properties.len() > PROPERTIES_MAX {
        return Err(refused(format!("more than {PROPERTIES_MAX} options")));
    }
    for name in properties.keys() {
        if !is_kebab(name) {
            return Err(refused(format!(
                "the option `{}` is not kebab-case",
                short(name)
            )));
        }
        if kind == Kind::Transform && ROW_KEYS.contains(&name.as_str()) {
            return Err(refused(format!(
                "the option `{name}` is a key of every row"
            )));
        }
    }
    Ok(())
}

fn definition(target: &str) -> Option<&str> {
    target
        .strip_prefix("#/$defs/")
        .filter(|name| !name.contains(['/', '~', '%']))
}

/// References must not lead in a circle. `$defs` are few, so walking them all is cheap.
fn check_references(schema: &Value, object: &Map<String, Value>) -> Result<(), Error> {
    let none = Map::new();
    let definitions = object
        .get("$defs")
        .and_then(Value::as_object)
        .unwrap_or(&none);
    let mut used: Vec<Vec<&str>> = vec![Vec::new(); definitions.len()];
    for (uses, value) in used.iter_mut().zip(definitions.values()) {
        references(value, uses);
    }
    let mut all = Vec::new();
    references(schema, &mut all);
    if let Some(missing) = all.iter().find(|name| !definitions.contains_key(**name)) {
        return Err(refused(format!("`$defs` has no `{}`", short(missing))));
    }
    // Takes away what uses nothing that is left; whatever remains is a circle.
    let mut left: Vec<(&str, Vec<&str>)> =
        definitions.keys().map(String::as_str).zip(used).collect();
    loop {
        let names: Vec<&str> = left.iter().map(|(name, _)| *name).collect();
        let before = left.len();
        left.retain(|(_, uses)| uses.iter().any(|used| names.contains(used)));
        if left.is_empty() {
            return Ok(());
        }
        if left.len() == before {
            return Err(refused("a `$ref` leads in a circle"));
        }
    }
}

fn references<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, into)),
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str() {
                    Some(target) if name == "$ref" => into.extend(definition(target)),
                    _ => references(member, into),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(schema: &str) -> String {
        check(schema, Kind::Transform).unwrap_err().to_string()
    }

    #[test]
    fn an_ordinary_schema_is_accepted() {
        let schema = r##"{"type":"object","properties":{"find":{"$ref":"#/$defs/pattern"}},
            "$defs":{"pattern":{"type":"string"},"list":{"items":{"$ref":"#/$defs/pattern"}}}}"##;
        check(schema, Kind::Transform).unwrap();
    }

    #[test]
    fn references_out_or_in_a_circle_are_refused() {
        let far = r#"{"type":"object","properties":{"a":{"$ref":"https://example.com/x"}}}"#;
        assert!(refusal(far).contains("$ref"), "{}", refusal(far));
        let circle =
            r##"{"type":"object","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##;
        assert!(refusal(circle).contains("circle"));
        let own = r##"{"type":"object","$defs":{"a":{"items":{"$ref":"#/$defs/a"}}}}"##;
        assert!(refusal(own).contains("circle"));
        let missing = r##"{"type":"object","properties":{"a":{"$ref":"#/$defs/b"}}}"##;
        assert!(refusal(missing).contains("no `b`"));
    }

    #[test]
    fn row_keys_and_strange_names_are_refused() {
        let key = r#"{"type":"object","properties":{"when-missing":{}}}"#;
        assert!(refusal(key).contains("`when-missing`"));
        check(key, Kind::Provider).unwrap();
        assert!(refusal(r#"{"type":"object","properties":{"A b":{}}}"#).contains("kebab-case"));
    }

    #[test]
    fn titles_and_descriptions_are_plain_lines() {
        let with = |name: &str, text: &str| {
            let mut option = Map::new();
            option.insert(name.to_owned(), text.into());
            serde_json::json!({ "type": "object", "properties": { "a": option } }).to_string()
        };
        for (name, text) in [
            ("title", "Number of <i>digits</i>"),
            ("title", "a\nb"),
            ("title", "\u{202e}ecalp"),
            ("description", "red: \u{1b}[31m"),
            ("description", "zero\u{200b}width"),
        ] {
            assert!(refusal(&with(name, text)).contains("plain line"), "{text}");
        }
        assert!(refusal(&with("title", &"x".repeat(101))).contains("100 bytes"));
        assert!(refusal(&with("description", &"x".repeat(1_001))).contains("1000 bytes"));
        check(
            &with("description", "between (?<a> and <b>"),
            Kind::Transform,
        )
        .unwrap();
    }

    #[test]
    fn many_fields_and_deep_schemas_are_refused() {
        let fields: Vec<_> = (0..10_000).map(|n| format!("\"f{n}\":{{}}")).collect();
        let many = format!(
            "{{\"type\":\"object\",\"properties\":{{{}}}}}",
            fields.join(",")
        );
        assert!(refusal(&many).contains("bytes") || refusal(&many).contains("parts"));
        let deep = format!(
            "{{\"type\":\"object\",\"not\":{}{{}}{}}}",
            "{\"not\":".repeat(40),
            "}".repeat(40)
        );
        assert!(refusal(&deep).contains("levels"));
        assert!(refusal("[]").contains("object"));
        assert!(refusal("{").contains("JSON"));
    }
}
