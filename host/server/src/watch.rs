//! Says that something below a folder may have changed.
//!
//! Invariant: a change is noticed at the latest after [`WatchOptions::rescan`], whatever became of
//! the operating system's own notices: folders that come later, that are removed or swapped by a
//! symbolic link (as a mounted `ConfigMap` is), lost notices and file systems that send none.
//! Reading the folders is no change and wakes nobody.
//!
//! Deliberately not here: what changed. Who is woken looks for themselves, so that there is one
//! way to see a folder and no second truth made of events.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout_at};

/// Longest wait for an end of the events, from the first one.
const QUIET_MAX: Duration = Duration::from_millis(500);

/// Most folders that are watched; what lies deeper is left to the timer.
const FOLDERS_MAX: usize = 1000;

/// How often folders are walked while they keep changing under the walk.
const WALKS_MAX: usize = 4;

/// How patient a [`Watch`] is.
#[derive(Debug, Clone, Copy)]
pub struct WatchOptions {
    /// A change is told when there was no further event for so long.
    pub debounce: Duration,
    /// Without any event the caller is asked to look so often.
    pub rescan: Duration,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            debounce: Duration::from_millis(50),
            rescan: Duration::from_secs(15),
        }
    }
}

/// Folders and what lies below them, watched.
#[derive(Debug)]
pub struct Watch {
    roots: Arc<[PathBuf]>,
    options: WatchOptions,
    signal: Arc<Signal>,
    watched: Watched,
    rescan_at: Instant,
    /// Something was noticed and the caller does not know yet.
    is_due: bool,
    /// When the caller was last told.
    told_at: Option<Instant>,
    /// The watches are made anew, whatever they seem to be.
    is_stale: bool,
}

impl Watch {
    /// Watches these folders, which need not be there yet. Without watches the timer remains.
    pub fn open(dirs: &[PathBuf], options: WatchOptions) -> Self {
        let absolute = |dir: &PathBuf| std::path::absolute(dir).unwrap_or_else(|_| dir.clone());
        let roots: Arc<[PathBuf]> = dirs.iter().map(absolute).collect();
        let signal = Arc::new(Signal::default());
        Self {
            watched: Watched::default().renewed(&roots, &signal, true),
            roots,
            options,
            signal,
            rescan_at: Instant::now() + options.rescan,
            is_due: false,
            told_at: None,
            is_stale: false,
        }
    }

    /// Returns when something below one of the folders may have changed, or when it is time to
    /// look anyway. Events since the last return count, also those that came while nobody waited.
    /// Dropping the future loses nothing.
    pub async fn changed(&mut self) {
        if !self.is_due {
            tokio::select! {
                () = self.signal.noticed.notified() => {}
                () = sleep_until(self.rescan_at) => {}
            }
            self.is_due = true;
        }
        // A change after a quiet time is told at once; of a burst the rest is told when it is over.
        let debounce = self.options.debounce;
        if self.told_at.is_some_and(|told| told.elapsed() < debounce) {
            self.until_quiet().await;
        }
        // Before the caller looks: what happens after the look is then noticed.
        self.renew().await;
        self.is_due = false;
        self.told_at = Some(Instant::now());
    }

    async fn until_quiet(&self) {
        let end = Instant::now() + QUIET_MAX;
        loop {
            let quiet = (Instant::now() + self.options.debounce).min(end);
            let next = timeout_at(quiet, self.signal.noticed.notified()).await;
            if next.is_err() || Instant::now() >= end {
                return;
            }
        }
    }

    async fn renew(&mut self) {
        self.is_stale |= self.signal.is_broken.swap(false, Ordering::AcqRel);
        self.is_stale |= Instant::now() >= self.rescan_at;
        let (roots, signal) = (Arc::clone(&self.roots), Arc::clone(&self.signal));
        let (old, is_stale) = (std::mem::take(&mut self.watched), self.is_stale);
        // A folder of a network may take its time.
        let renewed = tokio::task::spawn_blocking(move || old.renewed(&roots, &signal, is_stale));
        match renewed.await {
            Ok(watched) => self.watched = watched,
            Err(cause) => self.signal.warn(&cause),
        }
        if self.is_stale {
            self.rescan_at = Instant::now() + self.options.rescan;
            self.is_stale = false;
        }
    }
}

/// What the watcher's own thread says.
#[derive(Debug, Default)]
struct Signal {
    noticed: Notify,
    /// Watches were lost, or may not be where they were.
    is_broken: AtomicBool,
    is_warned: AtomicBool,
}

