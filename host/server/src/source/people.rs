//! What a conversation delivers, and the check of everything in it.
//!
//! A person whose key or document cannot be used is refused alone: the others of the page go on. A
//! slice or an entry that does not exist ends the conversation, because then nothing that the
//! adapter says about the page can be trusted.

use bytes::Bytes;

use super::Error;
use super::adapter::{DocumentAt, Found, ImageAt, PersonAt, PictureAt, Reply};
use super::limits::{
    ENTRY_BYTES_MAX, JSON_BYTES_MAX, NAME_BYTES_MAX, NAMES_MAX, PARTS_MAX, RELATIONS_MAX,
};
use crate::net::ldap;

/// How much of a person a delivery holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Every wanted attribute that exists is in it.
    Whole,
    /// What is not in it is unchanged.
    Partial,
    /// The provider says that they were removed.
    Gone,
}

/// Another person, by any of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// `manager`, ...
    pub role: String,
    /// Key or any other name.
    pub name: String,
}

/// A person's document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// A JSON object: a part of the answer, not a copy of it.
    Json(Bytes),
    /// An object of a directory.
    Ldap(ldap::Entry),
    /// None.
    Nothing,
}

/// A person as the provider delivers them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Stable key: neither empty nor longer than 1 KiB, without NUL.
    pub key: String,
    /// Other names; those that cannot be names are left out.
    pub names: Vec<String>,
    /// Changes with the document; may be empty.
    pub revision: String,
    /// Whole, partial or gone.
    pub presence: Presence,
    /// Whether groups and options let them take part, where the adapter knows.
    pub in_scope: Option<bool>,
    /// Their document.
    pub document: Document,
    /// Further documents, hung in under a member.
    pub parts: Vec<(String, Document)>,
    /// Other people.
    pub relations: Vec<Relation>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Image {
    /// As we have it.
    Unchanged,
    /// There is none.
    Missing,
    /// The bytes.
    Bytes(Bytes),
    /// To be fetched without a credential.
    Link(String),
}

/// Somebody's picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Whose.
    pub key: String,
    /// Changes with the picture.
    pub mark: String,
    /// As the provider says.
    pub media_type: String,
    /// The picture.
    pub image: Image,
}

/// An attribute that the provider has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// How rows name it.
    pub selector: String,
    /// How people name it.
    pub title: String,
    /// `text`, `list`, ...
    pub kind: String,
}

/// A person who was delivered but cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Their key as far as it can be shown.
    pub person: String,
    /// Why.
    pub why: String,
}

/// What one step of a conversation delivered.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// In the adapter's order.
    pub people: Vec<Person>,
    /// The provider said that these do not exist.
    pub absent: Vec<String>,
    /// Delivered, but of no use.
    pub refused: Vec<Refused>,
    /// Pictures.
    pub pictures: Vec<Picture>,
    /// Lines of a check.
    pub findings: Vec<Found>,
    /// What the provider's schema tells.
    pub attributes: Vec<Attribute>,
    /// Where a listing goes on after this page, in another process if need be.
    pub mark: Option<Vec<u8>>,
}

impl Page {
    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty()
            && self.absent.is_empty()
            && self.refused.is_empty()
            && self.pictures.is_empty()
            && self.findings.is_empty()
            && self.attributes.is_empty()
    }
}

/// The reply that a turn answers: only into it may documents point.
#[derive(Debug, Default)]
pub(super) struct Answered<'a>(pub(super) Option<&'a Reply>);

