//! The walk over everybody of a reading, page by page: linking, then planning.
//!
//! A page is the unit of memory; while one is worked on, the next is fetched. A target that fails
//! is left out from there on; the others are finished.

use attune_core::Column;
use attune_core::plan::{How, Trouble};
use attune_core::selector::Wanted;

use super::kept::Layouts;
use super::lanes::Lane;
use super::link::Linker;
use super::managers::{self, Managers};
use super::page::{self, Page, Pages};
use super::pin::PinnedTarget;
use super::plan::Planner;
use super::progress::{Phase, Progress};
use super::read::Reader;
use super::tally::Tally;
use super::{Error, Run, pictures};
use crate::store::links::Place;
use crate::store::stage::Stage;

/// What a reading brought.
pub(super) struct Reading {
    /// People by key where they were asked for one by one; `None` for a listing, and for changes.
    pub people: Option<Vec<String>>,
    /// How the source was read; `Changes`: only those who are due take part; `Kept`: everybody who
    /// is known.
    pub how: How,
    /// How many people take part, before the scope is judged.
    pub count: u64,
    /// The last complete listing before this one: its count and name.
    pub before: Option<(u64, String)>,
    /// Where changes go on, if this run loses nothing.
    pub checkpoint: Option<String>,
    /// Why everybody was listed although only changes were asked for, or why nobody is known.
    pub why: Option<String>,
    /// How documents of other wanted sets are read, where no source is.
    pub layouts: Layouts,
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

impl Walk<'_> {
    /// Finds accounts for everybody in scope who has none yet, target by target; answers whom a
    /// target would not look for.
    pub(super) async fn link(&self, lanes: &mut [Lane]) -> Result<Vec<Trouble>, Error> {
        let run = self.run;
        let mut troubles = Vec::new();
        if self.reading.how == How::Kept {
            // Who has which account is as it is known: no site is asked for anybody.
            return Ok(troubles);
        }
        self.progress.begin(Phase::Matching, self.reading.count);
        for (target, lane) in run.pinned.targets.iter().zip(lanes.iter_mut()) {
            if lane.error.is_some() {
                continue;
            }
            let rules = target.match_selectors();
            let scope = run.pinned.scope.selectors().cloned();
            let selectors = Wanted::new(rules.iter().cloned().chain(scope));
            let place = run.place(target);
            let mut linker = Linker::new(run, target, lane);
            let linked = self.each_page(&selectors, vec![place], async |page| {
                let columns: Vec<Column> = rules
                    .iter()
                    .filter_map(|rule| page.columns.get(selectors.position(rule)?).cloned())
                    .collect();
                self.progress.add(page.people.len() as u64);
                linker.link(&page, &columns).await
            });
            let linked = match linked.await {
                Ok(()) => self.link_managers(target, &mut linker).await,
                failed => failed,
            };
            match linked {
                Ok(()) => {
                    linker.close(self.single()).await?;
                    troubles.append(&mut linker.troubles);
                }
                Err(Error::Target(error)) => lane.error = Some(error.problem()),
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
        let places = run.pinned.targets.iter().map(|t| run.place(t)).collect();
        let planner = Planner::new(run, stage);
        self.each_page(&run.pinned.resolved, places, async |mut page| {
            tally.people(page.people.len() as u64);
            tally.unknown(&page.unknown);
            let links = std::mem::take(&mut page.links);
            let targets = run.pinned.targets.iter().zip(lanes.iter_mut());
            for ((target, lane), links) in targets.zip(links) {
                if lane.error.is_none() {
                    let managers = Managers {
                        store: &run.host.store,
                        place: run.place(target),
                        claims: (&run.listing, self.single()),
                        refused: &lane.refused,
                        selectors: &run.pinned.resolved,
                        are_looked_for: self.reading.how != How::Kept,
                    };
                    let Page { chain, columns, .. } = &mut page;
                    managers.fill(&target.accounts, chain, columns).await?;
                    let number = lane.number;
                    let of_pictures = target.photo.map(|_| links.clone());
                    let dropped = planner.page((lane, target), &page, links, tally).await?;
                    if let Some(links) = &of_pictures {
                        let who = (links, dropped.as_slice());
                        pictures::note(run, (target, number), &page, who, stage).await?;
                    }
                }
            }
            tally.close_page();
            self.progress.add(page.people.len() as u64);
            Ok(())
        })
        .await
    }

    /// Finds the accounts of managers whom rows of this target ask for: also of those who are
    /// out of scope, and become no people of the run by it.
    async fn link_managers(
        &self,
        target: &PinnedTarget,
        linker: &mut Linker<'_>,
    ) -> Result<(), Error> {
        if target.accounts.is_empty() {
            return Ok(());
        }
        let scope = self.run.pinned.scope.selectors().cloned();
        let accounts = managers::selectors(&target.accounts, &self.run.pinned.resolved);
        let selectors = Wanted::new(scope.chain(accounts));
        let rules = target.match_selectors();
        let wanted = Wanted::new(rules.iter().cloned());
        let relations = page::relations(self);
        self.each_page(&selectors, Vec::new(), async |page| {
            let managers = managers::distinct(&target.accounts, &page.chain);
            let (columns, _) = relations.columns(&wanted, &managers).await?;
            let in_order = |rule| columns.get(wanted.position(rule)?).cloned();
            let columns: Vec<Column> = rules.iter().filter_map(in_order).collect();
            linker.link_managers(&managers, &columns).await
        })
        .await
    }

    /// The one person of a run over one; empty for a listing.
    fn single(&self) -> &str {
        let people = self.reading.people.as_deref();
        people
            .and_then(<[String]>::first)
            .map_or("", String::as_str)
    }

    /// Calls `each` for every page of people in scope, with their links of these places.
    async fn each_page(
        &self,
        selectors: &Wanted,
        places: Vec<Place<'_>>,
        mut each: impl AsyncFnMut(Page) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut pages = Pages::new(self, selectors, places);
        let mut next = pages.next().await?;
        while let Some(page) = next {
            let (fetched, done) = tokio::join!(pages.next(), each(page));
            done?;
            next = fetched?;
        }
        Ok(())
    }
}
