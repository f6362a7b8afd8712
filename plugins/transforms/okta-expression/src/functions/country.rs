//! `Iso3166Convert.*`, and the methods behind `parseCountryCode()`.
//!
//! A parsed country is its two letters, so that the methods work on any text that names one.

use attune_functions::country::{Country, find};
use attune_functions::expression::{Answer, Call, Definition, Value};
use attune_functions::time::Names;

pub(super) static TABLE: &[Definition] = &[
    Definition::new("Iso3166Convert.toAlpha2", "country text", alpha2),
    Definition::new("Iso3166Convert.toAlpha3", "country text", alpha3),
    Definition::new("Iso3166Convert.toNumeric", "country text", numeric),
    Definition::new("Iso3166Convert.toName", "country text", name),
    Definition::new(".parseCountryCode", "country text", alpha2),
    Definition::new(".toAlpha2", "country text", alpha2),
    Definition::new(".toAlpha3", "country text", alpha3),
    Definition::new(".toNumeric", "country text", numeric),
    Definition::new(".toName", "country text", name),
];

fn country(call: &Call<'_, '_>) -> Answer<Option<&'static Country>> {
    let Some(text) = call.text(0)?.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let unknown = || {
        call.at(
            0,
            "country-unknown",
            format!("`{text}` is no country of ISO 3166"),
        )
    };
    find(&text).map(Some).ok_or_else(unknown)
}

fn alpha2<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(country(call)?.map_or(Value::Null, |country| Value::borrowed(country.alpha2)))
}

fn alpha3<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(country(call)?.map_or(Value::Null, |country| Value::borrowed(country.alpha3)))
}

fn numeric<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    Ok(country(call)?.map_or(Value::Null, |country| Value::owned(country.numeric())))
}

fn name<'a>(call: &Call<'_, 'a>) -> Answer<Value<'a>> {
    let name = |country: &Country| Value::borrowed(country.name(Names::English));
    Ok(country(call)?.map_or(Value::Null, name))
}
