//! The walk over everybody of a reading, page by page: relations, scope, then linking or planning.
//!
//! A page is the unit of memory. A target that fails is left out from there on; the others are
//! finished.

use std::sync::Arc;

use attune_core::plan::Trouble;
use attune_core::scope::Standing;
use attune_core::selector::Wanted;
use attune_core::{Column, Problem, Selector};

use super::lanes::Lane;
use super::link::Linker;
use super::plan::{PageOf, Planner};
use super::progress::{Phase, Progress};
use super::read::Reader;
use super::relate::{Known, Relations};
use super::tally::Tally;
use super::{Error, Mode, Run};
use crate::store::people::Kept;
use crate::store::stage::Stage;
use crate::target;

/// People per page; also the size of a batch that crosses into a plugin.
const PAGE_PEOPLE: u32 = 256;

/// What a reading brought.
pub(super) struct Reading {
    /// People by key where they were asked for one by one; `None` for a listing.
    pub people: Option<Vec<String>>,
    /// How many people the source counted.
    pub count: u64,
    /// The last complete listing before this one: its count and name.
    pub before: Option<(u64, String)>,
}

/// Everybody of one reading.
pub(super) struct Walk<'a> {
    /// The run.
    pub run: &'a Run<'a>,
    /// Asks for people whom relations name.
    pub reader: &'a Reader<'a>,
    /// Who was read.
    pub reading: &'a Reading,
    /// Counters.
    pub progress: &'a Progress,
}

/// A page after the scope was judged.
struct Scoped {
    people: Vec<Arc<Known>>,
    columns: Vec<Column>,
    unknown: Vec<(String, Problem)>,
}

impl Walk<'_> {
    /// Finds accounts for everybody in scope who has none yet, target by target; answers whom a
    /// target would not look for.
    pub(super) async fn link(&self, lanes: &mut [Lane]) -> Result<Vec<Trouble>, Error> {
        let run = self.run;
        let mut troubles = Vec::new();
        self.progress.begin(Phase::Matching, self.reading.count);
        for (target, lane) in run.pinned.targets.iter().zip(lanes.iter_mut()) {
            if lane.error.is_some() {
                continue;
            }
            let rules = target.match_selectors();
            let scope = run.pinned.scope.selectors().cloned();
            let selectors = Wanted::new(rules.iter().cloned().chain(scope));
            let mut linker = Linker::new(run, target, lane);
            let linked = self.pages(&selectors, async |page| {
                let columns: Vec<Column> = rules
                    .iter()
                    .filter_map(|rule| page.columns.get(selectors.position(rule)?).cloned())
                    .collect();
                self.progress.add(page.people.len() as u64);
                linker.link(page.people, &columns).await
            });
            match linked.await {
                Ok(()) => {
                    let person = self.reading.people.as_deref().and_then(<[String]>::first);
                    linker
                        .close(person.map(String::as_str).unwrap_or_default())
                        .await?;
                    troubles.append(&mut linker.troubles);
                }
                Err(Error::Target(error)) => lane.error = Some(target::problem(&error)),
                Err(error) => return Err(error),
            }
        }
        Ok(troubles)
    }

    /// Plans everybody in scope for every target.
    pub(super) async fn plan(
        &self,
        lanes: &mut [Lane],
        stage: &Stage,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let run = self.run;
        self.progress.begin(Phase::Planning, self.reading.count);
        let planner = Planner::new(run, stage);
        self.pages(&run.pinned.resolved, async |page| {
            tally.people(page.people.len() as u64);
            tally.unknown(page.unknown);
            for (target, lane) in run.pinned.targets.iter().zip(lanes.iter_mut()) {
                if lane.error.is_none() {
                    planner.page((lane, target), &page, tally).await?;
                }
            }
            tally.close_page();
            self.progress.add(page.people.len() as u64);
            Ok(())
        })
        .await
    }

    /// Calls `each` for every page of people in scope.
    async fn pages(
        &self,
        selectors: &Wanted,
        mut each: impl AsyncFnMut(PageOf<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut relations = Relations::new(&self.run.host.store, self.reader);
        let mut after = String::new();
        let people_max = match self.run.order.mode {
            Mode::Sample(people) => people,
            _ => usize::MAX,
        };
        let mut seen = 0;
        while seen < people_max {
            let mut kept = self.next(&after).await?;
            let Some(last) = kept.last() else { break };
            after.clone_from(&last.key);
            kept.truncate(people_max - seen);
            seen += kept.len();
            let people: Vec<Arc<Known>> = kept
                .into_iter()
                .filter_map(Known::of)
                .map(Arc::new)
                .collect();
            let columns = relations.columns(selectors, &people).await?;
            let page = self.in_scope(selectors, people, columns)?;
            if let Mode::User(user) = &self.run.order.mode
                && page.people.is_empty()
            {
                return Err(Error::OutOfScope(user.clone()));
            }
            let Scoped {
                people,
                columns,
                unknown,
            } = &page;
            each(PageOf {
                people,
                columns,
                unknown,
            })
            .await?;
        }
        Ok(())
    }

    async fn next(&self, after: &str) -> Result<Vec<Kept>, Error> {
        let store = &self.run.host.store;
        let connector = &self.run.pinned.connector.id;
        Ok(match &self.reading.people {
            Some(keys) if after.is_empty() => store.people_by_key(connector, keys).await?,
            Some(_) => Vec::new(),
            None => {
                let listing = &self.run.listing;
                store
                    .listed_people(connector, listing, after, PAGE_PEOPLE)
                    .await?
            }
        })
    }

    fn in_scope(
        &self,
        selectors: &Wanted,
        people: Vec<Arc<Known>>,
        columns: Vec<Column>,
    ) -> Result<Scoped, Error> {
        let mut rows = Vec::with_capacity(people.len());
        let mut unknown = Vec::new();
        for (row, known) in people.iter().enumerate() {
            let cell = |selector: &Selector| {
                let position = selectors.position(selector)?;
                Some(columns.get(position)?.cell(row))
            };
            match self
                .run
                .pinned
                .scope
                .standing(&cell)
                .map_err(Error::Scope)?
            {
                Standing::In => rows.push(row),
                Standing::Out => {}
                Standing::Unknown(problem) => unknown.push((known.key().to_owned(), problem)),
            }
        }
        if rows.len() == people.len() {
            return Ok(Scoped {
                people,
                columns,
                unknown,
            });
        }
        let columns = columns.iter().map(|column| column.take(&rows)).collect();
        let people = rows
            .iter()
            .filter_map(|row| people.get(*row).cloned())
            .collect();
        Ok(Scoped {
            people,
            columns,
            unknown,
        })
    }
}
