//! Operators: comparisons in both dialects, the others in Connect Sync.

use attune_functions::expression::operators::{
    and, at_least, at_most, equal, fold, greater, less, not_equal, or,
};
use attune_functions::expression::{Answer, Call, Definition, Value};

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

fn concatenate<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let mut text = String::new();
    for index in 0..call.len() {
        text.push_str(&call.text_or_empty(index)?);
    }
    Ok(Value::owned(text))
}

fn add<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    fold(call, number, i64::checked_add, |left, right| left + right)
}

fn subtract<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    fold(call, number, i64::checked_sub, |left, right| left - right)
}

fn multiply<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    fold(call, number, i64::checked_mul, |left, right| left * right)
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
    fold(call, number, whole, |left, right| left / right)
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
