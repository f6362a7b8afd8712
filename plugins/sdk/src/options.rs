//! Options: JSON in, the plugin's own struct out, and the struct's field names for the tests.
//!
//! The host has already checked the JSON against the schema; a mismatch here means that schema
//! and struct differ, which `testing::check` finds before anybody else does.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::{self, Deserializer, Visitor};

use crate::Problem;

/// The options of a function that has none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoOptions {}

impl NoOptions {
    /// Their schema.
    pub const SCHEMA: &str = r#"{"type":"object","properties":{},"additionalProperties":false}"#;
}

pub(crate) fn parse<O: DeserializeOwned>(json: &str) -> Result<O, Problem> {
    serde_json::from_str(json).map_err(|error| Problem::new("options", error))
}

/// The field names that `O` reads, as its derived `Deserialize` announces them.
pub(crate) fn fields<O: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let mut seen = None;
    // The probe answers every call with an error: only the announcement matters.
    let _always_refused = O::deserialize(FieldProbe { seen: &mut seen });
    seen
}

struct FieldProbe<'a> {
    seen: &'a mut Option<&'static [&'static str]>,
}

impl<'de> Deserializer<'de> for FieldProbe<'_> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("only field names are read"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.seen = Some(fields);
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
