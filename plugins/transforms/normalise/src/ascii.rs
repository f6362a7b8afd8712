//! Letters with diacritics as ASCII, by one of three tables.

use attune_functions::fold::{self, Other};
use attune_plugin::transform::{Cell, Function, Open, Outcome};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    #[serde(default)]
    table: Table,
    #[serde(default)]
    other: Rest,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Table {
    #[default]
    General,
    Entra,
    German,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Rest {
    #[default]
    Keep,
    Remove,
}

/// `normalise.ascii`
pub(crate) fn ascii() -> Function {
    Function {
        name: "ascii",
        summary: "Letters without diacritics, as user names and mail addresses want them",
        options: r#"{
            "type": "object",
            "properties": {
                "table": { "title": "Table", "enum": ["general", "entra", "german"], "default": "general",
                    "description": "general: every Latin letter, ä is a, ø is o, æ is ae; entra: exactly the table of Entra's NormalizeDiacritics, ä is a, ø is oe; german: ä is ae, ö oe, ü ue, ß ss, the rest as general" },
                "other": { "title": "Other", "enum": ["keep", "remove"], "default": "keep",
                    "description": "What becomes of characters that the table does not know, such as those of other scripts" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["Zoë Łukasz Ørsted"], "output": "Zoe Lukasz Orsted"},
            {"options": {"table": "german"}, "input": ["Jürgen Größe"], "output": "Juergen Groesse"},
            {"options": {"table": "german"}, "input": ["MÜLLER Ärzte"], "output": "MUELLER Aerzte"},
            {"options": {"table": "entra"}, "input": ["Jürgen Ørsted"], "output": "Jurgen OErsted"},
            {"options": {"other": "remove"}, "input": ["Ivan (Иван)"], "output": "Ivan ()"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Options| {
            Ok(move |text: &str, out: Cell<'_>| options.apply(text, out))
        }),
    }
}

impl Options {
    fn apply(&self, text: &str, out: Cell<'_>) -> Outcome {
        if text.is_ascii() {
            return out.text(text);
        }
        let other = match self.other {
            Rest::Keep => Other::Keep,
            Rest::Remove => Other::Remove,
        };
        match self.table {
            Table::General => out.text(&fold::ascii(text, other)),
            Table::German => out.text(&fold::ascii(&fold::german(text), other)),
            Table::Entra => {
                let mut folded = fold::entra(text);
                if other == Other::Remove {
                    folded.retain(|char| char.is_ascii());
                }
                out.text(&folded)
            }
        }
    }
}
