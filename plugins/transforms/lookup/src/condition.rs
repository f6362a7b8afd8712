//! One test of one attribute, by the words that rows and scopes of a connector file use too.
//!
//! Text is compared exactly, unless case is ignored. A list holds when any element does; what is
//! no text equals nothing. A missing or empty attribute meets only `not-equals` and
//! `present = false`.

use attune_plugin::Problem;
use attune_plugin::transform::{TextView, Value};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

/// A condition as it comes in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ConditionText {
    pub(crate) attribute: Option<String>,
    equals: Option<Scalar>,
    not_equals: Option<Scalar>,
    r#in: Option<Vec<Scalar>>,
    matches: Option<String>,
    starts_with: Option<String>,
    contains: Option<String>,
    present: Option<bool>,
    above: Option<f64>,
    at_least: Option<f64>,
    below: Option<f64>,
    at_most: Option<f64>,
    #[serde(default)]
    ignore_case: bool,
}

/// Text, or a number or boolean that is compared as its text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
}

impl Scalar {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Integer(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Boolean(boolean) => boolean.to_string(),
        }
    }
}

/// A condition that can be asked.
pub(crate) struct Condition {
    test: Test,
    ignore_case: bool,
}

enum Test {
    Equals(String),
    NotEquals(String),
    In(Vec<String>),
    Matches(Regex),
    StartsWith(String),
    Contains(String),
    Present(bool),
    Above(f64),
    AtLeast(f64),
    Below(f64),
    AtMost(f64),
}

impl Condition {
    /// Checks a condition; `at` is its place among the options.
    pub(crate) fn new(text: ConditionText, at: &str) -> Result<Self, Problem> {
        let ignore_case = text.ignore_case;
        let fold = |text: String| {
            if ignore_case {
                text.to_lowercase()
            } else {
                text
            }
        };
        let scalar = |scalar: Scalar| fold(scalar.into_text());
        let matches = text
            .matches
            .as_deref()
            .map(|pattern| compile(pattern, ignore_case, at));
        let all = |texts: Vec<Scalar>| Test::In(texts.into_iter().map(scalar).collect());
        let tests = [
            text.equals.map(|one| Test::Equals(scalar(one))),
            text.not_equals.map(|one| Test::NotEquals(scalar(one))),
            text.r#in.map(all),
            matches.transpose()?.map(Test::Matches),
            text.starts_with.map(|one| Test::StartsWith(fold(one))),
            text.contains.map(|one| Test::Contains(fold(one))),
            text.present.map(Test::Present),
            text.above.map(Test::Above),
            text.at_least.map(Test::AtLeast),
            text.below.map(Test::Below),
            text.at_most.map(Test::AtMost),
        ];
        let mut tests = tests.into_iter().flatten();
        match (tests.next(), tests.next()) {
            (Some(test), None) => Ok(Self { test, ignore_case }),
            _ => Err(Problem::option(at, ONE_TEST)),
        }
    }

    /// Whether the value meets it.
    pub(crate) fn holds(&self, value: Value<'_>) -> bool {
        let is = |text: &str, test: &dyn Fn(&str) -> bool| {
            if self.ignore_case {
                test(&text.to_lowercase())
            } else {
                test(text)
            }
        };
        let any = |test: &dyn Fn(&str) -> bool| any_text(value, &|text| is(text, test));
        let number = |test: &dyn Fn(f64) -> bool| {
            any_text(value, &|text| text.trim().parse().is_ok_and(test))
        };
        match &self.test {
            Test::Equals(wanted) => any(&|text| text == wanted),
            Test::NotEquals(wanted) => !any(&|text| text == wanted),
            Test::In(wanted) => any(&|text| wanted.iter().any(|one| text == one)),
            Test::StartsWith(wanted) => any(&|text| text.starts_with(wanted.as_str())),
            Test::Contains(wanted) => any(&|text| text.contains(wanted.as_str())),
            // The pattern knows itself whether case counts.
            Test::Matches(pattern) => any_text(value, &|text| pattern.is_match(text)),
            Test::Present(wanted) => is_present(value) == *wanted,
            Test::Above(limit) => number(&|number| number > *limit),
            Test::AtLeast(limit) => number(&|number| number >= *limit),
            Test::Below(limit) => number(&|number| number < *limit),
            Test::AtMost(limit) => number(&|number| number <= *limit),
        }
    }
}

const ONE_TEST: &str = "a condition has one test: equals, not-equals, in, matches, starts-with, \
    contains, present, above, at-least, below or at-most";

fn compile(pattern: &str, ignore_case: bool, at: &str) -> Result<Regex, Problem> {
    let regex = RegexBuilder::new(pattern)
        .case_insensitive(ignore_case)
        .build();
    regex.map_err(|error| {
        let text = error.to_string();
        let why = text.lines().last().unwrap_or_default();
        Problem::option(&format!("{at}.matches"), why.trim_start_matches("error: "))
    })
}

/// Neither absent, null, empty text, an empty list, nor a list of one null.
fn is_present(value: Value<'_>) -> bool {
    match value.text() {
        TextView::Text(text) => !text.is_empty(),
        TextView::Missing => false,
        TextView::Failed(_) => true,
    }
}

/// Whether the value, or one of its elements, is a text that is not empty and meets the test.
fn any_text(value: Value<'_>, test: &dyn Fn(&str) -> bool) -> bool {
    let one = |value: Value<'_>| match value.text() {
        TextView::Text(text) => !text.is_empty() && test(&text),
        TextView::Missing | TextView::Failed(_) => false,
    };
    match value.list() {
        None => one(value),
        Some(list) => list.into_iter().any(|json| {
            let mut buffer = String::new();
            match Value::from_json(json, &mut buffer) {
                Value::Json(_) => false,
                element => one(element),
            }
        }),
    }
}
