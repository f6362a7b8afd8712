//! Reading what changed since a checkpoint: deliveries are merged into what is kept, and whoever
//! has to be looked at is noted in the store.
//!
//! Invariant: what changes say is taken in at once, because it is true whatever becomes of the
//! run; what follows from it stays due until a run that lost nothing came to its end. Nobody is
//! concluded to have left: who is gone takes no part, and that is all.

use std::collections::HashMap;

use attune_core::project::Projector;
use tokio::sync::mpsc;

use super::partial::Merger;
use super::{ASK_MAX, PAGES_WAITING, Progress, Reader, view};
use crate::source::{self, Completion, Goal, Page, Person, Presence};
use crate::store::changed::Since;
use crate::store::people::Kept;
use crate::sync::Error;
use crate::sync::progress::Phase;

/// People asked for in one statement, to be asked for from the provider.
const MISSING_ROWS: u32 = 1000;

/// Why changes did not come.
pub(in crate::sync) enum Failed {
    /// The source's own word: it may be listed completely instead.
    Source(source::Error),
    /// Anything else ends the run.
    Other(Error),
}

/// What a run over changes reads.
pub(in crate::sync) struct Changes<'a> {
    /// The complete listing that they come after.
    pub since: Since<'a>,
    /// How many managers up rows read.
    pub depth: usize,
}

/// What reads documents of one wanted set, whole and partial.
struct Hand {
    projector: Projector,
    merger: Merger,
}

/// What one page says.
#[derive(Default)]
struct Said {
    /// Everybody who is there, as they are to be kept.
    kept: HashMap<String, Kept>,
    /// Whether they take part, by what was said last.
    takes_part: HashMap<String, bool>,
}

impl Reader<'_> {
    /// Takes in what changed since a checkpoint.
    pub(in crate::sync) async fn changes(
        &self,
        changes: &Changes<'_>,
        mark: String,
        progress: &Progress,
    ) -> Result<Completion, Failed> {
        progress.begin(Phase::Reading, 0);
        self.take_in(changes, Goal::ChangesSince(mark), progress)
            .await
    }

    /// Asks for everybody who is due and of whom no document of this wanted set is kept. Who is
    /// still without one afterwards is a problem of theirs.
    pub(in crate::sync) async fn complete_changes(
        &self,
        changes: &Changes<'_>,
        progress: &Progress,
    ) -> Result<(), Error> {
        let mut after = String::new();
        loop {
            let missing = self.missing(changes, &after).await?;
            let Some(last) = missing.last() else {
                return Ok(());
            };
            for keys in missing.chunks(ASK_MAX) {
                let goal = Goal::People(keys.to_vec());
                match self.take_in(changes, goal, progress).await {
                    Ok(_) => {}
                    Err(Failed::Source(error)) => return Err(Error::Source(error)),
                    Err(Failed::Other(error)) => return Err(error),
                }
            }
            let still = self.missing(changes, &after).await?;
            for key in still.iter().filter(|key| missing.contains(key)) {
                self.trouble(key, &"the source has no usable document of this person");
            }
            after.clone_from(last);
        }
    }

    async fn missing(&self, changes: &Changes<'_>, after: &str) -> Result<Vec<String>, Error> {
        let store = self.inputs.store;
        let missing =
            store.changed_without_document(changes.since, &self.digest, after, MISSING_ROWS);
        Ok(missing.await?)
    }

    /// Holds a conversation and takes in what it delivers.
    async fn take_in(
        &self,
        changes: &Changes<'_>,
        goal: Goal,
        progress: &Progress,
    ) -> Result<Completion, Failed> {
        let (sender, pages) = mpsc::channel::<Page>(PAGES_WAITING);
        let take = async {
            // Goes with this block: where taking in fails, nobody waits for pages to be taken.
            let mut pages = pages;
            let names = self.source().map_err(Error::Source)?.names();
            let mut hand = Hand {
                projector: self.projector()?,
                merger: Merger::new(self.inputs.wanted, names),
            };
            while let Some(page) = pages.recv().await {
                let people = page.people.len() as u64;
                self.take_in_page(changes, &mut hand, page).await?;
                progress.add(people);
            }
            Ok::<_, Error>(())
        };
        let conversation = self.converse(goal, self.inputs.groups, sender);
        let (completion, taken) = tokio::join!(conversation, take);
        taken.map_err(Failed::Other)?;
        completion.map_err(Failed::Source)
    }

    async fn take_in_page(
        &self,
        changes: &Changes<'_>,
        hand: &mut Hand,
        page: Page,
    ) -> Result<(), Error> {
        let (since, store) = (changes.since, self.inputs.store);
        let said = self.read_page(hand, &page).await?;
        let kept: Vec<Kept> = said.kept.into_values().collect();
        let keys: Vec<String> = kept.iter().map(|kept| kept.key.clone()).collect();
        // Whoever names them as manager: by the names that they had, and those that they have.
        if changes.depth > 0 {
            store.note_led(since, &keys, changes.depth).await?;
        }
        self.save(&kept, "", None).await?;
        let (inside, outside): (Vec<_>, Vec<_>) =
            said.takes_part.into_iter().partition(|(_, takes)| *takes);
        for (people, takes_part) in [(inside, true), (outside, false)] {
            let keys: Vec<String> = people.into_iter().map(|(key, _)| key).collect();
            store.note_changed(since, &keys, takes_part).await?;
        }
        if changes.depth > 0 {
            store.note_led(since, &keys, changes.depth).await?;
        }
        Ok(())
    }

    /// Reads a page in its order: of a person who comes twice the later one wins.
    async fn read_page(&self, hand: &mut Hand, page: &Page) -> Result<Said, Error> {
        let is_partial = |person: &&Person| person.presence == Presence::Partial;
        let partial = page.people.iter().filter(is_partial);
        let partial: Vec<String> = partial.map(|person| person.key.clone()).collect();
        let store = self.inputs.store;
        let before = store.kept_people(self.inputs.connector, &partial).await?;
        let mut before: HashMap<String, Kept> = before
            .into_iter()
            .filter(|kept| kept.wanted == self.digest)
            .map(|kept| (kept.key.clone(), kept))
            .collect();
        let mut said = Said::default();
        for person in &page.people {
            let key = &person.key;
            if person.presence == Presence::Gone {
                said.takes_part.insert(key.clone(), false);
                continue;
            }
            // A manager's news concern others even where they take no part themselves.
            let takes_part = person.in_scope != Some(false);
            said.takes_part.insert(key.clone(), takes_part);
            let kept = match self.project(&mut hand.projector, person) {
                Ok(kept) => kept,
                Err(error) => {
                    self.trouble(key, &error);
                    continue;
                }
            };
            let kept = if person.presence == Presence::Partial {
                let known = said.kept.remove(key).or_else(|| before.remove(key));
                merge(&mut hand.merger, known.as_ref(), person, kept)
            } else {
                Some(kept)
            };
            // Nothing to merge into: they are asked for afterwards.
            said.kept.extend(kept.map(|kept| (key.clone(), kept)));
        }
        for refused in &page.refused {
            self.trouble(&refused.person, &refused.why);
        }
        for key in &page.absent {
            said.takes_part.insert(key.clone(), false);
        }
        Ok(said)
    }
}

fn merge(merger: &mut Merger, known: Option<&Kept>, person: &Person, new: Kept) -> Option<Kept> {
    let parts: Vec<_> = person
        .parts
        .iter()
        .map(|(member, document)| (member.as_str(), view(document)))
        .collect();
    let source = attune_core::project::Source {
        document: view(&person.document),
        parts: &parts,
    };
    merger.merge(known?, &source, new)
}
