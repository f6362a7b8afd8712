//! Instants as numbers: FILETIME and Unix time, both ways.

use attune_functions::time::{
    Stamp, TimeZone, Timestamp, from_filetime as of_filetime, from_unix as of_unix,
    to_filetime as as_filetime, to_unix as as_unix,
};
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Function, Open, Outcome, Row, Uses};
use serde::Deserialize;

use crate::options::{Letters, Reader, Writer, failed, reading, writing, zone_of};

macro_rules! instant {
    () => {
        concat!(
            r#"
        "zone": { "title": "Zone", "type": "string", "default": "UTC",
            "description": "Zone of the result: Europe/Berlin, +01:00, UTC" },
        "language": { "title": "Pattern language", "enum": ["dotnet", "joda", "strftime"], "default": "dotnet",
            "description": "Language of the pattern" },"#,
            writing!()
        )
    };
}

macro_rules! per_second {
    () => {
        r#"
        "unit": { "title": "Unit", "enum": ["seconds", "milliseconds"], "default": "seconds",
            "description": "What the number counts since 1970" }"#
    };
}

/// The two numbers with which Active Directory says never.
const NEVER: [i64; 2] = [0, i64::MAX];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FromFiletime {
    zone: Option<String>,
    write: Option<String>,
    #[serde(default)]
    language: Letters,
}

/// How an instant is written.
struct Target {
    zone: TimeZone,
    writer: Writer,
}

impl Target {
    fn new(zone: Option<&str>, write: Option<&str>, letters: Letters) -> Result<Self, Problem> {
        Ok(Self {
            zone: zone_of("zone", zone)?.unwrap_or(TimeZone::UTC),
            writer: Writer::new(letters, write)?,
        })
    }

    fn write(&self, at: Timestamp, row: Row<'_>, out: Cell<'_>) -> Outcome {
        let stamp = Stamp::from(&at.to_zoned(self.zone.clone()));
        self.writer.write(&stamp, row.locale(), out)
    }
}

/// `time.from-filetime`
pub(crate) fn from_filetime() -> Function {
    Function {
        name: "from-filetime",
        summary: "A Windows FILETIME as a date; 0 and 9223372036854775807 mean never and are missing",
        options: concat!(
            r#"{ "type": "object", "properties": {"#,
            instant!(),
            r#"}, "additionalProperties": false }"#
        ),
        examples: r#"[
            {"input": ["129699324000000000"], "output": "2012-01-01T23:00:00Z"},
            {"options": {"zone": "Europe/Berlin", "write": "dd.MM.yyyy HH:mm"},
             "input": [130828367179790000], "output": "31.07.2015 19:18"},
            {"input": ["9223372036854775807"], "output": {"$":"absent"},
             "note": "accountExpires of an account that does not"},
            {"input": ["soon"], "output": {"$":"failed","code":"bad-number"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::row(|options: FromFiletime| {
            let (zone, write) = (options.zone.as_deref(), options.write.as_deref());
            let target = Target::new(zone, write, options.language)?;
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                row.with_text(out, |text, out| match text.trim().parse() {
                    Ok(ticks) if NEVER.contains(&ticks) => out.missing(),
                    Ok(ticks) => match of_filetime(ticks) {
                        Ok(at) => target.write(at, row, out),
                        Err(error) => failed(&error, out),
                    },
                    Err(_) => no_number("a FILETIME, a whole number,", out),
                })
            })
        }),
    }
}

