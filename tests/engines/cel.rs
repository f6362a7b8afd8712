//! CEL: variables that resolve to the person's own values, which copies nothing, one expression that
//! makes a list of twelve.
//!
//! The strings extension is on. CEL can only match regular expressions: replacing is Rust, typed
//! overloads rather than untyped functions, because those are called faster.

use std::collections::HashMap;
use std::sync::Arc;

use cel::common::types::{CelNull, CelString};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::{Context, Env, Program, Value, add_member_overload, extensions};

use super::people::{ATTRIBUTES, Person};
use super::{Engine, native, see_all};
use crate::Seen;

pub struct Cel {
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

impl Cel {
    pub fn new(people: &[Person]) -> Self {
        let mut env = Env::stdlib();
        env.add_extension(extensions::strings).unwrap();
        add_member_overload!(env, fn without_marks: (CelString) -> CelString).unwrap();
        add_member_overload!(env, fn cost_center: (CelString) -> CelString).unwrap();
        let map = env.compile(include_str!("scripts/mapping.cel"));
        let mut context = Context::with_env(Arc::new(env));
        context.add_variable_from_value("countries", table(&attune_bench::mapping::countries()));
        context.add_variable_from_value("divisions", table(&attune_bench::mapping::divisions()));
        let value = |text: &Option<String>| -> Box<dyn Val> {
            match text {
                Some(text) => Box::new(CelString::from(text.clone())),
                None => Box::new(CelNull),
            }
        };
        let variables = |person: &Person| Variables(person.iter().map(value).collect());
        Self {
            context,
            map: map.unwrap(),
            people: people.iter().map(variables).collect(),
        }
    }
}

fn without_marks(text: &CelString<'_>) -> CelString<'static> {
    native::without_marks(text.inner()).into()
}

fn cost_center(text: &CelString<'_>) -> CelString<'static> {
    native::cost_center(text.inner()).into()
}

fn table(json: &serde_json::Value) -> HashMap<String, String> {
    let entries = json.as_object().unwrap().iter();
    let entries = entries.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()));
    entries.collect()
}

impl Engine for Cel {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        for (number, person) in self.people.iter().enumerate() {
            let mut context = self.context.new_inner_scope();
            context.set_variable_resolver(person);
            let Value::List(values) = self.map.execute(&context).unwrap() else {
                panic!("CEL gives no list");
            };
            let texts = values.iter().map(|value| match value {
                Value::String(text) => Some(text.as_bytes()),
                _ => None,
            });
            see_all(number, texts, see);
        }
    }
}
