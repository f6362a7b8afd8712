//! Reads just what an adapter needs of a JSON answer, and leaves the rest where it is.
//!
//! People are delivered as slices of the reply, so that a document is neither copied nor parsed
//! twice: [`members`] gives the raw text of some members of an object, [`elements`] the raw text of
//! an array's elements, [`slice`] where such a text lies in the body.
//!
//! Invariant: the whole text is checked. A body that was cut, that has a byte order mark, that is
//! not UTF-8, or whose looked-at members come twice is an error, never a shorter answer.
//! Deliberately not here: a tree of values. What an element holds is the host's to project.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Why a text is not what it should be.
#[derive(Debug, PartialEq, Eq)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

/// The body as text.
pub fn text(body: &[u8]) -> Result<&str, Error> {
    if body.starts_with(b"\xEF\xBB\xBF") {
        return Err(Error("it begins with a byte order mark".to_owned()));
    }
    std::str::from_utf8(body).map_err(|error| Error(format!("it is not UTF-8: {error}")))
}

/// The raw text of the named members of an object; a member that is not there is `None`, and a
/// member that is `null` is `Some("null")`.
pub fn members<'a, const N: usize>(
    object: &'a str,
    names: [&str; N],
) -> Result<[Option<&'a str>; N], Error> {
    read_members(object, names, <[u8]>::eq, false)
}

/// The same where the object may have no other members: for answers of which the adapter chose what
/// is in them, so that a member that is spelt otherwise is no member that is missing.
pub fn only_members<'a, const N: usize>(
    object: &'a str,
    names: [&str; N],
) -> Result<[Option<&'a str>; N], Error> {
    read_members(object, names, <[u8]>::eq, true)
}

/// The same with names that are compared without (ASCII) case, as SCIM wants it; a name that comes
/// in two spellings comes twice.
pub fn members_ignoring_case<'a, const N: usize>(
    object: &'a str,
    names: [&str; N],
) -> Result<[Option<&'a str>; N], Error> {
    read_members(object, names, <[u8]>::eq_ignore_ascii_case, false)
}

fn read_members<'a, const N: usize>(
    object: &'a str,
    names: [&str; N],
    is_same: Same,
    is_strict: bool,
) -> Result<[Option<&'a str>; N], Error> {
    let mut json = serde_json::Deserializer::from_str(object);
    let members = Members {
        names,
        is_same,
        is_strict,
    };
    let found = members.deserialize(&mut json)?;
    json.end()?;
    Ok(found)
}

/// The raw text of an array's elements.
pub fn elements(array: &str) -> Result<Vec<&str>, Error> {
    let mut json = serde_json::Deserializer::from_str(array);
    let found = Elements.deserialize(&mut json)?;
    json.end()?;
    Ok(found)
}

/// The text of a JSON string; `None` for any other value, and for a string that is not Unicode
/// (a lone surrogate).
pub fn string(raw: &str) -> Option<String> {
    serde_json::from_str(raw).ok()
}

/// Where `part` lies in `body`; `None` unless it is a piece of it.
pub fn slice(body: &str, part: &str) -> Option<(u32, u32)> {
    let start = (part.as_ptr() as usize).checked_sub(body.as_ptr() as usize)?;
    let end = start.checked_add(part.len())?;
    let range = (u32::try_from(start).ok()?, u32::try_from(end).ok()?);
    (end <= body.len()).then_some(range)
}

/// How two names are compared.
type Same = fn(&[u8], &[u8]) -> bool;

struct Members<'n, const N: usize> {
    names: [&'n str; N],
    is_same: Same,
    /// Other members are an error.
    is_strict: bool,
}

