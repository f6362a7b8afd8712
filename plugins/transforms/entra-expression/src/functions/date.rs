//! Dates, all in UTC.
//!
//! Provisioning has dates as text and reads them wherever one is wanted; Connect Sync has a type of
//! its own, which `CDate` makes.

use attune_functions::expression::{Answer, Call, CallNode, Definition, Dialect, Error, Value};
use attune_functions::time::{self, Interval, Language, Styles, TimeZone, Timestamp, entra};

pub(super) static COMMON: &[Definition] = &[
    Definition::new("CDate", "text date", c_date),
    Definition::new("DateFromNum", "filetime integer", date_from_num),
    Definition::new("Now", "", now).of_now(),
    Definition::new("NumFromDate", "date date", num_from_date),
];

pub(super) static PROVISIONING: &[Definition] = &[
    Definition::new(
        "DateAdd",
        "interval text, count integer, date date",
        date_add,
    )
    .checked(check_interval),
    Definition::new("DateDiff", "interval text, from date, to date", date_diff)
        .checked(check_interval),
    Definition::new(
        "FormatDateTime",
        "source date, styles text?, input text, output text",
        format_date_time,
    )
    .checked(check_formats),
];

pub(super) static CONNECT: &[Definition] = &[
    Definition::new(
        "DateAdd",
        "interval text, count integer, date date",
        date_add,
    )
    .checked(check_connect_interval),
    Definition::new("FormatDateTime", "date any, format text", connect_format)
        .checked(check_format),
];

fn instant<'a>(at: Timestamp) -> Value<'a> {
    Value::Time(Box::new(at.to_zoned(TimeZone::UTC)))
}

/// The date of an argument; nothing where it is missing.
fn date(call: &Call<'_, '_>, index: usize) -> Answer<Option<Timestamp>> {
    let value = call.single(index)?;
    match &value {
        Value::Time(at) => Ok(Some(at.timestamp())),
        value if value.is_empty() => Ok(None),
        Value::Text(text) if call.scope.dialect == Dialect::Provisioning => {
            let read = entra::cdate(text).map_err(|why| refused(call, index, &why))?;
            Ok(Some(read))
        }
        other => Err(call.wrong(index, "a date (`CDate` makes one)", other)),
    }
}

fn refused(
    call: &Call<'_, '_>,
    index: usize,
    why: &time::Error,
) -> attune_functions::expression::Stop {
    call.at(index, why.code(), why.to_string())
}

fn c_date<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    if let Value::Time(at) = call.single(0)? {
        return Ok(Value::Time(at));
    }
    let Some(text) = call.text(0)?.filter(|text| !text.is_empty()) else {
        return Ok(Value::Null);
    };
    let read = entra::cdate(&text).map_err(|why| refused(call, 0, &why))?;
    Ok(instant(read))
}

fn interval(word: &str, dialect: Dialect) -> Option<Interval> {
    match dialect {
        Dialect::ConnectSync => Interval::connect(word),
        _ => Interval::entra(word),
    }
}

fn interval_of(call: &Call<'_, '_>) -> Answer<Interval> {
    let word = call.text_or_empty(0)?;
    let unknown = || call.at(0, "wrong-type", no_interval(&word));
    interval(&word, call.scope.dialect).ok_or_else(unknown)
}

fn no_interval(word: &str) -> String {
    format!(
        "`{word}` is no interval: yyyy, m, d, ww, h, n or s is expected (q, y and w in Connect Sync)"
    )
}

fn check_interval(call: &CallNode) -> Result<(), Error> {
    check_interval_of(call, Dialect::Provisioning)
}

fn check_connect_interval(call: &CallNode) -> Result<(), Error> {
    check_interval_of(call, Dialect::ConnectSync)
}

fn check_interval_of(call: &CallNode, dialect: Dialect) -> Result<(), Error> {
    match (call.arguments().first(), call.constant_text(0)) {
        (Some(node), Some(word)) if interval(word, dialect).is_none() => {
            Err(Error::syntax(node.column, no_interval(word)))
        }
        _ => Ok(()),
    }
}

fn date_add<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let (interval, count) = (interval_of(call)?, call.required_integer(1)?);
    let Some(at) = date(call, 2)? else {
        return Ok(Value::Null);
    };
    let moved = entra::date_add(interval, count, at);
    Ok(instant(moved.map_err(|why| refused(call, 1, &why))?))
}

fn date_diff<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let interval = interval_of(call)?;
    let (Some(from), Some(to)) = (date(call, 1)?, date(call, 2)?) else {
        return Ok(Value::Null);
    };
    let count = entra::date_diff(interval, from, to);
    Ok(Value::Integer(count.map_err(|why| refused(call, 1, &why))?))
}

fn date_from_num<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let Some(ticks) = call.integer(0)? else {
        return Ok(Value::Null);
    };
    let at = entra::date_from_num(ticks);
    Ok(instant(at.map_err(|why| refused(call, 0, &why))?))
}

fn num_from_date<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let at = date(call, 0)?;
    Ok(at.map_or(Value::Null, |at| Value::Integer(time::to_filetime(at))))
}

fn now<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let at = Timestamp::from_millisecond(call.scope.now_ms as i64);
    let at = at.map_err(|_| call.fail("out-of-range", "the start of the run is no date"))?;
    Ok(instant(at))
}

fn check_formats(call: &CallNode) -> Result<(), Error> {
    if let (Some(node), Some(words)) = (call.arguments().get(1), call.constant_text(1)) {
        Styles::parse(words).map_err(|why| Error::syntax(node.column, why.to_string()))?;
    }
    call.check_format(2, Language::DotNet)?;
    call.check_format(3, Language::DotNet)
}

fn format_date_time<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let Some(source) = call.text(0)?.filter(|source| !source.is_empty()) else {
        return Ok(Value::Null);
    };
    let styles = Styles::parse(&call.text_or_empty(1)?).map_err(|why| refused(call, 1, &why))?;
    let formats = (
        call.format(2, Language::DotNet)?,
        call.format(3, Language::DotNet)?,
    );
    let (Some(input), Some(output)) = formats else {
        return Err(call.fail(
            "wrong-type",
            "an input format and an output format are expected",
        ));
    };
    let text = entra::format_date_time(&source, styles, &input, &output);
    Ok(Value::owned(text.map_err(|why| refused(call, 0, &why))?))
}

fn check_format(call: &CallNode) -> Result<(), Error> {
    call.check_format(1, Language::DotNet)
}

fn connect_format<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let Some(at) = date(call, 0)? else {
        return Ok(Value::Null);
    };
    let Some(format) = call.format(1, Language::DotNet)? else {
        return Err(call.at(1, "wrong-type", "a format is expected"));
    };
    Ok(Value::owned(entra::connect_format_date_time(at, &format)))
}
