//! `Convert.*`, `toInteger`, `toNumber`.

use attune_functions::convert::{self, Overflow, Round};
use attune_functions::expression::{Answer, Call, Definition, Value};

pub(super) static TABLE: &[Definition] = &[
    Definition::new("Convert.toInt", "value any", to_int),
    Definition::new("Convert.toNum", "value any", to_num),
    Definition::new(".toInteger", "value any", to_integer),
    Definition::new(".toNumber", "value any", to_num),
];

/// Rounds; what is beyond 64 bits fails.
fn to_int<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    whole(call, Round::HalfUp, Overflow::Fail)
}

/// A text is cut, a number rounded; what is beyond 32 bits wraps.
fn to_integer<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let is_text = matches!(call.single(0)?, Value::Text(_));
    let round = if is_text {
        Round::Truncate
    } else {
        Round::HalfUp
    };
    whole(call, round, Overflow::Wrap32)
}

fn whole<'a>(call: &Call<'_, 'a>, round: Round, overflow: Overflow) -> Answer<Value<'a>> {
    let Some(text) = call.text(0)?.filter(|text| !text.is_empty()) else {
        return Ok(Value::Null);
    };
    match convert::integer(&text, round, overflow) {
        Ok(integer) => Ok(Value::Integer(integer)),
        Err(why) => Err(call.at(0, why.code(), why.to_string())),
    }
}

fn to_num<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let value = call.single(0)?;
    if value.as_number().is_some() {
        return Ok(value);
    }
    call.parsed_number(0)
}
