//! `country.*`: a country in any form as a code or a name.
//!
//! In: two letters, three letters, the number, or a name in English or German. What is no country,
//! or could be two, is the business of `no-match`.

use attune_functions::country::{Country, find};
use attune_functions::time::Names;
use attune_plugin::transform::{Cell, Function, NoMatch, Open, Plugin, Row, Uses};
use serde::Deserialize;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "country",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Countries of ISO 3166: codes and names",
        functions: vec![alpha2(), alpha3(), numeric(), name()],
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Options {
    #[serde(default = "missing")]
    no_match: NoMatch,
}

fn missing() -> NoMatch {
    NoMatch::Missing
}

const SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "no-match": { "title": "No match", "default": "missing",
            "enum": ["missing", "input", "keep", "clear", "drop-person"],
            "description": "What happens to a text that is no country, or could be two" }
    },
    "additionalProperties": false
}"#;

fn by(write: impl Fn(&Country) -> String + Copy + 'static) -> Open {
    Open::text_with(move |options: Options| {
        Ok(move |text: &str, out: Cell<'_>| match find(text) {
            Some(country) => out.text(&write(country)),
            None => options.no_match.outcome(text, out),
        })
    })
}

/// `country.alpha2`
fn alpha2() -> Function {
    Function {
        name: "alpha2",
        summary: "The two-letter code of a country",
        options: SCHEMA,
        examples: r#"[
            {"input": ["Germany"], "output": "DE"},
            {"input": ["AUT"], "output": "AT"},
            {"input": [840], "output": "US"},
            {"input": ["Grossbritannien"], "output": "GB"},
            {"input": ["Korea"], "output": {"$":"absent"}, "note": "it could be two"},
            {"options": {"no-match": "input"}, "input": ["EMEA"], "output": "EMEA"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: by(|country| country.alpha2.to_owned()),
    }
}

/// `country.alpha3`
fn alpha3() -> Function {
    Function {
        name: "alpha3",
        summary: "The three-letter code of a country",
        options: SCHEMA,
        examples: r#"[
            {"input": ["840"], "output": "USA"},
            {"input": ["Schweiz"], "output": "CHE"},
            {"options": {"no-match": "clear"}, "input": ["n/a"], "output": {"$":"clear"}},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: by(|country| country.alpha3.to_owned()),
    }
}

/// `country.numeric`
fn numeric() -> Function {
    Function {
        name: "numeric",
        summary: "The three digits of a country",
        options: SCHEMA,
        examples: r#"[
            {"input": ["United States"], "output": "840"},
            {"input": ["AT"], "output": "040"},
            {"input": [40], "output": "040", "note": "tables lose the zero"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: by(Country::numeric),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Name {
    #[serde(default = "missing")]
    no_match: NoMatch,
    #[serde(default)]
    language: Language,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Language {
    #[default]
    Locale,
    English,
    German,
}

impl Language {
    fn names(self, locale: &str) -> Names {
        match self {
            Self::Locale => Names::of_locale(locale),
            Self::English => Names::English,
            Self::German => Names::German,
        }
    }
}

/// `country.name`
fn name() -> Function {
    Function {
        name: "name",
        summary: "The name of a country",
        options: r#"{
            "type": "object",
            "properties": {
                "language": { "title": "Language", "default": "locale",
                    "enum": ["locale", "english", "german"],
                    "description": "Language of the name; locale: German where the row's locale is German, else English" },
                "no-match": { "title": "No match", "default": "missing",
                    "enum": ["missing", "input", "keep", "clear", "drop-person"],
                    "description": "What happens to a text that is no country, or could be two" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["IN"], "output": "India"},
            {"input": ["DE"], "context": {"locale": "de-AT"}, "output": "Deutschland"},
            {"options": {"language": "english"}, "input": ["Schweiz"],
             "context": {"locale": "de-CH"}, "output": "Switzerland"},
            {"options": {"no-match": "drop-person"}, "input": ["XX"],
             "output": {"$":"drop-person"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::row(|options: Name| {
            Ok(move |row: Row<'_>, out: Cell<'_>| {
                row.with_text(out, |text, out| match find(text) {
                    Some(country) => out.text(country.name(options.language.names(row.locale()))),
                    None => options.no_match.outcome(text, out),
                })
            })
        }),
    }
}

#[cfg(test)]
mod tests;
