//! `convert.*`: a value of another kind, or in another form.
//!
//! Digits, bytes and names are `attune-functions`'; here is what the options say. What cannot be
//! converted fails by itself, and `no-match` says otherwise. Dates are `time.*`.

mod bits;
mod dn;
mod encode;
mod identity;
mod json;
mod number;
mod truth;

use attune_functions::convert::Error;
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Outcome, Plugin, Value};

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "convert",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Numbers, truth values, bits, base64, hex, GUIDs, SIDs, parts of DNs, JSON",
        functions: vec![
            number::to_integer(),
            number::to_number(),
            number::format(),
            truth::to_boolean(),
            truth::to_text(),
            encode::base64_encode(),
            encode::base64_decode(),
            encode::hex_encode(),
            encode::hex_decode(),
            identity::guid(),
            identity::sid(),
            dn::part(),
            bits::bits(),
            json::json(),
        ],
    }
}

/// What the plan says of a value that cannot be converted.
fn problem(error: &Error) -> Problem {
    let message = format!(
        "{error}; take another attribute, or say with `no-match` what happens to such values"
    );
    Problem::new(error.code(), message)
}

/// A missing value, unchanged; a list of one null is null, as text functions have it.
fn pass(value: Value<'_>, out: Cell<'_>) -> Outcome {
    match value {
        Value::Json("[null]") => out.value(Value::Null),
        other => out.value(other),
    }
}

#[cfg(test)]
mod tests;
