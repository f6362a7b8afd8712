//! CEL: a value per person, one expression that makes a list of twelve.
//!
//! The examples of cel-rust give a program its input by `Context::add_variable` (`variables.rs`), in
//! an inner scope for each record (`axum.rs`: "Create a new mutable context out of the root context").
//! So it is done with whole documents, the variable `person`; the crate turns it into its inner
//! values each time, which copies it, and the copy is measured alone too. For large records its
//! documentation also knows values that resolve what is asked for (`add_variable_as_val`, a
//! `VariableResolver`): so flat attributes are read in place, which copies nothing.
//!
//! The strings extension is on. CEL can only match regular expressions: what it has no function for
//! is Rust, typed overloads rather than untyped functions, because those are called faster.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;

use cel::common::types::{CelNull, CelString};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::{Context, Env, Program, Value, add_member_overload, extensions};
use serde_json::Value as Json;

use super::people::{ATTRIBUTES, Person};
use super::{Engine, native, see_all};
use crate::Seen;

/// A record as a variable.
pub struct Cel<'a> {
    context: Context<'static, 'static>,
    map: Program,
    people: &'a [Value],
}

/// Records are read in place.
pub struct CelInPlace {
    context: Context<'static, 'static>,
    map: Program,
    people: Vec<Variables>,
}

/// A person's attributes, in the order of their names.
struct Variables(Vec<Box<dyn Val>>);

impl VariableResolver for Variables {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let at = ATTRIBUTES.iter().position(|name| *name == variable)?;
        Some(CowVal::Borrowed(&*self.0[at]))
    }
}

fn compile(expression: &str) -> (Context<'static, 'static>, Program) {
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings).unwrap();
    add_member_overload!(env, fn phone: (CelString) -> CelString).unwrap();
    add_member_overload!(env, fn without_marks: (CelString) -> CelString).unwrap();
    add_member_overload!(env, fn cost_center: (CelString) -> CelString).unwrap();
    let map = env.compile(expression);
    let mut context = Context::with_env(Arc::new(env));
    context.add_variable_from_value("countries", table(&attune_bench::mapping::countries()));
    context.add_variable_from_value("divisions", table(&attune_bench::mapping::divisions()));
    (context, map.unwrap())
}

/// Documents as CEL has them.
pub fn read(documents: &[Json]) -> Vec<Value> {
    let documents = documents.iter();
    documents.map(|json| cel::to_value(json).unwrap()).collect()
}

/// The copies alone.
pub fn copy(people: &[Value]) {
    let context = Context::default();
    for person in people {
        let mut context = context.new_inner_scope();
        context.add_variable("person", person.clone()).unwrap();
        black_box(context);
    }
}

impl<'a> Cel<'a> {
    pub fn new(people: &'a [Value]) -> Self {
        let (context, map) = compile(include_str!("scripts/document/mapping.cel"));
        Self {
            context,
            map,
            people,
        }
    }
}

impl CelInPlace {
    pub fn new(people: &[Person]) -> Self {
        let (context, map) = compile(include_str!("scripts/flat/mapping.cel"));
        let value = |text: &Option<String>| -> Box<dyn Val> {
            match text {
                Some(text) => Box::new(CelString::from(text.clone())),
                None => Box::new(CelNull),
            }
        };
        let variables = |person: &Person| Variables(person.iter().map(value).collect());
        Self {
            context,
            map,
            people: people.iter().map(variables).collect(),
        }
    }
}

fn phone(text: &CelString<'_>) -> CelString<'static> {
    native::phone(text.inner()).into()
}

fn without_marks(text: &CelString<'_>) -> CelString<'static> {
    native::without_marks(text.inner()).into()
}

fn cost_center(text: &CelString<'_>) -> CelString<'static> {
    native::cost_center(text.inner()).into()
}

fn table(json: &Json) -> HashMap<String, String> {
    let entries = json.as_object().unwrap().iter();
    let entries = entries.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()));
    entries.collect()
}

impl Engine for Cel<'_> {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        for (number, person) in self.people.iter().enumerate() {
            let mut context = self.context.new_inner_scope();
            context.add_variable("person", person.clone()).unwrap();
            see_list(number, &self.map.execute(&context).unwrap(), see);
        }
    }
}

impl Engine for CelInPlace {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        for (number, person) in self.people.iter().enumerate() {
            let mut context = self.context.new_inner_scope();
            context.set_variable_resolver(person);
            see_list(number, &self.map.execute(&context).unwrap(), see);
        }
    }
}

fn see_list(number: usize, values: &Value, see: &mut impl FnMut(Seen<'_>)) {
    let Value::List(values) = values else {
        panic!("CEL gives no list");
    };
    let texts = values.iter().map(|value| match value {
        Value::String(text) => Some(text.as_bytes()),
        _ => None,
    });
    see_all(number, texts, see);
}
