//! Partial people: what a delivery does not mention stays as it was.
//!
//! Mentioned is an attribute by its first step: a list that came empty has no first element any
//! more, an object that came has only the members that it came with. Relations replace those of
//! the same role, names are added to those that are known; who lost a relation or a name is
//! delivered whole. The invariant: merging the same delivery twice changes nothing.

use attune_core::project::{self, Projector};
use attune_core::selector::{Names, Wanted};
use attune_core::{Column, Kind, Selector};

use crate::store::people::Kept;

/// Merges partial deliveries of one wanted set into kept documents.
pub(super) struct Merger {
    /// Reads which attributes a document mentions.
    roots: Projector,
    /// For each wanted selector the place of its attribute in `roots`.
    places: Vec<usize>,
}

impl Merger {
    /// A merger for a wanted set and the document's rule for names.
    pub(super) fn new(wanted: &Wanted, names: Names) -> Self {
        let attribute = |selector: &Selector| Selector::member(selector.root());
        let roots = Wanted::new(wanted.selectors().iter().map(attribute));
        let place = |selector: &Selector| roots.position(&attribute(selector)).unwrap_or(0);
        Self {
            places: wanted.selectors().iter().map(place).collect(),
            roots: Projector::new(roots, names),
        }
    }

    /// The kept person with what `source` mentions; `new` is what was read of it.
    ///
    /// `None` where the kept document cannot be read: then nothing is known of the rest.
    pub(super) fn merge(
        &mut self,
        kept: &Kept,
        source: &project::Source<'_>,
        new: Kept,
    ) -> Option<Kept> {
        let mut mentioned = Column::default();
        self.roots.project(source, &mut mentioned).ok()?;
        let before = Column::decode(&kept.document).ok()?;
        let now = Column::decode(&new.document).ok()?;
        if before.rows() != self.places.len() || now.rows() != self.places.len() {
            return None;
        }
        let mut document = Column::with_capacity(self.places.len(), before.data().len());
        for (index, place) in self.places.iter().enumerate() {
            document.push(match mentioned.cell(*place).kind {
                Kind::Absent => before.cell(index),
                _ => now.cell(index),
            });
        }
        let is_said = |role: &str| new.relations.iter().any(|(said, _)| said == role);
        let unsaid = kept.relations.iter().filter(|(role, _)| !is_said(role));
        let mut relations: Vec<_> = unsaid.cloned().collect();
        let mut names = kept.names.clone();
        names.extend(new.names);
        names.sort_unstable();
        names.dedup();
        relations.extend(new.relations);
        let revision = Some(new.revision).filter(|revision| !revision.is_empty());
        Some(Kept {
            key: new.key,
            names,
            relations,
            revision: revision.unwrap_or_else(|| kept.revision.clone()),
            wanted: new.wanted,
            document: document.encode(),
        })
    }
}

#[cfg(test)]
mod tests;
