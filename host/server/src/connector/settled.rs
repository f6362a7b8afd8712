//! Connector files while somebody may be writing them: a file counts when it stands still.
//!
//! Invariant: what is told as good or wrong was read to its line end, and was the same twice, at
//! least [`SAME_FOR`] apart, together with the files that its options name. Half a file is never
//! taken for a whole one by how fast somebody writes, and a file that is away for a moment, as while
//! an editor saves it, is not gone.
//!
//! Deliberately not here: time (the caller brings it), being woken (`watch`), and what follows from
//! a state (`verdict`).

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::Mistake;
use super::load::{self, Entry, Loaded};

/// How long a file must be the same.
pub const SAME_FOR: Duration = Duration::from_millis(500);

/// The last reading of a connectors' folder.
#[derive(Debug, Default)]
pub struct Settling {
    files: BTreeMap<PathBuf, Seen>,
    is_waiting: bool,
}

/// What is remembered of a file.
#[derive(Debug)]
struct Seen {
    /// Of all that was read; `None` while the file is not there.
    digest: Option<[u8; 32]>,
    /// When it was first seen like this.
    since: Duration,
    /// The id that it had when it last stood still and could be read.
    id: Option<String>,
    /// Whether it was ever told as good or wrong.
    is_known: bool,
}

/// A file of the folder, or one that was there.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The file's name without `.toml`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// The connector's id, or the last one that it is known to have had.
    pub id: Option<String>,
    /// What can be said about it.
    pub state: SettledState,
}

/// What can be said about a file.
#[derive(Debug, Clone)]
pub enum SettledState {
    /// Nothing yet.
    Waiting(Waits),
    /// It stands still and is well.
    Good(Box<Loaded>),
    /// It stands still and is wrong.
    Wrong(Vec<Mistake>),
    /// It was there and is not any more.
    Gone,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waits {
    /// It changed, came or went a moment ago.
    Fresh,
    /// Its last line has no end: somebody may still be writing.
    NoLineEnd,
    /// These files have its id too, and something is waited for in one of them.
    SharedId(String),
}

impl fmt::Display for Waits {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fresh => out.write_str("it changed a moment ago"),
            Self::NoLineEnd => out.write_str(
                "its last line does not end with a line end, so it may not be complete: add one",
            ),
            Self::SharedId(others) => {
                write!(out, "its id is also that of {others}, which is not settled")
            }
        }
    }
}

/// A file that is there, just read.
struct Found {
    entry: Entry,
    waits: Option<Waits>,
}

impl Found {
    fn id(&self) -> Option<&str> {
        let loaded = self.entry.result.as_ref().ok();
        loaded.map(|loaded| loaded.connector.id.as_str())
    }
}

impl Settling {
    /// Reads the folder and says what is known about each of its files, by path. `now` is any steady
    /// count of time ([`Clock::uptime`](crate::clock::Clock::uptime)).
    ///
    /// Every state is told each time, not only when it changes. Of a folder that cannot be read
    /// nothing is concluded.
    pub fn observe(&mut self, folder: &Path, now: Duration) -> Result<Vec<Settled>, Mistake> {
        let mut found = Vec::new();
        for path in load::paths(folder)? {
            if let Some(reading) = Reading::of(&path) {
                found.push(self.found(reading, now));
            }
        }
        wait_together(&mut found);
        self.is_waiting = found.iter().any(|file| file.waits == Some(Waits::Fresh));
        let mut settled = self.gone(&found, now);
        settled.extend(self.judged(found));
        settled.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(settled)
    }

    /// Whether the folder should be looked at again after [`SAME_FOR`], even if nothing happens. A
    /// file whose last line has no end does not ask for that: only its writer can go on.
    pub fn is_waiting(&self) -> bool {
        self.is_waiting
    }

    /// Says no more about a file that is gone.
    pub fn forget(&mut self, path: &Path) {
        let is_gone = |seen: &Seen| seen.digest.is_none();
        if self.files.get(path).is_some_and(is_gone) {
            self.files.remove(path);
        }
    }

    fn found(&mut self, reading: Reading, now: Duration) -> Found {
        let is_same = self.is_same(&reading.entry.path, Some(reading.digest), now);
        let waits = match (is_same, reading.is_ended) {
            (false, _) => Some(Waits::Fresh),
            (true, false) => Some(Waits::NoLineEnd),
            (true, true) => None,
        };
        Found {
            entry: reading.entry,
            waits,
        }
    }

    /// Remembers what a file was found to be; whether it has been that for long enough.
    fn is_same(&mut self, path: &Path, digest: Option<[u8; 32]>, now: Duration) -> bool {
        let new = || Seen {
            digest,
            since: now,
            id: None,
            is_known: false,
        };
        let seen = self.files.entry(path.to_owned()).or_insert_with(new);
        if seen.digest != digest {
            (seen.digest, seen.since) = (digest, now);
        }
        now.saturating_sub(seen.since) >= SAME_FOR
    }

