//! Operators, and what braces and brackets make.

use attune_functions::expression::operators::{
    and, at_least, at_most, equal, fold, greater, less, not_equal, or,
};
use attune_functions::expression::{Answer, Call, CallNode, Definition, Error, Value};
use attune_functions::regex::Syntax;

use crate::functions::list;

/// One spelling of an operator; words are read in any case and alone.
pub(crate) struct Spelling {
    pub(crate) text: &'static str,
    pub(crate) is_word: bool,
    pub(crate) definition: &'static Definition,
}

const fn sign(text: &'static str, definition: &'static Definition) -> Spelling {
    Spelling {
        text,
        is_word: false,
        definition,
    }
}

const fn word(text: &'static str, definition: &'static Definition) -> Spelling {
    Spelling {
        text,
        is_word: true,
        definition,
    }
}

static OR: Definition = Definition::new("||", "part any...", or);
static AND: Definition = Definition::new("&&", "part any...", and);
static EQUAL: Definition = Definition::new("==", "left any, right any", equal);
static NOT_EQUAL: Definition = Definition::new("!=", "left any, right any", not_equal);
static AT_MOST: Definition = Definition::new("<=", "left any, right any", at_most);
static AT_LEAST: Definition = Definition::new(">=", "left any, right any", at_least);
static LESS: Definition = Definition::new("<", "left any, right any", less);
static GREATER: Definition = Definition::new(">", "left any, right any", greater);
static MATCHES: Definition =
    Definition::new("matches", "text text, pattern text", matches).checked(check_pattern);
static ADD: Definition = Definition::new("+", "part any...", add);
static SUBTRACT: Definition = Definition::new("-", "part number...", subtract);
static MULTIPLY: Definition = Definition::new("*", "part number...", multiply);
static DIVIDE: Definition = Definition::new("/", "part number...", divide);
/// `!a`
pub(crate) static NOT: Definition = Definition::new("!", "value any", not);
/// `a ? b : c`
pub(crate) static CHOICE: Definition =
    Definition::new("?", "condition any, then any, else any", choice);
/// `a ?: b`
pub(crate) static ELVIS: Definition = Definition::new("?:", "value any, otherwise any", elvis);
/// `{a, b}`
pub(crate) static LIST: Definition = Definition::new("{}", "value any...", braces);
/// `a[0]`
pub(crate) static INDEX: Definition = Definition::new("[]", "list any, index integer", list::get);
/// `{a: b}`, which only the functions of groups read.
pub(crate) static MAP: Definition = Definition::new("{:}", "part any...", map);

/// From the loosest to the closest; longer signs stand before their beginnings.
pub(crate) static RANKS: &[&[Spelling]] = &[
    &[sign("||", &OR), word("or", &OR)],
    &[sign("&&", &AND), word("and", &AND)],
    &[sign("==", &EQUAL), sign("!=", &NOT_EQUAL)],
    &[
        sign("<=", &AT_MOST),
        sign(">=", &AT_LEAST),
        sign("<", &LESS),
        sign(">", &GREATER),
        word("matches", &MATCHES),
    ],
    &[sign("+", &ADD), sign("-", &SUBTRACT)],
    &[sign("*", &MULTIPLY), sign("/", &DIVIDE)],
];

/// All of them, for the documentation.
#[cfg(test)]
pub(crate) static ALL: &[&Definition] = &[
    &OR, &AND, &EQUAL, &NOT_EQUAL, &AT_MOST, &AT_LEAST, &LESS, &GREATER, &MATCHES, &ADD, &SUBTRACT,
    &MULTIPLY, &DIVIDE, &NOT, &CHOICE, &ELVIS, &LIST, &INDEX,
];

fn not<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(!call.boolean(0)?))
}

fn choice<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    call.value(if call.boolean(0)? { 1 } else { 2 })
}

/// Null and empty text give way.
fn elvis<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let value = call.value(0)?;
    if value.is_empty() {
        return call.value(1);
    }
    Ok(value)
}

fn check_pattern(call: &CallNode) -> Result<(), Error> {
    call.check_pattern(1, Syntax::Java).map(drop)
}

/// Anywhere in the text: the page's own examples are parts.
fn matches<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let Some(text) = call.text(0)? else {
        return Ok(Value::Boolean(false));
    };
    let Some(pattern) = call.pattern(1, Syntax::Java)? else {
        return Ok(Value::Boolean(true));
    };
    let is_match = pattern.is_match(&text);
    let too_hard =
        |why: attune_functions::regex::TooHard| call.at(1, "pattern-too-hard", why.to_string());
    Ok(Value::Boolean(is_match.map_err(too_hard)?))
}

/// Numbers are added up to the first text; from there on all is joined. What is missing is empty.
fn add<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let mut sum = call.single(0)?;
    let mut text: Option<String> = None;
    for index in 1..call.len() {
        let value = call.single(index)?;
        if text.is_none() {
            if let (Some(left), Some(right)) = (sum.as_number(), value.as_number()) {
                sum = added(&sum, &value, left + right);
                continue;
            }
            let left = call.text_of(std::mem::replace(&mut sum, Value::Null), 0)?;
            text = Some(left.unwrap_or_default().into_owned());
        }
        if let Some(text) = &mut text {
            text.push_str(&call.text_of(value, index)?.unwrap_or_default());
        }
    }
    Ok(text.map_or(sum, Value::owned))
}

fn added<'a>(left: &Value<'a>, right: &Value<'a>, float: f64) -> Value<'a> {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => left
            .checked_add(*right)
            .map_or(Value::Float(float), Value::Integer),
        _ => Value::Float(float),
    }
}

fn subtract<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    fold(call, number, i64::checked_sub, |left, right| left - right)
}

fn multiply<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    fold(call, number, i64::checked_mul, |left, right| left * right)
}

/// Whole numbers are divided as in Java: 7/2 is 3.
fn divide<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    fold(call, number, i64::checked_div, |left, right| left / right)
}

fn number<'a>(call: &Call<'_, 'a>, index: usize) -> Answer<Value<'a>> {
    let value = call.single(index)?;
    if matches!(value, Value::Integer(_)) {
        return Ok(value);
    }
    let wrong = || call.wrong(index, "a number", &value);
    value
        .numeric(call.scope.dialect)
        .map(Value::Float)
        .ok_or_else(wrong)
}

fn braces<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let list: Answer<Vec<Value<'a>>> = (0..call.len()).map(|index| call.value(index)).collect();
    Ok(Value::List(list?))
}

fn map<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Err(call.fail(
        "wrong-type",
        "`{key: value}` stands in functions of groups only",
    ))
}
