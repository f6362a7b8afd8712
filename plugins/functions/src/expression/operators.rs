//! What operators mean, as far as the dialects agree; where they do not, the dialect decides.
//!
//! Deliberately not here: how operators are spelt, and what a number is to them.

use std::cmp::Ordering;

use super::{Answer, Call, Dialect, Value};

/// Whether one argument at least is true; those behind it are not evaluated.
pub fn or<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    for index in 0..call.len() {
        if call.boolean(index)? {
            return Ok(Value::Boolean(true));
        }
    }
    Ok(Value::Boolean(false))
}

/// Whether all arguments are true; those behind a false one are not evaluated.
pub fn and<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    for index in 0..call.len() {
        if !call.boolean(index)? {
            return Ok(Value::Boolean(false));
        }
    }
    Ok(Value::Boolean(true))
}

/// `left = right`
pub fn equal<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(compared(call)? == Some(Ordering::Equal)))
}

/// `left <> right`; what cannot be compared is not equal.
pub fn not_equal<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(compared(call)? != Some(Ordering::Equal)))
}

/// `left < right`
pub fn less<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(ordered(call)? == Some(Ordering::Less)))
}

/// `left > right`
pub fn greater<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(ordered(call)? == Some(Ordering::Greater)))
}

/// `left <= right`
pub fn at_most<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let order = ordered(call)?;
    Ok(Value::Boolean(order.is_some_and(Ordering::is_le)))
}

/// `left >= right`
pub fn at_least<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let order = ordered(call)?;
    Ok(Value::Boolean(order.is_some_and(Ordering::is_ge)))
}

fn sides<'a>(call: &Call<'_, 'a>) -> Answer<(Value<'a>, Value<'a>)> {
    // Where it is not refused before, an empty attribute of provisioning is empty text.
    let filled = |value| match value {
        Value::Null if call.scope.dialect == Dialect::Provisioning => Value::borrowed(""),
        value => value,
    };
    Ok((filled(call.single(0)?), filled(call.single(1)?)))
}

fn compared(call: &Call<'_, '_>) -> Answer<Option<Ordering>> {
    let (left, right) = sides(call)?;
    Ok(left.compare(&right, call.scope.dialect))
}

/// Provisioning has texts only: two that are numbers are in the order of numbers. In Okta one of
/// them must be a number itself.
fn ordered(call: &Call<'_, '_>) -> Answer<Option<Ordering>> {
    let (left, right) = sides(call)?;
    let dialect = call.scope.dialect;
    let numbers = left.numeric(dialect).zip(right.numeric(dialect));
    match numbers.filter(|_| dialect != Dialect::Okta) {
        Some((left, right)) => Ok(left.partial_cmp(&right)),
        None => Ok(left.compare(&right, dialect)),
    }
}

/// All arguments from left to right, each read by `number`: `whole` as long as both sides are whole
/// and the result is one, `other` otherwise.
pub fn fold<'s, 'a>(
    call: &Call<'s, 'a>,
    number: impl Fn(&Call<'s, 'a>, usize) -> Answer<Value<'a>>,
    whole: impl Fn(i64, i64) -> Option<i64>,
    other: impl Fn(f64, f64) -> f64,
) -> Answer<Value<'a>> {
    let mut result = number(call, 0)?;
    for index in 1..call.len() {
        let right = number(call, index)?;
        let exact = match (&result, &right) {
            (Value::Integer(left), Value::Integer(right)) => whole(*left, *right),
            _ => None,
        };
        result = if let Some(exact) = exact {
            Value::Integer(exact)
        } else {
            let sides = result.as_number().zip(right.as_number());
            let float = sides.map(|(left, right)| other(left, right));
            let refused = || call.fail("not-a-number", "the result is no finite number");
            Value::Float(
                float
                    .filter(|float| float.is_finite())
                    .ok_or_else(refused)?,
            )
        };
    }
    Ok(result)
}
