//! jq as jaq, which is faster than the original: an object per person, one filter that makes an
//! array of twelve.
//!
//! jaq-core's documentation reads a value (`jaq_json::read::parse_single`) and runs the compiled
//! filter on it, `filter.id.run((ctx, input))`. Values count references: nothing is copied. The two
//! tables are variables. jaq compiles a regular expression at every call; a filter cannot keep one.
//! So a single text is split by and joined rather than replaced.

use jaq_core::data::JustLut;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, Vars, unwrap_valr};
use jaq_json::{Val, read};

use super::people::{Person, named};
use super::{Engine, see_all};
use crate::Seen;

pub struct Jq {
    map: Filter<JustLut<Val>>,
    tables: [Val; 2],
    people: Vec<Val>,
}

impl Jq {
    /// Whole documents.
    pub fn documents(documents: &[Vec<u8>]) -> Self {
        let script = include_str!("scripts/document/mapping.jq");
        let documents = documents.iter();
        let people = documents.map(|document| read::parse_single(document).unwrap());
        Self::new(script, people.collect())
    }

    /// Twelve attributes.
    pub fn flat(people: &[Person]) -> Self {
        let script = include_str!("scripts/flat/mapping.jq");
        let people = people.iter().map(|person| object(named(person)));
        Self::new(script, people.collect())
    }

    fn new(script: &str, people: Vec<Val>) -> Self {
        let definitions = jaq_core::defs()
            .chain(jaq_std::defs())
            .chain(jaq_json::defs());
        let functions = jaq_core::funs()
            .chain(jaq_std::funs())
            .chain(jaq_json::funs());
        let arena = Arena::default();
        let source = File {
            code: script,
            path: (),
        };
        let modules = Loader::new(definitions).load(&arena, source);
        let modules = modules.unwrap_or_else(|errors| panic!("{errors:?}"));
        let map = Compiler::default()
            .with_funs(functions)
            .with_global_vars(["$countries", "$divisions"])
            .compile(modules);
        let tables = [
            attune_bench::mapping::countries(),
            attune_bench::mapping::divisions(),
        ];
        Self {
            map: map.unwrap_or_else(|errors| panic!("{errors:?}")),
            tables: tables.map(|json| {
                let entries = json.as_object().unwrap().iter();
                object(entries.map(|(key, value)| (key.as_str(), value.as_str())))
            }),
            people,
        }
    }
}

fn object<'k, 'v>(pairs: impl Iterator<Item = (&'k str, Option<&'v str>)>) -> Val {
    let text = |text: &str| Val::utf8_str(text.to_owned());
    let pairs = pairs.map(|(key, value)| (text(key), value.map_or(Val::Null, text)));
    Val::obj(pairs.collect())
}

impl Engine for Jq {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        let context = Ctx::<JustLut<Val>>::new(&self.map.lut, Vars::new(self.tables.clone()));
        for (number, person) in self.people.iter().enumerate() {
            let mut results = self.map.id.run((context.clone(), person.clone()));
            let Some(Ok(Val::Arr(values))) = results.next().map(unwrap_valr) else {
                panic!("jq gives no array");
            };
            let texts = values.iter().map(|value| match value {
                Val::TStr(text) => Some(&text[..]),
                _ => None,
            });
            see_all(number, texts, see);
        }
    }
}
