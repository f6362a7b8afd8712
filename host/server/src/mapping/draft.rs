//! A row as forms have it: attributes or a fixed value, steps with options, and what happens where there
//! is no value.
//!
//! Invariant: what a form knows nothing of (`when`, `conflict`, ...) stays in the row as it is written in
//! the file. A field of several rows, or a row of a form that is not understood, is no draft: it is edited
//! in the file. Deliberately not here: whether a row is right, which `set` looks at.

use serde_json::{Map, Value as Json};
use toml_edit::{DocumentMut, InlineTable, Item, TableLike, Value};

use super::edit::place;
use crate::connector::ROW_KEYS;

/// Keys of a row that forms have fields for.
const OWN: [&str; 8] = [
    "from",
    "first",
    "value",
    "steps",
    "use",
    "when-missing",
    "apply",
    "existing",
];

/// A row on its way through forms.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Attributes; the first that has a value counts.
    pub from: Vec<String>,
    /// The same value for everybody; empty: none.
    pub constant: String,
    /// What is made of it, one after the other.
    pub steps: Vec<DraftStep>,
    /// `keep`, `clear`, `fail`, `default`; empty: as the product does it.
    pub when_missing: String,
    /// The value of `default`.
    pub default: String,
    /// `always`, `once`; empty likewise.
    pub apply: String,
    /// `overwrite`, `keep`, `hold`; empty likewise.
    pub existing: String,
    /// Everything else that the row says.
    pub rest: Vec<(String, Value)>,
}

/// A step of a [`Draft`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DraftStep {
    /// `PLUGIN.FUNCTION`
    pub function: String,
    /// Its options.
    pub options: Map<String, Json>,
}

/// What a file says of a field.
#[derive(Debug, Clone)]
pub enum Written {
    /// Nothing yet.
    Nothing,
    /// A row that forms can show.
    Row(Box<Draft>),
    /// More than forms can show.
    Other,
}

impl Draft {
    /// The row of a field in the text of a connector file.
    pub fn written(text: &str, (target, field): (&str, &str)) -> Written {
        let Ok(document) = text.parse::<DocumentMut>() else {
            return Written::Other;
        };
        let (table, key) = place(field);
        let row = document
            .get("target")
            .and_then(|all| all.get(target))
            .and_then(|of_target| of_target.get(table))
            .and_then(|rows| rows.get(key));
        let Some(row) = row else {
            return Written::Nothing;
        };
        let draft = match row {
            Item::Value(value) => Self::of_value(value),
            Item::Table(table) => Self::of_table(table),
            Item::None | Item::ArrayOfTables(_) => None,
        };
        draft.map_or(Written::Other, |draft| Written::Row(Box::new(draft)))
    }

    fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self {
                from: vec![text.value().clone()],
                ..Self::default()
            }),
            Value::InlineTable(table) => Self::of_table(table),
            Value::Array(rows) if rows.len() == 1 => Self::of_value(rows.get(0)?),
            _ => None,
        }
    }

    fn of_table(table: &dyn TableLike) -> Option<Self> {
        let mut draft = Self::default();
        let has_use = table.contains_key("use");
        let mut options = Map::new();
        for (key, item) in table.iter() {
            let value = item.clone().into_value().ok()?;
            let word = || value.as_str().map(str::to_owned);
            match key {
                "from" => draft.from = vec![word()?],
                "first" => draft.from = texts(&value)?,
                "value" => draft.constant = plain(&value)?,
                "use" => draft.steps.push(DraftStep {
                    function: value.as_str()?.to_owned(),
                    options: Map::new(),
                }),
                "steps" => {
                    draft.steps = value.as_array()?.iter().map(step).collect::<Option<_>>()?;
                }
                "when-missing" => match &value {
                    Value::InlineTable(table) => {
                        "default".clone_into(&mut draft.when_missing);
                        draft.default = table.get("default").and_then(plain)?;
                    }
                    _ => draft.when_missing = word()?,
                },
                "apply" => draft.apply = word()?,
                "existing" => draft.existing = word()?,
                key if has_use && !ROW_KEYS.contains(&key) => {
                    options.insert(key.to_owned(), json(&value)?);
                }
                key => draft.rest.push((key.to_owned(), value)),
            }
        }
        if let Some(only) = draft.steps.first_mut().filter(|_| has_use) {
            only.options = options;
        }
        Some(draft)
    }

    /// What a file says beside what forms know, for a draft that a form sent.
    pub fn keep_rest(&mut self, written: &Self) {
        self.rest.clone_from(&written.rest);
    }

    /// The row as it stands behind its `=`.
    pub fn row(&self) -> String {
        let mut table = InlineTable::new();
        match (self.from.as_slice(), self.constant.as_str()) {
            ([], "") => {}
            ([], constant) => put(&mut table, "value", Value::from(constant)),
            ([one], _) => put(&mut table, "from", Value::from(one.as_str())),
            (several, _) => put(
                &mut table,
                "first",
                several.iter().map(String::as_str).collect(),
            ),
        }
        if !self.steps.is_empty() {
            put(
                &mut table,
                "steps",
                self.steps.iter().map(DraftStep::value).collect(),
            );
        }
        match self.when_missing.as_str() {
            "" | "keep" => {}
            "default" => {
                let default = [("default", self.default.as_str())];
                let default: InlineTable = default.into_iter().collect();
                put(&mut table, "when-missing", Value::from(default));
            }
            word => put(&mut table, "when-missing", Value::from(word)),
        }
        for (key, word, usual) in [
            ("apply", &self.apply, "always"),
            ("existing", &self.existing, "overwrite"),
        ] {
            if !word.is_empty() && word != usual {
                put(&mut table, key, Value::from(word.as_str()));
            }
        }
        for (key, value) in self
            .rest
            .iter()
            .filter(|(key, _)| !OWN.contains(&key.as_str()))
        {
            put(&mut table, key, value.clone());
        }
        match (self.from.as_slice(), table.len()) {
            ([one], 1) => Value::from(one.as_str()).to_string().trim().to_owned(),
            _ => Value::from(table).to_string().trim().to_owned(),
        }
    }
}

