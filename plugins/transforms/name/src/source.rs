//! Where a name comes from: the value so far, or attributes that options name by selector.

use attune_functions::name::{Part, Parts, parse};
use attune_plugin::Problem;
use attune_plugin::transform::{Cell, Outcome, Row, TextView};

/// The selectors, each with its column; none of them means the value so far.
pub(crate) struct Source(Vec<(Part, String)>);

macro_rules! selectors {
    () => {
        r#"
        "given": { "title": "Given name", "type": "string",
            "description": "Selector of the given name. With one of these the name comes from attributes; without any, the value so far is a full name" },
        "additional": { "title": "Other given names", "type": "string",
            "description": "Selector of the other given names" },
        "family": { "title": "Family name", "type": "string",
            "description": "Selector of the family name" },
        "prefix": { "title": "Titles", "type": "string",
            "description": "Selector of the titles before the name" },
        "suffix": { "title": "Suffix", "type": "string",
            "description": "Selector of what follows the name: Jr., PhD" }"#
    };
}

pub(crate) use selectors;

impl Source {
    /// From the options given, additional, family, prefix and suffix, in this order.
    pub(crate) fn new(selectors: [Option<String>; 5]) -> Result<Self, Problem> {
        let parts = [
            Part::Given,
            Part::Additional,
            Part::Family,
            Part::Prefix,
            Part::Suffix,
        ];
        let names = ["given", "additional", "family", "prefix", "suffix"];
        let mut source = Vec::new();
        for ((part, name), selector) in parts.into_iter().zip(names).zip(selectors) {
            match selector {
                Some(selector) if selector.trim().is_empty() => {
                    let message = "a selector is wanted; leave the option out for the value so far";
                    return Err(Problem::option(name, message));
                }
                Some(selector) => source.push((part, selector)),
                None => {}
            }
        }
        Ok(Self(source))
    }

    pub(crate) fn inputs(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|(_, selector)| selector.clone())
            .collect()
    }

    /// Calls `f` with the parts of the row's name.
    pub(crate) fn with_parts(
        &self,
        row: Row<'_>,
        out: Cell<'_>,
        f: impl FnOnce(&Parts, Cell<'_>) -> Outcome,
    ) -> Outcome {
        if self.0.is_empty() {
            return row.with_text(out, |text, out| f(&parse(text), out));
        }
        let mut parts = Parts::default();
        for (index, (part, selector)) in self.0.iter().enumerate() {
            let text = match row.input(index + 1).text() {
                TextView::Text(text) => text.into_owned(),
                TextView::Missing => continue,
                TextView::Failed(problem) => return out.failed(&problem.at(selector)),
            };
            match part {
                Part::Given => parts.given = text,
                Part::Additional => parts.additional = text,
                Part::Family => parts.family = text,
                Part::Prefix => parts.prefix = text,
                Part::Suffix => parts.suffix = text,
                Part::Nickname => parts.nickname = text,
            }
        }
        f(&parts, out)
    }
}
