//! A person who was found, kept until it is known whether they take part.
//!
//! A document that is a slice is valid only in the turn that answers its reply, and whether somebody
//! takes part often needs another question (is this person in the group?). A [`Held`] keeps the
//! person with the text of the document as a part of the conversation's state. Deliberately not
//! here: LDAP entries; a search answers both questions at once.

use serde::{Deserialize, Serialize};

use super::{Document, Person, Relation};

/// A whole person, with the document as text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Held {
    key: String,
    names: Vec<String>,
    revision: String,
    document: String,
    relations: Vec<(String, String)>,
}

impl Held {
    /// Keeps a whole person of the reply with this body.
    pub fn of(person: Person, body: &str) -> Self {
        let document = match person.document {
            Document::Slice(start, end) => body
                .get(start as usize..end as usize)
                .unwrap_or_default()
                .to_owned(),
            Document::Json(text) => text,
            Document::Entry(_) | Document::Nothing => String::new(),
        };
        let relations = person.relations.into_iter();
        Self {
            key: person.key,
            names: person.names,
            revision: person.revision,
            document,
            relations: relations.map(|link| (link.role, link.name)).collect(),
        }
    }

    /// The person's key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The person again, now that it is known.
    pub fn release(self, in_scope: bool) -> Person {
        let mut person = Person::whole(self.key, Document::Json(self.document));
        person.names = self.names;
        person.revision = self.revision;
        person.in_scope = Some(in_scope);
        let relations = self.relations.into_iter();
        person.relations = relations
            .map(|(role, name)| Relation { role, name })
            .collect();
        person
    }
}

#[cfg(test)]
mod tests {
    use super::Held;
    use crate::provider::{Document, Person};

    #[test]
    fn a_person_comes_back_as_they_were() {
        let body = r#"[{"id":"a"}]"#;
        let mut person = Person::whole("a".to_owned(), Document::Slice(1, 11));
        person.add_name("ada");
        person.relate("manager", "ben".to_owned());
        let kept = serde_json::to_string(&Held::of(person, body)).unwrap();
        let held: Held = serde_json::from_str(&kept).unwrap();
        assert_eq!(held.key(), "a");
        let person = held.release(false);
        assert_eq!(person.document, Document::Json(r#"{"id":"a"}"#.to_owned()));
        assert_eq!(
            (person.in_scope, person.names),
            (Some(false), vec!["ada".to_owned()])
        );
        assert_eq!(person.relations[0].name, "ben");
    }
}
