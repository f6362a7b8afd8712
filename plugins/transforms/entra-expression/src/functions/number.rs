//! Numbers, bits, truth.

use attune_functions::convert::{self, Bits};
use attune_functions::expression::{Answer, Call, Definition, Value};

pub(super) static COMMON: &[Definition] = &[
    Definition::new("BitAnd", "value integer, mask integer", bit_and),
    Definition::new("CBool", "expression any", c_bool),
];

pub(super) static PROVISIONING: &[Definition] = &[Definition::new("Not", "value any", not)];

pub(super) static CONNECT: &[Definition] = &[
    Definition::new("BitOr", "value integer, mask integer", bit_or),
    Definition::new("CNum", "text text", c_num),
    Definition::new("IsBitSet", "value integer, flag integer", is_bit_set),
];

fn bit_and<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    bits(call, Bits::And)
}

fn bit_or<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    bits(call, Bits::Or)
}

fn bits<'a>(call: &Call<'_, 'a>, bits: Bits) -> Answer<Value<'a>> {
    match (call.integer(0)?, call.integer(1)?) {
        (Some(value), Some(mask)) => Ok(Value::Integer(bits.of(value, mask))),
        _ => Ok(Value::Null),
    }
}

fn is_bit_set<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let (value, flag) = (call.integer(0)?, call.required_integer(1)?);
    Ok(Value::Boolean(
        value.is_some_and(|value| convert::is_bit_set(value, flag)),
    ))
}

/// A number that is not zero and a comparison that holds are true.
fn c_bool<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let value = call.single(0)?;
    let boolean = match &value {
        Value::Boolean(boolean) => Some(*boolean),
        Value::Text(text) => convert::boolean(text),
        Value::Null => Some(false),
        other => other.as_number().map(|number| number != 0.0),
    };
    match boolean {
        Some(boolean) => Ok(Value::Boolean(boolean)),
        None => Err(call.wrong(0, "a number or a comparison", &value)),
    }
}

fn not<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    if call.value(0)?.is_empty() {
        return Ok(Value::Null);
    }
    Ok(Value::Boolean(!call.boolean(0)?))
}

fn c_num<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    call.parsed_number(0)
}
