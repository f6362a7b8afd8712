//! Conditions: one test of one attribute, for rows (`when`) and for the scope.
//!
//! Text is compared exactly. A list holds when any element does; an element that is no text (a
//! list, an object, bytes) equals nothing. A missing attribute meets only `not-equals` and
//! `present = false`. An attribute that could not be read is neither: its problem is the answer.

use crate::mapping::{Condition, Test};
use crate::outcome::failed;
use crate::{Cell, Kind, Problem, Selector, json};

/// Whether a value meets a test; a failed cell answers with its problem.
pub fn meets(condition: &Test, cell: Cell<'_>) -> Result<bool, Problem> {
    if cell.kind.is_outcome() {
        return Err(failed(cell.bytes));
    }
    Ok(match condition {
        Test::Present(wanted) => *wanted != json::is_missing(cell, false),
        Test::Equals(text) => any(cell, &|value| value == text),
        Test::NotEquals(text) => !any(cell, &|value| value == text),
        Test::In(texts) => any(cell, &|value| texts.iter().any(|text| value == text)),
        Test::Matches(pattern) => any(cell, &|value| pattern.is_match(value)),
    })
}

/// Whether all conditions hold; the cell of an attribute that was not fetched is `None`.
pub fn all_hold<'c>(
    conditions: impl IntoIterator<Item = (&'c Condition, Option<Cell<'c>>)>,
) -> Result<bool, Problem> {
    for (condition, cell) in conditions {
        let cell = cell.ok_or_else(|| not_fetched(&condition.attribute))?;
        if !meets(&condition.test, cell).map_err(|p| p.at(condition.attribute.to_string()))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The code of whatever needs an attribute that was not asked for.
pub const NOT_FETCHED: &str = "not-fetched";

/// The problem of an attribute that was not asked for: unavailable, not absent.
pub fn not_fetched(selector: &Selector) -> Problem {
    Problem::new(
        NOT_FETCHED,
        format!("`{selector}` was not fetched with this document"),
    )
    .at(selector.to_string())
}

fn any(cell: Cell<'_>, test: &dyn Fn(&str) -> bool) -> bool {
    if json::is_missing(cell, false) {
        return false;
    }
    if cell.kind != Kind::Json {
        return cell.as_text().is_some_and(test);
    }
    let list = std::str::from_utf8(cell.bytes)
        .ok()
        .and_then(json::elements);
    list.unwrap_or_default()
        .into_iter()
        .any(|element| json::scalar(element).is_ok_and(|one| one.text().is_some_and(test)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets_json(test: &Test, raw: &str) -> bool {
        let mut column = crate::Column::default();
        json::push_value(raw, &mut column);
        meets(test, column.cell(0)).unwrap()
    }

    #[test]
    fn tests_when_met_follow_the_truth_table() {
        let equals = Test::Equals("a".to_owned());
        let differs = Test::NotEquals("a".to_owned());
        let one_of = Test::In(vec!["x".to_owned(), "a".to_owned(), "1".to_owned()]);
        let matches = Test::Matches(regex::Regex::new("[a1]").unwrap());
        let there = Test::Present(true);
        let missing = Test::Present(false);
        for (raw, expected) in [
            //          equals  differs  in     matches there  missing
            ("\"a\"", [true, false, true, true, true, false]),
            ("\"A\"", [false, true, false, false, true, false]),
            ("\"ba\"", [false, true, false, true, true, false]),
            ("1", [false, true, true, true, true, false]),
            ("true", [false, true, false, false, true, false]),
            ("null", [false, true, false, false, false, true]),
            ("\"\"", [false, true, false, false, false, true]),
            ("[]", [false, true, false, false, false, true]),
            ("[null]", [false, true, false, false, false, true]),
            ("[\"a\"]", [true, false, true, true, true, false]),
            ("[\"b\",\"a\"]", [true, false, true, true, true, false]),
            ("[\"b\",1]", [false, true, true, true, true, false]),
            ("[[\"a\"]]", [false, true, false, false, true, false]),
            ("{\"a\":\"a\"}", [false, true, false, false, true, false]),
        ] {
            let tests = [&equals, &differs, &one_of, &matches, &there, &missing];
            let met = tests.map(|test| meets_json(test, raw));
            assert_eq!(met, expected, "{raw}");
        }
        assert!(!meets(&there, Cell::ABSENT).unwrap());
        assert!(meets(&differs, Cell::ABSENT).unwrap());
        let bad = Cell {
            kind: Kind::Failed,
            bytes: br#"{"code":"bad-value","message":"m"}"#,
        };
        assert_eq!(meets(&missing, bad).unwrap_err().code, "bad-value");
    }
}
