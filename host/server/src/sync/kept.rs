//! A run over kept documents: everybody who is known, as they were last read. No source is asked.
//!
//! A document is read by the wanted set that it was kept with: what both that set and this run's
//! have is used, what the document was not read for is unavailable and never absent. Links are as
//! they are known. Invariant: listings, leavers and checkpoints stay where they were, and nothing is
//! concluded from what was not asked. Deliberately not here: what a manager who is not kept means,
//! which `relate` says.

use std::collections::HashMap;
use std::sync::Arc;

use attune_core::plan::How;
use attune_core::selector::{Of, Wanted};
use attune_core::{Column, Selector};

use super::walk::Reading;
use super::{Error, Run, hex};
use crate::store::Store;

/// Where the cells of a wanted set are in documents of another one.
#[derive(Debug)]
pub(super) struct Layout {
    places: Vec<Option<usize>>,
    cells: usize,
    has_relations: bool,
}

impl Layout {
    /// How documents that an adapter was asked `stored` for are read for `wanted`.
    fn new(stored: &Wanted, wanted: &Wanted) -> Option<Self> {
        let documents = stored.documents().ok()?;
        let leads = |selector: &Selector| {
            let relation = selector.strip_relation();
            relation.is_ok_and(|relation| relation.depth > 0)
        };
        let place = |selector: &Selector| documents.position(selector);
        Some(Self {
            places: wanted.selectors().iter().map(place).collect(),
            cells: documents.len(),
            has_relations: stored.selectors().iter().any(leads),
        })
    }

    /// Whether a document can be one of the stored set.
    pub(super) fn fits(&self, document: &Column) -> bool {
        document.rows() == self.cells
    }

    /// Where a wanted selector is, by its place; `None` where documents were not read for it.
    pub(super) fn place(&self, position: usize) -> Option<usize> {
        self.places.get(position).copied().flatten()
    }

    /// Whether it was asked for who leads whom.
    pub(super) fn has_relations(&self) -> bool {
        self.has_relations
    }
}

/// How the kept documents of a connector are read for one wanted set.
#[derive(Debug, Default)]
pub(super) struct Layouts {
    by_set: HashMap<String, Arc<Layout>>,
    /// Who was read before, and is not of the listing, may be gone.
    pub not_before_ms: i64,
}

impl Layouts {
    /// That of the documents of a stored set; `None` where nobody knows what the set is.
    pub(super) fn of(&self, set: &str) -> Option<&Arc<Layout>> {
        self.by_set.get(set)
    }
}

/// Reads who is known; where nobody can be, the reading says why.
pub(super) async fn read(run: &Run<'_>) -> Result<Reading, Error> {
    let store = &run.host.store;
    let connector = &run.pinned.connector.id;
    let Some((people, listing)) = store.last_listing(connector).await? else {
        return Ok(nobody("no complete listing yet"));
    };
    if run.takes_over {
        let why = "the last complete listing came from another provider";
        return Ok(nobody(why));
    }
    let sets = store.wanted_sets(connector).await?;
    let layouts = layouts(store, (&listing, sets), &run.pinned.documents).await?;
    let known = store.known_by_set(run.since()).await?;
    Ok(Reading {
        people: None,
        how: How::Kept,
        count: known.iter().map(|(_, people)| people).sum(),
        before: Some((people, listing)),
        checkpoint: None,
        why: None,
        layouts,
    })
}

/// How documents that were kept with these sets are read for a wanted set, as of a complete listing.
pub(super) async fn layouts(
    store: &Store,
    (listing, sets): (&str, Vec<(String, Vec<String>)>),
    wanted: &Wanted,
) -> Result<Layouts, Error> {
    let began_ms = store.listing_began_ms(listing).await?;
    let mut layouts = Layouts {
        by_set: HashMap::new(),
        not_before_ms: began_ms.unwrap_or(i64::MAX),
    };
    for (digest, selectors) in sets {
        let selectors = selectors.iter().map(|text| text.parse::<Selector>());
        let stored: Result<Wanted, _> = selectors.collect();
        let stored = stored.ok().filter(|set| hex(&set.digest()) == digest);
        let layout = stored.and_then(|stored| Layout::new(&stored, wanted));
        if let Some(layout) = layout {
            layouts.by_set.insert(digest, Arc::new(layout));
        }
    }
    Ok(layouts)
}

fn nobody(why: &str) -> Reading {
    Reading {
        people: Some(Vec::new()),
        how: How::Kept,
        count: 0,
        before: None,
        checkpoint: None,
        why: Some(why.to_owned()),
        layouts: Layouts::default(),
    }
}

/// The selectors that documents of some people were not read for, and of how many.
pub(super) async fn unread(
    run: &Run<'_>,
    reading: &Reading,
) -> Result<Vec<(Selector, u64)>, Error> {
    if reading.why.is_some() {
        return Ok(Vec::new());
    }
    let pinned = run.pinned;
    let own = hex(&pinned.asked.digest());
    let known = run.host.store.known_by_set(run.since()).await?;
    let mut found = Vec::new();
    for selector in pinned.resolved.selectors() {
        let relation = selector.strip_relation().map_err(Error::TooDeep)?;
        let position = match &relation.of {
            Of::Document(rest) => pinned.documents.position(rest),
            Of::AccountUserName | Of::AccountKey => None,
        };
        let has = |set: &str| {
            let layout = reading.layouts.of(set);
            layout.is_some_and(|layout| {
                let is_led = relation.depth == 0 || layout.has_relations;
                is_led && position.is_none_or(|at| layout.place(at).is_some())
            })
        };
        let without = known.iter().filter(|(set, _)| *set != own && !has(set));
        let people: u64 = without.map(|(_, people)| people).sum();
        if people > 0 {
            found.push((selector.clone(), people));
        }
    }
    Ok(found)
}
