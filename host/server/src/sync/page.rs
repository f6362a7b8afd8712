//! Pages of people: what the store keeps of them, their managers, whether they are in scope, and
//! their accounts.
//!
//! A page holds everything that is decided from and known before a plugin or a target is asked.

use std::collections::HashMap;
use std::sync::Arc;

use attune_core::condition::NOT_FETCHED;
use attune_core::plan::How;
use attune_core::scope::Standing;
use attune_core::selector::Wanted;
use attune_core::{Column, Problem, Selector};

use super::relate::{Chain, Known, Relations};
use super::walk::{Reading, Walk};
use super::{Error, Mode, Run};
use crate::store::links::{Link, Place};
use crate::store::people::KeptDocument;

/// People per page; also the size of a batch that crosses into a plugin.
const PAGE_PEOPLE: u32 = 256;

/// The links of a page's people in one target, by source key.
pub(super) type Links = HashMap<String, Link>;

/// One page of people in scope, with their columns.
#[derive(Default)]
pub(super) struct Page {
    /// The people.
    pub people: Vec<Arc<Known>>,
    /// One column per resolved selector.
    pub columns: Vec<Column>,
    /// The people and their managers, as far up as the selectors lead.
    pub chain: Chain,
    /// People of whom nothing can be said in this run: nothing of theirs is touched.
    pub unknown: Vec<(String, Problem)>,
    /// People who are out of scope.
    pub outside: Vec<String>,
    /// Their links, place by place.
    pub links: Vec<Links>,
}

/// Fetches page after page of one reading.
pub(super) struct Pages<'a> {
    run: &'a Run<'a>,
    reading: &'a Reading,
    selectors: &'a Wanted,
    places: Vec<Place<'a>>,
    relations: Relations<'a>,
    after: String,
    /// How many people may still come.
    left: usize,
}

impl<'a> Pages<'a> {
    /// The pages of a walk, from the first one on.
    pub(super) fn new(walk: &Walk<'a>, selectors: &'a Wanted, places: Vec<Place<'a>>) -> Self {
        Self {
            run: walk.run,
            reading: walk.reading,
            selectors,
            places,
            relations: relations(walk),
            after: String::new(),
            left: match walk.run.order.mode {
                Mode::Sample(people) => people,
                _ => usize::MAX,
            },
        }
    }

    /// The next page; nobody may be left on it once the scope was judged. `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, Error> {
        let kept = self.kept().await?;
        if kept.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.page(kept).await?))
    }

    /// The page of these people, who come after those of the pages before.
    pub(super) async fn page(&mut self, mut kept: Vec<KeptDocument>) -> Result<Page, Error> {
        let Some(last) = kept.last() else {
            return Ok(Page::default());
        };
        self.after.clone_from(&last.key);
        kept.truncate(self.left);
        self.left -= kept.len();
        let mut people: Vec<Arc<Known>> = Vec::with_capacity(kept.len());
        let mut unreadable = Vec::new();
        for kept in kept {
            let key = kept.key.clone();
            match self.relations.participant(kept) {
                Some(known) => people.push(Arc::new(known)),
                None => unreadable.push((key, self.unreadable())),
            }
        }
        let read = self.relations.columns(self.selectors, &people).await?;
        let mut page = self.in_scope(people, read)?;
        page.unknown.append(&mut unreadable);
        if let Mode::User(user) = &self.run.order.mode
            && page.people.is_empty()
        {
            return Err(match page.unknown.pop() {
                Some((_, problem)) => Error::Scope(problem),
                None => Error::OutOfScope(user.clone()),
            });
        }
        let keys: Vec<String> = page.people.iter().map(|one| one.key().to_owned()).collect();
        for place in &self.places {
            let mut links = self.run.host.store.links(*place, &keys).await?;
            if self.reading.how == How::Kept {
                // Who was out of scope claims no account before somebody looks who else does.
                links.retain(|_, link| !link.is_outside);
            }
            page.links.push(links);
        }
        Ok(page)
    }

    /// Why nothing can be said of somebody whose document is there.
    fn unreadable(&self) -> Problem {
        match self.reading.how {
            How::Kept => kept_for_unknown(),
            How::Complete | How::Changes | How::Person | How::Sample => kept_by_another(),
        }
    }

    /// Whose turn it is.
    pub(super) async fn kept(&self) -> Result<Vec<KeptDocument>, Error> {
        let store = &self.run.host.store;
        let connector = &self.run.pinned.connector.id;
        Ok(match &self.reading.people {
            _ if self.left == 0 => Vec::new(),
            Some(keys) if self.after.is_empty() => store.people_by_key(connector, keys).await?,
            Some(_) => Vec::new(),
            None if self.reading.how == How::Changes => {
                let since = self.run.since();
                store
                    .changed_people(since, &self.after, PAGE_PEOPLE)
                    .await?
            }
            None if self.reading.how == How::Kept => {
                let since = self.run.since();
                store.known_people(since, &self.after, PAGE_PEOPLE).await?
            }
            None => {
                let listing = &self.run.listing;
                store
                    .listed_people(connector, listing, &self.after, PAGE_PEOPLE)
                    .await?
            }
        })
    }

    fn in_scope(
        &self,
        people: Vec<Arc<Known>>,
        (columns, chain): (Vec<Column>, Chain),
    ) -> Result<Page, Error> {
        let mut rows = Vec::with_capacity(people.len());
        let (mut unknown, mut outside) = (Vec::new(), Vec::new());
        for (row, known) in people.iter().enumerate() {
            let cell = |selector: &Selector| {
                let position = self.selectors.position(selector)?;
                Some(columns.get(position)?.cell(row))
            };
            let scope = &self.run.pinned.scope;
            match scope.standing(&cell).map_err(Error::Scope)? {
                Standing::In => rows.push(row),
                Standing::Out => outside.push(known.key().to_owned()),
                Standing::Unknown(problem) => unknown.push((known.key().to_owned(), problem)),
            }
        }
        let is_whole = rows.len() == people.len();
        let at = |row: &usize| people.get(*row).cloned();
        Ok(Page {
            columns: if is_whole {
                columns
            } else {
                columns.iter().map(|column| column.take(&rows)).collect()
            },
            chain: if is_whole { chain } else { chain.take(&rows) },
            people: if is_whole {
                people
            } else {
                rows.iter().filter_map(at).collect()
            },
            unknown,
            outside,
            links: Vec::with_capacity(self.places.len()),
        })
    }
}

/// A resolver for the people of a walk.
pub(super) fn relations<'a>(walk: &Walk<'a>) -> Relations<'a> {
    let relations = Relations::new(&walk.run.host.store, walk.reader);
    match walk.reading.how {
        How::Complete | How::Sample => relations.of_listing(walk.run.now_ms),
        How::Changes => relations.of_changes(walk.run.now_ms, &walk.run.listing),
        How::Kept => relations.of_kept(&walk.run.listing, &walk.reading.layouts),
        How::Person => relations,
    }
}

/// Somebody else read the person meanwhile for another mapping.
fn kept_by_another() -> Problem {
    Problem::new(
        "not-fetched",
        "another command read this person for another mapping meanwhile; the next run reads them \
         again",
    )
}

/// An earlier version read the person, and did not say for what.
fn kept_for_unknown() -> Problem {
    Problem::new(
        NOT_FETCHED,
        "it is not known which attributes this person was read for; the next complete listing reads \
         them again",
    )
}
