//! What changed in a directory, in order: the record from which a delta is told.
//!
//! Nothing of the first generation is recorded; a version is the number of changes so far.

use super::{Manager, Who};

/// One change of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose.
    pub who: Who,
    /// What changed.
    pub what: What,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// They came.
    Added,
    /// A member of that name.
    Member(Box<str>),
    /// Another leader than this one.
    Manager(Manager),
    /// They left.
    Removed,
}

/// All changes so far.
#[derive(Debug, Default)]
pub(super) struct Feed(Vec<Change>);

impl Feed {
    pub(super) fn note(&mut self, who: Who, what: What) {
        self.0.push(Change { who, what });
    }

    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    pub(super) fn version(&self) -> usize {
        self.0.len()
    }

    pub(super) fn between(&self, from: usize, to: usize) -> &[Change] {
        self.0.get(from..to).unwrap_or_default()
    }
}
