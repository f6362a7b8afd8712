//! Made of a name: initials, display.

use attune_functions::name::{
    Additional as Others, Order as Arrangement, Parts, display as arrange, initials as letters,
};
use attune_plugin::Problem;
use attune_plugin::transform::{Batch, Cell, Cells, Function, Open, Outcome, Step};
use serde::Deserialize;

use crate::source::{Source, selectors};

/// A step that makes one text of a name's parts; no text is missing.
struct Built<F> {
    source: Source,
    build: F,
}

impl<F: Fn(&Parts) -> String> Step for Built<F> {
    fn inputs(&self) -> Vec<String> {
        self.source.inputs()
    }

    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        batch.each_row(out, |row, out| {
            self.source
                .with_parts(row, out, |parts, out| written(&(self.build)(parts), out))
        });
        Ok(())
    }
}

fn written(text: &str, out: Cell<'_>) -> Outcome {
    if text.is_empty() {
        out.missing()
    } else {
        out.text(text)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Initials {
    #[serde(default)]
    all: bool,
    #[serde(default)]
    particles: bool,
    #[serde(default)]
    after: String,
    given: Option<String>,
    additional: Option<String>,
    family: Option<String>,
    prefix: Option<String>,
    suffix: Option<String>,
}

/// `name.initials`
pub(crate) fn initials() -> Function {
    Function {
        name: "initials",
        summary: "The first letters of given and family name",
        options: concat!(
            r#"{ "type": "object", "properties": {
                "all": { "title": "All given names", "type": "boolean", "default": false,
                    "description": "Whether the other given names have letters too" },
                "particles": { "title": "Particles", "type": "boolean", "default": false,
                    "description": "Whether von, van, de and the like have letters too, as small as they are written" },
                "after": { "title": "After each", "type": "string", "default": "",
                    "description": "What follows each letter: nothing, or a full stop" },"#,
            selectors!(),
            r#"}, "additionalProperties": false }"#
        ),
        examples: r#"[
            {"input": ["Jane Marie Doe"], "output": "JD"},
            {"options": {"all": true, "after": "."}, "input": ["Doe, Jane Marie"],
             "output": "J.M.D."},
            {"options": {"particles": true}, "input": ["Ursula von der Leyen"], "output": "UvdL"},
            {"options": {"given": "givenName", "family": "surname"},
             "input": [{"$":"absent"}, "Émile", "österlund"], "output": "ÉÖ"},
            {"options": {"given": "givenName", "family": "surname"}, "input": ["x", null, null],
             "output": {"$":"absent"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::step(|options: Initials| {
            let Initials {
                all,
                particles,
                after,
                ..
            } = options;
            Ok(Built {
                source: Source::new([
                    options.given,
                    options.additional,
                    options.family,
                    options.prefix,
                    options.suffix,
                ])?,
                build: move |parts: &Parts| letters(parts, all, particles, &after),
            })
        }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Display {
    #[serde(default)]
    order: Order,
    #[serde(default)]
    others: Additional,
    #[serde(default)]
    honorifics: bool,
    given: Option<String>,
    additional: Option<String>,
    family: Option<String>,
    prefix: Option<String>,
    suffix: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Order {
    #[default]
    GivenFamily,
    FamilyGiven,
    FamilyCommaGiven,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Additional {
    #[default]
    Omit,
    Initials,
    Full,
}

/// `name.display`
pub(crate) fn display() -> Function {
    Function {
        name: "display",
        summary: "A name in the order that is wanted",
        options: concat!(
            r#"{ "type": "object", "properties": {
                "order": { "title": "Order", "default": "given-family",
                    "enum": ["given-family", "family-given", "family-comma-given"],
                    "description": "Jane Doe, Doe Jane, or Doe, Jane" },
                "others": { "title": "Show other given names", "default": "omit",
                    "enum": ["omit", "initials", "full"],
                    "description": "Jane Doe, Jane M. Doe, or Jane Marie Doe" },
                "honorifics": { "title": "Titles and suffixes", "type": "boolean", "default": false,
                    "description": "Whether Dr., Jr. and the like are shown" },"#,
            selectors!(),
            r#"}, "additionalProperties": false }"#
        ),
        examples: r#"[
            {"options": {"order": "family-comma-given"}, "input": ["Dr. Jane Marie Doe"],
             "output": "Doe, Jane"},
            {"input": ["DOE, Jane"], "output": "Jane DOE"},
            {"options": {"others": "initials", "honorifics": true},
             "input": ["von Berg, Dr. Jane Marie"], "output": "Dr. Jane M. von Berg"},
            {"options": {"order": "family-given", "given": "givenName", "family": "sn"},
             "input": [{"$":"absent"}, "Minh", "Nguyen"], "output": "Nguyen Minh"},
            {"options": {"order": "family-comma-given", "given": "givenName", "family": "sn"},
             "input": [{"$":"absent"}, null, "Doe"], "output": "Doe", "note": "nothing is left behind"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[],
        open: Open::step(|options: Display| {
            let order = match options.order {
                Order::GivenFamily => Arrangement::GivenFamily,
                Order::FamilyGiven => Arrangement::FamilyGiven,
                Order::FamilyCommaGiven => Arrangement::FamilyCommaGiven,
            };
            let others = match options.others {
                Additional::Omit => Others::Omit,
                Additional::Initials => Others::Initials,
                Additional::Full => Others::Full,
            };
            let honorifics = options.honorifics;
            Ok(Built {
                source: Source::new([
                    options.given,
                    options.additional,
                    options.family,
                    options.prefix,
                    options.suffix,
                ])?,
                build: move |parts: &Parts| arrange(parts, order, others, honorifics),
            })
        }),
    }
}
