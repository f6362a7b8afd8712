//! `QuickJS` through rquickjs: an object per person, one call that returns an array of twelve.
//!
//! rquickjs' documentation: `Function::call`, "call the function with given arguments", which are a
//! tuple. An object is a reference, nothing is copied. Whole documents become objects by the engine's
//! own parser (`Ctx::json_parse`), before anything is measured.

use rquickjs::{Array, CString, Context, Ctx, Function, Object, Persistent, Runtime};

use super::people::{Person, named};
use super::{Engine, see_all};
use crate::Seen;

pub struct QuickJs {
    map: Persistent<Function<'static>>,
    people: Vec<Persistent<Object<'static>>>,
    context: Context,
    // Last: what is above lives in it.
    _runtime: Runtime,
}

impl QuickJs {
    /// Whole documents.
    pub fn documents(documents: &[Vec<u8>]) -> Self {
        let script = include_str!("scripts/document/mapping.js");
        Self::new(script, documents, |ctx, document| {
            let value = ctx.json_parse(document.as_slice()).unwrap();
            value.into_object().unwrap()
        })
    }

    /// Twelve attributes.
    pub fn flat(people: &[Person]) -> Self {
        let script = include_str!("scripts/flat/mapping.js");
        Self::new(script, people, |ctx, person| {
            let object = Object::new(ctx.clone()).unwrap();
            for (name, value) in named(person) {
                object.set(name, value).unwrap();
            }
            object
        })
    }

    fn new<P>(
        script: &str,
        people: &[P],
        object: impl for<'js> Fn(&Ctx<'js>, &P) -> Object<'js>,
    ) -> Self {
        let runtime = Runtime::new().unwrap();
        let context = Context::full(&runtime).unwrap();
        let (map, people) = context.with(|ctx| {
            let map: Function = ctx.eval(script).unwrap();
            let people = people.iter();
            let people = people.map(|person| Persistent::save(&ctx, object(&ctx, person)));
            (Persistent::save(&ctx, map), people.collect())
        });
        Self {
            map,
            people,
            context,
            _runtime: runtime,
        }
    }
}

impl Engine for QuickJs {
    fn map(&mut self, see: &mut impl FnMut(Seen<'_>)) {
        self.context.with(|ctx| {
            let map = self.map.clone().restore(&ctx).unwrap();
            for (number, person) in self.people.iter().enumerate() {
                let person = person.clone().restore(&ctx).unwrap();
                let values: Array = map.call((person,)).unwrap();
                let texts = values.iter::<Option<CString>>().map(Result::unwrap);
                let texts: Vec<Option<CString>> = texts.collect();
                let texts = texts.iter().map(|text| text.as_deref().map(str::as_bytes));
                see_all(number, texts, see);
            }
        });
    }
}