impl Signal {
    fn take(&self, roots: &[PathBuf], event: notify::Result<notify::Event>) {
        match event {
            Ok(event) if is_relevant(roots, &event) => {
                let moves = matches!(
                    event.kind,
                    EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
                );
                // A folder that came in the place of another looks like it: ask no questions.
                if moves || event.need_rescan() {
                    self.is_broken.store(true, Ordering::Release);
                }
            }
            Ok(_) => return,
            Err(cause) => {
                self.is_broken.store(true, Ordering::Release);
                self.warn(&cause);
            }
        }
        self.noticed.notify_one();
    }

    /// Once: the timer is there, and a full log helps nobody.
    fn warn(&self, cause: &dyn std::fmt::Display) {
        if !self.is_warned.swap(true, Ordering::AcqRel) {
            tracing::warn!(
                %cause,
                "folders cannot be watched for changes; they are read from time to time instead"
            );
        }
    }
}

fn is_relevant(roots: &[PathBuf], event: &notify::Event) -> bool {
    let is_reading = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        // Our own look at the folder: without this it would wake us to the next one.
        EventKind::Access(_) => true,
        _ => false,
    };
    // Parents of the folders are watched, too, and other things may happen there.
    let concerns = |path: &PathBuf| {
        let mut roots = roots.iter();
        roots.any(|root| root.starts_with(path) || (path.starts_with(root) && !is_draft(path)))
    };
    let is_ours = event.paths.is_empty() || event.paths.iter().any(concerns);
    event.need_rescan() || (!is_reading && is_ours)
}

/// Whether a path is one that careful programs write beside a file before they rename it: the rename
/// is what counts. The folders behind a mounted ConfigMap begin with two dots.
fn is_draft(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') && !name.starts_with("..")
}

/// Device and inode of each watched folder, by its path.
type Folders = BTreeMap<PathBuf, (u64, u64)>;

/// Watches that are in place.
#[derive(Debug, Default)]
struct Watched {
    folders: Folders,
    /// Ends its watches when it is dropped.
    watcher: Option<RecommendedWatcher>,
}

impl Watched {
    /// Watches for the folders that are there now; these, if they are the same.
    fn renewed(self, roots: &Arc<[PathBuf]>, signal: &Arc<Signal>, is_stale: bool) -> Self {
        let mut folders = walk(roots, signal);
        let mut watched = self;
        let mut is_stale = is_stale || watched.watcher.is_none();
        for _ in 0..WALKS_MAX {
            if !is_stale && folders == watched.folders {
                break;
            }
            is_stale = false;
            watched = Self::made(folders, roots, signal);
            // What was made in a folder before it was watched.
            folders = walk(roots, signal);
        }
        watched
    }

    fn made(folders: Folders, roots: &Arc<[PathBuf]>, signal: &Arc<Signal>) -> Self {
        let (heard, known) = (Arc::clone(signal), Arc::clone(roots));
        let made = notify::recommended_watcher(move |event| heard.take(&known, event));
        let mut watcher = match made {
            Ok(watcher) => watcher,
            Err(cause) => {
                signal.warn(&cause);
                return Self {
                    folders,
                    watcher: None,
                };
            }
        };
        for folder in folders.keys() {
            let watched = watcher.watch(folder, RecursiveMode::NonRecursive);
            let is_gone = |cause: &notify::Error| match &cause.kind {
                notify::ErrorKind::PathNotFound => true,
                notify::ErrorKind::Io(cause) => cause.kind() == std::io::ErrorKind::NotFound,
                _ => false,
            };
            match watched {
                Err(cause) if !is_gone(&cause) => signal.warn(&cause),
                _ => {}
            }
        }
        Self {
            folders,
            watcher: Some(watcher),
        }
    }
}

/// Every folder to watch: the roots, what lies below them, and the folders that they lie in,
/// where a root shows up or is swapped.
fn walk(roots: &[PathBuf], signal: &Signal) -> Folders {
    let mut folders = Folders::new();
    let mut next: Vec<PathBuf> = Vec::new();
    for root in roots {
        if let Some(parent) = root.parent() {
            folders.extend(identity(parent).map(|id| (parent.to_owned(), id)));
        }
        next.push(root.clone());
    }
    while let Some(folder) = next.pop() {
        let Some(id) = identity(&folder) else {
            continue;
        };
        folders.insert(folder.clone(), id);
        if folders.len() >= FOLDERS_MAX {
            signal.warn(&format!("there are more than {FOLDERS_MAX} folders"));
            break;
        }
        // Links are not followed: one could lead back up. What is used lies below the root.
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let is_folder = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|is| is.is_dir());
        next.extend(entries.filter(is_folder).map(|entry| entry.path()));
    }
    folders
}

fn identity(folder: &Path) -> Option<(u64, u64)> {
    let meta = std::fs::metadata(folder).ok()?;
    meta.is_dir().then(|| (meta.dev(), meta.ino()))
}
