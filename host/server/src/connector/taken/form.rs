//! The long form of a connector file: what may be written in several ways is written in one.
//!
//! Only forms are changed, never what is said; a wrong file does not come here.

use serde_json::{Map, Value as Json, json};

use super::super::ROW_KEYS;

/// A file with every short form written out.
pub(super) fn long(whole: &Json) -> Json {
    let mut whole = whole.clone();
    if let Some(schedule) = whole.get_mut("schedule") {
        named(schedule, "sync");
    }
    let slots = whole.pointer_mut("/source/endpoint");
    for endpoint in members(slots) {
        named(endpoint, "url");
    }
    for target in members(whole.get_mut("target")) {
        for table in ["map", "account"] {
            for field in members(target.get_mut(table)) {
                rows(field);
            }
        }
        let photo = target.get("photo").and_then(Json::as_bool);
        if let (Some(is_on), Some(target)) = (photo, target.as_object_mut()) {
            target.remove("photo");
            if is_on {
                target.insert("photo".to_owned(), json!({}));
            }
        }
    }
    whole
}

fn members(value: Option<&mut Json>) -> impl Iterator<Item = &mut Json> {
    let members = value.and_then(Json::as_object_mut);
    members.into_iter().flat_map(Map::values_mut)
}

/// Text alone is the value of this key.
fn named(value: &mut Json, key: &str) {
    if value.is_string() {
        *value = json!({ key: value.take() });
    }
}

/// A field has a list of rows.
fn rows(field: &mut Json) {
    if !field.is_array() {
        *field = Json::Array(vec![field.take()]);
    }
    for line in field.as_array_mut().into_iter().flatten() {
        row(line);
    }
}

/// A row has `first` and a list of `steps`, each a table; where there is none, there is no list.
fn row(line: &mut Json) {
    named(line, "from");
    let Some(row) = line.as_object_mut() else {
        return;
    };
    if let Some(from) = row.remove("from") {
        row.insert("first".to_owned(), json!([from]));
    }
    let mut steps = match row.remove("steps") {
        Some(Json::Array(steps)) => steps,
        _ => Vec::new(),
    };
    if row.contains_key("use") {
        let is_option = |key: &String| key == "use" || !ROW_KEYS.contains(&key.as_str());
        let (step, rest): (Map<_, _>, Map<_, _>) = std::mem::take(row)
            .into_iter()
            .partition(|(key, _)| is_option(key));
        *row = rest;
        steps.push(Json::Object(step));
    }
    for step in &mut steps {
        named(step, "use");
    }
    if !steps.is_empty() {
        row.insert("steps".to_owned(), Json::Array(steps));
    }
}
