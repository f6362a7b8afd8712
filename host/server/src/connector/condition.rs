//! Conditions of a scope or a row: `{ attribute = "userType", equals = "Member" }`.
//!
//! Deliberately not here: whether one holds (`attune_core`).

use attune_core::Selector;
use attune_core::mapping::{Condition, Test};

use crate::settings::reader::{Node, Section};

const TESTS: &str = "one of: equals, not-equals, in, matches, present";

/// Reads a list of conditions.
pub(super) fn read_all(node: &Node<'_>) -> Vec<Condition> {
    let list = node.list().unwrap_or_default();
    list.iter().filter_map(read).collect()
}

/// Reads a selector; a wrong one is a mistake at its place.
pub(super) fn selector(node: &Node<'_>) -> Option<Selector> {
    let text = node.full_text()?;
    match text.parse::<Selector>() {
        Ok(selector) => Some(selector),
        Err(error) => {
            node.error(error.to_string(), "");
            None
        }
    }
}

fn read(node: &Node<'_>) -> Option<Condition> {
    let section = node.section()?;
    let attribute = section.need("attribute", "the attribute that is tested");
    let attribute = attribute.and_then(|node| selector(&node));
    let found = tests(&section);
    let test = match found.as_slice() {
        [(_, test)] => test.clone(),
        [] => {
            node.error(format!("{} tests nothing", node.name()), TESTS);
            None
        }
        [..] => {
            let keys: Vec<&str> = found.iter().map(|(key, _)| *key).collect();
            let both = keys.join(" and ");
            node.error(
                format!("{} has {both}", node.name()),
                "write one condition for each",
            );
            None
        }
    };
    section.finish();
    Some(Condition {
        attribute: attribute?,
        test: test?,
    })
}

fn tests(section: &Section<'_>) -> Vec<(&'static str, Option<Test>)> {
    let mut tests = Vec::new();
    if let Some(node) = section.get("equals") {
        tests.push(("equals", scalar(&node).map(Test::Equals)));
    }
    if let Some(node) = section.get("not-equals") {
        tests.push(("not-equals", scalar(&node).map(Test::NotEquals)));
    }
    if let Some(node) = section.get("in") {
        let list = node.list().unwrap_or_default();
        let words: Option<Vec<String>> = list.iter().map(scalar).collect();
        tests.push(("in", words.map(Test::In)));
    }
    if let Some(node) = section.get("matches") {
        tests.push(("matches", pattern(&node).map(Test::Matches)));
    }
    if let Some(node) = section.get("present") {
        tests.push(("present", node.flag().map(Test::Present)));
    }
    tests
}

/// Text; a number or boolean counts as the text that a source writes for it.
fn scalar(node: &Node<'_>) -> Option<String> {
    match node.json() {
        serde_json::Value::Bool(flag) => Some(flag.to_string()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => node.text().map(str::to_owned),
    }
}

fn pattern(node: &Node<'_>) -> Option<regex::Regex> {
    let text = node.text()?;
    match regex::Regex::new(text) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            // The last line says what is wrong; those before it draw the pattern.
            let whole = error.to_string();
            let why = whole.lines().last().unwrap_or_default().to_owned();
            let why = why.trim_start_matches("error: ");
            node.error(
                format!("'{text}' is not a pattern: {why}"),
                "in TOML, write patterns between '...' so that \\ stays as it is",
            );
            None
        }
    }
}
