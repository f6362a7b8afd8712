//! Projection: from a person's document to one small row of exactly what was asked for.
//!
//! A trie of the wanted selectors walks the document while serde parses it; everything else is
//! skipped without being built. A row has one cell per selector of its [`Wanted`] set, in its
//! order. One bad value (half a surrogate pair, U+0000, too long, too deep) becomes a failed cell
//! and costs nothing else; a document that is no JSON costs its person, never the page. Of a
//! member that comes twice the last one counts. Not here: what a relation names.

mod entry;
mod trie;
mod walk;

use crate::json;
use crate::selector::{Names, Selector, Wanted};
use crate::{Column, Kind};

pub use entry::is_binary_by_name;
use trie::{Node, Trie};
use walk::{Found, Slot, Span};

/// Why a person's document could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are not UTF-8.
    #[error("the document is not valid UTF-8")]
    Utf8(#[source] std::str::Utf8Error),
    /// The document is not JSON.
    #[error("the document is not valid JSON")]
    Json(#[source] serde_json::Error),
    /// The document is JSON, but no object.
    #[error("the document is not a JSON object")]
    NotAnObject,
}

/// Attributes of an LDAP entry: names and values in the server's order.
pub type Attribute = (String, Vec<Vec<u8>>);

/// A person's document as a provider delivers it.
#[derive(Clone, Copy)]
pub enum Document<'a> {
    /// A JSON object.
    Json(&'a [u8]),
    /// An LDAP entry, and which of its attributes are bytes (by name, never by content).
    Entry(&'a [Attribute], &'a dyn Fn(&str) -> bool),
    /// Nothing but parts.
    Nothing,
}

/// A document and the further documents that are hung in under a member.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The document.
    pub document: Document<'a>,
    /// Member name and document; it takes the place of a member of that name.
    pub parts: &'a [(&'a str, Document<'a>)],
}

/// Reads documents for one wanted set; keeps its memory from one document to the next.
pub struct Projector {
    wanted: Wanted,
    names: Names,
    trie: Trie,
    found: Found,
}

impl Projector {
    /// A projector for a wanted set and the document's rule for names.
    pub fn new(wanted: Wanted, names: Names) -> Self {
        let trie = Trie::new(wanted.selectors(), names);
        let found = Found::new(&trie, names);
        Self {
            wanted,
            names,
            trie,
            found,
        }
    }

    /// The set whose cells a row has.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Appends one cell per wanted selector; on an error nothing is appended.
    pub fn project_json(&mut self, document: &[u8], into: &mut Column) -> Result<(), Error> {
        self.project(
            &Source {
                document: Document::Json(document),
                parts: &[],
            },
            into,
        )
    }

    /// The same for an LDAP entry: an attribute is a list, names are without case.
    pub fn project_entry(
        &mut self,
        entry: &[Attribute],
        binary: &dyn Fn(&str) -> bool,
        into: &mut Column,
    ) -> Result<(), Error> {
        self.project(
            &Source {
                document: Document::Entry(entry, binary),
                parts: &[],
            },
            into,
        )
    }

    /// Appends one cell per wanted selector; on an error nothing is appended.
    pub fn project(&mut self, source: &Source<'_>, into: &mut Column) -> Result<(), Error> {
        self.found.reset();
        let mut texts = Texts {
            document: text(&source.document)?,
            parts: Vec::new(),
        };
        if let Some(text) = texts.document {
            self.walk(text, 0, None)?;
        }
        for (index, (member, part)) in source.parts.iter().enumerate() {
            let text = text(part)?;
            texts.parts.push(text.unwrap_or_default());
            let Some(place) = self.trie.root().members.find(member, self.names) else {
                continue;
            };
            self.found.forget(self.trie.root().members.at(place));
            if let Some(text) = text {
                self.walk(text, index as u32 + 1, Some(place))?;
            }
        }
        self.pack(source, &texts, into);
        Ok(())
    }

    /// Walks one JSON document below a node of the trie (the root, or a part's member).
    fn walk(&mut self, text: &str, document: u32, part: Option<usize>) -> Result<(), Error> {
        let root = self.trie.root();
        let node: &Node = part.map_or(root, |place| root.members.at(place));
        if !text.trim_start().starts_with('{') {
            return match serde_json::from_str::<serde::de::IgnoredAny>(text) {
                Ok(_) => Err(Error::NotAnObject),
                Err(error) => Err(Error::Json(error)),
            };
        }
        let fast = walk::Walk::new(node, &mut self.found, document, text);
        if fast.run(text, false).is_ok() {
            return Ok(());
        }
        // A value of an unexpected type may hold what serde refuses to build (half a surrogate
        // pair under a member that should be an object): once more, looking before descending.
        self.found.forget(node);
        let careful = walk::Walk::new(node, &mut self.found, document, text);
        careful.run(text, true).map_err(Error::Json)
    }

    fn pack(&self, source: &Source<'_>, texts: &Texts<'_>, into: &mut Column) {
        for (selector, slot) in self.wanted.selectors().iter().zip(self.found.slots()) {
            let (document, steps) = self.place(source, selector);
            if let Document::Entry(attributes, binary) = document {
                entry::push(attributes, binary, steps, into);
                continue;
            }
            match slot {
                Slot::Absent => into.push_bytes(Kind::Absent, &[]),
                Slot::One(span) => match texts.raw(*span) {
                    Some(raw) => json::push_value(raw, into),
                    None => into.push_bytes(Kind::Absent, &[]),
                },
                Slot::List(spans) => json::push_with(Kind::Json, into, |out| {
                    out.push(b'[');
                    for (index, span) in spans.iter().enumerate() {
                        if index > 0 {
                            out.push(b',');
                        }
                        json::compact(texts.raw(*span).unwrap_or("null").as_bytes(), out)?;
                    }
                    out.push(b']');
                    Ok(())
                }),
            }
        }
    }

    /// The document that answers a selector, and its steps inside of it.
    fn place<'a, 'w>(
        &self,
        source: &Source<'a>,
        selector: &'w Selector,
    ) -> (Document<'a>, &'w [crate::selector::Step]) {
        let steps = selector.steps();
        if let [first, rest @ ..] = steps
            && first.picks.is_empty()
            && !source.parts.is_empty()
        {
            let part = source.parts.iter().rev();
            let mut same = part.filter(|(member, _)| self.names.same(member, &first.name));
            if let Some((_, document)) = same.next() {
                return (*document, rest);
            }
        }
        (source.document, steps)
    }
}

/// The texts of the JSON documents.
struct Texts<'a> {
    document: Option<&'a str>,
    parts: Vec<&'a str>,
}

impl<'a> Texts<'a> {
    fn raw(&self, span: Span) -> Option<&'a str> {
        let text = match span.document.checked_sub(1) {
            None => self.document?,
            Some(part) => self.parts.get(part as usize)?,
        };
        text.get(span.start as usize..span.end as usize)
    }
}

fn text<'a>(document: &Document<'a>) -> Result<Option<&'a str>, Error> {
    match document {
        Document::Json(bytes) => std::str::from_utf8(bytes).map(Some).map_err(Error::Utf8),
        Document::Entry(..) | Document::Nothing => Ok(None),
    }
}

#[cfg(test)]
mod tests;
