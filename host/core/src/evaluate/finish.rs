//! The end of a row: from its last values to outcomes.
//!
//! What is written is text. Missing values follow the row's `when-missing`; a list of one is its
//! element, a longer one and an object are failures.

use std::borrow::Cow;

use crate::mapping::{Row, WhenMissing};
use crate::{Cell, Column, Kind, Problem, json};

/// One outcome per row of the last column.
pub(super) fn finish(last: Cow<'_, Column>, row: &Row) -> Column {
    if last.is_all_filled_text() {
        return last.into_owned();
    }
    if let Some(kinds) = same_bytes(&last, row) {
        return last.into_owned().with_kinds(kinds);
    }
    let mut outcomes = Column::with_capacity(last.rows(), last.data().len());
    for cell in last.iter() {
        push(cell, row, &mut outcomes);
    }
    outcomes
}

/// The kinds of the outcomes where no bytes change: the usual case.
fn same_bytes(last: &Column, row: &Row) -> Option<Vec<u8>> {
    let missing = match row.when_missing {
        WhenMissing::Keep => Some(Kind::Keep as u8),
        WhenMissing::Clear => Some(Kind::Clear as u8),
        WhenMissing::Fail | WhenMissing::Default(_) => None,
    };
    let mut kinds = Vec::with_capacity(last.rows());
    let mut start = 0;
    for (&kind, &end) in last.kinds().iter().zip(last.ends()) {
        let empty = end == start;
        start = end;
        kinds.push(match Kind::from_byte(kind)? {
            Kind::Text if empty && !row.empty_is_value => missing?,
            Kind::Text | Kind::Integer | Kind::Number | Kind::Boolean => Kind::Text as u8,
            Kind::Absent | Kind::Null => missing?,
            Kind::Keep | Kind::Clear | Kind::DropPerson | Kind::Failed => kind,
            Kind::Json | Kind::Bytes => return None,
        });
    }
    Some(kinds)
}

fn push(cell: Cell<'_>, row: &Row, outcomes: &mut Column) {
    if cell.kind.is_outcome() {
        outcomes.push(cell);
        return;
    }
    if json::is_missing(cell, row.empty_is_value) {
        push_missing(&row.when_missing, outcomes);
        return;
    }
    match json::one(cell) {
        // `empty = "value"`: the empty list is a value, and its text is empty.
        Ok(one) if one.kind == Kind::Absent => outcomes.push(Cell::text("")),
        Ok(one) => match one.text() {
            Some(text) => outcomes.push(Cell::text(text)),
            None => outcomes.push_problem(&Problem::new(
                "not-text",
                "the value is bytes, and a field takes text",
            )),
        },
        Err(problem) => outcomes.push_problem(&problem),
    }
}

fn push_missing(when: &WhenMissing, outcomes: &mut Column) {
    match when {
        WhenMissing::Keep => outcomes.push_bytes(Kind::Keep, &[]),
        WhenMissing::Clear => outcomes.push_bytes(Kind::Clear, &[]),
        WhenMissing::Default(text) => outcomes.push(Cell::text(text)),
        WhenMissing::Fail => outcomes.push_problem(&Problem::new(
            "missing",
            "the value is missing and the row says `when-missing = \"fail\"`",
        )),
    }
}
