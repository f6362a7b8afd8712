//! Relations: whose manager is whom, and what a person's row says about them.
//!
//! A relation names another person by key or any of their names, without case. It is resolved
//! against the people of the run and the kept people in one look-up, then by asking the provider,
//! also for people out of scope. A run over everybody uses nobody whom it has not read itself: a
//! manager outside the listing is asked for again, and one who is gone is missing. A run over
//! changes uses the people of the last complete listing too, whose changes it was told. Not found,
//! ambiguous, or a document of another wanted set are all missing. A cycle is walked like any other
//! chain; its depth is what the selector says.
//!
//! A run over kept documents asks nobody. Whoever is not found there, and whatever a document was
//! not read for, is not missing but `not-fetched`: nothing is concluded from it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use attune_core::condition::{NOT_FETCHED, not_fetched};
use attune_core::selector::{Of, Relation, Wanted};
use attune_core::{Cell, Column, Problem, Selector};

use super::Error;
use super::kept::{Layout, Layouts};
use super::read::Reader;
use crate::store::Store;
use crate::store::people::{KeptDocument, MANAGER};

/// A kept person and their document, decoded once.
#[derive(Debug)]
pub(super) struct Known {
    kept: KeptDocument,
    document: Column,
    /// Where the cells are, where the document was read for another wanted set.
    layout: Option<Arc<Layout>>,
}

impl Known {
    /// Decodes a kept person; one whose document cannot be read counts as not kept.
    pub(super) fn of(kept: KeptDocument) -> Option<Self> {
        let document = Column::decode(&kept.document).ok()?;
        Some(Self {
            kept,
            document,
            layout: None,
        })
    }

    /// The same for a document of another wanted set.
    fn laid_out(kept: KeptDocument, layout: &Arc<Layout>) -> Option<Self> {
        let known = Self::of(kept)?;
        layout.fits(&known.document).then(|| Self {
            layout: Some(Arc::clone(layout)),
            ..known
        })
    }

    /// The cell of a wanted selector, by its place; `None` where the document was not read for it.
    fn cell(&self, position: usize) -> Option<Cell<'_>> {
        let place = match &self.layout {
            None => Some(position),
            Some(layout) => layout.place(position),
        };
        place.map(|place| self.document.cell(place))
    }

    /// Whether it was asked for who leads them.
    fn has_relations(&self) -> bool {
        let layout = self.layout.as_ref();
        layout.is_none_or(|layout| layout.has_relations())
    }

    /// The source key.
    pub(super) fn key(&self) -> &str {
        &self.kept.key
    }

    /// Whom their manager relation names.
    pub(super) fn manager(&self) -> Option<&str> {
        self.kept
            .relations
            .iter()
            .find(|(role, _)| role == MANAGER)
            .map(|(_, name)| name.as_str())
    }
}

/// One input of a mapping table: what it wants of whom, and where that document has it.
struct Input {
    selector: Selector,
    relation: Relation,
    position: Option<usize>,
}

/// The inputs of a wanted set, in its order.
pub(super) struct Inputs(Vec<Input>);

impl Inputs {
    /// What these selectors want of documents that were read for `documents`.
    pub(super) fn of(selectors: &Wanted, documents: &Wanted) -> Result<Self, Error> {
        let input = |selector: &Selector| {
            let relation = selector.strip_relation().map_err(Error::TooDeep)?;
            let position = match &relation.of {
                Of::Document(rest) => documents.position(rest),
                Of::AccountUserName | Of::AccountKey => None,
            };
            Ok(Input {
                selector: selector.clone(),
                relation,
                position,
            })
        };
        let inputs = selectors.selectors().iter().map(input);
        Ok(Self(inputs.collect::<Result<_, Error>>()?))
    }

    /// How many managers up they lead.
    pub(super) fn depth(&self) -> usize {
        let depths = self.0.iter().map(|input| input.relation.depth);
        depths.max().unwrap_or(0)
    }

    /// One column per input.
    pub(super) fn columns(&self, chain: &Chain) -> Vec<Column> {
        let column = |input: &Input| {
            let level = chain.level(input.relation.depth);
            let mut column = Column::with_capacity(level.len(), level.len() * 16);
            for above in level {
                match (above, input.position) {
                    (Above::Known(known), Some(position)) => match known.cell(position) {
                        Some(cell) => column.push(cell),
                        None => column.push_problem(&not_fetched(&input.selector)),
                    },
                    (Above::Unasked, _) => column.push_problem(&unasked(&input.selector)),
                    (Above::Nobody, _) | (_, None) => column.push(Cell::ABSENT),
                }
            }
            column
        };
        self.0.iter().map(column).collect()
    }
}

