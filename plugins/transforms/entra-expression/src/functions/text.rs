//! Texts: parts, case, blanks, words, positions.

use attune_functions::case::{Acronyms, Mapping, Words, lower, title, upper};
use attune_functions::expression::{
    Answer, Call, CallNode, Definition, Dialect, Error, Value, piece,
};
use attune_functions::text::{self, Blank, Compare, Ends, Gaps, MidRule, Side};
use attune_functions::{fold, text::pad};

pub(super) static COMMON: &[Definition] = &[
    Definition::new("Left", "source text, count integer", left),
    Definition::new("Mid", "source text, start integer, length integer", mid),
    Definition::new(
        "InStr",
        "text text, part text, start integer?, compare any?",
        in_str,
    )
    .checked(check_compare),
    Definition::new("Word", "source text, number integer, delimiters text", word),
    Definition::new("CStr", "value any", c_str),
];

pub(super) static PROVISIONING: &[Definition] = &[
    Definition::new("Append", "source text, suffix text", append),
    Definition::new("NormalizeDiacritics", "source text", normalize_diacritics),
    Definition::new("PCase", "source text, separators text?", pcase),
    Definition::new("StripSpaces", "source text", strip_spaces),
    Definition::new("ToLower", "source text, culture text?", to_lower),
    Definition::new("ToUpper", "source text, culture text?", to_upper),
];

pub(super) static CONNECT: &[Definition] = &[
    Definition::new(
        "InStrRev",
        "text text, part text, start integer?, compare any?",
        in_str_rev,
    )
    .checked(check_compare),
    Definition::new("LCase", "source text", to_lower),
    Definition::new("UCase", "source text", to_upper),
    Definition::new("Len", "source text", len),
    Definition::new("LTrim", "value any", trim),
    Definition::new("RTrim", "value any", trim),
    Definition::new("Trim", "value any", trim),
    Definition::new("PadLeft", "source text, length integer, char text", pad_to),
    Definition::new("PadRight", "source text, length integer, char text", pad_to),
    Definition::new("PCase", "source text", pcase),
    Definition::new("Right", "source text, count integer", right),
];

/// What `PadLeft` and `PadRight` fill up to at most.
const PAD_MAX: i64 = 65_536;

fn append<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let Some(source) = call.text(0)? else {
        return Ok(Value::Null);
    };
    let suffix = call.text_or_empty(1)?;
    Ok(Value::owned(format!("{source}{suffix}")))
}

fn left<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let count = call.required_integer(1)?;
    let source = call.text_or_empty(0)?;
    Ok(piece(source, |source| text::left(source, count)))
}

fn right<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let count = call.required_integer(1)?;
    let source = call.text_or_empty(0)?;
    Ok(piece(source, |source| text::right(source, count)))
}

fn mid<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let (start, length) = (call.required_integer(1)?, call.required_integer(2)?);
    let rule = match call.scope.dialect {
        Dialect::ConnectSync => MidRule::Connect,
        _ => MidRule::Entra,
    };
    let source = call.text_or_empty(0)?;
    Ok(piece(source, |source| {
        text::mid(source, start, length, rule)
    }))
}

fn word<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let number = call.required_integer(1)?;
    let delimiters = call.text_or_empty(2)?;
    let source = call.text_or_empty(0)?;
    Ok(piece(source, |source| {
        text::word(source, number, &delimiters, Gaps::Skip)
    }))
}

fn len<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let length = text::length(&call.text_or_empty(0)?);
    Ok(Value::count(length))
}

fn c_str<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let value = call.single(0)?;
    if value.is_null() {
        return Ok(Value::Null);
    }
    match value.to_text(call.scope.dialect) {
        Some(text) => Ok(Value::Text(text)),
        None => Err(call.wrong(0, "a number, a boolean, a date or a reference", &value)),
    }
}