impl DraftStep {
    fn value(&self) -> Value {
        if self.options.is_empty() {
            return Value::from(self.function.as_str());
        }
        let mut table = InlineTable::new();
        put(&mut table, "use", Value::from(self.function.as_str()));
        for (key, option) in &self.options {
            if let Some(value) = toml(option) {
                put(&mut table, key, value);
            }
        }
        Value::from(table)
    }
}

fn put(table: &mut InlineTable, key: &str, mut value: Value) {
    value.decor_mut().clear();
    table.insert(key, value);
}

fn step(value: &Value) -> Option<DraftStep> {
    if let Some(function) = value.as_str() {
        return Some(DraftStep {
            function: function.to_owned(),
            options: Map::new(),
        });
    }
    let table = value.as_inline_table()?;
    let mut options = Map::new();
    for (key, option) in table.iter().filter(|(key, _)| *key != "use") {
        options.insert(key.to_owned(), json(option)?);
    }
    Some(DraftStep {
        function: table.get("use")?.as_str()?.to_owned(),
        options,
    })
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let all = value.as_array()?.iter();
    all.map(|one| one.as_str().map(str::to_owned)).collect()
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        Value::Boolean(flag) => Some(flag.value().to_string()),
        _ => None,
    }
}

/// An option as JSON; times are none.
fn json(value: &Value) -> Option<Json> {
    Some(match value {
        Value::String(text) => Json::from(text.value().as_str()),
        Value::Integer(number) => Json::from(*number.value()),
        Value::Float(number) => Json::from(*number.value()),
        Value::Boolean(flag) => Json::from(*flag.value()),
        Value::Datetime(_) => return None,
        Value::Array(all) => Json::Array(all.iter().map(json).collect::<Option<_>>()?),
        Value::InlineTable(table) => {
            let pairs = table
                .iter()
                .map(|(key, one)| Some((key.to_owned(), json(one)?)));
            Json::Object(pairs.collect::<Option<_>>()?)
        }
    })
}

/// JSON as TOML; null is none.
pub(super) fn toml(value: &Json) -> Option<Value> {
    Some(match value {
        Json::Null => return None,
        Json::Bool(flag) => Value::from(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::from(number.as_f64()?),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(all) => all.iter().filter_map(toml).collect(),
        Json::Object(members) => {
            let pairs = members.iter();
            let pairs = pairs.filter_map(|(key, one)| Some((key.as_str(), toml(one)?)));
            Value::from(pairs.collect::<InlineTable>())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
[target.jira.map]
Plain = "department"
Chain = { from = "phone", steps = ["text.trim", { use = "text.left", length = 3 }], when-missing = { default = "none" }, conflict = "hold" }
Short = { use = "template.render", text = "{city}", when = { attribute = "city", present = true } }
Either = { first = ["mail", "otherMails[0]"], apply = "once" }
Fixed = { value = "ACME", existing = "keep" }
Rows = [{ from = "a", when = { attribute = "b", present = true } }, "c"]

[target.jira.map.Section]
from = "city"
steps = ["text.upper"]
"#;

    fn row(field: &str) -> Option<String> {
        match Draft::written(FILE, ("jira", field)) {
            Written::Row(draft) => Some(draft.row()),
            Written::Nothing | Written::Other => None,
        }
    }

    #[track_caller]
    fn check(field: &str, expected: &str) {
        assert_eq!(row(field).as_deref(), Some(expected), "{field}");
    }

    #[test]
    fn rows_come_through_a_draft_with_everything_that_they_say() {
        check("Plain", "\"department\"");
        check(
            "Chain",
            "{ from = \"phone\", steps = [\"text.trim\", { use = \"text.left\", length = 3 }], \
             when-missing = { default = \"none\" }, conflict = \"hold\" }",
        );
        check(
            "Short",
            "{ steps = [{ use = \"template.render\", text = \"{city}\" }], \
             when = { attribute = \"city\", present = true } }",
        );
        check(
            "Either",
            "{ first = [\"mail\", \"otherMails[0]\"], apply = \"once\" }",
        );
        check("Fixed", "{ value = \"ACME\", existing = \"keep\" }");
        check("Section", "{ from = \"city\", steps = [\"text.upper\"] }");
    }

    #[test]
    fn several_rows_are_no_draft_and_a_new_field_is_none_either() {
        assert!(matches!(
            Draft::written(FILE, ("jira", "Rows")),
            Written::Other
        ));
        assert!(matches!(
            Draft::written(FILE, ("jira", "New")),
            Written::Nothing
        ));
        assert!(matches!(
            Draft::written(FILE, ("wiki", "Plain")),
            Written::Nothing
        ));
    }
}
