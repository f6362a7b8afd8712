//! Options of plugins as form fields: made of their JSON Schema, and read back by it.
//!
//! Invariants: what a form leaves empty is left out of the file; what it cannot show as one field (tables,
//! files) is shown as JSON, and what nobody touched comes back as it was. Deliberately not here: whether the
//! plugin likes a value, which it says itself.

use serde_json::{Map, Value as Json};

use super::super::shown::cut;

/// Lines of a field for a longer text.
const ROWS: (usize, usize) = (3, 20);

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
    pub(super) rows: usize,
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

/// The same with what somebody typed, right or wrong.
pub(super) fn typed<'f>(
    schema: &Json,
    prefix: &str,
    sent: impl Fn(&str) -> &'f str,
) -> Vec<OptionField> {
    let properties = properties(schema);
    let fields = properties.map(|(name, about)| {
        let text = sent(name).replace("\r\n", "\n");
        let found = value(about, &text).ok().flatten();
        let mut field = field((name, about), found.as_ref(), (schema, prefix));
        match field.widget {
            "bool" => field.checked = text == "true",
            "choice" => {}
            // An empty field means what the plugin does without it.
            _ if text.is_empty() => {}
            widget => {
                if widget == "text" && text.contains('\n') {
                    field.widget = "area";
                }
                field.rows = rows(&text);
                field.value = text;
            }
        }
        field
    });
    fields.collect()
}

/// The names of a schema's options.
pub(super) fn names(schema: &Json) -> impl Iterator<Item = &str> {
    properties(schema).map(|(name, _)| name.as_str())
}

