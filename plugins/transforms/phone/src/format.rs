//! `phone.format`: numbers that are checked, in one form.
//!
//! The rules of all countries are libphonenumber's (its port `rlibphonenumber`, with the numbering
//! plans inside the component). A text that is no phone number fails with `phone-invalid` and
//! leaves the field as it is; nothing is guessed.
//!
//! Built with `regex-lite`: patterns are made per country that occurs, and those of the large
//! engine take a megabyte each. The price is time, 20 to 40 us a number in the sandbox.

use attune_plugin::Problem;
use attune_plugin::transform::{Batch, Cell, Cells, Function, Open, Outcome, Step, Uses};
use rlibphonenumber::enums::Region;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    #[serde(default)]
    format: Format,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    check: Check,
    #[serde(default)]
    extension: Extension,
}

#[derive(Clone, Copy, Default, Deserialize)]
enum Format {
    #[default]
    #[serde(rename = "E.164")]
    E164,
    #[serde(rename = "international")]
    International,
    #[serde(rename = "national")]
    National,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Check {
    #[default]
    Valid,
    Possible,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Extension {
    #[default]
    Keep,
    Drop,
}

const SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "format": { "title": "Format", "enum": ["E.164", "international", "national"], "default": "E.164",
            "description": "+493012345678, +49 30 12345678 or 030 12345678" },
        "region": { "title": "Region", "type": "string", "pattern": "^[A-Z]{2}$",
            "description": "Country (DE, US) whose numbers may lack the +; when left out, that of the row's locale, else a number without + is invalid" },
        "check": { "title": "Check", "enum": ["valid", "possible"], "default": "valid",
            "description": "valid: the country's numbering plan has such a number; possible: only the length is right" },
        "extension": { "title": "Extension", "enum": ["keep", "drop"], "default": "keep",
            "description": "What happens to an extension; E.164 has no place for one and always leaves it out" }
    },
    "additionalProperties": false
}"#;

/// `phone.format`
pub(crate) fn format() -> Function {
    Function {
        name: "format",
        summary: "A phone number as E.164, international or national text",
        options: SCHEMA,
        examples: r#"[
            {"options": {"region": "DE"}, "input": ["030 / 901820"], "output": "+4930901820"},
            {"options": {"region": "DE", "format": "international"}, "input": ["+49 (0)30-901820"],
             "output": "+49 30 901820"},
            {"options": {"region": "DE", "format": "national"}, "input": ["+41 44 668 18 00"],
             "output": "044 668 18 00"},
            {"options": {"region": "US", "format": "international"},
             "input": ["(202) 456-1111 ext. 42"], "output": "+1 202-456-1111 ext. 42"},
            {"options": {"region": "US", "format": "international", "extension": "drop"},
             "input": ["(202) 456-1111 x42"], "output": "+1 202-456-1111"},
            {"options": {}, "input": ["044 668 18 00"], "output": "+41446681800",
             "context": {"locale": "de-CH"}},
            {"options": {"region": "DE"}, "input": ["n/a"],
             "output": {"$":"failed","code":"phone-invalid"}},
            {"options": {}, "input": ["030 901820"],
             "output": {"$":"failed","code":"phone-invalid"}, "note": "no +, no region"},
            {"options": {"region": "DE"}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::step(Phone::open),
    }
}

/// An open step.
struct Phone {
    region: Option<Region>,
    options: Options,
}

impl Phone {
    fn open(options: Options) -> Result<Self, Problem> {
        let region = match &options.region {
            None => None,
            Some(name) => Some(region(name).ok_or_else(|| {
                Problem::option(
                    "region",
                    format!("`{name}` is no country with phone numbers"),
                )
            })?),
        };
        Ok(Self { region, options })
    }

    fn number(&self, text: &str, region: Option<Region>) -> Result<PhoneNumber, String> {
        let number = PHONE_NUMBER_UTIL
            .parse(text, region)
            .map_err(|error| error.to_string())?;
        let is_good = match self.options.check {
            Check::Valid => number.is_valid(),
            Check::Possible => number.is_possible_with_reason().is_ok(),
        };
        if is_good {
            Ok(number)
        } else {
            Err("no such number in its country".to_owned())
        }
    }

    fn write(&self, mut number: PhoneNumber, out: Cell<'_>) -> Outcome {
        if matches!(self.options.extension, Extension::Drop) {
            number.extension = None;
        }
        out.text(&number.format_as(match self.options.format {
            Format::E164 => PhoneNumberFormat::E164,
            Format::International => PhoneNumberFormat::International,
            Format::National => PhoneNumberFormat::National,
        }))
    }
}

impl Step for Phone {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        let region = self.region.or_else(|| region_of(batch.locale()));
        batch.each_text(out, |text, out| {
            if text.is_empty() {
                return out.text("");
            }
            match self.number(text, region) {
                Ok(number) => self.write(number, out),
                Err(why) => out.failed(&invalid(region, &why)),
            }
        });
        Ok(())
    }
}

fn invalid(region: Option<Region>, why: &str) -> Problem {
    let place = match region {
        Some(region) => format!("no phone number, seen from {region}"),
        None => "no phone number; without a region it has to begin with +".to_owned(),
    };
    Problem::new("phone-invalid", format!("{place}: {}", why.to_lowercase()))
}

/// The region of a locale: `CH` of `de-CH` and of `de-Latn-CH`.
fn region_of(locale: &str) -> Option<Region> {
    let part = locale
        .split(['-', '_'])
        .skip(1)
        .find(|part| part.len() == 2)?;
    region(&part.to_ascii_uppercase())
}

fn region(name: &str) -> Option<Region> {
    let region = name.parse().ok()?;
    PHONE_NUMBER_UTIL
        .get_supported_regions()
        .any(|known| known == region)
        .then_some(region)
}
