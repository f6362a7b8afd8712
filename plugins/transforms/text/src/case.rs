//! Upper, lower and title case.
//!
//! The mappings are `attune-functions`', the locale is the row's. Choices of rules are `case.*`'s:
//! these three have none but the separators.

use attune_functions::case::{self, Mapping, Words};
use attune_plugin::transform::{Batch, Cells, Function, Open, Step, Uses};
use attune_plugin::{NoOptions, Problem};
use serde::Deserialize;

/// `text.upper`
pub(crate) fn upper() -> Function {
    Function {
        name: "upper",
        summary: "Upper case",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["Straße 5b"], "output": "STRASSE 5B"},
            {"input": ["sales"], "output": "SALES"},
            {"input": ["izmir"], "output": "İZMİR", "context": {"locale": "tr-TR"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::step(|NoOptions {}| Ok(Upper)),
    }
}

/// `text.lower`
pub(crate) fn lower() -> Function {
    Function {
        name: "lower",
        summary: "Lower case",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["Jane.DOE@Contoso.Example"], "output": "jane.doe@contoso.example"},
            {"input": ["ΟΔΟΣ"], "output": "οδος", "note": "the last letter of a word is ς"},
            {"input": ["ISPARTA"], "output": "ısparta", "context": {"locale": "tr"}},
            {"input": [null], "output": null}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::step(|NoOptions {}| Ok(Lower)),
    }
}

struct Upper;
struct Lower;

impl Step for Upper {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        let mapping = Mapping::full(batch.locale());
        if mapping.dotted || !batch.map_ascii(out, <[u8]>::make_ascii_uppercase) {
            batch.each_text(out, |text, out| out.text(&case::upper(text, mapping)));
        }
        Ok(())
    }
}

impl Step for Lower {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        let mapping = Mapping::full(batch.locale());
        if mapping.dotted || !batch.map_ascii(out, <[u8]>::make_ascii_lowercase) {
            batch.each_text(out, |text, out| out.text(&case::lower(text, mapping)));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    #[serde(default)]
    separators: String,
}

/// `text.title`
pub(crate) fn title() -> Function {
    Function {
        name: "title",
        summary: "A capital at the start of each word, the rest of it in lower case",
        options: r#"{
            "type": "object",
            "properties": {
                "separators": { "title": "Separators", "type": "string", "default": "",
                    "description": "Characters after which a word begins; when left out, every character that is no letter, digit or apostrophe" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["PABLO GONSALVES (SECOND)"], "output": "Pablo Gonsalves (Second)"},
            {"options": {"separators": " '-"}, "input": ["PINTO-DE'SILVA"],
             "output": "Pinto-De'Silva"},
            {"input": ["jean-luc o'neill"], "output": "Jean-Luc O'neill"},
            {"input": ["ılgaz ispir"], "output": "Ilgaz İspir", "context": {"locale": "tr"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::step(|options: Title| Ok(options)),
    }
}

impl Step for Title {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        let mapping = Mapping::full(batch.locale());
        let words = match self.separators.as_str() {
            "" => Words::Letters,
            separators => Words::Only(separators),
        };
        batch.each_text(out, |text, out| {
            let mut out = out.write_text();
            case::title_into(text, words, mapping, &mut |piece| out.push_str(piece));
            out.done()
        });
        Ok(())
    }
}
