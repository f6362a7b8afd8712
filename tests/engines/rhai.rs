//! Rhai: an object map per person as `this`, which copies nothing, one call that returns an array.
//!
//! Rhai has no regular expressions: two are Rust. Its limits and checks are at their defaults, as
//! ours are.

use rhai::{
    AST, Array, CallFnOptions, Dynamic, Engine as Interpreter, ImmutableString, Map, Scope,
};

use super::people::{Person, named};
use super::{Engine, native, see_all};
use crate::Seen;

pub struct Rhai {
    interpreter: Interpreter,
    script: AST,
    people: Vec<Dynamic>,
}

impl Rhai {
    pub fn new(people: &[Person]) -> Self {
        let mut interpreter = Interpreter::new();
        interpreter.register_fn("without_marks", native::without_marks);
        interpreter.register_fn("cost_center", native::cost_center);
        let script = interpreter.compile(include_str!("scripts/mapping.rhai"));
        let map = |person| {
            let value = |text: Option<&str>| text.map_or(Dynamic::UNIT, Into::into);
            let pairs = named(person).map(|(name, text)| (name.into(), value(text)));
            Dynamic::from_map(pairs.collect::<Map>())
        };
        Self {
            script: script.unwrap(),
            interpreter,
            people: people.iter().map(map).collect(),
        }
    }
}

impl Engine for Rhai {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        let mut scope = Scope::new();
        for (number, person) in self.people.iter_mut().enumerate() {
            let options = CallFnOptions::new().eval_ast(false).bind_this_ptr(person);
            let values: Array = self
                .interpreter
                .call_fn_with_options(options, &mut scope, &self.script, "map", ())
                .unwrap();
            let texts = values.iter().map(Dynamic::read_lock::<ImmutableString>);
            let texts: Vec<_> = texts.collect();
            let texts = texts
                .iter()
                .map(|text| text.as_ref().map(|text| text.as_bytes()));
            see_all(number, texts, see);
        }
    }
}
