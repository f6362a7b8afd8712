//! VRL, Vector's language: an object per person, a program that gives an array of twelve.
//!
//! VRL's example (`examples/simple.rs`, "the target that can be accessed / modified in the VRL
//! program") makes a `TargetValue` that owns the value; Vector's `remap` runs `Runtime::resolve` on a
//! target of its own for each event, and clears the runtime after it. So it is done with whole
//! documents: a record that the host keeps is copied into its target, and the copy is measured alone
//! too. An event that nobody needs afterwards could be moved; Vector moves those whose program cannot
//! fail. Flat attributes are read in place (`TargetValueRef`), which copies nothing.
//!
//! Comparisons choose the names of countries and divisions: faster than an object that every run
//! makes anew. Patterns are literals, which VRL compiles once.

use std::collections::BTreeMap;
use std::hint::black_box;

use vrl::compiler::runtime::Runtime;
use vrl::compiler::state::RuntimeState;
use vrl::compiler::{Context, Program, TargetValue, TargetValueRef, TimeZone, compile};
use vrl::value::{ObjectMap, Secrets, Value};

use super::people::{Person, named};
use super::{Engine, see_all};
use crate::Seen;

/// A target of its own for each record.
pub struct Vrl<'a> {
    map: Program,
    people: &'a [Value],
}

/// Records are read in place.
pub struct VrlInPlace {
    map: Program,
    people: Vec<Value>,
}

fn program(source: &str) -> Program {
    let compiled = compile(source, &vrl::stdlib::all());
    compiled
        .unwrap_or_else(|errors| panic!("{errors:?}"))
        .program
}

/// The copies alone.
pub fn copy(people: &[Value]) {
    for person in people {
        black_box(person.clone());
    }
}

impl<'a> Vrl<'a> {
    pub fn new(people: &'a [Value]) -> Self {
        let map = program(include_str!("scripts/document/mapping.vrl"));
        Self { map, people }
    }
}

impl VrlInPlace {
    pub fn new(people: &[Person]) -> Self {
        let object = |person| {
            let pairs = named(person).map(|(name, text)| (name.into(), text.into()));
            Value::Object(pairs.collect::<ObjectMap>())
        };
        Self {
            map: program(include_str!("scripts/flat/mapping.vrl")),
            people: people.iter().map(object).collect(),
        }
    }
}

impl Engine for Vrl<'_> {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        let (mut runtime, timezone) = (Runtime::default(), TimeZone::default());
        for (number, person) in self.people.iter().enumerate() {
            let mut target = TargetValue {
                value: person.clone(),
                metadata: Value::Object(BTreeMap::new()),
                secrets: Secrets::default(),
            };
            let values = runtime.resolve(&mut target, &self.map, &timezone);
            runtime.clear();
            see_array(number, &values.unwrap(), see);
        }
    }
}

impl Engine for VrlInPlace {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        let (mut state, timezone) = (RuntimeState::default(), TimeZone::default());
        let mut metadata = Value::Object(BTreeMap::new());
        let mut secrets = Secrets::default();
        for (number, person) in self.people.iter_mut().enumerate() {
            let mut target = TargetValueRef {
                value: person,
                metadata: &mut metadata,
                secrets: &mut secrets,
            };
            state.clear();
            let mut context = Context::new(&mut target, &mut state, &timezone);
            let values = self.map.resolve(&mut context).unwrap();
            see_array(number, &values, see);
        }
    }
}

fn see_array(number: usize, values: &Value, see: &mut impl FnMut(Seen<'_>)) {
    let values = values.as_array().unwrap();
    let texts = values
        .iter()
        .map(|value| value.as_bytes().map(|bytes| &bytes[..]));
    see_all(number, texts, see);
}
