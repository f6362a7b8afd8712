//! The condition on the value so far, the same in every function.
//!
//! It holds when one of its tests holds; without any test it always holds. Of a list each element
//! is tested, and one that holds is enough. `invert` turns the whole answer round.

use attune_plugin::Problem;
use attune_plugin::transform::{TextView, Value};
use serde::Deserialize;

/// What counts as nothing.
#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Nothing {
    Missing,
    Blank,
}

impl Nothing {
    /// Whether a value is nothing. A list is looked at as a whole: only the empty one is blank.
    pub(crate) fn is(self, value: Value<'_>) -> bool {
        let is_blank = self == Self::Blank;
        match value {
            Value::Absent | Value::Null => true,
            Value::Text(text) => is_blank && text.trim().is_empty(),
            Value::Json(json) => is_blank && json == "[]",
            _ => false,
        }
    }
}

/// The tests, from the options.
pub(crate) struct Condition {
    pub(crate) nothing: Option<Nothing>,
    pub(crate) equals: Vec<String>,
    pub(crate) starts_with: Vec<String>,
    pub(crate) contains: Vec<String>,
    pub(crate) ignore_case: bool,
    pub(crate) invert: bool,
}

/// The schema of a function that has these options alone.
pub(crate) const SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "nothing": { "title": "Nothing", "enum": ["missing", "blank"],
            "description": "Holds where there is nothing. missing: absent or null; blank: also white space alone and the empty list" },
        "equals": { "title": "Equals", "type": "array", "items": { "type": "string" }, "default": [],
            "description": "Holds where the value is one of these texts" },
        "starts-with": { "title": "Starts with", "type": "array", "items": { "type": "string", "minLength": 1 }, "default": [],
            "description": "Holds where the value begins with one of these texts" },
        "contains": { "title": "Contains", "type": "array", "items": { "type": "string", "minLength": 1 }, "default": [],
            "description": "Holds where one of these texts stands in the value" },
        "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
            "description": "Whether upper and lower case are the same to the tests" },
        "invert": { "title": "Invert", "type": "boolean", "default": false,
            "description": "Turns the condition round: it holds where none of the tests does" }
    },
    "additionalProperties": false
}"#;

/// [`SCHEMA`] with a message before it.
pub(crate) const SCHEMA_WITH_MESSAGE: &str = r#"{
    "type": "object",
    "properties": {
        "message": { "title": "Message", "type": "string", "minLength": 1, "maxLength": 300,
            "description": "What the plan says about this value: one sentence" },
        "nothing": { "title": "Nothing", "enum": ["missing", "blank"],
            "description": "Holds where there is nothing. missing: absent or null; blank: also white space alone and the empty list" },
        "equals": { "title": "Equals", "type": "array", "items": { "type": "string" }, "default": [],
            "description": "Holds where the value is one of these texts" },
        "starts-with": { "title": "Starts with", "type": "array", "items": { "type": "string", "minLength": 1 }, "default": [],
            "description": "Holds where the value begins with one of these texts" },
        "contains": { "title": "Contains", "type": "array", "items": { "type": "string", "minLength": 1 }, "default": [],
            "description": "Holds where one of these texts stands in the value" },
        "ignore-case": { "title": "Ignore case", "type": "boolean", "default": false,
            "description": "Whether upper and lower case are the same to the tests" },
        "invert": { "title": "Invert", "type": "boolean", "default": false,
            "description": "Turns the condition round: it holds where none of the tests does" }
    },
    "required": ["message"],
    "additionalProperties": false
}"#;

impl Condition {
    /// Makes it ready, or says what about it makes no sense.
    pub(crate) fn open(mut self) -> Result<Self, Problem> {
        let lists = [&self.equals, &self.starts_with, &self.contains];
        let has_texts = lists.iter().any(|list| !list.is_empty());
        if self.invert && !has_texts && self.nothing.is_none() {
            return Err(Problem::option(
                "invert",
                "there is no test to turn round, so it would never hold; add `equals` or another",
            ));
        }
        for (name, list) in [
            ("starts-with", &self.starts_with),
            ("contains", &self.contains),
        ] {
            if list.iter().any(String::is_empty) {
                return Err(Problem::option(
                    name,
                    "one of the texts is empty, which every value would meet; take it out",
                ));
            }
        }
        if self.ignore_case {
            for list in [&mut self.equals, &mut self.starts_with, &mut self.contains] {
                for text in list.iter_mut() {
                    *text = text.to_lowercase();
                }
            }
        }
        Ok(self)
    }

    /// Whether it holds of a value.
    pub(crate) fn holds(&self, value: Value<'_>) -> bool {
        let is_free = self.nothing.is_none()
            && self.equals.is_empty()
            && self.starts_with.is_empty()
            && self.contains.is_empty();
        if is_free {
            return true;
        }
        let holds = self.nothing.is_some_and(|nothing| nothing.is(value))
            || match value.list() {
                Some(list) => list
                    .iter()
                    .any(|json| self.holds_of(Value::from_json(json, &mut String::new()))),
                None => self.holds_of(value),
            };
        holds != self.invert
    }

    /// A list inside of a list, an object and bytes meet no test.
    fn holds_of(&self, value: Value<'_>) -> bool {
        if self.nothing.is_some_and(|nothing| nothing.is(value)) {
            return true;
        }
        match value.text() {
            TextView::Text(text) if self.ignore_case => self.holds_of_text(&text.to_lowercase()),
            TextView::Text(text) => self.holds_of_text(&text),
            TextView::Missing | TextView::Failed(_) => false,
        }
    }

    fn holds_of_text(&self, text: &str) -> bool {
        self.equals.iter().any(|it| text == it)
            || self.starts_with.iter().any(|it| text.starts_with(it))
            || self.contains.iter().any(|it| text.contains(it))
    }
}