/// A function of one text that may be missing.
fn of_text<'a>(call: &Call<'_, 'a>, change: impl Fn(&str) -> String) -> Answer<Value<'a>> {
    let text = call.text(0)?;
    Ok(text.map_or(Value::Null, |text| Value::owned(change(&text))))
}

fn normalize_diacritics<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, fold::entra)
}

fn strip_spaces<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |source| text::strip(source, Blank::Space))
}

fn to_lower<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let culture = call.text_or_empty(1)?;
    of_text(call, |source| lower(source, Mapping::simple(&culture)))
}

fn to_upper<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let culture = call.text_or_empty(1)?;
    of_text(call, |source| upper(source, Mapping::simple(&culture)))
}

fn pcase<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let separators = call.text_or_empty(1)?;
    let words = match call.scope.dialect {
        Dialect::ConnectSync => Words::Only(" "),
        _ if separators.is_empty() => Words::DotNet(Acronyms::Lower),
        _ => Words::Only(&separators),
    };
    of_text(call, |source| title(source, words, Mapping::simple("")))
}

/// Of a list each value, of a text the text.
fn trim<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let ends = match call.name() {
        "LTrim" => Ends::Left,
        "RTrim" => Ends::Right,
        _ => Ends::Both,
    };
    let trimmed = |value| {
        let text = call.text_of(value, 0)?;
        let cut = |text| piece(text, |text| text::trim(text, ends, Blank::WhiteSpace));
        Ok(text.map_or(Value::Null, cut))
    };
    match call.value(0)? {
        list @ (Value::List(_) | Value::Json(_)) => {
            let elements = list
                .elements()
                .ok_or_else(|| call.wrong(0, "a text or a list", &list))?;
            let list: Answer<Vec<Value<'a>>> = elements.into_iter().map(trimmed).collect();
            Ok(Value::List(list?))
        }
        one => trimmed(one),
    }
}

fn pad_to<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let length = call.required_integer(1)?;
    if length > PAD_MAX {
        let message = format!("{length} characters are wanted; {PAD_MAX} are the most");
        return Err(call.at(1, "too-long", message));
    }
    let side = if call.name() == "PadLeft" {
        Side::Left
    } else {
        Side::Right
    };
    let fill = call.text_or_empty(2)?;
    let mut chars = fill.chars();
    let (Some(char), None) = (chars.next(), chars.next()) else {
        return Err(call.at(2, "wrong-type", "one character to fill with is expected"));
    };
    of_text(call, |source| {
        pad(source, usize::try_from(length).unwrap_or(0), char, side)
    })
}

fn in_str<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let (source, part) = (call.text_or_empty(0)?, call.text_or_empty(1)?);
    let start = call.integer(2)?.unwrap_or(1);
    let found = text::in_str(&source, &part, start, compare(call)?);
    Ok(Value::count(found))
}

fn in_str_rev<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let (source, part) = (call.text_or_empty(0)?, call.text_or_empty(1)?);
    let start = call.integer(2)?.unwrap_or(-1);
    let found = text::in_str_rev(&source, &part, start, compare(call)?);
    Ok(Value::count(found))
}

fn compare(call: &Call<'_, '_>) -> Answer<Compare> {
    let value = call.single(3)?;
    let word = value.to_text(call.scope.dialect).unwrap_or_default();
    comparison(&word).ok_or_else(|| call.wrong(3, COMPARE, &value))
}

const COMPARE: &str = "vbBinaryCompare or vbTextCompare";

fn comparison(word: &str) -> Option<Compare> {
    match word {
        "" | "vbBinaryCompare" | "0" => Some(Compare::Exact),
        "vbTextCompare" | "1" => Some(Compare::IgnoreCase),
        _ => None,
    }
}

fn check_compare(call: &CallNode) -> Result<(), Error> {
    match (call.arguments().get(3), call.constant_text(3)) {
        (Some(node), Some(word)) if comparison(word).is_none() => {
            let message = format!("{COMPARE} is expected, not `{word}`");
            Err(Error::syntax(node.column, message))
        }
        _ => Ok(()),
    }
}
