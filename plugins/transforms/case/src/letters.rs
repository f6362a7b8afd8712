//! Every letter: upper, lower.

use attune_functions::case::{self, Mapping};
use attune_plugin::Problem;
use attune_plugin::transform::{Batch, Cells, Function, Open, Step, Uses};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    #[serde(default)]
    rules: Rules,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Rules {
    #[default]
    Full,
    Simple,
}

const SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "rules": { "title": "Rules", "enum": ["full", "simple"], "default": "full",
            "description": "full: Unicode's mappings, ß becomes SS and the last sigma of a word ς; simple: one letter for one, as .NET and Entra's ToUpper and ToLower have it" }
    },
    "additionalProperties": false
}"#;

impl Rules {
    fn mapping(self, locale: &str) -> Mapping {
        match self {
            Self::Full => Mapping::full(locale),
            Self::Simple => Mapping::simple(locale),
        }
    }
}

/// `case.lower`
pub(crate) fn lower() -> Function {
    Function {
        name: "lower",
        summary: "Lower case",
        options: SCHEMA,
        examples: r#"[
            {"input": ["Jane.DOE@Contoso.Example"], "output": "jane.doe@contoso.example"},
            {"input": ["ΟΔΟΣ"], "output": "οδος", "note": "the last letter of a word is ς"},
            {"options": {"rules": "simple"}, "input": ["ΟΔΟΣ"], "output": "οδοσ"},
            {"input": ["ISPARTA"], "output": "ısparta", "context": {"locale": "tr"}},
            {"input": [null], "output": null}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::step(|options: Options| Ok(Lower(options.rules))),
    }
}

/// `case.upper`
pub(crate) fn upper() -> Function {
    Function {
        name: "upper",
        summary: "Upper case",
        options: SCHEMA,
        examples: r#"[
            {"input": ["Straße 5b"], "output": "STRASSE 5B"},
            {"options": {"rules": "simple"}, "input": ["Straße 5b"], "output": "STRAßE 5B"},
            {"input": ["sales"], "output": "SALES"},
            {"input": ["izmir"], "output": "İZMİR", "context": {"locale": "tr-TR"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::step(|options: Options| Ok(Upper(options.rules))),
    }
}

struct Lower(Rules);
struct Upper(Rules);

impl Step for Lower {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        let mapping = self.0.mapping(batch.locale());
        if mapping.dotted || !batch.map_ascii(out, <[u8]>::make_ascii_lowercase) {
            batch.each_text(out, |text, out| out.text(&case::lower(text, mapping)));
        }
        Ok(())
    }
}

impl Step for Upper {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        let mapping = self.0.mapping(batch.locale());
        if mapping.dotted || !batch.map_ascii(out, <[u8]>::make_ascii_uppercase) {
            batch.each_text(out, |text, out| out.text(&case::upper(text, mapping)));
        }
        Ok(())
    }
}
