//! VRL, Vector's language: an object per person that the program reads in place, one run that gives
//! an array of twelve.
//!
//! Comparisons choose the names of countries and divisions: faster than an object that every run
//! makes anew. Both patterns are literals, which VRL compiles once.

use std::collections::BTreeMap;

use vrl::compiler::state::RuntimeState;
use vrl::compiler::{Context, Program, TargetValueRef, TimeZone, compile};
use vrl::value::{ObjectMap, Secrets, Value};

use super::people::{Person, named};
use super::{Engine, see_all};
use crate::Seen;

pub struct Vrl {
    map: Program,
    people: Vec<Value>,
}

impl Vrl {
    pub fn new(people: &[Person]) -> Self {
        let source = include_str!("scripts/mapping.vrl");
        let map =
            compile(source, &vrl::stdlib::all()).unwrap_or_else(|errors| panic!("{errors:?}"));
        let object = |person| {
            let pairs = named(person).map(|(name, text)| (name.into(), text.into()));
            Value::Object(pairs.collect::<ObjectMap>())
        };
        Self {
            map: map.program,
            people: people.iter().map(object).collect(),
        }
    }
}

impl Engine for Vrl {
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
            let Value::Array(values) = self.map.resolve(&mut context).unwrap() else {
                panic!("VRL gives no array");
            };
            let texts = values
                .iter()
                .map(|value| value.as_bytes().map(|bytes| &bytes[..]));
            see_all(number, texts, see);
        }
    }
}
