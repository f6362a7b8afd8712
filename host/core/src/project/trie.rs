//! The wanted selectors as a tree, so that a document is walked once for all of them.

use crate::selector::{Names, Pick, Selector};

/// One place in a document that some selector passes or ends at.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Slots that take the value itself.
    pub leaves: Vec<usize>,
    /// Where the value is an object.
    pub members: Members,
    /// Where the value is an array.
    pub picks: Vec<(Pick, Node)>,
    /// Every slot here and below.
    pub below: Vec<usize>,
    /// Whether this is under a `[*]`, so that its slots collect lists.
    pub collects: bool,
}

impl Node {
    /// Whether anything is wanted inside of the value.
    pub(super) fn descends(&self) -> bool {
        !self.members.nodes.is_empty() || !self.picks.is_empty()
    }
}

/// The wanted selectors as a tree.
#[derive(Debug)]
pub(super) struct Trie {
    root: Node,
    /// Per slot: whether it collects a list.
    pub lists: Vec<bool>,
}

impl Trie {
    pub(super) fn new(selectors: &[Selector], names: Names) -> Self {
        let mut root = Node::default();
        let mut lists = Vec::with_capacity(selectors.len());
        for (slot, selector) in selectors.iter().enumerate() {
            let mut collects = false;
            let mut node = &mut root;
            for step in selector.steps() {
                node = node.members.entry(&step.name, names);
                node.collects = collects;
                for pick in &step.picks {
                    collects |= matches!(pick, Pick::Each);
                    node = pick_entry(&mut node.picks, pick);
                    node.collects = collects;
                }
            }
            node.leaves.push(slot);
            lists.push(collects);
        }
        finish(&mut root);
        Self { root, lists }
    }

    pub(super) fn root(&self) -> &Node {
        &self.root
    }
}

fn pick_entry<'n>(picks: &'n mut Vec<(Pick, Node)>, pick: &Pick) -> &'n mut Node {
    let found = picks.iter().position(|(known, _)| known == pick);
    let index = found.unwrap_or(picks.len());
    if found.is_none() {
        picks.push((pick.clone(), Node::default()));
    }
    #[expect(clippy::indexing_slicing, reason = "found or just pushed")]
    &mut picks[index].1
}

fn finish(node: &mut Node) {
    let mut below = node.leaves.clone();
    node.members.index();
    let members = node.members.nodes.iter_mut().map(|(_, child)| child);
    for child in members.chain(node.picks.iter_mut().map(|(_, child)| child)) {
        finish(child);
        below.extend_from_slice(&child.below);
    }
    node.below = below;
}

/// Named children. A document has many more members than are wanted, so the usual answer is "no"
/// and must be quick: names are kept by length, and only those of the right length are compared.
#[derive(Debug, Default)]
pub(super) struct Members {
    nodes: Vec<(String, Node)>,
    /// `starts[n]` is the first name of length n; lengths from the last bucket on share it.
    starts: Vec<usize>,
}

const LENGTHS: usize = 64;

impl Members {
    fn entry(&mut self, name: &str, names: Names) -> &mut Node {
        let found = self.nodes.iter().position(|(n, _)| names.same(n, name));
        let index = found.unwrap_or(self.nodes.len());
        if found.is_none() {
            self.nodes.push((name.to_owned(), Node::default()));
        }
        #[expect(clippy::indexing_slicing, reason = "found or just pushed")]
        &mut self.nodes[index].1
    }

    fn index(&mut self) {
        self.nodes.sort_by_key(|(name, _)| bucket(name.len()));
        self.starts = (0..=LENGTHS)
            .map(|length| {
                self.nodes
                    .partition_point(|(name, _)| bucket(name.len()) < length)
            })
            .collect();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The place of a name, for [`Members::at`].
    pub(super) fn find(&self, name: &str, names: Names) -> Option<usize> {
        self.find_bytes(name.as_bytes(), names)
    }

    #[inline]
    pub(super) fn find_bytes(&self, name: &[u8], names: Names) -> Option<usize> {
        let length = bucket(name.len());
        let start = *self.starts.get(length)?;
        let end = *self.starts.get(length + 1)?;
        let candidates = self.nodes.get(start..end)?;
        let found = match names {
            Names::Exact => candidates.iter().position(|(n, _)| n.as_bytes() == name),
            Names::IgnoreCase => candidates
                .iter()
                .position(|(n, _)| n.as_bytes().eq_ignore_ascii_case(name)),
        };
        found.map(|place| start + place)
    }

    /// The node at a place that [`Members::find`] gave.
    pub(super) fn at(&self, place: usize) -> &Node {
        #[expect(clippy::indexing_slicing, reason = "places come from `find` alone")]
        &self.nodes[place].1
    }
}

fn bucket(length: usize) -> usize {
    length.min(LENGTHS - 1)
}
