//! Several values: counted, picked, joined, split.

use attune_functions::expression::{Answer, Call, CallNode, Definition, Dialect, Error, Value};
use attune_functions::list::{self, Base, Match, Split};
use attune_functions::text::Compare;
use std::borrow::Cow;

pub(super) static COMMON: &[Definition] = &[
    Definition::new("Count", "values any", count),
    Definition::new("Item", "values any, number integer", item),
    Definition::new("RemoveDuplicates", "values any", remove_duplicates),
];

pub(super) static PROVISIONING: &[Definition] = &[
    Definition::new("Join", "separator text, value any...", join),
    Definition::new("Split", "source text, delimiter text", split),
];

pub(super) static CONNECT: &[Definition] = &[
    Definition::new("Contains", "values any, search text, case any?", contains).checked(check_case),
    Definition::new("ItemOrNull", "values any, number integer", item_or_null),
    Definition::new("Join", "values any, delimiter text?", connect_join),
    Definition::new(
        "Select",
        "$variable any, values any, expression any",
        select,
    ),
    Definition::new(
        "Split",
        "source text, delimiter text, limit integer?",
        split,
    ),
    Definition::new("Where", "$variable any, values any, condition any", filter),
];

fn count<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::count(call.list(0)?.len()))
}

fn picked<'a>(call: &Call<'_, 'a>) -> Answer<Option<Value<'a>>> {
    let number = call.required_integer(1)?;
    let list = call.list(0)?;
    let at = list::at(list.len(), number, Base::One);
    Ok(at.and_then(|at| list.into_iter().nth(at)))
}

fn item<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    match picked(call)? {
        Some(value) => Ok(value),
        None if call.scope.dialect == Dialect::ConnectSync => {
            let message =
                "there is no such item; items count from 1, and `ItemOrNull` forgives this";
            Err(call.at(1, "out-of-range", message))
        }
        None => Ok(Value::Null),
    }
}

fn item_or_null<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(picked(call)?.unwrap_or(Value::Null))
}

fn remove_duplicates<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let dialect = call.scope.dialect;
    let key = |value: &Value<'a>| value.to_text(dialect).unwrap_or_default().into_owned();
    Ok(Value::List(list::dedupe_by(call.list(0)?, key)))
}

/// The text of an element; nothing for null.
fn text<'a>(call: &Call<'_, 'a>, value: Value<'a>, index: usize) -> Answer<Option<Cow<'a, str>>> {
    match value {
        nested @ (Value::List(_) | Value::Json(_)) => Err(call.wrong(index, "texts", &nested)),
        one => call.text_of(one, index),
    }
}

/// Values of several values are spread; empty ones are left out.
fn join<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let separator = call.text_or_empty(0)?;
    let mut joined = String::new();
    let mut is_first = true;
    for index in 1..call.len() {
        for value in call.list(index)? {
            let Some(text) = text(call, value, index)?.filter(|text| !text.is_empty()) else {
                continue;
            };
            if !is_first {
                joined.push_str(&separator);
            }
            joined.push_str(&text);
            is_first = false;
        }
    }
    Ok(if is_first {
        Value::Null
    } else {
        Value::owned(joined)
    })
}

fn connect_join<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let delimiter = if call.is_blank(1) {
        Cow::Borrowed(" ")
    } else {
        call.text_or_empty(1)?
    };
    let texts: Answer<Vec<Option<Cow<'a, str>>>> = call
        .list(0)?
        .into_iter()
        .map(|value| text(call, value, 0))
        .collect();
    let texts: Vec<Cow<'a, str>> = texts?.into_iter().flatten().collect();
    if texts.is_empty() {
        return Ok(Value::Null);
    }
    Ok(Value::owned(list::join(&texts, &delimiter, false)))
}

/// Provisioning takes blanks off the parts, as its page shows.
fn split<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let Some(source) = call.text(0)?.filter(|source| !source.is_empty()) else {
        return Ok(Value::Null);
    };
    let delimiter = call.text_or_empty(1)?;
    let limit = call.integer(2)?.filter(|limit| *limit > 0);
    let how = Split {
        limit: limit.and_then(|limit| usize::try_from(limit).ok()),
        trim: call.scope.dialect == Dialect::Provisioning,
        ..Split::default()
    };
    Ok(Value::List(match source {
        Cow::Borrowed(text) => parts(list::split(text, &delimiter, how), Value::borrowed),
        Cow::Owned(text) => parts(list::split(&text, &delimiter, how), Value::owned),
    }))
}

fn parts<'t, 'a>(parts: Vec<&'t str>, value: impl Fn(&'t str) -> Value<'a>) -> Vec<Value<'a>> {
    parts.into_iter().map(value).collect()
}

/// The number of the first value that has the text in it; 0 where there is none.
fn contains<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let search = call.text_or_empty(1)?;
    let word = call.single(2)?;
    let compare = word.to_text(call.scope.dialect).unwrap_or_default();
    let compare = case(&compare).ok_or_else(|| call.wrong(2, CASE, &word))?;
    let texts: Answer<Vec<Option<Cow<'a, str>>>> = call
        .list(0)?
        .into_iter()
        .map(|value| text(call, value, 0))
        .collect();
    let texts: Vec<Cow<'a, str>> = texts?.into_iter().map(Option::unwrap_or_default).collect();
    let found = list::find(&texts, &search, Match::Contains, compare);
    Ok(Value::count(found.map_or(0, |index| index + 1)))
}

const CASE: &str = "CaseSensitive or CaseInsensitive";

fn case(word: &str) -> Option<Compare> {
    match word {
        "" | "CaseSensitive" => Some(Compare::Exact),
        "CaseInsensitive" => Some(Compare::IgnoreCase),
        _ => None,
    }
}

fn check_case(call: &CallNode) -> Result<(), Error> {
    match (call.arguments().get(2), call.constant_text(2)) {
        (Some(node), Some(word)) if case(word).is_none() => {
            let message = format!("{CASE} is expected, not `{word}`");
            Err(Error::syntax(node.column, message))
        }
        _ => Ok(()),
    }
}

fn select<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let list: Answer<Vec<Value<'a>>> = call
        .list(1)?
        .into_iter()
        .map(|value| call.with_variable(value, 2))
        .collect();
    Ok(Value::List(list?))
}

fn filter<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let mut list = Vec::new();
    for value in call.list(1)? {
        match call.with_variable(value.clone(), 2)? {
            Value::Boolean(true) => list.push(value),
            Value::Boolean(false) | Value::Null => {}
            other => return Err(call.wrong(2, "true or false", &other)),
        }
    }
    Ok(Value::List(list))
}
