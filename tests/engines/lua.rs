//! Lua 5.4 in its own C code, through mlua: a table per person, one call that returns twelve values.
//!
//! Returning the values is faster than filling a table, which would be read field by field. Lua's
//! `lower` knows ASCII alone, where ours knows Unicode; the addresses here are ASCII.

use mlua::{Function, Lua as State, LuaString, Table};

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
    pub fn new(people: &[Person]) -> Self {
        let state = State::new();
        let map = state.load(include_str!("scripts/mapping.lua"));
        let table = |person| state.create_table_from(named(person)).unwrap();
        Self {
            map: map.eval().unwrap(),
            people: people.iter().map(table).collect(),
            _state: state,
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