/// What a form sent for a schema; each mistake with the option's name.
pub(super) fn read<'f>(
    schema: &Json,
    sent: impl Fn(&str) -> &'f str,
) -> (Map<String, Json>, Vec<(String, String)>) {
    let (mut options, mut mistakes) = (Map::new(), Vec::new());
    for (name, about) in properties(schema) {
        // Browsers send the ends of lines as networks do.
        match value(about, &sent(name).replace("\r\n", "\n")) {
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
    let widget = widget(about, shown, &choices);
    let value = shown.map(|value| said(about, value)).unwrap_or_default();
    let title = match text("title") {
        "" => name.as_str(),
        title => title,
    };
    OptionField {
        id: format!("o-{prefix}{name}"),
        name: format!("{prefix}{name}"),
        title: cut(title),
        hint: cut(text("description")),
        rows: rows(&value),
        value,
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

fn widget(about: &Json, shown: Option<&Json>, choices: &[Choice]) -> &'static str {
    if !choices.is_empty() {
        return "choice";
    }
    match kind(about) {
        "boolean" => "bool",
        "integer" | "number" => "number",
        "string" if takes_file(about) => "area",
        "string" => match shown {
            Some(Json::String(text)) if text.contains('\n') => "area",
            Some(Json::String(_)) | None => "text",
            Some(_) => "area",
        },
        _ => "area",
    }
}

fn rows(text: &str) -> usize {
    let (least, most) = ROWS;
    text.split('\n').count().clamp(least, most)
}

/// Whether an option may be given as `{ file = "..." }`: then it is a whole program, or a table.
fn takes_file(about: &Json) -> bool {
    about.get("x-file").is_some()
}

fn kind(about: &Json) -> &str {
    about.get("type").and_then(Json::as_str).unwrap_or_default()
}

fn choices(about: &Json, shown: Option<&Json>, required: bool) -> Vec<Choice> {
    let Some(all) = about.get("enum").and_then(Json::as_array) else {
        return Vec::new();
    };
    let choice = |value: &Json| Choice {
        title: said(about, value),
        value: said(about, value),
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

/// A value as its field shows it: a list of texts one a line, what else is no plain value as JSON. Where an
/// option takes several kinds of values, a text that looks like one of the others is JSON, too.
fn said(about: &Json, value: &Json) -> String {
    let is_open = kind(about).is_empty() && about.get("enum").is_none();
    match value {
        Json::String(text) if is_open && serde_json::from_str::<Json>(text).is_ok() => {
            value.to_string()
        }
        Json::String(text) => text.clone(),
        Json::Array(all) if kind(about) == "array" && are_lines(all) => {
            let lines: Vec<&str> = all.iter().filter_map(Json::as_str).collect();
            lines.join("\n")
        }
        Json::Array(_) | Json::Object(_) => serde_json::to_string_pretty(value).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// Whether values are still what they are when they stand one a line.
fn are_lines(all: &[Json]) -> bool {
    let is_line = |one: &Json| {
        let text = one.as_str().unwrap_or_default();
        !text.is_empty() && text == text.trim() && !text.contains('\n')
    };
    let first = all.first().and_then(Json::as_str).unwrap_or_default();
    !all.is_empty() && !first.starts_with('[') && all.iter().all(is_line)
}

/// An option that a file says: `{ "file": "..." }` and nothing else, which always means the file.
fn named_file(about: &Json, text: &str) -> Option<Json> {
    let found: Json = serde_json::from_str(text).ok()?;
    let is_file = takes_file(about)
        && found.as_object()?.len() == 1
        && found.get("file").is_some_and(Json::is_string);
    is_file.then_some(found)
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
        "string" => named_file(about, text).unwrap_or_else(|| Json::from(text)),
        "integer" => Json::from(
            text.trim()
                .parse::<i64>()
                .map_err(|error| error.to_string())?,
        ),
        "number" => match text.trim().parse::<i64>() {
            Ok(whole) => Json::from(whole),
            Err(_) => Json::from(
                text.trim()
                    .parse::<f64>()
                    .map_err(|error| error.to_string())?,
            ),
        },
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
                "share": { "type": "number" },
                "program": { "type": "string", "x-file": "text" },
                "rows": { "type": ["object", "array"], "x-file": "csv" },
                "group": { "type": ["integer", "string"] },
            }
        })
    }

    fn back(sent: &[(&str, &str)]) -> (Map<String, Json>, Vec<(String, String)>) {
        read(&schema(), |name| {
            let found = sent.iter().find(|(known, _)| *known == name);
            found.map_or("", |(_, text)| text)
        })
    }

    /// What a form shows of options, sent as browsers do.
    #[track_caller]
    fn through(set: &Json) -> Vec<OptionField> {
        let set = set.as_object().unwrap();
        let fields = fields(&schema(), set, "step.0.");
        let shown: Vec<(&str, String)> = fields
            .iter()
            .map(|one| {
                let text = match one.widget {
                    "bool" if one.checked => "true".to_owned(),
                    "bool" => String::new(),
                    // A field of one line has no others.
                    "text" | "number" => one.value.replace('\n', ""),
                    _ => one.value.replace('\n', "\r\n"),
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
        fields
    }

    #[test]
    fn fields_show_what_is_set_and_come_back_as_it_was() {
        through(
            &json!({ "find": "a\"<b", "limit": 5, "all": false, "words": ["x", "y"], "table": { "DE": 1 }, "form": "NFD" }),
        );
        through(&json!({ "find": "x", "words": ["a\nb", " c "], "share": 2, "group": 1 }));
        through(&json!({ "find": "x", "words": [], "share": 2.5, "group": "1" }));
        through(&json!({ "find": "x", "words": ["[a"], "group": "name" }));
    }

    #[test]
    fn programs_keep_their_lines_and_files_stay_files() {
        let program = "# who\n.\n| ascii_upcase\n";
        let fields = through(&json!({ "find": "two\nlines", "program": program }));
        let area = |name: &str| {
            let name = format!("step.0.{name}");
            let mut fields = fields.iter();
            fields.any(|one| one.name == name && one.widget == "area")
        };
        assert!(area("find") && area("program"), "{fields:?}");
        through(
            &json!({ "find": "x", "program": { "file": "up.jq" }, "rows": { "file": "a.csv" } }),
        );
        through(&json!({ "find": "x", "program": "{\"file\": .}", "rows": [["a", "b"]] }));
    }

    #[test]
    fn what_was_typed_is_shown_again_right_or_wrong() {
        let fields = typed(&schema(), "", |name| match name {
            "find" => "a\r\nb",
            "limit" => "many",
            "table" => "{",
            "form" => "NFD",
            _ => "",
        });
        let of = |name: &str| fields.iter().find(|one| one.name == name).unwrap();
        assert_eq!(
            (of("find").value.as_str(), of("find").widget),
            ("a\nb", "area")
        );
        assert_eq!(
            (of("limit").value.as_str(), of("table").value.as_str()),
            ("many", "{")
        );
        assert!(!of("all").checked, "a box that was not ticked");
        let chosen = |one: &&Choice| one.chosen;
        let form = of("form").choices.iter().find(chosen).unwrap();
        assert_eq!(form.value, "NFD");
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