/// Somebody so many managers above a person.
#[derive(Debug, Clone)]
pub(super) enum Above {
    /// This one.
    Known(Arc<Known>),
    /// Nobody: the chain ends before.
    Nobody,
    /// Only the source could say, and it is not asked.
    Unasked,
}

impl Above {
    /// The person, where it is known who.
    pub(super) fn known(&self) -> Option<&Arc<Known>> {
        match self {
            Self::Known(known) => Some(known),
            Self::Nobody | Self::Unasked => None,
        }
    }

    /// Whom their relation names.
    fn manager(&self) -> Option<&str> {
        self.known().and_then(|known| known.manager())
    }
}

/// The problem of whatever is wanted of a manager who is not among the kept people.
pub(super) fn unasked(selector: &Selector) -> Problem {
    let message = format!(
        "`{selector}`: the manager is not among the people who were read, and the source is not \
         asked in this run"
    );
    Problem::new(NOT_FETCHED, message).at(selector.to_string())
}

/// People and their managers, level by level: entry i of level d is d managers above person i.
#[derive(Debug, Default)]
pub(super) struct Chain(Vec<Vec<Above>>);

impl Chain {
    /// Levels that somebody else has found.
    pub(super) fn of(levels: Vec<Vec<Option<Arc<Known>>>>) -> Self {
        let of_level = |level: Vec<Option<Arc<Known>>>| {
            let above = level.into_iter();
            above
                .map(|known| known.map_or(Above::Nobody, Above::Known))
                .collect()
        };
        Self(levels.into_iter().map(of_level).collect())
    }

    /// Everybody of one level; empty above the highest that was asked for.
    pub(super) fn level(&self, depth: usize) -> &[Above] {
        self.0.get(depth).map(Vec::as_slice).unwrap_or_default()
    }

    /// The same for some of the people.
    pub(super) fn take(&self, rows: &[usize]) -> Self {
        let of_level = |level: &Vec<Above>| {
            let one = |row: &usize| level.get(*row).cloned().unwrap_or(Above::Nobody);
            rows.iter().map(one).collect()
        };
        Self(self.0.iter().map(of_level).collect())
    }
}

/// Resolves selectors for pages of people.
pub(super) struct Relations<'a> {
    store: &'a Store,
    reader: &'a Reader<'a>,
    /// Who was read before is asked for again.
    not_before_ms: i64,
    /// Unless this complete listing had them, and changes of it are known.
    listing: Option<String>,
    /// What documents of other wanted sets hold, where nobody is asked.
    layouts: Option<&'a Layouts>,
}

impl<'a> Relations<'a> {
    /// A resolver that takes kept people as they are: for one person.
    pub(super) fn new(store: &'a Store, reader: &'a Reader<'a>) -> Self {
        Self {
            store,
            reader,
            not_before_ms: i64::MIN,
            listing: None,
            layouts: None,
        }
    }

    /// The same for a run over everybody, which began at this time.
    pub(super) fn of_listing(self, began_ms: i64) -> Self {
        Self {
            not_before_ms: began_ms,
            ..self
        }
    }

    /// The same for a run over what changed since this complete listing.
    pub(super) fn of_changes(self, began_ms: i64, listing: &str) -> Self {
        Self {
            not_before_ms: began_ms,
            listing: Some(listing.to_owned()),
            ..self
        }
    }

    /// The same for a run that asks nobody: who is kept is known as of this complete listing.
    pub(super) fn of_kept(self, listing: &str, layouts: &'a Layouts) -> Self {
        Self {
            layouts: Some(layouts),
            ..self.of_changes(layouts.not_before_ms, listing)
        }
    }

    /// One column per selector for these people, and their managers as far up as these lead. What
    /// an account answers (`manager.account.key`) comes out absent: `managers` fills it in.
    pub(super) async fn columns(
        &self,
        selectors: &Wanted,
        people: &[Arc<Known>],
    ) -> Result<(Vec<Column>, Chain), Error> {
        let inputs = Inputs::of(selectors, self.reader.wanted())?;
        let chain = self.chain(people, inputs.depth()).await?;
        Ok((inputs.columns(&chain), chain))
    }

