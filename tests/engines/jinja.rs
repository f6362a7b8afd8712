//! minijinja: a value per person, one expression that makes a list of twelve.
//!
//! An expression hands out values; a template would print them into one text, in which a missing
//! value and an empty one are the same. "This is usually best paired with `context!` to pass a
//! single value to it" (documentation of `Expression`): so a whole document is the variable `person`,
//! which counts a reference and copies nothing. Flat attributes are the context themselves. What
//! Jinja has no filter for is Rust.

use minijinja::value::Serde;
use minijinja::{Environment, Expression, Value, context};
use serde_json::Value as Json;

use super::people::{Person, named};
use super::{Engine, native, see_all};
use crate::Seen;

pub struct Jinja<'a> {
    map: Expression<'a, 'static>,
    people: Vec<Value>,
    is_document: bool,
}

/// Filters and tables.
pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.add_filter("phone", native::phone);
    environment.add_filter("without_marks", native::without_marks);
    environment.add_filter("cost_center", native::cost_center);
    environment.add_global("countries", table(&attune_bench::mapping::countries()));
    environment.add_global("divisions", table(&attune_bench::mapping::divisions()));
    environment
}

fn table(json: &Json) -> Value {
    let entries = json.as_object().unwrap().iter();
    let entries = entries.map(|(key, value)| (key.as_str(), value.as_str()));
    Value::from_pairs(entries)
}

impl<'a> Jinja<'a> {
    /// Whole documents.
    pub fn documents(environment: &'a Environment<'static>, documents: &[Json]) -> Self {
        let script = include_str!("scripts/document/mapping.jinja");
        Self {
            map: environment.compile_expression(script).unwrap(),
            people: documents.iter().map(|d| Serde(d).into()).collect(),
            is_document: true,
        }
    }

    /// Twelve attributes.
    pub fn flat(environment: &'a Environment<'static>, people: &[Person]) -> Self {
        let script = include_str!("scripts/flat/mapping.jinja");
        Self {
            map: environment.compile_expression(script).unwrap(),
            people: people.iter().map(|p| Value::from_pairs(named(p))).collect(),
            is_document: false,
        }
    }
}

impl Engine for Jinja<'_> {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        for (number, person) in self.people.iter().enumerate() {
            let values = if self.is_document {
                self.map.eval(context! { person })
            } else {
                self.map.eval(person)
            };
            let values: Vec<Value> = values.unwrap().try_iter().unwrap().collect();
            let texts = values.iter().map(|value| value.as_str().map(str::as_bytes));
            see_all(number, texts, see);
        }
    }
}
