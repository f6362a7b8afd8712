//! `lookup.when`: cases in order; the first whose conditions all hold gives the value.
//!
//! Entra's `IIF` and `Switch`, Entra Connect's `Switch`, Okta's `? :`. Only the conditions that
//! are needed are asked, from the first case on.

use attune_plugin::Problem;
use attune_plugin::transform::{
    Batch, Cell, Cells, Function, NoMatch, Open, Outcome, Row, Step, TextView, Value,
};
use serde::Deserialize;

use crate::condition::{Condition, ConditionText};
use crate::{Miss, miss};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Options {
    cases: Vec<CaseText>,
    #[serde(default)]
    default: Option<String>,
    #[serde(default)]
    no_match: Option<NoMatch>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CaseText {
    r#if: Conditions,
    then: Option<String>,
    take: Option<String>,
    r#do: Option<NoMatch>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Conditions {
    All(Vec<ConditionText>),
    One(Box<ConditionText>),
}

/// `lookup.when`
pub(crate) fn when() -> Function {
    Function {
        name: "when",
        summary: "A value by conditions: the first case that holds",
        options: SCHEMA,
        examples: r#"[
            {"options": {"cases": [{"if": {"attribute": "nickName", "present": true}, "take": "nickName"}],
                "no-match": "input"},
             "input": ["Robert", "Bob"], "output": "Bob"},
            {"options": {"cases": [{"if": {"attribute": "nickName", "present": true}, "take": "nickName"}],
                "no-match": "input"},
             "input": ["Robert", ""], "output": "Robert"},
            {"options": {"cases": [{"if": {"starts-with": "ext-", "ignore-case": true}, "do": "drop-person"}],
                "no-match": "input"},
             "input": ["EXT-jane"], "output": {"$":"drop-person"}},
            {"options": {"cases": [
                {"if": {"attribute": "country", "in": ["DE", "AT"]}, "then": "DACH"},
                {"if": [{"attribute": "country", "equals": "US"}, {"matches": "(?i)sales"}], "then": "Sales US"}],
                "default": "elsewhere"},
             "input": ["Inside Sales", "US"], "output": "Sales US"},
            {"options": {"cases": [{"if": {"attribute": "country", "in": ["DE", "AT"]}, "then": "DACH"}],
                "default": "elsewhere"},
             "input": ["Inside Sales", "FR"], "output": "elsewhere"},
            {"options": {"cases": [{"if": {"attribute": "level", "at-least": 7}, "then": "Director"}]},
             "input": [{"$":"absent"}, 8], "output": "Director"},
            {"options": {"cases": [{"if": {"present": false}, "then": "unknown"}]},
             "input": [{"$":"absent"}], "output": "unknown"}
        ]"#,
        uses: &[],
        open: Open::step(Switch::new),
    }
}

const SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "cases": { "title": "Cases", "type": "array", "minItems": 1,
            "description": "Asked from the first to the last; only the first that holds is used",
            "items": {
                "type": "object",
                "properties": {
                    "if": { "title": "If", "type": ["object", "array"], "items": { "type": "object" },
                        "description": "One condition, or several that must all hold: { attribute = \"country\", equals = \"DE\" }. Without an attribute the value so far is tested. One test each: equals, not-equals, in, matches, starts-with, contains, present, above, at-least, below, at-most; ignore-case = true beside it" },
                    "then": { "title": "Then", "type": "string", "description": "The result, a text" },
                    "take": { "title": "Take", "type": "string",
                        "description": "The result is this attribute, by its selector" },
                    "do": { "title": "Do", "enum": ["input", "missing", "keep", "clear", "drop-person"],
                        "description": "What happens instead of a result" }
                },
                "required": ["if"],
                "additionalProperties": false
            } },
        "default": { "title": "Default", "type": "string",
            "description": "The result where no case holds" },
        "no-match": { "title": "No match", "default": "missing",
            "enum": ["missing", "input", "keep", "clear", "drop-person"],
            "description": "What happens where no case holds and there is no default" }
    },
    "required": ["cases"],
    "additionalProperties": false
}"#;

