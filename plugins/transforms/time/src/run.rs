//! Against the start of the run: age, within, now. A row with one of them is evaluated for
//! everyone in every run.

use attune_functions::time::{
    Counting, Error, Side, Stamp, TimeZone, Timestamp, Zoned, diff, within as lies_within,
};
use attune_plugin::transform::{Cell, Function, Open, Row, Uses};
use serde::Deserialize;

use crate::options::{Letters, Reader, Unit, Writer, failed, reading, units, writing, zone_of};

/// The start of the run in a zone. Milliseconds since 1970 are whole and far below 2^53.
fn start(row: Row<'_>, zone: &TimeZone) -> Result<Zoned, Error> {
    let now = Timestamp::from_millisecond(row.now_ms() as i64)?;
    Ok(now.to_zoned(zone.clone()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Age {
    #[serde(default = "years")]
    unit: Unit,
    read: Option<String>,
    #[serde(default)]
    language: Letters,
    zone_in: Option<String>,
}

fn years() -> Unit {
    Unit::Years
}

/// `time.age`
pub(crate) fn age() -> Function {
    Function {
        name: "age",
        summary: "Whole years (or other units) from the date until the start of the run",
        options: concat!(
            r#"{ "type": "object", "properties": {
                "unit": { "title": "Unit", "#,
            units!(),
            r#", "default": "years", "description": "What is counted" },"#,
            reading!(),
            r#"}, "additionalProperties": false }"#
        ),
        examples: r#"[
            {"input": ["2014-11-23"], "context": {"now": 1732320000000}, "output": 10,
             "note": "the run starts on 23 November 2024"},
            {"input": ["2014-11-24"], "context": {"now": 1732320000000}, "output": 9},
            {"options": {"unit": "days"}, "input": ["2024-12-24"],
             "context": {"now": 1732320000000}, "output": -31, "note": "still to come"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Now],
        open: Open::row(|options: Age| {
            let (read, zone_in) = (options.read.as_deref(), options.zone_in.as_deref());
            let reader = Reader::new(options.language, read, zone_in, None)?;
            let unit = options.unit.interval();
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                row.with_text(out, |text, out| {
                    let home = reader.home();
                    let age = reader.read(text).and_then(|from| {
                        let now = start(row, &home)?;
                        diff(&from.zoned(&home)?, &now, unit, Counting::Elapsed)
                    });
                    match age {
                        Ok(age) => out.number(&age.to_string()),
                        Err(error) => failed(&error, out),
                    }
                })
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Within {
    amount: u32,
    #[serde(default = "days")]
    unit: Unit,
    #[serde(default)]
    side: Where,
    read: Option<String>,
    #[serde(default)]
    language: Letters,
    zone_in: Option<String>,
}

fn days() -> Unit {
    Unit::Days
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Where {
    #[default]
    Either,
    Past,
    Future,
}

/// `time.within`
pub(crate) fn within() -> Function {
    Function {
        name: "within",
        summary: "Whether the date lies at most so far from the start of the run",
        options: concat!(
            r#"{ "type": "object", "properties": {
                "amount": { "title": "Amount", "type": "integer", "minimum": 0, "maximum": 4294967295,
                    "description": "How many units at most" },
                "unit": { "title": "Unit", "#,
            units!(),
            r#", "default": "days", "description": "What is counted" },
                "side": { "title": "Side", "enum": ["either", "past", "future"], "default": "either",
                    "description": "Whether the date must have passed, must be to come, or may be either" },"#,
            reading!(),
            r#"}, "required": ["amount"], "additionalProperties": false }"#
        ),
        examples: r#"[
            {"options": {"amount": 30}, "input": ["2024-11-01"],
             "context": {"now": 1732320000000}, "output": true,
             "note": "the run starts on 23 November 2024"},
            {"options": {"amount": 30, "side": "future"}, "input": ["2024-11-01"],
             "context": {"now": 1732320000000}, "output": false},
            {"options": {"amount": 2, "unit": "weeks"}, "input": ["2024-12-08"],
             "context": {"now": 1732320000000}, "output": false},
            {"options": {"amount": 30}, "input": [null], "output": null}
        ]"#,
        uses: &[Uses::Now],
        open: Open::row(|options: Within| {
            let (read, zone_in) = (options.read.as_deref(), options.zone_in.as_deref());
            let reader = Reader::new(options.language, read, zone_in, None)?;
            let (unit, amount) = (options.unit.interval(), i64::from(options.amount));
            let side = match options.side {
                Where::Either => Side::Either,
                Where::Past => Side::Past,
                Where::Future => Side::Future,
            };
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                row.with_text(out, |text, out| {
                    let home = reader.home();
                    let answer = reader.read(text).and_then(|stamp| {
                        let now = start(row, &home)?;
                        lies_within(stamp.timestamp(&home)?, &now, unit, amount, side)
                    });
                    match answer {
                        Ok(answer) => out.boolean(answer),
                        Err(error) => failed(&error, out),
                    }
                })
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Now {
    zone: Option<String>,
    write: Option<String>,
    #[serde(default)]
    language: Letters,
}

/// `time.now`
pub(crate) fn now() -> Function {
    Function {
        name: "now",
        summary: "The start of the run, whatever the value is",
        options: concat!(
            r#"{ "type": "object", "properties": {
                "zone": { "title": "Zone", "type": "string", "default": "UTC",
                    "description": "Zone of the result: Europe/Berlin, +01:00, UTC" },
                "language": { "title": "Pattern language", "enum": ["dotnet", "joda", "strftime"], "default": "dotnet",
                    "description": "Language of the pattern" },"#,
            writing!(),
            r#"}, "additionalProperties": false }"#
        ),
        examples: r#"[
            {"input": [{"$":"absent"}], "context": {"now": 1438363117979},
             "output": "2015-07-31T17:18:37.979Z"},
            {"options": {"zone": "America/New_York"}, "input": [null],
             "context": {"now": 1438363117979}, "output": "2015-07-31T13:18:37.979-04:00"},
            {"options": {"write": "yyyy-MM-dd"}, "input": ["x"], "context": {"now": 1438363117979},
             "output": "2015-07-31", "note": "the day of the last synchronisation"}
        ]"#,
        uses: &[Uses::Now, Uses::Locale],
        open: Open::row(|options: Now| {
            let zone = zone_of("zone", options.zone.as_deref())?.unwrap_or(TimeZone::UTC);
            let writer = Writer::new(options.language, options.write.as_deref())?;
            Ok(move |row: Row<'_>, out: Cell<'_>| match start(row, &zone) {
                Ok(now) => writer.write(&Stamp::from(&now), row.locale(), out),
                Err(error) => failed(&error, out),
            })
        }),
    }
}
