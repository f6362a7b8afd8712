//! `String.*`, the deprecated functions without a name before the dot, and the methods of texts.

use std::borrow::Cow;

use attune_functions::case::{Mapping, lower, upper};
use attune_functions::convert::version_order;
use attune_functions::expression::{Answer, Call, Definition, Value, pairs, piece};
use attune_functions::text::{self, At, Blank};
use std::cmp::Ordering;

pub(super) static TABLE: &[Definition] = &[
    Definition::new("String.append", "source text, suffix text", append),
    Definition::new("String.join", "separator text, value any...", join),
    Definition::new("String.len", "source text", len),
    Definition::new("String.removeSpaces", "source text", remove_spaces),
    Definition::new(
        "String.replace",
        "source text, match text, replacement text",
        replace,
    ),
    Definition::new(
        "String.replaceFirst",
        "source text, match text, replacement text",
        replace_first,
    ),
    Definition::new("String.startsWith", "source text, prefix text", starts_with),
    Definition::new("String.stringContains", "source text, part text", contains),
    Definition::new(
        "String.stringSwitch",
        "source text, default any, pairs any...",
        switch,
    )
    .checked(pairs::check),
    Definition::new(
        "String.substring",
        "source text, start integer, end integer",
        substring,
    ),
    Definition::new("String.substringAfter", "source text, mark text", after),
    Definition::new("String.substringBefore", "source text, mark text", before),
    Definition::new("String.toLowerCase", "source text", to_lower),
    Definition::new("String.toUpperCase", "source text", to_upper),
    Definition::new(
        "substring",
        "source text, start integer, end integer",
        substring,
    ),
    Definition::new("substringAfter", "source text, mark text", after),
    Definition::new("substringBefore", "source text, mark text", before),
    Definition::new("toLowerCase", "source text", to_lower),
    Definition::new("toUpperCase", "source text", to_upper),
    Definition::new(".length", "source text", len),
    Definition::new(".removeSpaces", "source text", remove_spaces),
    Definition::new(
        ".replace",
        "source text, match text, replacement text",
        replace,
    ),
    Definition::new(
        ".replaceFirst",
        "source text, match text, replacement text",
        replace_first,
    ),
    Definition::new(
        ".substring",
        "source text, start integer, end integer?",
        substring,
    ),
    Definition::new(".substringAfter", "source text, mark text", after),
    Definition::new(".substringBefore", "source text, mark text", before),
    Definition::new(".toLowerCase", "source text", to_lower),
    Definition::new(".toUpperCase", "source text", to_upper),
    Definition::new(".versionGreaterThan", "version text, other text", later),
    Definition::new(".versionLessThan", "version text, other text", earlier),
];

/// A function of one text that may be missing.
fn of_text<'a>(call: &Call<'_, 'a>, change: impl Fn(&str) -> String) -> Answer<Value<'a>> {
    let text = call.text(0)?;
    Ok(text.map_or(Value::Null, |text| Value::owned(change(&text))))
}

fn append<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let suffix = call.text_or_empty(1)?;
    of_text(call, |source| format!("{source}{suffix}"))
}

/// What is missing is left out; empty texts stay.
fn join<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let separator = call.text_or_empty(0)?;
    let mut texts: Vec<Cow<'a, str>> = Vec::new();
    for index in 1..call.len() {
        for value in call.list(index)? {
            texts.extend(call.text_of(value, index)?);
        }
    }
    Ok(Value::owned(texts.join(separator.as_ref())))
}

fn len<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::count(text::length(&call.text_or_empty(0)?)))
}

fn remove_spaces<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |source| text::strip(source, Blank::Space))
}

fn replace<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let (find, with) = (call.text_or_empty(1)?, call.text_or_empty(2)?);
    of_text(call, |source| text::replace(source, &find, &with))
}

fn replace_first<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let (find, with) = (call.text_or_empty(1)?, call.text_or_empty(2)?);
    of_text(call, |source| text::replace_first(source, &find, &with))
}

fn starts_with<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let (source, prefix) = (call.text_or_empty(0)?, call.text_or_empty(1)?);
    Ok(Value::Boolean(source.starts_with(prefix.as_ref())))
}

fn contains<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let (source, part) = (call.text_or_empty(0)?, call.text_or_empty(1)?);
    Ok(Value::Boolean(source.contains(part.as_ref())))
}

/// Keys are parts of the text; the first pair that matches wins, wherever its key stands.
fn switch<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    pairs::switch(call, |source, key| source.contains(key))
}

/// A range that the text has not fails, as in Okta.
fn substring<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let Some(source) = call.text(0)? else {
        return Ok(Value::Null);
    };
    let (start, end) = (call.required_integer(1)?, call.integer(2)?);
    if text::substring(&source, start, end).is_err() {
        let to = end.map_or_else(|| "the end".to_owned(), |end| end.to_string());
        let message = format!(
            "the text has {} characters, not {start} to {to}; check with `String.len` before",
            text::length(&source)
        );
        return Err(call.fail("out-of-range", message));
    }
    Ok(piece(source, |source| {
        text::substring(source, start, end).unwrap_or_default()
    }))
}

/// Empty where the mark is not there.
fn after<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let mark = call.text_or_empty(1)?;
    let cut = |source| {
        piece(source, |source| {
            text::after(source, &mark, At::First).unwrap_or_default()
        })
    };
    Ok(call.text(0)?.map_or(Value::Null, cut))
}

/// The whole text where the mark is not there.
fn before<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let mark = call.text_or_empty(1)?;
    let cut = |source| {
        piece(source, |source| {
            text::before(source, &mark, At::First).unwrap_or(source)
        })
    };
    Ok(call.text(0)?.map_or(Value::Null, cut))
}

fn to_lower<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |source| lower(source, Mapping::default()))
}

fn to_upper<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |source| upper(source, Mapping::default()))
}

fn later<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(versions(call)? == Some(Ordering::Greater)))
}

fn earlier<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(Value::Boolean(versions(call)? == Some(Ordering::Less)))
}

fn versions(call: &Call<'_, '_>) -> Answer<Option<Ordering>> {
    Ok(version_order(
        &call.text_or_empty(0)?,
        &call.text_or_empty(1)?,
    ))
}
