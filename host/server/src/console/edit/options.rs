//! Options of plugins as form fields: made of their JSON Schema, and read back by it.
//!
//! Invariant: what a form leaves empty is left out of the file; what it cannot show as one field (tables,
//! files) is shown as JSON, so that nothing is lost by a form. Deliberately not here: whether the plugin
//! likes a value, which it says itself.

use serde_json::{Map, Value as Json};

use super::super::shown::cut;

/// `option` of `part/option.html`.
#[derive(Debug, Clone, Default)]
pub(super) struct OptionField {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) title: String,
    pub(super) hint: String,
    pub(super) value: String,
    pub(super) error: String,
    pub(super) pattern: String,
    pub(super) min: String,
    pub(super) max: String,
    pub(super) widget: &'static str,
    pub(super) checked: bool,
    pub(super) required: bool,
    pub(super) choices: Vec<Choice>,
}

/// One of a few values.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) title: String,
    pub(super) chosen: bool,
}

/// The fields of a schema, with the values that are set; `prefix` begins their names.
pub(super) fn fields(schema: &Json, set: &Map<String, Json>, prefix: &str) -> Vec<OptionField> {
    let properties = properties(schema);
    properties
        .map(|(name, about)| field((name, about), set.get(name), (schema, prefix)))
        .collect()
}

/// What a form sent for a schema; each mistake with the option's name.
pub(super) fn read<'f>(
    schema: &Json,
    sent: impl Fn(&str) -> &'f str,
) -> (Map<String, Json>, Vec<(String, String)>) {
    let (mut options, mut mistakes) = (Map::new(), Vec::new());
    for (name, about) in properties(schema) {
        match value(about, sent(name).trim_matches('\r')) {
            Ok(None) => {}
            Ok(Some(found))
                if about.get("default") == Some(&found) && !is_required(schema, name) => {}
            Ok(Some(found)) => drop(options.insert(name.clone(), found)),
            Err(why) => mistakes.push((name.clone(), why)),
        }
    }
    (options, mistakes)
}

fn properties(schema: &Json) -> impl Iterator<Item = (&String, &Json)> {
    let properties = schema.get("properties").and_then(Json::as_object);
    properties.into_iter().flatten()
}

fn is_required(schema: &Json, name: &str) -> bool {
    let required = schema.get("required").and_then(Json::as_array);
    required.is_some_and(|all| all.iter().any(|one| one == name))
}

fn field(
    (name, about): (&String, &Json),
    set: Option<&Json>,
    (schema, prefix): (&Json, &str),
) -> OptionField {
    let text = |key: &str| about.get(key).and_then(Json::as_str).unwrap_or_default();
    let number = |key: &str| about.get(key).map(Json::to_string).unwrap_or_default();
    let shown = set.or_else(|| about.get("default"));
    let required = is_required(schema, name);
    let choices = choices(about, shown, required);
    let widget = widget(about, &choices);
    let title = match text("title") {
        "" => name.as_str(),
        title => title,
    };
    OptionField {
        id: format!("o-{prefix}{name}"),
        name: format!("{prefix}{name}"),
        title: cut(title),
        hint: cut(text("description")),
        value: shown.map(|value| said(value, widget)).unwrap_or_default(),
        error: String::new(),
        pattern: text("pattern").to_owned(),
        min: number("minimum"),
        max: number("maximum"),
        widget,
        checked: shown == Some(&Json::Bool(true)),
        required,
        choices,
    }
}

fn widget(about: &Json, choices: &[Choice]) -> &'static str {
    if !choices.is_empty() {
        return "choice";
    }
    match kind(about) {
        "boolean" => "bool",
        "integer" | "number" => "number",
        "string" => "text",
        _ => "area",
    }
}

fn kind(about: &Json) -> &str {
    about.get("type").and_then(Json::as_str).unwrap_or_default()
}