    fn judged(&mut self, found: Vec<Found>) -> Vec<Settled> {
        let (mut waiting, mut settled) = (Vec::new(), Vec::new());
        for file in found {
            let id = file.id().map(str::to_owned);
            let Found { entry, waits } = file;
            if let Some(waits) = waits {
                waiting.push((entry, waits));
                continue;
            }
            if let Some(seen) = self.files.get_mut(&entry.path) {
                seen.is_known = true;
                seen.id = id.or_else(|| seen.id.take());
            }
            settled.push(entry);
        }
        load::refuse_shared_ids(&mut settled);
        let waiting = waiting
            .into_iter()
            .map(|(entry, waits)| (entry.name, entry.path, SettledState::Waiting(waits)));
        let settled = settled.into_iter().map(|entry| {
            let state = match entry.result {
                Ok(loaded) => SettledState::Good(loaded),
                Err(mistakes) => SettledState::Wrong(mistakes),
            };
            (entry.name, entry.path, state)
        });
        let all = waiting.chain(settled);
        all.map(|(name, path, state)| {
            let seen = self.files.get(&path);
            let id = seen.and_then(|seen| seen.id.clone());
            Settled {
                name,
                path,
                id,
                state,
            }
        })
        .collect()
    }

    /// Files that were there. One whose id another file has now was only renamed, and of one that
    /// came and went before it settled nobody has heard.
    fn gone(&mut self, found: &[Found], now: Duration) -> Vec<Settled> {
        let here: BTreeSet<&Path> = found.iter().map(|file| &*file.entry.path).collect();
        let is_away = |path: &&PathBuf| !here.contains(path.as_path());
        let away: Vec<PathBuf> = self.files.keys().filter(is_away).cloned().collect();
        let mut settled = Vec::new();
        for path in away {
            let is_gone = self.is_same(&path, None, now);
            let Some(seen) = self.files.get(&path) else {
                continue;
            };
            let id = seen.id.clone();
            let is_known = seen.is_known;
            let heir = found
                .iter()
                .find(|file| id.is_some() && file.id() == id.as_deref());
            let state = match heir.map(|file| &file.waits) {
                _ if !is_gone => SettledState::Waiting(Waits::Fresh),
                Some(Some(waits)) => SettledState::Waiting(waits.clone()),
                None if is_known => SettledState::Gone,
                Some(None) | None => {
                    self.files.remove(&path);
                    continue;
                }
            };
            self.is_waiting |= !is_gone;
            settled.push(Settled {
                name: load::name_of(&path),
                path,
                id,
                state,
            });
        }
        settled
    }
}

/// Files with one id are judged together: while one of them waits, all do.
fn wait_together(found: &mut [Found]) {
    let mut owners: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, file) in found.iter().enumerate() {
        if let Some(id) = file.id() {
            owners.entry(id.to_owned()).or_default().push(at);
        }
    }
    for all in owners.values().filter(|all| all.len() > 1) {
        let of = |at: usize| found.get(at);
        let is_waiting = |at: &usize| of(*at).is_some_and(|file| file.waits.is_some());
        let waiting: Vec<String> = all
            .iter()
            .filter(|at| is_waiting(at))
            .filter_map(|at| Some(of(*at)?.entry.path.display().to_string()))
            .collect();
        if waiting.is_empty() {
            continue;
        }
        for at in all {
            let Some(file) = found.get_mut(*at) else {
                continue;
            };
            file.waits
                .get_or_insert_with(|| Waits::SharedId(waiting.join(", ")));
        }
    }
}

/// A file as it is at this moment, read once: what is digested is what is used.
struct Reading {
    entry: Entry,
    digest: [u8; 32],
    is_ended: bool,
}

impl Reading {
    /// `None` when the file went away since its folder was read.
    fn of(path: &Path) -> Option<Self> {
        let gone = std::fs::metadata(path).is_err_and(|cause| cause.kind() == ErrorKind::NotFound);
        if gone {
            return None;
        }
        let bytes = load::read_bytes(path);
        let mut hasher = Sha256::new();
        let mut add = |part: &[u8]| {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        };
        add(bytes.as_ref().map_or(&[], Vec::as_slice));
        // What cannot be read has no last line that somebody could end.
        let is_ended = bytes.as_ref().map_or(true, |bytes| bytes.ends_with(b"\n"));
        let text = bytes.and_then(|bytes| load::text_of(path, bytes));
        let entry = load::load_text(path, text);
        match &entry.result {
            Ok(loaded) => {
                for file in &loaded.files {
                    add(file.path.as_bytes());
                    add(&file.sha256);
                }
            }
            // Among these is what is wrong with the files that options name.
            Err(mistakes) => {
                for mistake in mistakes {
                    add(mistake.to_string().as_bytes());
                }
            }
        }
        Some(Self {
            entry,
            digest: hasher.finalize().into(),
            is_ended,
        })
    }
}
