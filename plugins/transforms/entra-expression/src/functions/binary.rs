//! Bytes as text, GUIDs, SIDs, distinguished names.

use attune_functions::convert::{
    self, Charset, DcRule, Dn, GuidOrder, Letters, base64, base64_bytes, decode, encode, hex,
    hex_bytes,
};
use attune_functions::expression::{Answer, Call, Definition, Stop, Value};
use std::borrow::Cow;

pub(super) static COMMON: &[Definition] = &[
    Definition::new("ConvertToBase64", "source text", to_base64),
    Definition::new("ConvertToUTF8Hex", "source text", to_hex),
];

pub(super) static CONNECT: &[Definition] = &[
    Definition::new("CGuid", "text text", c_guid),
    Definition::new("CRef", "text text", c_ref),
    Definition::new("StringFromGuid", "guid any", string_from_guid),
    Definition::new("StringFromSid", "sid any", string_from_sid),
    Definition::new(
        "ConvertFromBase64",
        "source text, encoding any?",
        from_base64,
    ),
    Definition::new("ConvertFromUTF8Hex", "source text", from_hex),
    Definition::new(
        "DNComponent",
        "reference text, number integer",
        dn_component,
    ),
    Definition::new(
        "DNComponentRev",
        "reference text, number integer, option any?",
        dn_component_rev,
    ),
    Definition::new("EscapeDNComponent", "source text", escape_dn_component),
];

fn refused<'c>(call: &'c Call<'_, '_>) -> impl Fn(convert::Error) -> Stop + 'c {
    |why| call.at(0, why.code(), why.to_string())
}

fn of_text<'a>(
    call: &Call<'_, 'a>,
    change: impl FnOnce(&str) -> Result<Value<'a>, convert::Error>,
) -> Answer<Value<'a>> {
    match call.text(0)? {
        Some(text) => change(&text).map_err(refused(call)),
        None => Ok(Value::Null),
    }
}

fn to_base64<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |text| {
        Ok(Value::owned(base64(&encode(text, Charset::Utf16Le)?)))
    })
}

fn to_hex<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |text| {
        Ok(Value::owned(hex(text.as_bytes(), Letters::Upper)))
    })
}

fn from_base64<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let encoding = call.single(1)?;
    let word = encoding.to_text(call.scope.dialect).unwrap_or_default();
    let charset = match word.as_ref() {
        "" | "Unicode" => Charset::Utf16Le,
        "ASCII" => Charset::Ascii,
        "UTF8" => Charset::Utf8,
        _ => return Err(call.wrong(1, "Unicode, ASCII or UTF8", &encoding)),
    };
    of_text(call, |text| {
        Ok(Value::owned(decode(&base64_bytes(text)?, charset)?))
    })
}

fn from_hex<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |text| {
        Ok(Value::owned(decode(&hex_bytes(text)?, Charset::Utf8)?))
    })
}

fn c_guid<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |text| {
        let bytes = convert::guid_bytes(text, GuidOrder::Windows)?;
        Ok(Value::Bytes(Cow::Owned(bytes.to_vec())))
    })
}

/// A reference is the text that it is made of.
fn c_ref<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(call.text(0)?.map_or(Value::Null, Value::Text))
}

fn of_bytes<'a>(
    call: &Call<'_, 'a>,
    change: impl FnOnce(&[u8]) -> Result<String, convert::Error>,
) -> Answer<Value<'a>> {
    match call.single(0)? {
        Value::Null => Ok(Value::Null),
        Value::Bytes(bytes) => change(&bytes).map(Value::owned).map_err(refused(call)),
        other => Err(call.wrong(0, "binary", &other)),
    }
}

fn string_from_guid<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_bytes(call, |bytes| convert::guid(bytes, GuidOrder::Windows))
}

fn string_from_sid<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_bytes(call, convert::sid)
}

fn component(value: Option<&str>) -> Value<'static> {
    value.map_or(Value::Null, Value::owned)
}

fn dn_component<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let number = call.required_integer(1)?;
    of_text(call, |text| {
        Ok(component(Dn::parse(text)?.component(number)))
    })
}

fn dn_component_rev<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let number = call.required_integer(1)?;
    let option = call.single(2)?;
    let word = option.to_text(call.scope.dialect).unwrap_or_default();
    let rule = match word.as_ref() {
        "" => DcRule::Count,
        "DC" => DcRule::Ignore,
        _ => return Err(call.wrong(2, "\"DC\" or nothing", &option)),
    };
    of_text(call, |text| {
        Ok(component(Dn::parse(text)?.component_rev(number, rule)))
    })
}

fn escape_dn_component<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    of_text(call, |text| {
        Ok(Value::owned(convert::escape_component(text)))
    })
}
