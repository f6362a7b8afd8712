//! What a value is: questions that are answered with true or false.

use attune_functions::convert::{is_guid, is_numeric};
use attune_functions::expression::{Answer, Call, Definition, Value};
use attune_functions::time::entra;

pub(super) static COMMON: &[Definition] = &[
    Definition::new("IsNull", "value any", is_null),
    Definition::new("IsNullOrEmpty", "value any", is_null_or_empty),
    Definition::new("IsPresent", "value any", is_present),
    Definition::new("IsString", "value any", is_string),
];

pub(super) static CONNECT: &[Definition] = &[
    Definition::new("IsDate", "value any", is_date),
    Definition::new("IsEmpty", "value any", is_empty),
    Definition::new("IsGuid", "value any", is_a_guid),
    Definition::new("IsNumeric", "value any", is_a_number),
];

fn is_null<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(call.value(0)?.is_null()))
}

fn is_null_or_empty<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(call.value(0)?.is_empty()))
}

fn is_present<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(!call.value(0)?.is_empty()))
}

fn is_string<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(matches!(call.single(0)?, Value::Text(_))))
}

/// The attribute is there and its text is empty.
fn is_empty<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let value = call.value(0)?;
    Ok(Value::Boolean(value.is_empty() && !value.is_null()))
}

fn is_date<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(match call.single(0)? {
        Value::Time(_) => true,
        Value::Text(text) => entra::cdate(&text).is_ok(),
        _ => false,
    }))
}

fn is_a_guid<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let value = call.single(0)?;
    Ok(Value::Boolean(
        matches!(value, Value::Text(text) if is_guid(&text)),
    ))
}

fn is_a_number<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let value = call.single(0)?;
    let is_number = match &value {
        Value::Text(text) => is_numeric(text),
        other => other.as_number().is_some(),
    };
    Ok(Value::Boolean(is_number))
}
