//! Reading the source: pages of people become kept people.
//!
//! Documents are projected to the wanted set while they are parsed; what nobody asked for is
//! never stored. An aborted listing leaves kept people that the source really delivered, but no
//! listing: nothing is concluded from whom it did not reach.

mod changes;
mod look;
mod partial;

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use attune_core::matching::fold;
use attune_core::project::{self, Projector};
use attune_core::selector::Wanted;
use attune_core::{Column, plan::Trouble};
use tokio::sync::{OnceCell, mpsc};

use super::progress::{Phase, Progress};
use super::{Error, hex};
use crate::clock::Clock;
use crate::source::{self, Ask, Completion, Document, Goal, Page, Person, Presence, Source};
use crate::store::Store;
use crate::store::people::{After, Kept, Reading};

pub(super) use changes::{Changes, Failed};

/// Pages that may wait between the network and the store.
const PAGES_WAITING: usize = 2;
/// People asked for by name in one conversation.
const ASK_MAX: usize = 100;

/// What a reading is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Purpose<'a> {
    /// The run; also the name of its listing.
    pub run: &'a str,
    /// Stop after so many people; for `--sample`.
    pub people_max: Option<usize>,
    /// Whether the run may go on in another process: each page is kept with where it would.
    pub goes_on: bool,
}

/// Reads one source for one run.
pub(super) struct Reader<'a> {
    inputs: Inputs<'a>,
    digest: String,
    troubles: Mutex<Vec<Trouble>>,
    requests: AtomicU64,
    bytes: AtomicU64,
    /// Names that nobody has; asked for once in a run.
    unknown: Mutex<HashSet<String>>,
    /// Whether the store knows what the wanted set is.
    is_set_noted: OnceCell<()>,
}

/// What a [`Reader`] is made of.
pub(super) struct Inputs<'a> {
    /// Where people are kept.
    pub store: &'a Store,
    /// Where they come from; nowhere in a run that asks nobody.
    pub source: Option<&'a Source>,
    /// The connector's id.
    pub connector: &'a str,
    /// Only the members of these groups; empty: everyone.
    pub groups: &'a [String],
    /// What is read of every document.
    pub wanted: &'a Wanted,
    /// What the adapter is asked for: the above, and the relations that lead to other people.
    pub asked: &'a Wanted,
    /// Whether relations are followed, so that names must be found again.
    pub keeps_names: bool,
    /// Start of the run.
    pub now_ms: i64,
    /// What time it is meanwhile.
    pub clock: &'a dyn Clock,
}

impl<'a> Reader<'a> {
    /// A reader for one run.
    pub(super) fn new(inputs: Inputs<'a>) -> Self {
        Self {
            digest: hex(&inputs.asked.digest()),
            inputs,
            troubles: Mutex::new(Vec::new()),
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            unknown: Mutex::new(HashSet::new()),
            is_set_noted: OnceCell::new(),
        }
    }

