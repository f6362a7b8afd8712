//! Partial responses: `fields=kind,nextPageToken,users(id,name/fullName)`.
//!
//! Source: "Working with partial resources" of Google's API guides. A name that the answer's
//! description does not have is refused, as Google does.

use std::collections::BTreeMap;

use serde_json::Value;

use super::refusal::Refusal;
use crate::wire::Received;

/// Members of an object that are wanted; an empty tree below a name wants all of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fields(BTreeMap<String, Fields>);

/// Cuts an answer down to what the request wants. `known` are the names at the top, `inside` those
/// of the elements of the list (or empty where the answer is no list).
pub(super) fn cut(
    received: &Received,
    answer: Value,
    known: &[&str],
    inside: (&str, &[&str]),
) -> Result<Value, Refusal> {
    let Some(text) = received.parameter("fields") else {
        return Ok(answer);
    };
    let fields = Fields::read(&text)?;
    fields.check(known)?;
    let (list, names) = inside;
    if let Some(below) = fields.0.get(list) {
        below.check(names)?;
    }
    Ok(fields.of(answer))
}

impl Fields {
    fn read(text: &str) -> Result<Self, Refusal> {
        let mut rest = text;
        let fields = Self::level(&mut rest)?;
        if !rest.is_empty() {
            return Err(unreadable(text));
        }
        Ok(fields)
    }

    fn level(rest: &mut &str) -> Result<Self, Refusal> {
        let mut fields = Self::default();
        loop {
            let end = rest.find([',', '(', ')', '/']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() || name.contains(char::is_whitespace) {
                return Err(unreadable(rest));
            }
            *rest = after;
            let below = if let Some(inside) = rest.strip_prefix('(') {
                *rest = inside;
                let below = Self::level(rest)?;
                *rest = rest.strip_prefix(')').ok_or_else(|| unreadable(name))?;
                below
            } else if let Some(inside) = rest.strip_prefix('/') {
                let end = inside.find([',', ')']).unwrap_or(inside.len());
                let (path, after) = inside.split_at(end);
                *rest = after;
                Self::read(path)?
            } else {
                Self::default()
            };
            fields.0.insert(name.to_owned(), below);
            match rest.strip_prefix(',') {
                Some(more) => *rest = more,
                None => return Ok(fields),
            }
        }
    }

    fn check(&self, known: &[&str]) -> Result<(), Refusal> {
        let unknown = self.0.keys().find(|name| !known.contains(&name.as_str()));
        unknown.map_or(Ok(()), |name| Err(unreadable(name)))
    }

    fn of(&self, value: Value) -> Value {
        if self.0.is_empty() {
            return value;
        }
        match value {
            Value::Array(elements) => elements.into_iter().map(|one| self.of(one)).collect(),
            Value::Object(members) => members
                .into_iter()
                .filter_map(|(name, value)| Some((name.clone(), self.0.get(&name)?.of(value))))
                .collect(),
            other => other,
        }
    }
}

fn unreadable(what: &str) -> Refusal {
    let message = format!("Invalid field selection {what}");
    Refusal::new(400, "invalidParameter", message)
}

#[cfg(test)]
mod tests {
    use super::Fields;
    use serde_json::json;

    #[test]
    fn a_tree_of_names_is_read_and_applied() {
        let fields = Fields::read("kind,users(id,name/fullName,emails(address)),x").unwrap();
        let answer = json!({
            "kind": "k", "etag": "e", "x": { "y": 1 },
            "users": [{ "id": "1", "name": { "fullName": "A", "givenName": "B" },
                        "emails": [{ "address": "a", "type": "work" }] }],
        });
        assert_eq!(
            fields.of(answer),
            json!({
                "kind": "k", "x": { "y": 1 },
                "users": [{ "id": "1", "name": { "fullName": "A" }, "emails": [{ "address": "a" }] }],
            })
        );
    }

    #[test]
    fn what_is_no_selection_is_refused() {
        for text in ["", "a,", "a(b", "a)", "a b", ",a", "a()", "a/"] {
            assert!(Fields::read(text).is_err(), "{text}");
        }
    }
}
