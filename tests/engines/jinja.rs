//! minijinja: a map of values per person, one expression that makes a list of twelve.
//!
//! An expression hands out values; a template would print them into one text, in which a missing
//! value and an empty one are the same. Two filters for regular expressions are Rust.

use minijinja::{Environment, Expression, Value};

use super::people::{Person, named};
use super::{Engine, native, see_all};
use crate::Seen;

pub struct Jinja<'a> {
    map: Expression<'a, 'static>,
    people: Vec<Value>,
}

/// Filters and tables.
pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.add_filter("without_marks", native::without_marks);
    environment.add_filter("cost_center", native::cost_center);
    environment.add_global("countries", table(&attune_bench::mapping::countries()));
    environment.add_global("divisions", table(&attune_bench::mapping::divisions()));
    environment
}

fn table(json: &serde_json::Value) -> Value {
    let entries = json.as_object().unwrap().iter();
    let entries = entries.map(|(key, value)| (key.as_str(), value.as_str()));
    Value::from_pairs(entries)
}

impl<'a> Jinja<'a> {
    pub fn new(environment: &'a Environment<'static>, people: &[Person]) -> Self {
        let map = environment.compile_expression(include_str!("scripts/mapping.jinja"));
        Self {
            map: map.unwrap(),
            people: people.iter().map(|p| Value::from_pairs(named(p))).collect(),
        }
    }
}

impl Engine for Jinja<'_> {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        for (number, person) in self.people.iter().enumerate() {
            let values = self.map.eval(person).unwrap();
            let values: Vec<Value> = values.try_iter().unwrap().collect();
            let texts = values.iter().map(|value| value.as_str().map(str::as_bytes));
            see_all(number, texts, see);
        }
    }
}
