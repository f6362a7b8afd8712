//! `Arrays.*` and the methods of lists.

use attune_functions::expression::{Answer, Call, DEPTH_MAX, Definition, Value};
use attune_functions::list::{self, Base, Csv, comma_parts};

pub(super) static TABLE: &[Definition] = &[
    Definition::new("Arrays.add", "list any, value any", add),
    Definition::new("Arrays.clear", "list any", clear),
    Definition::new("Arrays.contains", "list any, value any", has),
    Definition::new("Arrays.flatten", "value any...", flatten),
    Definition::new("Arrays.get", "list any, index integer", get),
    Definition::new("Arrays.isEmpty", "list any", is_empty),
    Definition::new("Arrays.remove", "list any, value any", remove),
    Definition::new("Arrays.size", "list any", size),
    Definition::new("Arrays.toCsvString", "list any", to_csv),
    Definition::new(".add", "list any, value any", add),
    Definition::new(".contains", "textOrList any, value any", contains),
    Definition::new(".flatten", "list any, value any...", flatten),
    Definition::new(".isEmpty", "list any", is_empty),
    Definition::new(".remove", "list any, value any", remove),
    Definition::new(".size", "list any", size),
];

fn add<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let mut list = call.list(0)?;
    list.push(call.value(1)?);
    Ok(Value::List(list))
}

fn clear<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    call.list(0)?;
    Ok(Value::List(Vec::new()))
}

fn is_same(call: &Call<'_, '_>, one: &Value<'_>, other: &Value<'_>) -> bool {
    one.compare(other, call.scope.dialect)
        .is_some_and(std::cmp::Ordering::is_eq)
}

fn has<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let value = call.value(1)?;
    let found = call.list(0)?.iter().any(|one| is_same(call, one, &value));
    Ok(Value::Boolean(found))
}

/// Of a text whether the part stands in it, of a list whether the value is one of it.
fn contains<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    match call.value(0)? {
        Value::Text(text) => Ok(Value::Boolean(
            text.contains(call.text_or_empty(1)?.as_ref()),
        )),
        _ => has(call),
    }
}

fn remove<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let value = call.value(1)?;
    let mut list = call.list(0)?;
    list.retain(|one| !is_same(call, one, &value));
    Ok(Value::List(list))
}

/// From 0; what is outside is missing.
pub(crate) fn get<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let position = call.required_integer(1)?;
    let list = call.list(0)?;
    let at = list::at(list.len(), position, Base::Zero);
    Ok(at
        .and_then(|at| list.into_iter().nth(at))
        .unwrap_or(Value::Null))
}

fn flatten<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let mut flat = Vec::new();
    for index in 0..call.len() {
        flatten_into(call.value(index)?, DEPTH_MAX, &mut flat);
    }
    Ok(Value::List(flat))
}

/// Lists in lists are spread, as deep as expressions go; a text with commas is its parts.
fn flatten_into<'a>(value: Value<'a>, depth: usize, flat: &mut Vec<Value<'a>>) {
    let deeper = depth.checked_sub(1);
    match (value, deeper) {
        (Value::Null, _) => {}
        (Value::Text(text), _) if text.contains(',') => {
            flat.extend(comma_parts(&text).into_iter().map(Value::owned));
        }
        (list @ (Value::List(_) | Value::Json(_)), Some(depth)) => match list.elements() {
            Some(elements) => {
                for one in elements {
                    flatten_into(one, depth, flat);
                }
            }
            None => flat.push(list),
        },
        (one, _) => flat.push(one),
    }
}

fn size<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::count(call.list(0)?.len()))
}

fn is_empty<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(call.list(0)?.is_empty()))
}

fn to_csv<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let mut texts = Vec::new();
    for value in call.list(0)? {
        texts.extend(call.text_of(value, 0)?);
    }
    Ok(Value::owned(list::csv(&texts, ',', Csv::Plain)))
}
