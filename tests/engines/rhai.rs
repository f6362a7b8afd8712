//! Rhai: an object map per person, a script that gives an array.
//!
//! Rhai's book gives a script its input as a variable: `scope.push("y", 42_i64)`, then
//! `eval_with_scope` ("`Scope` - Maintaining State"); a script that was compiled before is run by
//! `eval_ast_with_scope` with the same scope. A variable owns its value, so a record that the host
//! keeps is copied into it for each run; that is what is done with whole documents, and the copy is
//! measured alone too. With flat attributes a function is called whose `this` is the record
//! (`CallFnOptions::bind_this_ptr`, "an advanced API"), which copies nothing.
//!
//! What Rhai has no function for is Rust. Its limits and checks are at their defaults, as ours are.

use std::hint::black_box;

use rhai::{
    AST, Array, CallFnOptions, Dynamic, Engine as Interpreter, ImmutableString, Map, Scope,
};

use super::people::{Person, named};
use super::{Engine, native, see_all};
use crate::Seen;

/// A record as a variable.
pub struct Rhai<'a> {
    interpreter: Interpreter,
    script: AST,
    people: &'a [Map],
}

/// A record as `this`.
pub struct RhaiThis {
    interpreter: Interpreter,
    script: AST,
    people: Vec<Dynamic>,
}

fn interpreter() -> Interpreter {
    let mut interpreter = Interpreter::new();
    interpreter.register_fn("phone", native::phone);
    interpreter.register_fn("without_marks", native::without_marks);
    interpreter.register_fn("cost_center", native::cost_center);
    interpreter
}

/// Documents as Rhai reads them.
pub fn read(documents: &[Vec<u8>]) -> Vec<Map> {
    let interpreter = interpreter();
    let text = |document| std::str::from_utf8(document).unwrap();
    let documents = documents.iter();
    documents
        .map(|document| interpreter.parse_json(text(document), true).unwrap())
        .collect()
}

/// The copies alone.
pub fn copy(people: &[Map]) {
    for person in people {
        black_box(person.clone());
    }
}

impl<'a> Rhai<'a> {
    pub fn new(people: &'a [Map]) -> Self {
        let interpreter = interpreter();
        let script = interpreter.compile(include_str!("scripts/document/mapping.rhai"));
        Self {
            script: script.unwrap(),
            interpreter,
            people,
        }
    }
}

impl RhaiThis {
    pub fn new(people: &[Person]) -> Self {
        let interpreter = interpreter();
        let script = interpreter.compile(include_str!("scripts/flat/mapping.rhai"));
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

impl Engine for Rhai<'_> {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        let mut scope = Scope::new();
        for (number, person) in self.people.iter().enumerate() {
            scope.push("person", person.clone());
            let values = self
                .interpreter
                .eval_ast_with_scope(&mut scope, &self.script);
            see_array(number, &values.unwrap(), see);
            scope.clear();
        }
    }
}

impl Engine for RhaiThis {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        let mut scope = Scope::new();
        for (number, person) in self.people.iter_mut().enumerate() {
            let options = CallFnOptions::new().eval_ast(false).bind_this_ptr(person);
            let values =
                self.interpreter
                    .call_fn_with_options(options, &mut scope, &self.script, "map", ());
            see_array(number, &values.unwrap(), see);
        }
    }
}

fn see_array(number: usize, values: &Array, see: &mut impl FnMut(Seen<'_>)) {
    let texts = values.iter().map(Dynamic::read_lock::<ImmutableString>);
    let texts: Vec<_> = texts.collect();
    let texts = texts
        .iter()
        .map(|text| text.as_ref().map(|text| text.as_bytes()));
    see_all(number, texts, see);
}