fn choices(about: &Json, shown: Option<&Json>, required: bool) -> Vec<Choice> {
    let Some(all) = about.get("enum").and_then(Json::as_array) else {
        return Vec::new();
    };
    let choice = |value: &Json| Choice {
        title: said(value, "text"),
        value: said(value, "text"),
        chosen: shown == Some(value),
    };
    let nothing = Choice {
        value: String::new(),
        title: "-".to_owned(),
        chosen: shown.is_none(),
    };
    let may_be_nothing = !required && about.get("default").is_none();
    let nothing = may_be_nothing.then_some(nothing);
    nothing.into_iter().chain(all.iter().map(choice)).collect()
}

/// A value as its field shows it: a list of texts one a line, what else is no plain value as JSON.
fn said(value: &Json, widget: &str) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(all) if widget == "area" && all.iter().all(Json::is_string) => {
            let lines: Vec<&str> = all.iter().filter_map(Json::as_str).collect();
            lines.join("\n")
        }
        Json::Array(_) | Json::Object(_) => serde_json::to_string_pretty(value).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// What a field's text means; none where it is empty.
fn value(about: &Json, text: &str) -> Result<Option<Json>, String> {
    if kind(about) == "boolean" && about.get("enum").is_none() {
        let is_set = text == "true";
        let usual = about.get("default") == Some(&Json::Bool(true));
        return Ok((is_set || usual).then_some(Json::Bool(is_set)));
    }
    if text.is_empty() {
        return Ok(None);
    }
    let found = match kind(about) {
        "string" => Json::from(text),
        "integer" => Json::from(
            text.trim()
                .parse::<i64>()
                .map_err(|error| error.to_string())?,
        ),
        "number" => Json::from(
            text.trim()
                .parse::<f64>()
                .map_err(|error| error.to_string())?,
        ),
        "array" if !text.trim_start().starts_with('[') => {
            let lines = text.lines().map(str::trim);
            Json::from(lines.filter(|line| !line.is_empty()).collect::<Vec<_>>())
        }
        _ => serde_json::from_str(text)
            .or_else(|error| {
                if kind(about).is_empty() {
                    Ok(Json::from(text))
                } else {
                    Err(error)
                }
            })
            .map_err(|error| error.to_string())?,
    };
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Json {
        json!({
            "type": "object",
            "required": ["find"],
            "properties": {
                "find": { "type": "string", "title": "Find" },
                "limit": { "type": "integer", "minimum": 1, "default": 3 },
                "all": { "type": "boolean", "default": true },
                "strict": { "type": "boolean" },
                "form": { "enum": ["NFC", "NFD"], "type": "string", "default": "NFC" },
                "words": { "type": "array" },
                "table": { "type": "object" },
            }
        })
    }

    fn back(sent: &[(&str, &str)]) -> (Map<String, Json>, Vec<(String, String)>) {
        read(&schema(), |name| {
            let found = sent.iter().find(|(known, _)| *known == name);
            found.map_or("", |(_, text)| text)
        })
    }

    #[test]
    fn fields_show_what_is_set_and_come_back_as_it_was() {
        let set = json!({ "find": "a\"<b", "limit": 5, "all": false, "words": ["x", "y"], "table": { "DE": 1 }, "form": "NFD" });
        let set = set.as_object().unwrap();
        let fields = fields(&schema(), set, "step.0.");
        let shown: Vec<(&str, String)> = fields
            .iter()
            .map(|one| {
                let text = match one.widget {
                    "bool" if one.checked => "true".to_owned(),
                    "bool" => String::new(),
                    _ => one.value.clone(),
                };
                (one.name.strip_prefix("step.0.").unwrap(), text)
            })
            .collect();
        let sent: Vec<(&str, &str)> = shown
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        let (options, mistakes) = back(&sent);
        assert_eq!((&options, mistakes), (set, Vec::new()));
    }

    #[test]
    fn what_is_empty_or_usual_is_left_out_and_what_is_wrong_is_told() {
        let (options, mistakes) = back(&[
            ("find", "x"),
            ("limit", "3"),
            ("all", "true"),
            ("form", "NFC"),
        ]);
        assert_eq!(Json::from(options), json!({ "find": "x" }));
        assert_eq!(mistakes, []);
        let (_, mistakes) = back(&[("limit", "many"), ("table", "{")]);
        let names: Vec<&str> = mistakes.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }
}