    fn source(&self) -> Result<&'a Source, source::Error> {
        self.inputs.source.ok_or_else(|| source::Error::Incomplete {
            why: "this run asks no source".to_owned(),
        })
    }

    fn projector(&self) -> Result<Projector, Error> {
        let names = self.source().map_err(Error::Source)?.names();
        Ok(Projector::new(self.inputs.wanted.clone(), names))
    }

    /// Those of these names of which it is not known that nobody has them.
    pub(super) fn without_unknown(&self, names: &HashSet<&str>) -> Vec<String> {
        let unknown = self.unknown.lock().ok();
        let is_open = |name: &&&str| {
            let is_unknown = unknown.as_ref().is_some_and(|all| all.contains(**name));
            !is_unknown
        };
        let open = names.iter().filter(is_open);
        open.map(|&name| name.to_owned()).collect()
    }

    /// Remembers names that the source was asked for and nobody has.
    pub(super) fn note_unknown(&self, names: Vec<String>) {
        if let Ok(mut unknown) = self.unknown.lock() {
            unknown.extend(names);
        }
    }

    /// Requests to the source so far, and the bytes of its answers.
    pub(super) fn traffic(&self) -> (u64, u64) {
        let so_far = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (so_far(&self.requests), so_far(&self.bytes))
    }

    /// Whether every document so far could be read.
    pub(super) fn is_untroubled(&self) -> bool {
        self.troubles
            .lock()
            .is_ok_and(|troubles| troubles.is_empty())
    }

    /// The connector's id.
    pub(super) fn connector(&self) -> &str {
        self.inputs.connector
    }

    /// What is read of every document.
    pub(super) fn wanted(&self) -> &Wanted {
        self.inputs.wanted
    }

    /// Digest of the wanted set.
    pub(super) fn wanted_digest(&self) -> &str {
        &self.digest
    }

    /// People whose documents could not be read.
    pub(super) fn take_troubles(&self) -> Vec<Trouble> {
        self.troubles
            .lock()
            .map(|mut troubles| std::mem::take(&mut *troubles))
            .unwrap_or_default()
    }

    /// Lists everyone; answers the checkpoint that the provider gave, if any.
    pub(super) async fn list(
        &self,
        purpose: Purpose<'_>,
        progress: &Progress,
    ) -> Result<Option<String>, Error> {
        progress.begin(Phase::Reading, 0);
        self.listed(purpose, None, progress).await
    }

    /// The same from the beginning in a run that had begun before: who was seen then may be gone.
    pub(super) async fn list_again(
        &self,
        purpose: Purpose<'_>,
        progress: &Progress,
    ) -> Result<Option<String>, Error> {
        let store = self.inputs.store;
        store
            .forget_listing(self.inputs.connector, purpose.run)
            .await?;
        if let Ok(mut troubles) = self.troubles.lock() {
            troubles.clear();
        }
        self.list(purpose, progress).await
    }

    /// Goes on with a listing after its last kept page; from the beginning where the provider
    /// does not know the place any more.
    pub(super) async fn list_on(
        &self,
        purpose: Purpose<'_>,
        talk: &[u8],
        progress: &Progress,
    ) -> Result<Option<String>, Error> {
        let store = self.inputs.store;
        progress.begin(Phase::Reading, 0);
        let seen = store.listed_count(self.inputs.connector, purpose.run);
        progress.add(seen.await?);
        self.take_up(store.problems(purpose.run).await?, (0, 0));
        match self.listed(purpose, Some(talk), progress).await {
            Err(Error::Source(error)) if !error.is_unreachable() => {
                tracing::info!(code = %error.code(), "a listing cannot be gone on with and begins anew");
                self.list_again(purpose, progress).await
            }
            listed => listed,
        }
    }

    async fn listed(
        &self,
        purpose: Purpose<'_>,
        talk: Option<&[u8]>,
        progress: &Progress,
    ) -> Result<Option<String>, Error> {
        let (sender, mut pages) = mpsc::channel(PAGES_WAITING);
        let keep = async {
            let mut seen = 0_usize;
            let mut projector = self.projector()?;
            while let Some(page) = pages.recv().await {
                let kept = self.keep(&mut projector, page, Some(purpose)).await?;
                seen += kept.len();
                progress.add(kept.len() as u64);
                if purpose.people_max.is_some_and(|max| seen >= max) {
                    break;
                }
            }
            // Dropping the receiver ends a conversation that a sample has seen enough of.
            drop(pages);
            Ok::<_, Error>(purpose.people_max.is_some_and(|max| seen >= max))
        };
        let conversation = async {
            match talk {
                None => {
                    self.converse(Goal::Everyone, self.inputs.groups, sender)
                        .await
                }
                Some(talk) => {
                    let said = self.source()?.converse_on(talk, sender).await?;
                    Ok(self.count(said))
                }
            }
        };
        let (completion, kept) = tokio::join!(conversation, keep);
        let is_enough = kept?;
        match completion {
            Ok(completion) => Ok(completion.checkpoint),
            Err(_) if is_enough => Ok(None),
            Err(error) => Err(Error::Source(error)),
        }
    }

    /// What a reading had come to before this process.
    pub(super) fn take_up(&self, before: Vec<Trouble>, (requests, bytes): (u64, u64)) {
        if let Ok(mut troubles) = self.troubles.lock() {
            troubles.extend(before);
        }
        self.requests.fetch_add(requests, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// People whose documents could not be read so far.
    pub(super) fn troubles(&self) -> Vec<Trouble> {
        let troubles = self.troubles.lock();
        troubles.map(|all| all.clone()).unwrap_or_default()
    }

    /// Asks for people by key or name, in scope or not, and keeps who is delivered; how many.
    pub(super) async fn fetch(&self, names: &[String]) -> Result<usize, Error> {
        let mut found = 0;
        for chunk in names.chunks(ASK_MAX) {
            found += self.ask(chunk, &[]).await?.len();
        }
        Ok(found)
    }

    /// Asks for a person by key or name and keeps everybody who is called so; says of each key
    /// whether the provider counts them among those whom the connector lists.
    pub(super) async fn find(&self, name: &str) -> Result<Vec<(String, bool)>, Error> {
        let mut found = self.ask(&[name.to_owned()], self.inputs.groups).await?;
        found.sort_unstable();
        found.dedup_by(|later, earlier| later.0 == earlier.0);
        Ok(found)
    }

    /// Those of these keys whom the provider itself says to be gone, or outside of what is listed.
    pub(super) async fn gone(&self, keys: &[String]) -> Result<HashSet<String>, Error> {
        let mut gone = HashSet::new();
        for chunk in keys.chunks(ASK_MAX) {
            let (sender, mut pages) = mpsc::channel::<Page>(PAGES_WAITING);
            let hear = async {
                let mut said = HashSet::new();
                while let Some(page) = pages.recv().await {
                    said.extend(page.absent);
                    let is_gone = |one: &Person| {
                        one.presence == Presence::Gone || one.in_scope == Some(false)
                    };
                    let (out, here): (Vec<_>, Vec<_>) = page.people.into_iter().partition(is_gone);
                    said.extend(out.into_iter().map(|person| person.key));
                    said.retain(|key: &String| here.iter().all(|person| person.key != *key));
                }
                said
            };
            let goal = Goal::People(chunk.to_vec());
            let conversation = self.converse(goal, self.inputs.groups, sender);
            let (completion, said) = tokio::join!(conversation, hear);
            completion.map_err(Error::Source)?;
            gone.extend(said);
        }
        gone.retain(|key| keys.contains(key));
        Ok(gone)
    }

    async fn ask(&self, names: &[String], groups: &[String]) -> Result<Vec<(String, bool)>, Error> {
        let (sender, pages) = mpsc::channel::<Page>(PAGES_WAITING);
        let keep = async {
            // Goes with this block: where keeping fails, nobody waits for pages to be taken.
            let mut pages = pages;
            let mut projector = self.projector()?;
            let mut found = Vec::new();
            while let Some(page) = pages.recv().await {
                let outside: HashSet<String> = page
                    .people
                    .iter()
                    .filter(|person| person.in_scope == Some(false))
                    .map(|person| person.key.clone())
                    .collect();
                for key in self.keep(&mut projector, page, None).await? {
                    let is_listed = !outside.contains(&key);
                    found.push((key, is_listed));
                }
            }
            Ok::<_, Error>(found)
        };
        let conversation = self.converse(Goal::People(names.to_vec()), groups, sender);
        let (completion, kept) = tokio::join!(conversation, keep);
        let found = kept?;
        completion.map_err(Error::Source)?;
        Ok(found)
    }

    /// Holds one conversation and counts what it cost.
    async fn converse(
        &self,
        goal: Goal,
        groups: &[String],
        pages: mpsc::Sender<Page>,
    ) -> Result<Completion, source::Error> {
        let ask = Ask {
            goal,
            wanted: texts(self.inputs.asked),
            groups: groups.to_vec(),
        };
        let completion = self.source()?.converse(ask, pages).await?;
        Ok(self.count(completion))
    }

    fn count(&self, completion: Completion) -> Completion {
        self.requests
            .fetch_add(completion.requests, Ordering::Relaxed);
        self.bytes.fetch_add(completion.bytes, Ordering::Relaxed);
        completion
    }

    async fn keep(
        &self,
        projector: &mut Projector,
        page: Page,
        purpose: Option<Purpose<'_>>,
    ) -> Result<Vec<String>, Error> {
        let troubled = self.troubles.lock().map_or(0, |troubles| troubles.len());
        let mut people = Vec::with_capacity(page.people.len());
        for person in &page.people {
            if person.presence == Presence::Gone {
                continue;
            }
            match self.project(projector, person) {
                Ok(kept) => people.push(kept),
                Err(error) => self.trouble(&person.key, &error),
            }
        }
        for refused in &page.refused {
            self.trouble(&refused.person, &refused.why);
        }
        // The same person twice on one page: the later one is the newer one.
        let mut last = std::collections::HashMap::with_capacity(people.len());
        for (index, kept) in people.iter().enumerate() {
            last.insert(kept.key.clone(), index);
        }
        let mut index = 0;
        people.retain(|kept| {
            let is_last = last.get(&kept.key) == Some(&index);
            index += 1;
            is_last
        });
        let troubles = self.troubles().split_off(troubled);
        let after = After {
            talk: page.mark.as_deref(),
            troubles: &troubles,
            saved_ms: self.inputs.clock.now().as_millisecond(),
        };
        let listing = purpose.map_or("", |purpose| purpose.run);
        let after = purpose.filter(|purpose| purpose.goes_on).map(|_| &after);
        self.save(&people, listing, after).await?;
        Ok(people.into_iter().map(|kept| kept.key).collect())
    }

    async fn save(
        &self,
        people: &[Kept],
        listing: &str,
        after: Option<&After<'_>>,
    ) -> Result<(), Error> {
        let (store, connector) = (self.inputs.store, self.inputs.connector);
        let note = || async {
            store
                .note_wanted(&self.digest, &texts(self.inputs.asked))
                .await
        };
        self.is_set_noted.get_or_try_init(note).await?;
        let reading = Reading {
            connector,
            listing,
            now_ms: self.inputs.now_ms,
        };
        // Names first: whoever goes on after this page never comes back to it.
        if self.inputs.keeps_names {
            store.keep_names(connector, people).await?;
        }
        store.keep_page(reading, people, after).await?;
        Ok(())
    }

    fn project(&self, projector: &mut Projector, person: &Person) -> Result<Kept, project::Error> {
        let parts = parts(person);
        let source = project::Source {
            document: view(&person.document),
            parts: &parts,
        };
        let mut row = Column::with_capacity(self.inputs.wanted.len(), 256);
        projector.project(&source, &mut row)?;
        let mut names: Vec<String> = person.names.iter().map(|name| fold(name)).collect();
        names.push(fold(&person.key));
        names.sort_unstable();
        names.dedup();
        let relations = person
            .relations
            .iter()
            .map(|link| (link.role.clone(), link.name.clone()))
            .collect();
        Ok(Kept {
            key: person.key.clone(),
            names,
            relations,
            revision: person.revision.clone(),
            wanted: self.digest.clone(),
            document: row.encode(),
        })
    }

    fn trouble(&self, person: &str, what: &dyn std::fmt::Display) {
        if let Ok(mut troubles) = self.troubles.lock() {
            troubles.push(Trouble {
                person: person.to_owned(),
                target: String::new(),
                field: String::new(),
                code: "bad-answer".to_owned(),
                message: what.to_string(),
            });
        }
    }
}

/// The selectors of a set as they are written.
pub(super) fn texts(wanted: &Wanted) -> Vec<String> {
    let selectors = wanted.selectors().iter();
    selectors.map(ToString::to_string).collect()
}

/// What a person has beside their own document, by member.
pub(super) fn parts(person: &Person) -> Vec<(&str, project::Document<'_>)> {
    let parts = person.parts.iter();
    parts
        .map(|(member, document)| (member.as_str(), view(document)))
        .collect()
}

pub(super) fn view(document: &Document) -> project::Document<'_> {
    match document {
        Document::Json(bytes) => project::Document::Json(bytes),
        Document::Ldap(entry) => project::Document::Entry(&entry.attributes, entry.is_binary()),
        Document::Nothing => project::Document::Nothing,
    }
}
