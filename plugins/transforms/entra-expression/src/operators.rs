//! Operators: comparisons in both dialects, the others in Connect Sync.

use std::cmp::Ordering;

use attune_functions::expression::{Answer, Call, Definition, Dialect, Value};

/// Longer names stand before their beginnings.
pub(crate) static COMPARISONS: &[Definition] = &[
    Definition::new("<>", "left any, right any", not_equal),
    Definition::new("<=", "left any, right any", at_most),
    Definition::new(">=", "left any, right any", at_least),
    Definition::new("=", "left any, right any", equal),
    Definition::new("<", "left any, right any", less),
    Definition::new(">", "left any, right any", greater),
];

/// `&&` and `||`.
pub(crate) static TRUTH: &[Definition] = &[
    Definition::new("&&", "part any...", and),
    Definition::new("||", "part any...", or),
];

/// What makes a value of two.
pub(crate) static OTHERS: &[Definition] = &[
    Definition::new("&", "part any...", concatenate),
    Definition::new("+", "part number...", add),
    Definition::new("-", "part number...", subtract),
    Definition::new("*", "part number...", multiply),
    Definition::new("/", "part number...", divide),
];

/// Whether `a op b op c` is one call of three.
pub(crate) fn is_repeated(operator: &Definition) -> bool {
    operator.takes.ends_with("...")
}

fn equal<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(compared(call)? == Some(Ordering::Equal)))
}

fn not_equal<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(compared(call)? != Some(Ordering::Equal)))
}

fn less<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(ordered(call)? == Some(Ordering::Less)))
}

fn greater<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(ordered(call)? == Some(Ordering::Greater)))
}

fn at_most<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let order = ordered(call)?;
    Ok(Value::Boolean(order.is_some_and(Ordering::is_le)))
}

fn at_least<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
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

/// Provisioning has texts only: two that are numbers are in the order of numbers.
fn ordered(call: &Call<'_, '_>) -> Answer<Option<Ordering>> {
    let (left, right) = sides(call)?;
    let dialect = call.scope.dialect;
    match (left.numeric(dialect), right.numeric(dialect)) {
        (Some(left), Some(right)) => Ok(left.partial_cmp(&right)),
        _ => Ok(left.compare(&right, dialect)),
    }
}

fn and<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    for index in 0..call.len() {
        if !call.boolean(index)? {
            return Ok(Value::Boolean(false));
        }
    }
    Ok(Value::Boolean(true))
}

fn or<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    for index in 0..call.len() {
        if call.boolean(index)? {
            return Ok(Value::Boolean(true));
        }
    }
    Ok(Value::Boolean(false))
}

fn concatenate<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let mut text = String::new();
    for index in 0..call.len() {
        text.push_str(&call.text_or_empty(index)?);
    }
    Ok(Value::owned(text))
}

fn add<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    fold(call, i64::checked_add, |left, right| left + right)
}

fn subtract<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    fold(call, i64::checked_sub, |left, right| left - right)
}

fn multiply<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    fold(call, i64::checked_mul, |left, right| left * right)
}

fn divide<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let whole = |left: i64, right: i64| {
        let is_whole = left.checked_rem(right) == Some(0);
        if is_whole {
            left.checked_div(right)
        } else {
            None
        }
    };
    fold(call, whole, |left, right| left / right)
}

/// From left to right; whole numbers as long as the result is one.
fn fold<'a>(
    call: &Call<'_, 'a>,
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

fn number<'a>(call: &Call<'_, 'a>, index: usize) -> Answer<Value<'a>> {
    let value = call.single(index)?;
    match &value {
        value if value.is_null() => Ok(Value::Integer(0)),
        Value::Integer(_) => Ok(value),
        other => match other.as_number() {
            Some(float) => Ok(Value::Float(float)),
            None => Err(call.wrong(index, "a number (`CNum` makes one)", other)),
        },
    }
}