impl Answered<'_> {
    /// Checks a person; the inner error refuses them alone.
    pub(super) fn person(&self, at: PersonAt) -> Result<Result<Person, Refused>, Error> {
        let document = self.document(at.document)?;
        let mut parts = Vec::with_capacity(at.parts.len().min(PARTS_MAX));
        for (member, part) in at.parts {
            parts.push((member, self.document(part)?));
        }
        let person = Person {
            key: at.key,
            names: at.names.into_iter().filter(|name| is_name(name)).collect(),
            revision: at.revision,
            presence: at.presence,
            in_scope: at.in_scope,
            document,
            parts,
            relations: at.relations.into_iter().filter(is_relation).collect(),
        };
        Ok(match flaw(&person) {
            None => Ok(person),
            Some(why) => Err(Refused {
                person: shown(&person.key),
                why,
            }),
        })
    }

    pub(super) fn picture(&self, at: PictureAt) -> Result<Picture, Error> {
        let image = match at.image {
            ImageAt::Unchanged => Image::Unchanged,
            ImageAt::Missing => Image::Missing,
            ImageAt::Slice(start, end) => Image::Bytes(self.slice(start, end)?),
            ImageAt::Bytes(bytes) => Image::Bytes(bytes.into()),
            ImageAt::Link(link) => Image::Link(link),
        };
        if !is_name(&at.key) {
            return Err(Error::bad("a picture of nobody"));
        }
        Ok(Picture {
            key: at.key,
            mark: at.mark,
            media_type: at.media_type,
            image,
        })
    }

    fn document(&self, at: DocumentAt) -> Result<Document, Error> {
        match at {
            DocumentAt::Slice(start, end) => Ok(Document::Json(self.slice(start, end)?)),
            DocumentAt::Entry(index) => self.entry(index).map(Document::Ldap),
            DocumentAt::Json(text) => Ok(Document::Json(text.into())),
            DocumentAt::Nothing => Ok(Document::Nothing),
        }
    }

    fn slice(&self, start: u32, end: u32) -> Result<Bytes, Error> {
        let Some(Reply::Http { body, .. }) = self.0 else {
            return Err(Error::bad("a slice in a turn that answers no HTTP reply"));
        };
        let range = start as usize..end as usize;
        if range.is_empty() || range.end > body.len() {
            let length = body.len();
            let why = format!("the slice {start}..{end} of a body of {length} bytes");
            return Err(Error::bad(why));
        }
        Ok(body.slice(range))
    }

    fn entry(&self, index: u32) -> Result<ldap::Entry, Error> {
        let Some(Reply::Ldap(page)) = self.0 else {
            return Err(Error::bad(
                "an entry in a turn that answers no directory page",
            ));
        };
        let entry = page.entries.get(index as usize).cloned();
        entry.ok_or_else(|| Error::bad(format!("the entry {index} of {}", page.entries.len())))
    }
}

/// Why a person cannot be used.
fn flaw(person: &Person) -> Option<String> {
    if !is_name(&person.key) {
        return Some(format!(
            "the key is empty, has a NUL or is longer than {NAME_BYTES_MAX} bytes"
        ));
    }
    let is_crowded = person.relations.len() > RELATIONS_MAX || person.names.len() > NAMES_MAX;
    if is_crowded || person.revision.len() > NAME_BYTES_MAX {
        return Some("more names or relations, or a longer revision, than anybody has".to_owned());
    }
    if person.parts.len() > PARTS_MAX || person.parts.iter().any(|(member, _)| !is_name(member)) {
        return Some("a part without a name, or too many of them".to_owned());
    }
    let documents = person
        .parts
        .iter()
        .map(|(_, part)| part)
        .chain([&person.document]);
    let mut json_bytes = 0;
    for document in documents {
        match document {
            Document::Json(json) if !is_object(json) => {
                return Some("the document is not a JSON object".to_owned());
            }
            Document::Json(json) => json_bytes += json.len(),
            Document::Ldap(entry) if entry.size() > ENTRY_BYTES_MAX => {
                return Some(format!("the entry is larger than {ENTRY_BYTES_MAX} bytes"));
            }
            Document::Ldap(_) | Document::Nothing => {}
        }
    }
    (json_bytes > JSON_BYTES_MAX)
        .then(|| format!("the document is larger than {JSON_BYTES_MAX} bytes"))
}

fn is_relation(relation: &Relation) -> bool {
    is_name(&relation.role) && is_name(&relation.name)
}

/// Looks at the ends only: whether it is JSON throughout is seen when it is read.
fn is_object(json: &[u8]) -> bool {
    let trimmed = json.trim_ascii();
    trimmed.starts_with(b"{") && trimmed.ends_with(b"}")
}

/// PostgreSQL's text knows no NUL, so no store of ours does.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= NAME_BYTES_MAX && !text.contains('\0')
}

/// A key for people to read: short, and without characters that move a cursor.
fn shown(key: &str) -> String {
    key.chars().filter(|c| !c.is_control()).take(80).collect()
}
