//! The beginnings of words and sentences: title, capitalize, sentence.

use attune_functions::case::{self, Acronyms, Mapping, Words};
use attune_plugin::transform::{Batch, Cells, Function, Open, Step, Uses};
use attune_plugin::{NoOptions, Problem};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    #[serde(default)]
    words: Rule,
    #[serde(default)]
    separators: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Rule {
    #[default]
    Letters,
    Dotnet,
    DotnetAcronyms,
}

/// `case.title`
pub(crate) fn title() -> Function {
    Function {
        name: "title",
        summary: "A capital at the start of each word, the rest of it in lower case",
        options: r#"{
            "type": "object",
            "properties": {
                "words": { "title": "Words", "enum": ["letters", "dotnet", "dotnet-acronyms"], "default": "letters",
                    "description": "letters: a word is letters, digits and apostrophes; dotnet: .NET's ToTitleCase, as Entra's PCase uses it, where ’ ends a word and a digit begins none; dotnet-acronyms: the same, and words in capitals stay" },
                "separators": { "title": "Separators", "type": "string", "minLength": 1,
                    "description": "Characters after which a word begins, and no others do; as the second argument of Entra's PCase. Only with words = letters" }
            },
            "additionalProperties": false
        }"#,
        examples: r#"[
            {"input": ["jean-luc o'neill 3rd"], "output": "Jean-Luc O'neill 3rd"},
            {"options": {"words": "dotnet"}, "input": ["PABLO GONSALVES (SECOND)"],
             "output": "Pablo Gonsalves (Second)"},
            {"options": {"separators": " '-"}, "input": ["PINTO-DE'SILVA"],
             "output": "Pinto-De'Silva"},
            {"options": {"words": "dotnet-acronyms"}, "input": ["head of IT sales"],
             "output": "Head Of IT Sales"},
            {"input": ["ılgaz ispir"], "output": "Ilgaz İspir", "context": {"locale": "tr"}},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::step(
            |options: Title| match (options.words, &options.separators) {
                (_, Some(separators)) if separators.is_empty() => Err(Problem::option(
                    "separators",
                    "there is no separator in it; leave it out for the ordinary ones",
                )),
                (Rule::Dotnet | Rule::DotnetAcronyms, Some(_)) => Err(Problem::option(
                    "separators",
                    "`words` says where words begin; leave one of the two out",
                )),
                _ => Ok(options),
            },
        ),
    }
}

impl Title {
    fn words(&self) -> Words<'_> {
        match (&self.separators, self.words) {
            (Some(separators), _) => Words::Only(separators),
            (None, Rule::Letters) => Words::Letters,
            (None, Rule::Dotnet) => Words::DotNet(Acronyms::Lower),
            (None, Rule::DotnetAcronyms) => Words::DotNet(Acronyms::Keep),
        }
    }
}

impl Step for Title {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        let (words, mapping) = (self.words(), Mapping::full(batch.locale()));
        batch.each_text(out, |text, out| {
            let mut out = out.write_text();
            case::title_into(text, words, mapping, &mut |piece| out.push_str(piece));
            out.done()
        });
        Ok(())
    }
}

/// `case.capitalize`
pub(crate) fn capitalize() -> Function {
    Function {
        name: "capitalize",
        summary: "The first character as a capital, the rest as it is",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["mcDonald"], "output": "McDonald"},
            {"input": ["élodie"], "output": "Élodie"},
            {"input": ["istanbul"], "output": "İstanbul", "context": {"locale": "tr"}},
            {"input": [null], "output": null}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::step(|NoOptions {}| Ok(ByText(case::capitalize))),
    }
}

/// `case.sentence`
pub(crate) fn sentence() -> Function {
    Function {
        name: "sentence",
        summary: "Lower case with a capital at the start of each sentence",
        options: NoOptions::SCHEMA,
        examples: r#"[
            {"input": ["HEAD OF SALES"], "output": "Head of sales"},
            {"input": ["ON LEAVE. back in MAY!"], "output": "On leave. Back in may!"},
            {"input": ["3 direct REPORTS"], "output": "3 direct reports"},
            {"input": [{"$":"absent"}], "output": {"$":"absent"}}
        ]"#,
        uses: &[Uses::Locale],
        open: Open::step(|NoOptions {}| Ok(ByText(case::sentence))),
    }
}

/// A function of a text and the row's mapping.
struct ByText(fn(&str, Mapping) -> String);

impl Step for ByText {
    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        let mapping = Mapping::full(batch.locale());
        batch.each_text(out, |text, out| out.text(&self.0(text, mapping)));
        Ok(())
    }
}
