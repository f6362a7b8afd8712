//! Lua 5.4 in its own C code, through mlua: a table per person, one call that returns twelve values.
//!
//! mlua's documentation: "Use `Function::call` to invoke a Lua function"; its guided tour: "You can
//! pass values like `Table` back into Lua". A table is a reference, nothing is copied. Returning the values is faster than filling a table, which would be read field
//! by field. JSON's null is nil, which takes no place in a table. Lua's `lower` knows ASCII alone,
//! where ours knows Unicode; the addresses here are ASCII.

use mlua::{Function, Lua as State, LuaString, Table, Value};
use serde_json::Value as Json;

use super::people::{Person, named};
use super::{Engine, see_all};
use crate::Seen;

/// What a call returns.
type Texts = (
    Option<LuaString>,
    Option<LuaString>,
    Option<LuaString>,
    Option<LuaString>,
    Option<LuaString>,
    Option<LuaString>,
    Option<LuaString>,
    Option<LuaString>,
    Option<LuaString>,
    Option<LuaString>,
    Option<LuaString>,
    Option<LuaString>,
);

pub struct Lua {
    map: Function,
    people: Vec<Table>,
    // Last: what is above lives in it.
    _state: State,
}

impl Lua {
    /// Whole documents.
    pub fn documents(documents: &[Json]) -> Self {
        let script = include_str!("scripts/document/mapping.lua");
        Self::new(script, documents, |state, document| {
            match value(state, document) {
                Value::Table(table) => table,
                other => panic!("{other:?} is no document"),
            }
        })
    }

    /// Twelve attributes.
    pub fn flat(people: &[Person]) -> Self {
        let script = include_str!("scripts/flat/mapping.lua");
        Self::new(script, people, |state, person| {
            state.create_table_from(named(person)).unwrap()
        })
    }

    fn new<P>(script: &str, people: &[P], table: impl Fn(&State, &P) -> Table) -> Self {
        let state = State::new();
        Self {
            map: state.load(script).eval().unwrap(),
            people: people.iter().map(|person| table(&state, person)).collect(),
            _state: state,
        }
    }
}

fn value(state: &State, json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(boolean) => Value::Boolean(*boolean),
        Json::Number(number) => Value::Number(number.as_f64().unwrap()),
        Json::String(text) => Value::String(state.create_string(text).unwrap()),
        Json::Array(list) => {
            let values = list.iter().map(|json| value(state, json));
            Value::Table(state.create_sequence_from(values).unwrap())
        }
        Json::Object(object) => {
            let pairs = object.iter();
            let pairs = pairs.map(|(key, json)| (key.as_str(), value(state, json)));
            Value::Table(state.create_table_from(pairs).unwrap())
        }
    }
}

impl Engine for Lua {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        for (number, person) in self.people.iter().enumerate() {
            let texts: Texts = self.map.call(person).unwrap();
            let texts = <[Option<LuaString>; 12]>::from(texts);
            let texts = texts.map(|text| text.map(|text| text.as_bytes()));
            see_all(number, texts.iter().map(Option::as_deref), see);
        }
    }
}
