//! The tie between a function's schema and the struct that reads its options.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::transform::{Function, Plugin};

/// Keys of a mapping row; the host refuses options of these names.
const ROW_KEYS: [&str; 12] = [
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

pub(super) fn complaints(
    plugin: &Plugin,
    function: &Function,
    schema: &Json,
    options: &[&Json],
) -> Vec<String> {
    let mut complaints = Vec::new();
    if schema.get("additionalProperties") != Some(&Json::Bool(false)) {
        complaints.push("the schema lets unknown options pass".to_owned());
    }
    let Some(properties) = schema.get("properties").and_then(Json::as_object) else {
        complaints.push("the schema has no `properties`".to_owned());
        return complaints;
    };
    let named: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
    let read: BTreeSet<&str> = function
        .open
        .fields()
        .unwrap_or_default()
        .iter()
        .copied()
        .collect();
    if named != read {
        complaints.push(format!(
            "the schema names {named:?}, the options struct {read:?}"
        ));
    }
    for (name, property) in properties {
        if ROW_KEYS.contains(&name.as_str()) {
            complaints.push(format!("`{name}` is a row's own key"));
        }
        for member in ["title", "description"] {
            if property
                .get(member)
                .and_then(Json::as_str)
                .is_none_or(str::is_empty)
            {
                complaints.push(format!("option `{name}` has no {member}"));
            }
        }
    }
    let opens = |options: &Json| plugin.open(function.name, &options.to_string()).is_ok();
    complaints.extend(refusals(schema, options, &opens));
    complaints.extend(words(properties, options, &opens));
    complaints
}

/// What the schema refuses, the struct refuses too: unknown names, and required ones left out.
fn refusals(schema: &Json, options: &[&Json], opens: &dyn Fn(&Json) -> bool) -> Vec<String> {
    let mut complaints = Vec::new();
    for given in options.iter().filter_map(|options| options.as_object()) {
        let mut more = given.clone();
        more.insert("no-such-option".to_owned(), Json::Null);
        if opens(&Json::Object(more)) {
            complaints.push("an unknown option is not refused".to_owned());
        }
        let required = schema.get("required").and_then(Json::as_array);
        for name in required.into_iter().flatten().filter_map(Json::as_str) {
            let mut less = given.clone();
            if less.remove(name).is_none() {
                complaints.push(format!("an example lacks the required `{name}`"));
            } else if opens(&Json::Object(less)) {
                complaints.push(format!("`{name}` is required but may be left out"));
            }
        }
    }
    complaints
}

/// Every word that the schema lists for an option is known to the struct.
fn words(
    properties: &serde_json::Map<String, Json>,
    options: &[&Json],
    opens: &dyn Fn(&Json) -> bool,
) -> Vec<String> {
    let mut complaints = Vec::new();
    let Some(given) = options.first().and_then(|options| options.as_object()) else {
        return complaints;
    };
    for (name, property) in properties {
        let words = property.get("enum").and_then(Json::as_array);
        for word in words.into_iter().flatten() {
            let mut with = given.clone();
            with.insert(name.clone(), word.clone());
            if !opens(&Json::Object(with)) {
                complaints.push(format!("option `{name}` does not take {word}"));
            }
        }
    }
    complaints
}
