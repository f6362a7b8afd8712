//! `Time.*` of texts, `DateTime.now` and the methods of dates.

use attune_functions::expression::{Answer, Call, CallNode, Definition, Error, Stop, Value};
use attune_functions::time::{self, Interval, Language, TimeZone, Timestamp, Zoned, okta};

pub(super) static TABLE: &[Definition] = &[
    Definition::new("Time.now", "zone text?, format text?", now)
        .checked(check_now)
        .of_now(),
    Definition::new("Time.fromWindowsToIso8601", "time text", windows_to_iso),
    Definition::new("Time.fromUnixToIso8601", "time text", unix_to_iso),
    Definition::new(
        "Time.fromStringToIso8601",
        "time text, format text",
        string_to_iso,
    )
    .checked(check_format),
    Definition::new("Time.fromIso8601ToWindows", "time text", iso_to_windows),
    Definition::new("Time.fromIso8601ToUnix", "time text", iso_to_unix),
    Definition::new(
        "Time.fromIso8601ToString",
        "time text, format text",
        iso_to_string,
    )
    .checked(check_format),
    Definition::new("DateTime.now", "", date_time_now).of_now(),
    Definition::new(".parseWindowsTime", "time text", parse_windows),
    Definition::new(".parseUnixTime", "time text", parse_unix),
    Definition::new(".parseStringTime", "time text, format text?", parse_string)
        .checked(check_format),
    Definition::new(".toWindows", "date any", to_windows),
    Definition::new(".toUnix", "date any", to_unix),
    Definition::new(".toString", "date any, format text?", to_string).checked(check_format),
    Definition::new(".toZone", "date any, zone text", to_zone).checked(check_zone),
    Definition::new(".plusDays", "date any, count integer", plus),
    Definition::new(".plusHours", "date any, count integer", plus),
    Definition::new(".plusMinutes", "date any, count integer", plus),
    Definition::new(".plusSeconds", "date any, count integer", plus),
    Definition::new(".minusDays", "date any, count integer", plus),
    Definition::new(".minusHours", "date any, count integer", plus),
    Definition::new(".minusMinutes", "date any, count integer", plus),
    Definition::new(".minusSeconds", "date any, count integer", plus),
    Definition::new(".withinDays", "date any, count integer", within).of_now(),
    Definition::new(".withinHours", "date any, count integer", within).of_now(),
    Definition::new(".withinMinutes", "date any, count integer", within).of_now(),
    Definition::new(".withinSeconds", "date any, count integer", within).of_now(),
];

fn check_now(call: &CallNode) -> Result<(), Error> {
    check_zone_at(call, 0)?;
    call.check_format(1, Language::Joda)
}

fn check_format(call: &CallNode) -> Result<(), Error> {
    call.check_format(1, Language::Joda)
}

fn check_zone(call: &CallNode) -> Result<(), Error> {
    check_zone_at(call, 1)
}

fn check_zone_at(call: &CallNode, index: usize) -> Result<(), Error> {
    match (call.arguments().get(index), call.constant_text(index)) {
        (Some(node), Some(name)) => match okta::zone(name) {
            Ok(_) => Ok(()),
            Err(why) => Err(Error::syntax(node.column, why.to_string())),
        },
        _ => Ok(()),
    }
}

fn refused<'c>(call: &'c Call<'_, '_>, index: usize) -> impl Fn(time::Error) -> Stop + 'c {
    move |why| call.at(index, why.code(), why.to_string())
}

fn start_of_run(call: &Call<'_, '_>) -> Answer<Timestamp> {
    let at = Timestamp::from_millisecond(call.scope.now_ms as i64);
    at.map_err(|_| call.fail("out-of-range", "the start of the run is no date"))
}

fn now<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let zone = match call.text(0)?.filter(|name| !name.is_empty()) {
        Some(name) => okta::zone(&name).map_err(refused(call, 0))?,
        None => TimeZone::UTC,
    };
    let format = call.format(1, Language::Joda)?;
    Ok(Value::owned(okta::now(
        start_of_run(call)?,
        &zone,
        format.as_deref(),
    )))
}

/// A function of one text; what is missing or empty is missing.
fn of_text<'a>(
    call: &Call<'_, 'a>,
    change: impl FnOnce(&str) -> Result<Value<'a>, time::Error>,
) -> Answer<Value<'a>> {
    match call.text(0)?.filter(|text| !text.is_empty()) {
        Some(text) => change(&text).map_err(refused(call, 0)),
        None => Ok(Value::Null),
    }
}

