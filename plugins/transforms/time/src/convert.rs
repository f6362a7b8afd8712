//! From one form or zone to another: format, zone.

use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, Outcome, Row, Uses};
use serde::Deserialize;

use crate::options::{Letters, Reader, Writer, failed, reading, writing, zone_of, zone_out};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Format {
    read: Option<String>,
    write: Option<String>,
    #[serde(default)]
    language: Letters,
    zone_in: Option<String>,
    zone_out: Option<String>,
}

/// `time.format`
pub(crate) fn format() -> Function {
    Function {
        name: "format",
        summary: "A date in another form",
        options: concat!(
            r#"{ "type": "object", "properties": {"#,
            reading!(),
            ",",
            writing!(),
            ",",
            zone_out!(),
            r#"}, "additionalProperties": false }"#
        ),
        examples: r#"[
            {"options": {"write": "dd.MM.yyyy"}, "input": ["2021-08-25"], "output": "25.08.2021"},
            {"options": {"read": "yyyyMMddHHmmss.fZ", "write": "yyyy-MM-dd"},
             "input": ["20150123105347.1Z"], "output": "2015-01-23", "note": "of LDAP"},
            {"options": {"read": "dd MMMM yyyy HH:mm:ss", "language": "joda"},
             "input": ["17 June 2015 00:23:19"], "output": "2015-06-17T00:23:19"},
            {"options": {"write": "d. MMMM yyyy"}, "input": ["1990-03-05"],
             "context": {"locale": "de-DE"}, "output": "5. März 1990"},
            {"options": {"write": "%H:%M %Z", "language": "strftime", "zone-out": "Europe/Berlin"},
             "input": ["2021-08-25T15:41:18Z"], "output": "17:41 CEST"},
            {"options": {"zone-in": "Europe/Berlin"}, "input": ["01.02.2024 08:00"],
             "output": "2024-02-01T08:00:00+01:00"},
            {"input": ["03/04/2021"], "output": {"$":"failed","code":"bad-date"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::row(|options: Format| {
            let zone_out = zone_of("zone-out", options.zone_out.as_deref())?;
            let (read, zone_in) = (options.read.as_deref(), options.zone_in.as_deref());
            let reader = Reader::new(options.language, read, zone_in, zone_out)?;
            let writer = Writer::new(options.language, options.write.as_deref())?;
            Ok(move |row: Row<'_>, out: Cell<'_>| rewritten(&reader, &writer, row, out))
        }),
    }
}

fn rewritten(reader: &Reader, writer: &Writer, row: Row<'_>, out: Cell<'_>) -> Outcome {
    row.with_text(out, |text, out| match reader.read(text) {
        Ok(stamp) => writer.write(&stamp, row.locale(), out),
        Err(error) => failed(&error, out),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Move {
    zone: String,
    read: Option<String>,
    write: Option<String>,
    #[serde(default)]
    language: Letters,
    zone_in: Option<String>,
}

/// `time.zone`
pub(crate) fn zone() -> Function {
    Function {
        name: "zone",
        summary: "The same moment on the clocks of another time zone",
        options: concat!(
            r#"{ "type": "object", "properties": {
                "zone": { "title": "Zone", "type": "string",
                    "description": "Where the result is: Europe/Berlin, +01:00, UTC. A date without a time stays that date" },"#,
            reading!(),
            ",",
            writing!(),
            r#"}, "required": ["zone"], "additionalProperties": false }"#
        ),
        examples: r#"[
            {"options": {"zone": "Asia/Tokyo"}, "input": ["2015-07-31T17:18:37.979Z"],
             "output": "2015-08-01T02:18:37.979+09:00"},
            {"options": {"zone": "UTC", "zone-in": "Europe/Berlin"}, "input": ["2024-07-01 08:00"],
             "output": "2024-07-01T06:00:00Z"},
            {"options": {"zone": "America/New_York"}, "input": ["1990-03-05"],
             "output": "1990-03-05", "note": "a birthday is one everywhere"},
            {"options": {"zone": "UTC"}, "input": [null], "output": null}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::row(|options: Move| {
            let zone_out = zone_of("zone", Some(&options.zone))?;
            let (read, zone_in) = (options.read.as_deref(), options.zone_in.as_deref());
            let reader = Reader::new(options.language, read, zone_in, zone_out)?;
            let writer = Writer::new(options.language, options.write.as_deref())?;
            Ok(move |row: Row<'_>, out: Cell<'_>| rewritten(&reader, &writer, row, out))
        }),
    }
}

/// What the other functions ask of both sides; here because `format` is the plain case of it.
pub(crate) fn sides(
    letters: Letters,
    read: (Option<&str>, Option<&str>),
    write: Option<&str>,
    zone_out: Option<&str>,
) -> Result<(Reader, Writer), Problem> {
    let zone_out = zone_of("zone-out", zone_out)?;
    let reader = Reader::new(letters, read.0, read.1, zone_out)?;
    Ok((reader, Writer::new(letters, write)?))
}
