//! Two dates of one person: diff.

use attune_functions::time::{Counting, Error, diff as count};
use attune_plugin::Problem;
use attune_plugin::transform::{Batch, Cell, Cells, Function, Open, Outcome, Row, Step, TextView};
use serde::Deserialize;

use crate::options::{Letters, Reader, Unit, failed, reading, units};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Options {
    until: String,
    #[serde(default = "days")]
    unit: Unit,
    #[serde(default)]
    count: Count,
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
pub(crate) enum Count {
    #[default]
    Elapsed,
    Calendar,
}

impl Count {
    pub(crate) fn counting(self) -> Counting {
        match self {
            Self::Elapsed => Counting::Elapsed,
            Self::Calendar => Counting::Calendar,
        }
    }
}

/// `time.diff`
pub(crate) fn diff() -> Function {
    Function {
        name: "diff",
        summary: "How long from the date until another attribute's; negative where that is earlier",
        options: concat!(
            r#"{ "type": "object", "properties": {
                "until": { "title": "Until", "type": "string",
                    "description": "Selector of the attribute with the other date" },
                "unit": { "title": "Unit", "#,
            units!(),
            r#", "default": "days", "description": "What is counted" },
                "count": { "title": "Count", "enum": ["elapsed", "calendar"], "default": "elapsed",
                    "description": "elapsed: whole units that have passed; calendar: boundaries crossed, as DateDiff of Entra does (31 December to 1 January is a year)" },"#,
            reading!(),
            r#"}, "required": ["until"], "additionalProperties": false }"#
        ),
        examples: r#"[
            {"options": {"until": "contractEnd"}, "input": ["2024-02-28", "2024-03-01"], "output": 2},
            {"options": {"until": "contractEnd", "unit": "months"},
             "input": ["2024-01-31", "2024-06-30"], "output": 4},
            {"options": {"until": "contractEnd", "unit": "years", "count": "calendar"},
             "input": ["2023-12-31", "2024-01-01"], "output": 1},
            {"options": {"until": "hireDate", "unit": "weeks", "count": "calendar"},
             "input": ["2021-08-25T17:41:18Z", "2012-03-16-07:00"], "output": -493},
            {"options": {"until": "contractEnd"}, "input": ["2024-02-28"], "output": {"$":"absent"}},
            {"options": {"until": "contractEnd"}, "input": [{"$":"absent"}, "2024-02-28"],
             "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::step(|options: Options| {
            let (read, zone_in) = (options.read.as_deref(), options.zone_in.as_deref());
            Ok(Difference {
                reader: Reader::new(options.language, read, zone_in, None)?,
                until: options.until,
                unit: options.unit,
                counting: options.count.counting(),
            })
        }),
    }
}

struct Difference {
    reader: Reader,
    until: String,
    unit: Unit,
    counting: Counting,
}

impl Step for Difference {
    fn inputs(&self) -> Vec<String> {
        vec![self.until.clone()]
    }

    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        batch.each_row(out, |row, out| self.row(row, out));
        Ok(())
    }
}

impl Difference {
    fn row(&self, row: Row<'_>, out: Cell<'_>) -> Outcome {
        row.with_text(out, |from, out| match row.input(1).text() {
            TextView::Text(until) => match self.count(from, &until) {
                Ok(count) => out.number(&count.to_string()),
                Err(error) => failed(&error, out),
            },
            TextView::Missing => out.missing(),
            TextView::Failed(problem) => out.failed(&problem.at(&self.until)),
        })
    }

    fn count(&self, from: &str, until: &str) -> Result<i64, Error> {
        let home = self.reader.home();
        let from = self.reader.read(from)?.zoned(&home)?;
        let until = self.reader.read(until)?.zoned(&home)?;
        count(&from, &until, self.unit.interval(), self.counting)
    }
}