fn windows_to_iso<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |text| {
        okta::from_windows_to_iso8601(text).map(Value::owned)
    })
}

fn unix_to_iso<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |text| {
        okta::from_unix_to_iso8601(text).map(Value::owned)
    })
}

fn iso_to_windows<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |text| {
        okta::from_iso8601_to_windows(text).map(Value::owned)
    })
}

fn iso_to_unix<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |text| {
        okta::from_iso8601_to_unix(text).map(Value::owned)
    })
}

fn required_format(call: &Call<'_, '_>) -> Answer<std::rc::Rc<time::Pattern>> {
    let missing = || call.at(1, "wrong-type", "a Joda format is expected");
    call.format(1, Language::Joda)?.ok_or_else(missing)
}

fn string_to_iso<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let format = required_format(call)?;
    of_text(call, |text| {
        okta::from_string_to_iso8601(text, &format).map(Value::owned)
    })
}

fn iso_to_string<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let format = required_format(call)?;
    of_text(call, |text| {
        okta::from_iso8601_to_string(text, &format).map(Value::owned)
    })
}

fn date<'a>(zoned: Zoned) -> Value<'a> {
    Value::Time(Box::new(zoned))
}

fn date_time_now<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(date(okta::date_time_now(start_of_run(call)?)))
}

fn parse_windows<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |text| okta::parse_windows_time(text).map(date))
}

fn parse_unix<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |text| okta::parse_unix_time(text).map(date))
}

fn parse_string<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let format = call.format(1, Language::Joda)?;
    of_text(call, |text| {
        okta::parse_string_time(text, format.as_deref()).map(date)
    })
}

/// A date, or a text of ISO 8601 as `user.created` and its like are.
fn receiver(call: &Call<'_, '_>) -> Answer<Option<Zoned>> {
    let value = call.single(0)?;
    match &value {
        Value::Time(at) => Ok(Some(at.as_ref().clone())),
        value if value.is_empty() => Ok(None),
        Value::Text(text) => {
            let read = okta::parse_string_time(text, None);
            read.map(Some).map_err(refused(call, 0))
        }
        other => Err(call.wrong(0, "a date (`parseStringTime` makes one)", other)),
    }
}

fn of_date<'a>(
    call: &Call<'_, 'a>,
    change: impl FnOnce(&Zoned) -> Answer<Value<'a>>,
) -> Answer<Value<'a>> {
    match receiver(call)? {
        Some(at) => change(&at),
        None => Ok(Value::Null),
    }
}

fn to_windows<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_date(call, |at| Ok(Value::owned(okta::to_windows(at))))
}

fn to_unix<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_date(call, |at| Ok(Value::owned(okta::to_unix(at))))
}

/// Numbers and booleans have it too.
fn to_string<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let value = call.single(0)?;
    if call.len() == 1 && !matches!(value, Value::Time(_) | Value::Null) {
        return Ok(call.text_of(value, 0)?.map_or(Value::Null, Value::Text));
    }
    let format = call.format(1, Language::Joda)?;
    of_date(call, |at| {
        Ok(Value::owned(match &format {
            Some(format) => okta::to_string_with(at, format),
            None => okta::to_string(at),
        }))
    })
}

fn to_zone<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let zone = okta::zone(&call.text_or_empty(1)?).map_err(refused(call, 1))?;
    of_date(call, |at| Ok(date(okta::to_zone(at, &zone))))
}

fn interval(name: &str) -> Interval {
    match name.trim_start_matches(|char: char| !char.is_ascii_uppercase()) {
        "Days" => Interval::Day,
        "Hours" => Interval::Hour,
        "Minutes" => Interval::Minute,
        _ => Interval::Second,
    }
}

fn plus<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let count = call.required_integer(1)?;
    let count = if call.name().starts_with(".minus") {
        count.saturating_neg()
    } else {
        count
    };
    of_date(call, |at| {
        let moved = okta::plus(at, interval(call.name()), count);
        moved.map(date).map_err(refused(call, 1))
    })
}

fn within<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let (now, count) = (start_of_run(call)?, call.required_integer(1)?);
    match receiver(call)? {
        Some(at) => {
            let is_within = okta::within(&at, now, interval(call.name()), count);
            is_within.map(Value::Boolean).map_err(refused(call, 1))
        }
        None => Ok(Value::Boolean(false)),
    }
}