#[cold]
fn no_number(wanted: &str, out: Cell<'_>) -> Outcome {
    let message = format!("{wanted} was expected; a date is written so by `time.format`");
    out.failed(&Problem::new("bad-number", message))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ToFiletime {
    read: Option<String>,
    #[serde(default)]
    language: Letters,
    zone_in: Option<String>,
}

/// `time.to-filetime`
pub(crate) fn to_filetime() -> Function {
    Function {
        name: "to-filetime",
        summary: "A date as a Windows FILETIME",
        options: concat!(
            r#"{ "type": "object", "properties": {"#,
            reading!(),
            r#"}, "additionalProperties": false }"#
        ),
        examples: r#"[
            {"input": ["2012-01-01T23:00:00Z"], "output": 129699324000000000},
            {"options": {"read": "dd.MM.yyyy", "zone-in": "Europe/Berlin"}, "input": ["02.01.2012"],
             "output": 129699324000000000},
            {"input": ["tomorrow"], "output": {"$":"failed","code":"bad-date"}},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: ToFiletime| {
            let (read, zone_in) = (options.read.as_deref(), options.zone_in.as_deref());
            let reader = Reader::new(options.language, read, zone_in, None)?;
            Ok(move |text: &str, out: Cell<'_>| instant(&reader, text, out, as_filetime))
        }),
    }
}

fn instant(
    reader: &Reader,
    text: &str,
    out: Cell<'_>,
    number: impl FnOnce(Timestamp) -> i64,
) -> Outcome {
    let at = reader
        .read(text)
        .and_then(|stamp| stamp.timestamp(&reader.home()));
    match at {
        Ok(at) => out.number(&number(at).to_string()),
        Err(error) => failed(&error, out),
    }
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Per {
    #[default]
    Seconds,
    Milliseconds,
}

impl Per {
    fn second(self) -> u32 {
        match self {
            Self::Seconds => 1,
            Self::Milliseconds => 1_000,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FromUnix {
    #[serde(default)]
    unit: Per,
    zone: Option<String>,
    write: Option<String>,
    #[serde(default)]
    language: Letters,
}

/// `time.from-unix`
pub(crate) fn from_unix() -> Function {
    Function {
        name: "from-unix",
        summary: "A Unix time as a date",
        options: concat!(
            r#"{ "type": "object", "properties": {"#,
            per_second!(),
            ",",
            instant!(),
            r#"}, "additionalProperties": false }"#
        ),
        examples: r#"[
            {"input": [1438377580], "output": "2015-07-31T21:19:40Z"},
            {"options": {"unit": "milliseconds"}, "input": ["1438377580979"],
             "output": "2015-07-31T21:19:40.979Z"},
            {"options": {"write": "yyyy-MM-dd", "zone": "Asia/Tokyo"}, "input": [1438377580],
             "output": "2015-08-01"},
            {"input": ["never"], "output": {"$":"failed","code":"bad-number"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::row(|options: FromUnix| {
            let (zone, write) = (options.zone.as_deref(), options.write.as_deref());
            let target = Target::new(zone, write, options.language)?;
            let per_second = options.unit.second();
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                row.with_text(out, |text, out| match of_unix(text, per_second) {
                    Ok(at) => target.write(at, row, out),
                    Err(attune_functions::time::Error::Range) => {
                        failed(&attune_functions::time::Error::Range, out)
                    }
                    Err(_) => no_number("a Unix time, a number,", out),
                })
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ToUnix {
    #[serde(default)]
    unit: Per,
    read: Option<String>,
    #[serde(default)]
    language: Letters,
    zone_in: Option<String>,
}

/// `time.to-unix`
pub(crate) fn to_unix() -> Function {
    Function {
        name: "to-unix",
        summary: "A date as a Unix time, rounded down",
        options: concat!(
            r#"{ "type": "object", "properties": {"#,
            per_second!(),
            ",",
            reading!(),
            r#"}, "additionalProperties": false }"#
        ),
        examples: r#"[
            {"input": ["2015-07-31T21:19:40.979Z"], "output": 1438377580},
            {"options": {"unit": "milliseconds"}, "input": ["2015-07-31T17:18:37.979Z"],
             "output": 1438363117979},
            {"options": {"zone-in": "Europe/Berlin"}, "input": ["01.01.1970"], "output": -3600},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: ToUnix| {
            let (read, zone_in) = (options.read.as_deref(), options.zone_in.as_deref());
            let reader = Reader::new(options.language, read, zone_in, None)?;
            let per_second = options.unit.second();
            Ok(move |text: &str, out: Cell<'_>| {
                instant(&reader, text, out, |at| as_unix(at, per_second))
            })
        }),
    }
}
