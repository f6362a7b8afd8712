//! On the calendar: add, start-of, end-of.

use attune_functions::time::{
    DateTime, Error, Place, Stamp, TimeZone, WeekStart, add as add_civil, add_zoned,
    end_of as last_of, start_of as first_of,
};
use attune_plugin::transform::{Cell, Function, Open, Row, Uses};
use serde::Deserialize;

use crate::convert::sides;
use crate::options::{Letters, Unit, failed, reading, units, writing, zone_out};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Add {
    amount: i64,
    #[serde(default = "days")]
    unit: Unit,
    read: Option<String>,
    write: Option<String>,
    #[serde(default)]
    language: Letters,
    zone_in: Option<String>,
    zone_out: Option<String>,
}

fn days() -> Unit {
    Unit::Days
}

/// `time.add`
pub(crate) fn add() -> Function {
    Function {
        name: "add",
        summary: "A date so much later, or earlier",
        options: concat!(
            r#"{ "type": "object", "properties": {
                "amount": { "title": "Amount", "type": "integer",
                    "description": "How many units; a negative number goes back" },
                "unit": { "title": "Unit", "#,
            units!(),
            r#", "default": "days",
                    "description": "What is added; a month from 31 January is the last of February" },"#,
            reading!(),
            ",",
            writing!(),
            ",",
            zone_out!(),
            r#"}, "required": ["amount"], "additionalProperties": false }"#
        ),
        examples: r#"[
            {"options": {"amount": 14}, "input": ["2021-09-20"], "output": "2021-10-04"},
            {"options": {"amount": 6, "unit": "months"}, "input": ["2024-08-31"],
             "output": "2025-02-28", "note": "end of the probation"},
            {"options": {"amount": -1, "unit": "hours", "write": "HH:mm"},
             "input": ["2024-07-01T08:00:00Z"], "output": "07:00"},
            {"options": {"amount": 1, "zone-in": "Europe/Berlin"}, "input": ["2024-03-30 12:00"],
             "output": "2024-03-31T12:00:00+02:00", "note": "a day of 23 hours"},
            {"options": {"amount": 1}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::row(|options: Add| {
            let read = (options.read.as_deref(), options.zone_in.as_deref());
            let (write, zone_out) = (options.write.as_deref(), options.zone_out.as_deref());
            let (reader, writer) = sides(options.language, read, write, zone_out)?;
            let (unit, amount) = (options.unit, options.amount);
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                row.with_text(out, |text, out| {
                    let stamp = reader.read(text);
                    match stamp.and_then(|stamp| later(&stamp, unit, amount)) {
                        Ok(stamp) => writer.write(&stamp, row.locale(), out),
                        Err(error) => failed(&error, out),
                    }
                })
            })
        }),
    }
}

fn later(stamp: &Stamp, unit: Unit, amount: i64) -> Result<Stamp, Error> {
    let moved = if stamp.place == Place::Unsaid {
        Stamp {
            civil: add_civil(stamp.civil, unit.interval(), amount)?,
            ..stamp.clone()
        }
    } else {
        let zoned = stamp.zoned(&TimeZone::UTC)?;
        Stamp::from(&add_zoned(&zoned, unit.interval(), amount)?)
    };
    Ok(Stamp {
        has_time: stamp.has_time || unit.is_time(),
        ..moved
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Edge {
    unit: Unit,
    #[serde(default)]
    week_start: Week,
    read: Option<String>,
    write: Option<String>,
    #[serde(default)]
    language: Letters,
    zone_in: Option<String>,
    zone_out: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Week {
    #[default]
    Monday,
    Sunday,
}

/// `time.start-of`
pub(crate) fn start_of() -> Function {
    Function {
        name: "start-of",
        summary: "The first moment of the day, month or another unit that a date lies in",
        options: EDGE,
        examples: r#"[
            {"options": {"unit": "months"}, "input": ["2024-02-29"], "output": "2024-02-01"},
            {"options": {"unit": "days"}, "input": ["2024-02-29T17:41:18Z"],
             "output": "2024-02-29T00:00:00Z"},
            {"options": {"unit": "weeks"}, "input": ["2024-02-29"], "output": "2024-02-26"},
            {"options": {"unit": "weeks", "week-start": "sunday"}, "input": ["2024-02-29"],
             "output": "2024-02-25"},
            {"options": {"unit": "days", "zone-out": "Europe/Berlin"},
             "input": ["2024-02-29T23:30:00Z"], "output": "2024-03-01T00:00:00+01:00"},
            {"options": {"unit": "days"}, "input": [""],
             "output": {"$":"failed","code":"bad-date"}},
            {"options": {"unit": "days"}, "input": [null], "output": null}
        ]"#,
        uses: &[Uses::Locale],
        open: edge(first_of),
    }
}

/// `time.end-of`
pub(crate) fn end_of() -> Function {
    Function {
        name: "end-of",
        summary: "The last second of the day, month or another unit that a date lies in",
        options: EDGE,
        examples: r#"[
            {"options": {"unit": "months"}, "input": ["2024-02-10"], "output": "2024-02-29"},
            {"options": {"unit": "quarters", "write": "dd.MM.yyyy HH:mm"}, "input": ["2024-02-10"],
             "output": "31.03.2024 23:59"},
            {"options": {"unit": "days"}, "input": ["2024-02-29T17:41:18+01:00"],
             "output": "2024-02-29T23:59:59+01:00"},
            {"options": {"unit": "years"}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: edge(last_of),
    }
}

const EDGE: &str = concat!(
    r#"{ "type": "object", "properties": {
        "unit": { "title": "Unit", "#,
    units!(),
    r#", "description": "What is begun or ended" },
        "week-start": { "title": "Week begins", "enum": ["monday", "sunday"], "default": "monday",
            "description": "First day of a week" },"#,
    reading!(),
    ",",
    writing!(),
    ",",
    zone_out!(),
    r#"}, "required": ["unit"], "additionalProperties": false }"#
);

type Move = fn(DateTime, attune_functions::time::Interval, WeekStart) -> Result<DateTime, Error>;

fn edge(to: Move) -> Open {
    Open::row(move |options: Edge| {
        let read = (options.read.as_deref(), options.zone_in.as_deref());
        let (write, zone_out) = (options.write.as_deref(), options.zone_out.as_deref());
        let (reader, writer) = sides(options.language, read, write, zone_out)?;
        let unit = options.unit.interval();
        let week = match options.week_start {
            Week::Monday => WeekStart::Monday,
            Week::Sunday => WeekStart::Sunday,
        };
        Ok(move |row: Row<'_>, out: Cell<'_>| {
            row.with_text(out, |text, out| {
                let moved = reader.read(text).and_then(|stamp| {
                    let civil = to(stamp.civil, unit, week)?;
                    // The offset at the edge may be another one.
                    let place = match stamp.place {
                        Place::Zone(zone, _) => Place::Zone(zone, None),
                        other => other,
                    };
                    Ok(Stamp {
                        civil,
                        place,
                        ..stamp
                    })
                });
                match moved {
                    Ok(stamp) => writer.write(&stamp, row.locale(), out),
                    Err(error) => failed(&error, out),
                }
            })
        })
    })
}
