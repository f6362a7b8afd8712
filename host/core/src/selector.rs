//! The selector grammar: `step ("." step)*`, the way to name one attribute of a document.
//!
//! A step is a name or a quoted name, then any of `[n]`, `[member=value]`, `[*]`. A step that
//! meets nothing, or the wrong type, is absent. Walking documents is the `project` module's work.

/// One parsed selector. Displays in canonical form; equal selectors display equally.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Selector {
    steps: Vec<Step>,
}

/// One step: a member name and what is picked from its value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Step {
    /// Member name, unescaped.
    pub name: String,
    /// Picks, left to right.
    pub picks: Vec<Pick>,
}

/// What is picked from an array.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pick {
    /// `[n]`, negative from the end.
    Index(i64),
    /// `[member=value]`: the first element whose member is this text, without case.
    Member(String, String),
    /// `[*]`: the rest applies to each element; the result is a list.
    Each,
}
