//! The service: what is running, and how it is replaced while it runs.
//!
//! One [`State`] holds every plugin and every revision that runs. A file that changes becomes a
//! proposal; it is loaded, checked and tried over the kept documents beside what runs, and only
//! then, if nothing speaks against it or somebody approved it, the state is replaced as a whole.
//! Each failure on the way keeps what runs and says why.
//!
//! Invariants: a run pins one state and never sees another one; nothing that waits for somebody
//! comes into use by itself, not even by a restart; a swap writes exactly the plans that were
//! shown before it.
//!
//! Deliberately not here: listening for commands and requests (`cli`, `api`), what a run does
//! (`sync`), reading files twice until they stand still (`connector`, `watch`).

mod answer;
mod apart;
mod folders;
mod generation;
mod health;
mod judge;
mod lineage;
mod notices;
mod prepare;
mod proposal;
mod start;
mod state;
mod triggers;
mod turns;
mod upload;
mod way;
mod worker;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use attune_wasm::TrustedKeys;
use attune_wasm::registry::{Snapshot, Source};
use tokio::sync::{Mutex as Gate, Notify, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use answer::Answer;
pub use generation::Stage;
pub use health::Stale;
pub use proposal::{Proposal, Waiting, What};
pub use state::State;
pub use triggers::{ByHand, Wish};
pub use turns::Turn;

use crate::connector::Loaded;
use crate::fault::Failure;
use crate::settings::{Notify as Notices, Swap};
use crate::store::audit::Act;
use crate::store::generations::Generation;
use crate::sync::{Host, Shadow, ShadowReport};
use generation::Generations;
use lineage::Lineage;
use state::Live;
use triggers::Queue;
use turns::Turns;

/// What the service is told once.
#[derive(Debug)]
pub struct Options {
    /// Watched for connector files.
    pub connectors_dir: PathBuf,
    /// Watched for plugins.
    pub plugins_dir: PathBuf,
    /// Ids of bundled plugins that a file may replace.
    pub overrides: Vec<String>,
    /// What happens when a plugin or a file changes.
    pub swap: Swap,
    /// Whom it tells that somebody has to look.
    pub notify: Notices,
    /// Whose signature a plugin file must have; none: it needs none.
    pub trusted: Option<TrustedKeys>,
    /// No run begins while fewer bytes are free on the disk of the data directory.
    pub disk_floor_bytes: u64,
}

/// A running service; cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    /// What runs work with; its plugins are those inside the binary.
    host: Host,
    options: Options,
    live: Live,
    turns: Turns,
    queue: Queue,
    /// One proposal at a time.
    way: Gate<()>,
    desk: Mutex<Desk>,
    jobs: mpsc::UnboundedSender<Job>,
    /// Something changed that files which could not be used may have waited for.
    nudge: Notify,
    is_ready: AtomicBool,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// A file that has to be looked at.
enum Job {
    Build(attune_wasm::registry::Build),
    Revision(What),
}

/// Everything that is remembered beside the state.
#[derive(Default)]
struct Desk {
    generations: Generations,
    lineages: BTreeMap<String, Lineage>,
    waiting: BTreeMap<String, Proposal>,
    /// The digest of the file in the plugins' folder, by id.
    files: BTreeMap<String, String>,
    /// Builds that were refused for their signature.
    unsigned: BTreeSet<String>,
    /// Why a plugin file cannot be looked at, by id.
    unreadable: BTreeMap<String, String>,
    /// The revision last proposed, and the state that it was proposed to, by connector id.
    proposed: BTreeMap<String, (String, u64)>,
    /// What is wrong with connector files, by file name.
    wrong: BTreeMap<String, Vec<String>>,
}

impl Service {
    /// What runs work with, and the state that they belong to.
    pub fn pin(&self) -> (Host, Arc<State>) {
        let state = self.inner.live.pin();
        (self.host_of(&state), state)
    }

    /// The connector of this file name or id, as it runs.
    pub fn connector(&self, name: &str) -> Option<Arc<Loaded>> {
        self.inner.live.pin().connector(name).cloned()
    }

    /// Waits until no other run or swap of this connector is under way.
    pub async fn turn(&self, connector: &str) -> Turn {
        self.inner.turns.take(connector).await
    }

    /// The turns of several connectors.
    pub async fn turns(&self, connectors: &[String]) -> Vec<Turn> {
        self.inner.turns.take_all(connectors).await
    }

    /// Whether every plugin in use is compiled and the connectors are loaded.
    pub fn is_ready(&self) -> bool {
        self.inner.is_ready.load(Ordering::Acquire)
    }

    /// Cancelled when the service is to end.
    pub fn stop(&self) -> &CancellationToken {
        &self.inner.stop
    }

    /// What the service was told.
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// Every build that was seen, by plugin and then the latest first.
    pub fn generations(&self) -> Vec<Generation> {
        self.desk().generations.list()
    }

    /// What waits for somebody.
    pub fn waiting(&self) -> Vec<Waiting> {
        self.desk().waiting.values().map(Proposal::line).collect()
    }

    /// What was found out about a change that waits, connector by connector; `None` where nothing
    /// of this plugin or connector waits.
    pub fn reports(&self, name: &str) -> Option<Vec<Told>> {
        let desk = self.desk();
        let mut all = desk.waiting.values();
        let proposal = all.find(|proposal| proposal.what.name() == name)?;
        let told = proposal.shadows.iter().cloned().map(Told);
        Some(told.collect())
    }

    /// What is wrong with connector files, by file name.
    pub fn mistakes(&self) -> BTreeMap<String, Vec<String>> {
        self.desk().wrong.clone()
    }

    /// What is wrong with plugin files, by id.
    pub fn unreadable(&self) -> BTreeMap<String, String> {
        self.desk().unreadable.clone()
    }

    fn host_of(&self, state: &State) -> Host {
        Host {
            plugins: Arc::clone(&state.plugins),
            ..self.inner.host.clone()
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.inner
            .desk
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The plugins inside the binary.
    fn bundled(&self) -> &Snapshot {
        &self.inner.host.plugins
    }

    /// Whether a file of this id may be used at all.
    fn refuses_file(&self, id: &str) -> bool {
        let is_bundled = self.bundled().entry(id).is_some();
        is_bundled && !self.inner.options.overrides.iter().any(|name| name == id)
    }

    /// Writes down how far a build came, here and for the next start, and tells the log.
    async fn note(&self, (id, digest): (&str, &str), about: About<'_>) -> Result<(), Failure> {
        let before = self.desk().generations.of(id, digest).cloned();
        let generation = Generation {
            plugin: id.to_owned(),
            digest: digest.to_owned(),
            version: match about.version {
                "" => before
                    .as_ref()
                    .map(|one| one.version.clone())
                    .unwrap_or_default(),
                version => version.to_owned(),
            },
            source: match about.source {
                Some(source) => source.to_string(),
                None => before.map(|one| one.source).unwrap_or_default(),
            },
            stage: about.stage.word().to_owned(),
            reason: about.reason.to_owned(),
            since_ms: self.inner.host.clock.now().as_millisecond(),
        };
        let (stage, reason) = (&generation.stage, about.reason);
        match about.stage {
            Stage::Refused | Stage::RolledBack => {
                tracing::warn!(plugin = id, digest, stage, "plugin: {reason}");
            }
            _ => tracing::info!(plugin = id, digest, stage, "plugin: {reason}"),
        }
        self.desk().generations.note(generation.clone());
        self.inner.host.store.note_generation(&generation).await?;
        Ok(())
    }

    /// Writes into the audit log what runs from now on, whoever wanted it. A log that cannot be
    /// written keeps nothing from coming into use, or from being taken back.
    async fn audited(&self, what: &str, (object, detail): (&str, &str)) {
        let act = Act {
            who: "service",
            what,
            object,
            result: "done",
            detail,
        };
        let host = &self.inner.host;
        let now_ms = host.clock.now().as_millisecond();
        if let Err(error) = host.store.audit(act, now_ms).await {
            let error = crate::fault::chain(&error);
            tracing::error!(error, what, object, "not in the audit log");
        }
    }
}

/// The report of a shadow that the service keeps.
pub struct Told(Arc<Shadow>);

impl std::borrow::Borrow<ShadowReport> for Told {
    fn borrow(&self) -> &ShadowReport {
        &self.0.report
    }
}

impl serde::Serialize for Told {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.report.serialize(to)
    }
}

/// What is written down about a build.
struct About<'a> {
    stage: Stage,
    reason: &'a str,
    version: &'a str,
    source: Option<&'a Source>,
}

impl<'a> About<'a> {
    fn stage(stage: Stage) -> Self {
        Self {
            stage,
            reason: "",
            version: "",
            source: None,
        }
    }

    fn because(stage: Stage, reason: &'a str) -> Self {
        Self {
            reason,
            ..Self::stage(stage)
        }
    }
}
