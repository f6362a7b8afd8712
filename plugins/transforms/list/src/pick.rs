//! Elements by their place: first, last, item, slice.

use attune_functions::list::{Base, at, range};
use attune_plugin::NoOptions;
use attune_plugin::transform::{Cell, Function, Open, Row};
use serde::Deserialize;

use crate::elements::{elements, write, write_one};

/// `list.first`
pub(crate) fn first() -> Function {
    Function {
        name: "first",
        summary: "The first element that is neither null nor empty text",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": [["", null, "b", "c"]], "output": "b"},
            {"input": ["alone"], "output": "alone"},
            {"input": [["", null]], "output": {"$":"absent"}},
            {"input": [[12, 13]], "output": 12},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::row(|NoOptions {}| {
            Ok(|row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                let Some(list) = value.list() else {
                    return out.value(value);
                };
                let empty = |json: &&&str| !matches!(**json, "null" | "\"\"");
                write_one(list.iter().find(empty).copied(), out)
            })
        }),
    }
}

/// `list.last`
pub(crate) fn last() -> Function {
    Function {
        name: "last",
        summary: "The last element that is neither null nor empty text",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": [["a", "b", "", null]], "output": "b"},
            {"input": ["alone"], "output": "alone"},
            {"input": [[]], "output": {"$":"absent"}},
            {"input": [[12, 13]], "output": 13},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::row(|NoOptions {}| {
            Ok(|row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                let Some(list) = value.list() else {
                    return out.value(value);
                };
                let full = |json: &&&str| !matches!(**json, "null" | "\"\"");
                write_one(list.iter().rev().find(full).copied(), out)
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    index: i64,
}

/// `list.item`
pub(crate) fn item() -> Function {
    Function {
        name: "item",
        summary: "One element by its position",
        options: r#"{
            "type": "object",
            "properties": {
                "index": { "title": "Index", "type": "integer",
                    "description": "Position of the element: 0 is the first, -1 the last" }
            },
            "required": ["index"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"index": 1}, "input": [["a", "b", "c"]], "output": "b"},
            {"options": {"index": -1}, "input": [["a", "b", "c"]], "output": "c"},
            {"options": {"index": 3}, "input": [["a", "b", "c"]], "output": {"$":"absent"}},
            {"options": {"index": 0}, "input": ["alone"], "output": "alone"},
            {"options": {"index": 0}, "input": [[{"id": 1}]], "output": {"id":1}}
        ]"#,
        uses: &[],
        open: Open::row(|Item { index }| {
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                if value.is_missing() {
                    return out.value(value);
                }
                match value.list() {
                    Some(list) => write_one(
                        at(list.len(), index, Base::FromEitherEnd)
                            .and_then(|at| list.get(at))
                            .copied(),
                        out,
                    ),
                    None if at(1, index, Base::FromEitherEnd).is_some() => out.value(value),
                    None => out.missing(),
                }
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Slice {
    #[serde(default)]
    start: i64,
    #[serde(default)]
    end: Option<i64>,
}

/// `list.slice`
pub(crate) fn slice() -> Function {
    Function {
        name: "slice",
        summary: "The elements from one position to before another; what lies outside is left out",
        options: r#"{
            "type": "object",
            "properties": {
                "start": { "title": "Start", "type": "integer", "default": 0,
                    "description": "Position of the first element that stays: 0 is the first, -1 the last" },
                "end": { "title": "End", "type": "integer",
                    "description": "Position of the first element that does not stay any more; to the end when left out" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"end": 2}, "input": [["a", "b", "c"]], "output": ["a","b"]},
            {"options": {"start": -2}, "input": [["a", "b", "c"]], "output": ["b","c"]},
            {"options": {"start": 1, "end": -1}, "input": [["a", "b", "c"]], "output": ["b"]},
            {"options": {"start": 5}, "input": [["a"]], "output": []},
            {"options": {"end": 2}, "input": ["alone"], "output": ["alone"]},
            {"options": {"end": 2}, "input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::row(|Slice { start, end }| {
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                let value = row.value();
                if value.is_missing() {
                    return out.value(value);
                }
                match elements(value) {
                    Ok(list) => {
                        let range = range(list.len(), start, end);
                        write(list.get(range).unwrap_or_default(), out)
                    }
                    Err(problem) => out.failed(&problem),
                }
            })
        }),
    }
}
