//! `QuickJS` through rquickjs: an object per person, one call that returns an array of twelve.

use rquickjs::{Array, CString, Context, Function, Object, Persistent, Runtime};

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
    pub fn new(people: &[Person]) -> Self {
        let runtime = Runtime::new().unwrap();
        let context = Context::full(&runtime).unwrap();
        let (map, people) = context.with(|ctx| {
            let map: Function = ctx.eval(include_str!("scripts/mapping.js")).unwrap();
            let object = |person| {
                let object = Object::new(ctx.clone()).unwrap();
                for (name, value) in named(person) {
                    object.set(name, value).unwrap();
                }
                Persistent::save(&ctx, object)
            };
            let people = people.iter().map(object).collect();
            (Persistent::save(&ctx, map), people)
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