struct Switch {
    cases: Vec<Case>,
    selectors: Vec<String>,
    miss: Miss,
}

struct Case {
    /// Conditions, each with the column that it looks at.
    conditions: Vec<(usize, Condition)>,
    result: Given,
}

enum Given {
    Text(String),
    Column(usize),
    Outcome(NoMatch),
}

impl Switch {
    fn new(options: Options) -> Result<Self, Problem> {
        if options.cases.is_empty() {
            return Err(Problem::option("cases", "one case at least is wanted"));
        }
        let mut selectors = Vec::new();
        let mut cases = Vec::with_capacity(options.cases.len());
        for (index, text) in options.cases.into_iter().enumerate() {
            cases.push(Case::new(text, &format!("cases[{index}]"), &mut selectors)?);
        }
        Ok(Self {
            cases,
            selectors,
            miss: miss(options.default.as_deref(), options.no_match)?,
        })
    }

    fn row(&self, row: Row<'_>, out: Cell<'_>) -> Outcome {
        let holds = |case: &&Case| {
            let mut conditions = case.conditions.iter();
            conditions.all(|(column, condition)| condition.holds(row.input(*column)))
        };
        match (
            self.cases.iter().find(holds).map(|case| &case.result),
            &self.miss,
        ) {
            (Some(Given::Text(text)), _) | (None, Miss::Default(text)) => out.text(text),
            (Some(Given::Column(column)), _) => out.value(row.input(*column)),
            (Some(Given::Outcome(outcome)), _) | (None, Miss::NoMatch(outcome)) => {
                end(*outcome, row.value(), out)
            }
        }
    }
}

/// The outcome; here `input` is the value as it came, of whatever kind.
fn end(outcome: NoMatch, value: Value<'_>, out: Cell<'_>) -> Outcome {
    match (outcome, value.text()) {
        (NoMatch::Input, _) => out.value(value),
        (outcome, TextView::Text(text)) => outcome.outcome(&text, out),
        (outcome, _) => outcome.outcome("", out),
    }
}

impl Case {
    fn new(text: CaseText, at: &str, selectors: &mut Vec<String>) -> Result<Self, Problem> {
        let result = match (text.then, text.take, text.r#do) {
            (Some(text), None, None) => Given::Text(text),
            (None, Some(selector), None) => Given::Column(column(Some(&selector), selectors)),
            (None, None, Some(outcome)) => Given::Outcome(outcome),
            _ => {
                return Err(Problem::option(
                    at,
                    "a case has one of `then`, `take` and `do`",
                ));
            }
        };
        let conditions = match text.r#if {
            Conditions::All(all) => all,
            Conditions::One(one) => vec![*one],
        };
        if conditions.is_empty() {
            let message = "one condition at least is wanted; `default` is for the rest";
            return Err(Problem::option(&format!("{at}.if"), message));
        }
        let conditions = conditions.into_iter().map(|condition| {
            let column = column(condition.attribute.as_deref(), selectors);
            Ok((column, Condition::new(condition, &format!("{at}.if"))?))
        });
        Ok(Self {
            conditions: conditions.collect::<Result<_, Problem>>()?,
            result,
        })
    }
}

/// The column of a selector; 0 is the value so far.
fn column(selector: Option<&str>, selectors: &mut Vec<String>) -> usize {
    let Some(selector) = selector else { return 0 };
    let known = selectors.iter().position(|known| known == selector);
    known.unwrap_or_else(|| {
        selectors.push(selector.to_owned());
        selectors.len() - 1
    }) + 1
}

impl Step for Switch {
    fn inputs(&self) -> Vec<String> {
        self.selectors.clone()
    }

    fn apply(&self, batch: &Batch<'_>, out: &mut Cells) -> Result<(), Problem> {
        batch.each_row(out, |row, out| self.row(row, out));
        Ok(())
    }
}
