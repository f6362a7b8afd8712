//! People and their managers as a run of the past saw them.
//!
//! The same rules as [`super::super::relate`], over the documents as of the run's moment: by key,
//! then by name without case, nobody who is ambiguous, nobody whom the run would not have used.
//! Nobody is asked: who is not kept is missing, and it is told of whom only later documents are.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use attune_core::Column;
use attune_core::matching::fold;
use attune_core::plan::How;
use attune_core::selector::Wanted;

use super::super::pin::Pinned;
use super::super::relate::{Chain, Inputs, Known};
use super::super::{Error, hex};
use crate::store::Store;
use crate::store::people::KeptDocument;

/// Resolves people as of one moment.
pub(super) struct Past<'a> {
    store: &'a Store,
    connector: &'a str,
    documents: &'a Wanted,
    /// Digest of the wanted set that the run read with.
    wanted: String,
    at_ms: i64,
    /// A manager who was not read since was asked for again, and nobody was there.
    not_before_ms: i64,
}

/// A page of people as they were.
pub(super) struct Then {
    /// One column per selector.
    pub columns: Vec<Column>,
    /// The people and their managers.
    pub chain: Chain,
    /// Keys of managers by the name that was looked for, whose documents of then are not kept.
    dropped: HashMap<String, String>,
}

impl Then {
    /// The managers of one person of whom only later documents are kept.
    pub(super) fn dropped_managers(&self, row: usize) -> BTreeSet<String> {
        let levels = (0..).map(|depth| self.chain.level(depth));
        let of_row = levels
            .take_while(|level| !level.is_empty())
            .filter_map(|level| level.get(row)?.known()?.manager());
        of_row
            .filter_map(|name| self.dropped.get(name).cloned())
            .collect()
    }
}

impl<'a> Past<'a> {
    /// The people of a run that began at this moment and read the source like this.
    pub(super) async fn of(
        store: &'a Store,
        pinned: &'a Pinned,
        at_ms: i64,
        how: Option<How>,
    ) -> Result<Self, Error> {
        let connector = &pinned.connector.id;
        let is_of_all = how.is_none_or(|how| how == How::Complete);
        let not_before_ms = if is_of_all {
            at_ms
        } else if how == Some(How::Person) {
            i64::MIN
        } else {
            let listing = store.listing_before(connector, at_ms).await?;
            listing.unwrap_or(i64::MIN)
        };
        Ok(Self {
            store,
            connector,
            documents: &pinned.documents,
            wanted: hex(&pinned.asked.digest()),
            at_ms,
            not_before_ms,
        })
    }

    /// These people; who is not in the answer is not kept as of then.
    pub(super) async fn people(
        &self,
        keys: &[String],
    ) -> Result<HashMap<String, Arc<Known>>, Error> {
        let at = self.store.document_at(self.connector, keys, self.at_ms);
        let kept = at.await?.found.into_iter().map(|one| one.kept);
        let ours = kept.filter(|kept| kept.wanted == self.wanted);
        let known = ours.filter_map(|kept| Some((kept.key.clone(), Arc::new(Known::of(kept)?))));
        Ok(known.collect())
    }

    /// One column per selector for these people, as far up as the selectors lead.
    pub(super) async fn columns(
        &self,
        selectors: &Wanted,
        people: &[Arc<Known>],
    ) -> Result<Then, Error> {
        let inputs = Inputs::of(selectors, self.documents)?;
        let mut dropped = HashMap::new();
        let mut levels = vec![people.iter().cloned().map(Some).collect::<Vec<_>>()];
        for _ in 0..inputs.depth() {
            let level = levels.last().map(Vec::as_slice).unwrap_or_default();
            let named: Vec<Option<&str>> = level
                .iter()
                .map(|known| known.as_ref().and_then(|known| known.manager()))
                .collect();
            let distinct: HashSet<&str> = named.iter().flatten().copied().collect();
            let found = self.find(&distinct, &mut dropped).await?;
            let next = named
                .iter()
                .map(|name| name.and_then(|name| found.get(name).cloned()))
                .collect();
            levels.push(next);
        }
        let chain = Chain::of(levels);
        Ok(Then {
            columns: inputs.columns(&chain),
            chain,
            dropped,
        })
    }

    /// Whom these names meant.
    async fn find(
        &self,
        names: &HashSet<&str>,
        dropped: &mut HashMap<String, String>,
    ) -> Result<HashMap<String, Arc<Known>>, Error> {
        let mut found = HashMap::with_capacity(names.len());
        let mut open: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        open.sort_unstable();
        let by_key = self.store.document_at(self.connector, &open, self.at_ms);
        let by_key = by_key.await?;
        for one in by_key.found {
            let key = one.kept.key.clone();
            if let Some(known) = self.used(one.kept) {
                found.insert(key, known);
            }
        }
        dropped.extend(by_key.later.into_iter().map(|key| (key.clone(), key)));
        open.retain(|name| !found.contains_key(name));
        let folded: Vec<String> = open.iter().map(|name| fold(name)).collect();
        let meanings = self.meanings(&folded).await?;
        for (name, folded) in open.into_iter().zip(folded) {
            match meanings.get(&folded) {
                Some(Meaning::One(kept)) => {
                    if let Some(known) = self.used(kept.clone()) {
                        found.insert(name, known);
                    }
                }
                Some(Meaning::Later(key)) => {
                    dropped.insert(name, key.clone());
                }
                Some(Meaning::Several) | None => {}
            }
        }
        Ok(found)
    }

    /// Whom these folded names meant, if anybody.
    async fn meanings(&self, folded: &[String]) -> Result<HashMap<String, Meaning>, Error> {
        let pairs = self.store.keys_by_name_ever(self.connector, folded).await?;
        let keys: BTreeSet<&String> = pairs.iter().map(|(_, key)| key).collect();
        let keys: Vec<String> = keys.into_iter().cloned().collect();
        let at = self.store.document_at(self.connector, &keys, self.at_ms);
        let at = at.await?;
        let later: HashSet<String> = at.later.into_iter().collect();
        let found = at.found.into_iter().map(|one| (one.kept.key.clone(), one));
        let found: HashMap<_, _> = found.collect();
        let mut meanings: HashMap<String, Meaning> = HashMap::with_capacity(folded.len());
        for (name, key) in pairs {
            let meant = match found.get(&key) {
                // What they are called today need not be what they were called then.
                Some(one) if one.names.contains(&name) => Meaning::One(one.kept.clone()),
                None if later.contains(&key) => Meaning::Later(key),
                _ => continue,
            };
            let both = match (meanings.remove(&name), meant) {
                (None, one) => one,
                (Some(Meaning::Later(_)), Meaning::One(one))
                | (Some(Meaning::One(one)), Meaning::Later(_)) => Meaning::One(one),
                (Some(Meaning::Later(key)), Meaning::Later(_)) => Meaning::Later(key),
                _ => Meaning::Several,
            };
            meanings.insert(name, both);
        }
        Ok(meanings)
    }

    /// A manager whom the run would have used.
    fn used(&self, kept: KeptDocument) -> Option<Arc<Known>> {
        let is_used = kept.wanted == self.wanted && kept.read_ms >= self.not_before_ms;
        is_used.then(|| Known::of(kept)).flatten().map(Arc::new)
    }
}

/// Whom a name meant.
enum Meaning {
    One(KeptDocument),
    Several,
    /// Somebody of whom only later documents are kept.
    Later(String),
}
