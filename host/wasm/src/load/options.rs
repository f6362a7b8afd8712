//! Options against their schema, refused in words that an admin can act on.
//!
//! A schema is compiled once per function, when it is first needed; a cached plugin that is never
//! opened costs nothing. Deliberately not here: which schemas are allowed (`schema`).

use std::sync::OnceLock;

use attune_core::Problem;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;

use super::manifest::refused;
use super::names::nearest;
use crate::Error;
use crate::call::clean;

/// The compiled schema of one function.
#[derive(Debug, Default)]
pub(super) struct Options {
    compiled: OnceLock<Result<Validator, String>>,
}

impl Options {
    /// The compiled schema.
    pub(super) fn compile(&self, schema: &Value) -> Result<&Validator, Error> {
        let compiled = self.compiled.get_or_init(|| {
            jsonschema::options()
                .with_draft(Draft::Draft202012)
                // Patterns are a stranger's: no backtracking, so no denial of service.
                .with_pattern_options(PatternOptions::regex().size_limit(1 << 20))
                .should_validate_formats(false)
                .offline()
                .build(schema)
                .map_err(|error| error.to_string())
        });
        compiled
            .as_ref()
            .map_err(|error| refused(format!("the schema is refused: {}", clean(error, 300))))
    }

    /// The first thing that is wrong with `options`, as a problem of code `options`.
    pub(super) fn check(&self, schema: &Value, options: &Value) -> Result<(), Error> {
        let validator = self.compile(schema)?;
        match validator.iter_errors(options).next() {
            None => Ok(()),
            Some(error) => Err(Error::Problem(problem(schema, &error))),
        }
    }
}

fn problem(schema: &Value, error: &ValidationError<'_>) -> Problem {
    let at = path(error.instance_path().as_str());
    let named = |text: String| {
        if at.is_empty() {
            text
        } else {
            format!("`{at}` {text}")
        }
    };
    let known = || {
        let properties = schema.get("properties").and_then(Value::as_object);
        properties
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
    };
    let (message, at) = match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let name = unexpected.first().map_or("", String::as_str);
            let mut message = format!("there is no option `{}`", clean(name, 80));
            match nearest(name, known()) {
                Some(meant) => message = format!("{message}; did you mean `{meant}`?"),
                None => message += &allowed(known()),
            }
            (message, name.to_owned())
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            (format!("the option `{name}` is missing"), name.to_owned())
        }
        ValidationErrorKind::Enum { options } => {
            let words = options.as_array().map(Vec::as_slice).unwrap_or_default();
            let words: Vec<_> = words.iter().map(Value::to_string).collect();
            (
                named(format!("must be one of {}", words.join(", "))),
                at.clone(),
            )
        }
        ValidationErrorKind::Type { kind } => {
            (named(format!("must be {}", type_words(kind))), at.clone())
        }
        ValidationErrorKind::Pattern { pattern } => (
            named(format!("must match `{}`", clean(pattern, 200))),
            at.clone(),
        ),
        _ => (named(clean(&error.to_string(), 300)), at.clone()),
    };
    Problem::new("options", message).at(clean(&at, 200))
}

fn allowed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        "; this function has none".to_owned()
    } else {
        format!("; there are {}", names.join(", "))
    }
}

/// A JSON pointer as people write it: `/rules/0/find` is `rules[0].find`.
fn path(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            path = format!("{path}[{part}]");
        } else if path.is_empty() {
            path += &part;
        } else {
            path = format!("{path}.{part}");
        }
    }
    path
}

fn type_words(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => type_word(&one.to_string()),
        TypeKind::Multiple(set) => {
            let words: Vec<_> = set.iter().map(|one| type_word(&one.to_string())).collect();
            words.join(" or ")
        }
    }
}

fn type_word(name: &str) -> String {
    match name {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a table",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(options: &Value) -> (String, String) {
        let schema = json!({
            "type": "object",
            "properties": {
                "find": { "type": "string" },
                "no-match": { "enum": ["input", "keep"] },
                "rules": { "type": "array", "items": { "type": "object",
                    "properties": { "find": { "type": "string" } } } }
            },
            "required": ["find"],
            "additionalProperties": false
        });
        match Options::default().check(&schema, options).unwrap_err() {
            Error::Problem(problem) => {
                assert_eq!(problem.code, "options");
                (problem.message, problem.at)
            }
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_misspelt_option_is_named_with_the_nearest_one() {
        let (message, at) = refusal(&json!({ "find": "x", "nomatch": "keep" }));
        assert_eq!(
            message,
            "there is no option `nomatch`; did you mean `no-match`?"
        );
        assert_eq!(at, "nomatch");
        let (message, _) = refusal(&json!({ "find": "x", "quite-another": 1 }));
        assert!(
            message.ends_with("there are `find`, `no-match`, `rules`"),
            "{message}"
        );
    }

    #[test]
    fn values_are_refused_with_what_is_allowed() {
        let (message, at) = refusal(&json!({ "find": "x", "no-match": "drop" }));
        assert_eq!(message, "`no-match` must be one of \"input\", \"keep\"");
        assert_eq!(at, "no-match");
        assert_eq!(refusal(&json!({ "find": 1 })).0, "`find` must be a text");
        assert_eq!(refusal(&json!({})).0, "the option `find` is missing");
        let (message, at) = refusal(&json!({ "find": "x", "rules": [{ "find": 2 }] }));
        assert_eq!(
            (message.as_str(), at.as_str()),
            ("`rules[0].find` must be a text", "rules[0].find")
        );
    }
}
