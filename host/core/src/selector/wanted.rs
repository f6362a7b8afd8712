//! The wanted set: every selector that somebody asked for, once, in one order.
//!
//! Kept documents and checkpoints carry its digest, because a selector that was not asked for is
//! unavailable and not absent; only a set with the same digest may read them.

use sha2::{Digest, Sha256};

use super::{Of, Selector, TooDeep};

/// A sorted set of selectors without repetition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    selectors: Vec<Selector>,
}

impl Wanted {
    /// The set of these selectors.
    pub fn new(selectors: impl IntoIterator<Item = Selector>) -> Self {
        let mut selectors: Vec<Selector> = selectors.into_iter().collect();
        selectors.sort_unstable();
        selectors.dedup();
        Self { selectors }
    }

    /// The selectors in order; a projected row has one cell for each.
    pub fn selectors(&self) -> &[Selector] {
        &self.selectors
    }

    /// How many selectors there are.
    pub fn len(&self) -> usize {
        self.selectors.len()
    }

    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.selectors.is_empty()
    }

    /// Where a selector's cell is, or `None` when it was not asked for.
    pub fn position(&self, selector: &Selector) -> Option<usize> {
        self.selectors.binary_search(selector).ok()
    }

    /// This set together with more selectors.
    #[must_use]
    pub fn with(&self, more: impl IntoIterator<Item = Selector>) -> Self {
        Self::new(self.selectors.iter().cloned().chain(more))
    }

    /// What must be read of every document so that this set can be resolved: `manager.X` becomes
    /// X, and what an account answers is left out.
    pub fn documents(&self) -> Result<Self, TooDeep> {
        let mut selectors = Vec::with_capacity(self.selectors.len());
        for selector in &self.selectors {
            if let Of::Document(rest) = selector.strip_relation()?.of {
                selectors.push(rest);
            }
        }
        Ok(Self::new(selectors))
    }

    /// SHA-256 over the canonical texts, each with its length before it.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for selector in &self.selectors {
            let text = selector.to_string();
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        hash.finalize().into()
    }
}

impl FromIterator<Selector> for Wanted {
    fn from_iter<I: IntoIterator<Item = Selector>>(selectors: I) -> Self {
        Self::new(selectors)
    }
}
