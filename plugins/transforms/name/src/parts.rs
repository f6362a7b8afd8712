//! One part of a full name: given, family, parts.

use attune_functions::name::{Part as Kind, parse};
use attune_plugin::NoOptions;
use attune_plugin::transform::{Cell, Function, Open, Outcome};
use serde::Deserialize;

fn part(text: &str, kind: Kind, out: Cell<'_>) -> Outcome {
    match parse(text).part(kind) {
        "" => out.missing(),
        part => out.text(part),
    }
}

/// `name.given`
pub(crate) fn given() -> Function {
    Function {
        name: "given",
        summary: "The first given name of a full name",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["Jane Marie Doe"], "output": "Jane"},
            {"input": ["van der Berg, Hans-Peter"], "output": "Hans-Peter"},
            {"input": ["Dr. med. Eva Kern"], "output": "Eva"},
            {"input": ["Mr. Smith"], "output": {"$":"absent"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text(|text: &str, out: Cell<'_>| part(text, Kind::Given, out)),
    }
}

/// `name.family`
pub(crate) fn family() -> Function {
    Function {
        name: "family",
        summary: "The family name of a full name, with its particles",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["Jane Marie Doe"], "output": "Doe"},
            {"input": ["Ursula von der Leyen"], "output": "von der Leyen"},
            {"input": ["Beethoven, Ludwig van"], "output": "van Beethoven"},
            {"input": ["Martin Luther King Jr."], "output": "King"},
            {"input": ["Madonna"], "output": {"$":"absent"}, "note": "a single name is a given one"},
            {"input": [null], "output": null}
        ]"#,
        uses: &[],
        open: Open::text(|text: &str, out: Cell<'_>| part(text, Kind::Family, out)),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    part: Part,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Part {
    Given,
    Additional,
    Family,
    Prefix,
    Suffix,
    Nickname,
}

impl Part {
    fn kind(self) -> Kind {
        match self {
            Self::Given => Kind::Given,
            Self::Additional => Kind::Additional,
            Self::Family => Kind::Family,
            Self::Prefix => Kind::Prefix,
            Self::Suffix => Kind::Suffix,
            Self::Nickname => Kind::Nickname,
        }
    }
}

/// `name.parts`
pub(crate) fn parts() -> Function {
    Function {
        name: "parts",
        summary: "One part of a full name",
        options: r#"{
            "type": "object",
            "properties": {
                "part": { "title": "Part",
                    "enum": ["given", "additional", "family", "prefix", "suffix", "nickname"],
                    "description": "given: the first given name; additional: the others; family: with its particles (von, van der, de la); prefix: titles; suffix: Jr., III, PhD; nickname: in quotes, or in brackets within the name" }
            },
            "required": ["part"],
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"options": {"part": "additional"}, "input": ["Jane Marie Doe"], "output": "Marie"},
            {"options": {"part": "prefix"}, "input": ["Prof. Dr. med. Hans Kern"],
             "output": "Prof. Dr. med."},
            {"options": {"part": "suffix"}, "input": ["King, Martin Luther, Jr."], "output": "Jr."},
            {"options": {"part": "nickname"}, "input": ["Robert (Bob) Jones"], "output": "Bob"},
            {"options": {"part": "suffix"}, "input": ["Jane Doe"], "output": {"$":"absent"}},
            {"options": {"part": "family"}, "input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::text_with(|options: Options| {
            let kind = options.part.kind();
            Ok(move |text: &str, out: Cell<'_>| part(text, kind, out))
        }),
    }
}