impl<'de, const N: usize> DeserializeSeed<'de> for Members<'_, N> {
    type Value = [Option<&'de str>; N];

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Members<'_, N> {
    type Value = [Option<&'de str>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        let name = Name {
            names: &self.names,
            is_same: self.is_same,
        };
        while let Some(position) = map.next_key_seed(name)? {
            match position.and_then(|at| found.get_mut(at)) {
                Some(place) => {
                    let value: &RawValue = map.next_value()?;
                    if place.replace(value.get()).is_some() {
                        return Err(serde::de::Error::custom("a member comes twice"));
                    }
                }
                None if self.is_strict => {
                    return Err(serde::de::Error::custom("a member that nobody asked for"));
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// The position of a member's name among those looked for.
#[derive(Clone, Copy)]
struct Name<'n> {
    names: &'n [&'n str],
    is_same: Same,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        // As bytes, so that a name with half a surrogate pair is a strange name and no error.
        json.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_bytes<E: serde::de::Error>(self, name: &[u8]) -> Result<Self::Value, E> {
        // Nobody looked for control characters, and a body that has one here is no JSON.
        if name.iter().any(u8::is_ascii_control) {
            return Err(E::custom("control character in a member's name"));
        }
        let is_name = |known: &&str| (self.is_same)(known.as_bytes(), name);
        Ok(self.names.iter().position(is_name))
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        self.visit_bytes(name.as_bytes())
    }
}

struct Elements;

impl<'de> DeserializeSeed<'de> for Elements {
    type Value = Vec<&'de str>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(element) = array.next_element::<&RawValue>()? {
            found.push(element.get());
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::{elements, members, members_ignoring_case, only_members, slice, string, text};

    #[test]
    fn a_member_whose_name_is_no_text_hides_nobody() {
        let [id] = members(r#"{"\ud800":1,"id":"a","\udc00x":{}}"#, ["id"]).unwrap();
        assert_eq!(id, Some("\"a\""));
        assert!(members("{\"a\nb\":1}", ["id"]).is_err());
    }

    #[test]
    fn an_element_is_a_slice_of_the_body() {
        let body = " { \"value\" : [ {\"id\":\"a\"} ,\n\t{ \"id\" : \"b\" } ] , \"n\": 1 } ";
        let [value, missing] = members(body, ["value", "missing"]).unwrap();
        let found = elements(value.unwrap()).unwrap();
        assert_eq!(found, ["{\"id\":\"a\"}", "{ \"id\" : \"b\" }"]);
        let (start, end) = slice(body, found[1]).unwrap();
        assert_eq!(&body[start as usize..end as usize], "{ \"id\" : \"b\" }");
        assert_eq!(missing, None);
    }

    #[test]
    fn escaped_names_are_found() {
        let body = "{\"\\u0069d\": \"x\"}";
        assert_eq!(members(body, ["id"]).unwrap(), [Some("\"x\"")]);
    }

    #[test]
    fn only_members_takes_no_others() {
        assert_eq!(only_members("{\"a\":1}", ["a", "b"]), Ok([Some("1"), None]));
        assert_eq!(only_members("{}", ["a"]), Ok([None]));
        assert!(only_members("{\"a\":1,\"c\":2}", ["a", "b"]).is_err());
    }

    #[test]
    fn null_is_not_missing() {
        assert_eq!(members("{\"a\":null}", ["a"]).unwrap(), [Some("null")]);
    }

    #[test]
    fn a_cut_body_is_an_error_at_every_byte() {
        let body = "{\"value\":[{\"id\":\"\\u00e4\",\"n\":[1.5e3,true,null]}],\"next\":\"l\"}";
        for end in 0..body.len() {
            assert!(members(&body[..end], ["value"]).is_err(), "{end}");
        }
        assert!(members(body, ["value"]).is_ok());
    }

    #[test]
    fn a_member_that_comes_twice_is_an_error() {
        assert!(members("{\"a\":1,\"a\":2}", ["a"]).is_err());
        assert!(members("{\"b\":1,\"b\":2}", ["a"]).is_ok());
    }

    #[test]
    fn names_without_case_are_one_name() {
        let body = r#"{"RESOURCES":[],"Urn:X:User":{"a":1}}"#;
        let found = members_ignoring_case(body, ["Resources", "urn:x:user", "a"]).unwrap();
        assert_eq!(found, [Some("[]"), Some(r#"{"a":1}"#), None]);
        assert!(members_ignoring_case("{\"id\":1,\"ID\":2}", ["id"]).is_err());
        assert_eq!(members("{\"id\":1,\"ID\":2}", ["id"]).unwrap(), [Some("1")]);
    }

    #[test]
    fn a_lone_surrogate_costs_its_value_only() {
        let body = r#"{"id":"a","mail":"\ud800"}"#;
        let [id, mail] = members(body, ["id", "mail"]).unwrap();
        assert_eq!(string(id.unwrap()).unwrap(), "a");
        assert_eq!(string(mail.unwrap()), None);
    }

    #[test]
    fn a_deep_document_does_not_use_up_the_stack() {
        let body = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(members(&body, ["a"]).is_ok());
    }

    #[test]
    fn a_byte_order_mark_is_refused() {
        assert!(text(b"\xEF\xBB\xBF{}").is_err());
        assert!(text(b"\xFF{}").is_err());
        assert_eq!(text(b"{}").unwrap(), "{}");
    }

    #[test]
    fn a_foreign_text_is_no_slice() {
        assert_eq!(slice("abc", "a different text"), None);
    }
}
