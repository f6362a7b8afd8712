//! Identifiers that directories keep as bytes: guid, sid.
//!
//! They arrive as bytes, as base64 or as hex; the three are told apart by their lengths.

use attune_functions::convert::{self, Error, GuidOrder};
use attune_plugin::transform::{Cell, Function, Open, OrFail, Outcome, Row, TextView, Value};
use serde::Deserialize;

use crate::{pass, problem};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Guid {
    #[serde(default)]
    order: Order,
    #[serde(default)]
    no_match: OrFail,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Order {
    #[default]
    Windows,
    Rfc,
}

/// `convert.guid`
pub(crate) fn guid() -> Function {
    Function {
        name: "guid",
        summary: "A GUID as text, out of its sixteen bytes, base64 or hex; one that is text already is written in lower case without braces",
        options: r#"{
            "type": "object",
            "properties": {
                "order": { "title": "Order", "enum": ["windows", "rfc"], "default": "windows",
                    "description": "The order of the bytes: windows: the first three groups low byte first, as in objectGUID of Active Directory; rfc: as they are printed" },
                "no-match": { "title": "No match", "default": "fail",
                    "enum": ["fail", "input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a value that is no GUID" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": [{"$":"bytes","base64":"AAECAwQFBgcICQoLDA0ODw=="}],
             "output": "03020100-0504-0706-0809-0a0b0c0d0e0f"},
            {"options": {"order": "rfc"}, "input": ["AAECAwQFBgcICQoLDA0ODw=="],
             "output": "00010203-0405-0607-0809-0a0b0c0d0e0f"},
            {"input": ["{03020100-0504-0706-0809-0A0B0C0D0E0F}"],
             "output": "03020100-0504-0706-0809-0a0b0c0d0e0f"},
            {"input": ["4711"], "output": {"$":"failed","code":"not-an-identifier"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::row(|options: Guid| {
            let order = match options.order {
                Order::Windows => GuidOrder::Windows,
                Order::Rfc => GuidOrder::Rfc,
            };
            let read = move |value: Source<'_>| match value {
                Source::Bytes(bytes) => convert::guid(bytes, order),
                Source::Text(text) => match convert::guid_bytes(text.trim(), GuidOrder::Rfc) {
                    Ok(bytes) => convert::guid(&bytes, GuidOrder::Rfc),
                    Err(_) => convert::guid(&decoded(text, |len| len == 16), order),
                },
            };
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                identified(row.value(), options.no_match, read, out)
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Sid {
    #[serde(default)]
    no_match: OrFail,
}

/// `convert.sid`
pub(crate) fn sid() -> Function {
    Function {
        name: "sid",
        summary: "A security identifier as S-1-5-..., out of its bytes, base64 or hex; one that is text already passes",
        options: r#"{
            "type": "object",
            "properties": {
                "no-match": { "title": "No match", "default": "fail",
                    "enum": ["fail", "input", "missing", "keep", "clear", "drop-person"],
                    "description": "What happens to a value that is no security identifier" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": [{"$":"bytes","base64":"AQEAAAAAAAUSAAAA"}], "output": "S-1-5-18"},
            {"input": ["AQEAAAAAAAUSAAAA"], "output": "S-1-5-18"},
            {"input": ["S-1-5-18"], "output": "S-1-5-18"},
            {"options": {"no-match": "clear"}, "input": ["jane"], "output": {"$":"clear"}},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::row(|options: Sid| {
            let read = |value: Source<'_>| match value {
                Source::Bytes(bytes) => convert::sid(bytes),
                Source::Text(text) if is_sid(text) => Ok(text.to_owned()),
                Source::Text(text) => convert::sid(&decoded(text, |len| len >= 8 && len % 4 == 0)),
            };
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                identified(row.value(), options.no_match, read, out)
            })
        }),
    }
}

fn is_sid(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix("S-1-")
        .is_some_and(|rest| rest.split('-').all(part))
}

/// The bytes behind hex or base64, whichever gives a fitting count; none otherwise.
fn decoded(text: &str, fits: impl Fn(usize) -> bool) -> Vec<u8> {
    let hex = convert::hex_bytes(text).ok().filter(|it| fits(it.len()));
    let base64 = || convert::base64_bytes(text).ok().filter(|it| fits(it.len()));
    hex.or_else(base64).unwrap_or_default()
}

/// Where an identifier is read from.
#[derive(Clone, Copy)]
enum Source<'v> {
    Bytes(&'v [u8]),
    Text(&'v str),
}

fn identified(
    value: Value<'_>,
    no_match: OrFail,
    read: impl Fn(Source<'_>) -> Result<String, Error>,
    out: Cell<'_>,
) -> Outcome {
    if let Value::Bytes(bytes) = value {
        return match (read(Source::Bytes(bytes)), no_match) {
            (Ok(text), _) => out.text(&text),
            (Err(_), OrFail::Input) => out.value(value),
            (Err(error), _) => no_match.outcome("", &problem(&error), out),
        };
    }
    match value.text() {
        TextView::Text(text) => match read(Source::Text(&text)) {
            Ok(identifier) => out.text(&identifier),
            Err(error) => no_match.outcome(&text, &problem(&error), out),
        },
        TextView::Missing => pass(value, out),
        TextView::Failed(problem) => out.failed(&problem),
    }
}
