//! `Replace` and `ReplaceChars`.
//!
//! Provisioning's `Replace` is five functions, told apart by which of its seven arguments are left
//! out.

use std::rc::Rc;

use attune_functions::expression::{Answer, Call, CallNode, Definition, Error, Stop, Value};
use attune_functions::regex::{Pattern, Replacement, Syntax, TooHard, Which};
use attune_functions::text::{CharMap, connect_escapes, replace};

pub(super) static PROVISIONING: &[Definition] = &[Definition::new(
    "Replace",
    "source text, oldValue text?, regexPattern text?, regexGroupName text?, replacementValue text?, replacementAttributeName text?, template text?",
    five_modes,
)
.checked(check_modes)];

pub(super) static CONNECT: &[Definition] = &[
    Definition::new(
        "Replace",
        "source text, oldValue text, newValue text",
        connect_replace,
    ),
    Definition::new("ReplaceChars", "source text, pattern text", replace_chars)
        .checked(check_chars),
];

const OLD: usize = 1;
const REGEX: usize = 2;
const GROUP: usize = 3;
const VALUE: usize = 4;
const ATTRIBUTE: usize = 5;
const TEMPLATE: usize = 6;

fn check_modes(call: &CallNode) -> Result<(), Error> {
    let has = |index: usize| {
        let blank = attune_functions::expression::Kind::Blank;
        let is_blank = |kind: &_| std::mem::discriminant(kind) == std::mem::discriminant(&blank);
        call.arguments()
            .get(index)
            .is_some_and(|node| !is_blank(&node.kind))
    };
    let modes = if has(OLD) {
        has(VALUE) || has(TEMPLATE)
    } else {
        has(REGEX) && (has(VALUE) || (has(GROUP) && has(ATTRIBUTE)))
    };
    if !modes {
        let message = "`Replace` wants one of: oldValue with replacementValue or template; regexPattern with replacementValue; regexPattern and regexGroupName with replacementValue or replacementAttributeName";
        return Err(Error::syntax(call.column(), message));
    }
    let Some(pattern) = call.check_pattern(REGEX, Syntax::DotNet)? else {
        return Ok(());
    };
    match (call.arguments().get(GROUP), call.constant_text(GROUP)) {
        (Some(node), Some(group)) if !group.is_empty() && pattern.group(group).is_none() => {
            Err(Error::syntax(node.column, no_group(group)))
        }
        _ => Ok(()),
    }
}

fn no_group(group: &str) -> String {
    format!("the regular expression has no group `{group}`")
}

fn five_modes<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    if let Some(pattern) = call.pattern(REGEX, Syntax::DotNet)? {
        return by_pattern(call, &pattern);
    }
    let old = call.text_or_empty(OLD)?;
    if !call.is_blank(TEMPLATE) && call.is_blank(VALUE) {
        let source = call.text_or_empty(0)?;
        let template = call.text_or_empty(TEMPLATE)?;
        return Ok(Value::owned(replace(&template, &old, &source)));
    }
    let Some(source) = call.text(0)? else {
        return Ok(Value::Null);
    };
    if !source.contains(old.as_ref()) {
        return Ok(Value::Text(source));
    }
    let value = call.text_or_empty(VALUE)?;
    Ok(Value::owned(replace(&source, &old, &value)))
}

fn by_pattern<'a>(call: &Call<'_, 'a>, pattern: &Rc<Pattern>) -> Answer<Value<'a>> {
    let group = match call.text(GROUP)?.filter(|group| !group.is_empty()) {
        None => None,
        Some(group) => {
            let missing = || call.at(GROUP, "bad-pattern", no_group(&group));
            Some(pattern.group(&group).ok_or_else(missing)?)
        }
    };
    let source = call.text(0)?;
    let Some(group) = group else {
        let Some(source) = source else {
            return Ok(Value::Null);
        };
        let value = call.text_or_empty(VALUE)?;
        let with =
            Replacement::new(&value, pattern).map_err(|why| call.at(VALUE, "bad-pattern", why))?;
        let mut out = String::new();
        let found = pattern.replace(&source, &with, Which::All, &mut out);
        let found = found.map_err(|why| too_hard(call, why))?;
        return Ok(if found {
            Value::owned(out)
        } else {
            Value::Text(source)
        });
    };
    if call.is_blank(VALUE) {
        return from_attribute(call, pattern, group);
    }
    let Some(source) = source else {
        return Ok(Value::Null);
    };
    let value = call.text_or_empty(VALUE)?;
    let mut out = String::new();
    let found = pattern.replace_group(&source, (group, &value), Which::All, &mut out);
    let found = found.map_err(|why| too_hard(call, why))?;
    Ok(if found {
        Value::owned(out)
    } else {
        Value::Text(source)
    })
}

/// The source where it is present, else the group taken out of the other attribute.
fn from_attribute<'a>(call: &Call<'_, 'a>, pattern: &Pattern, group: usize) -> Answer<Value<'a>> {
    if let Some(source) = call.text(0)?.filter(|source| !source.is_empty()) {
        return Ok(Value::Text(source));
    }
    let other = call.text_or_empty(ATTRIBUTE)?;
    let found = pattern
        .find(&other, group)
        .map_err(|why| too_hard(call, why))?;
    Ok(found.map_or(Value::Null, Value::owned))
}

fn too_hard(call: &Call<'_, '_>, why: TooHard) -> Stop {
    call.at(REGEX, "pattern-too-hard", why.to_string())
}

fn connect_replace<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let Some(source) = call.text(0)? else {
        return Ok(Value::Null);
    };
    let old = connect_escapes(&call.text_or_empty(1)?);
    let new = connect_escapes(&call.text_or_empty(2)?);
    Ok(Value::owned(replace(&source, &old, &new)))
}

fn replace_chars<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let Some(source) = call.text(0)? else {
        return Ok(Value::Null);
    };
    let map = CharMap::parse(&call.text_or_empty(1)?);
    let map = map.map_err(|why| call.at(1, "bad-pattern", why.to_string()))?;
    Ok(Value::owned(map.apply(&source)))
}

fn check_chars(call: &CallNode) -> Result<(), Error> {
    match (call.arguments().get(1), call.constant_text(1)) {
        (Some(node), Some(text)) => match CharMap::parse(text) {
            Ok(_) => Ok(()),
            Err(why) => Err(Error::syntax(node.column, why.to_string())),
        },
        _ => Ok(()),
    }
}