    async fn chain(&self, people: &[Arc<Known>], depth: usize) -> Result<Chain, Error> {
        let mut chain = vec![people.iter().cloned().map(Above::Known).collect::<Vec<_>>()];
        for _ in 0..depth {
            let level = chain.last().map(Vec::as_slice).unwrap_or_default();
            let distinct: HashSet<&str> = level.iter().filter_map(Above::manager).collect();
            let found = self.find(&distinct).await?;
            let next = level.iter().map(|above| self.above(above, &found));
            chain.push(next.collect());
        }
        Ok(Chain(chain))
    }

    /// Who leads this one, by the names that were found.
    fn above(&self, below: &Above, found: &HashMap<String, Arc<Known>>) -> Above {
        let Above::Known(known) = below else {
            return below.clone();
        };
        let asks = self.layouts.is_none();
        match known.manager() {
            Some(name) => match found.get(name) {
                Some(found) => Above::Known(Arc::clone(found)),
                None if asks => Above::Nobody,
                None => Above::Unasked,
            },
            None if known.has_relations() => Above::Nobody,
            None => Above::Unasked,
        }
    }

    async fn find(&self, names: &HashSet<&str>) -> Result<HashMap<String, Arc<Known>>, Error> {
        let mut open = self.reader.without_unknown(names);
        open.sort_unstable();
        let mut found = HashMap::with_capacity(open.len());
        self.find_kept(&mut open, &mut found).await?;
        let asks = self.layouts.is_none();
        if asks && !open.is_empty() && self.reader.fetch(&open).await? > 0 {
            self.find_kept(&mut open, &mut found).await?;
        }
        self.reader.note_unknown(open);
        Ok(found)
    }

    /// Moves what is kept from `open` to `found`: by key first, then by name without case.
    async fn find_kept(
        &self,
        open: &mut Vec<String>,
        found: &mut HashMap<String, Arc<Known>>,
    ) -> Result<(), Error> {
        let connector = self.reader.connector();
        for kept in self.store.people_by_key(connector, open).await? {
            self.admit(kept.key.clone(), kept, found);
        }
        open.retain(|name| !found.contains_key(name));
        let folded: Vec<String> = open
            .iter()
            .map(|name| attune_core::matching::fold(name))
            .collect();
        let mut keys: HashMap<String, Vec<String>> = HashMap::new();
        for (name, key) in self.store.keys_by_name(connector, &folded).await? {
            keys.entry(name).or_default().push(key);
        }
        // Several people of one name: nobody can say who is meant, so the relation is missing.
        let only = |folded: &String| match keys.get(folded).map(Vec::as_slice) {
            Some([key]) => Some(key.clone()),
            _ => None,
        };
        let meant: Vec<Option<String>> = folded.iter().map(only).collect();
        let distinct: HashSet<&String> = meant.iter().flatten().collect();
        let distinct: Vec<String> = distinct.into_iter().cloned().collect();
        let mut by_key = HashMap::with_capacity(distinct.len());
        for kept in self.store.people_by_key(connector, &distinct).await? {
            self.admit(kept.key.clone(), kept, &mut by_key);
        }
        for (name, key) in open.iter().zip(meant) {
            if let Some(known) = key.and_then(|key| by_key.get(&key)) {
                found.insert(name.clone(), Arc::clone(known));
            }
        }
        open.retain(|name| !found.contains_key(name));
        Ok(())
    }

    fn admit(&self, name: String, kept: KeptDocument, found: &mut HashMap<String, Arc<Known>>) {
        if let Some(known) = self.known(kept) {
            found.insert(name, Arc::new(known));
        }
    }

    /// A kept person, if their document is one of this run's wanted set.
    pub(super) fn known(&self, kept: KeptDocument) -> Option<Known> {
        let is_kept_fresh = |listing: &String| kept.complete_in == *listing;
        let is_fresh =
            kept.read_ms >= self.not_before_ms || self.listing.as_ref().is_some_and(is_kept_fresh);
        is_fresh.then(|| self.readable(kept)).flatten()
    }

    /// Somebody who takes part, if their document is one of this run's wanted set. Changes keep
    /// the documents of their people fresh, of whichever listing they are.
    pub(super) fn participant(&self, kept: KeptDocument) -> Option<Known> {
        if self.listing.is_none() {
            return self.known(kept);
        }
        self.readable(kept)
    }

    /// A kept person whose document can be read for this run's wanted set.
    fn readable(&self, kept: KeptDocument) -> Option<Known> {
        if kept.wanted == self.reader.wanted_digest() {
            return Known::of(kept);
        }
        let layout = self.layouts?.of(&kept.wanted)?;
        Known::laid_out(kept, layout)
    }
}
