//! The start: what ran before runs again, and what changed meanwhile is proposed like any change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use attune_wasm::registry::{Build, Snapshot, Source};
use tokio::runtime::Handle;
use tokio::sync::{Mutex as Gate, Notify, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::generation::Generations;
use super::prepare::{blocking, problem_of};
use super::state::{Live, State};
use super::triggers::Queue;
use super::turns::Turns;
use super::{About, Desk, Inner, Options, Service, Stage, What};
use crate::connector::{self, Loaded};
use crate::fault::{Failure, chain};
use crate::store::generations::Running;
use crate::sync::{Host, Pinned};

impl Service {
    /// Begins with what ran before: the builds and revisions that the store names, else what lies
    /// in the folders. `host.plugins` are those inside the binary.
    ///
    /// Returns when everything in use is compiled; the folders are watched from then on.
    pub async fn open(host: Host, options: Options, tasks: &TaskTracker) -> Result<Self, Failure> {
        let kept = host.store.generations().await?;
        let (jobs, queue) = mpsc::unbounded_channel();
        let state = State {
            number: 0,
            plugins: Arc::clone(&host.plugins),
            connectors: BTreeMap::new(),
        };
        let service = Self {
            inner: Arc::new(Inner {
                queue: Queue::new(host.clock.as_ref()),
                host,
                options,
                live: Live::new(state),
                turns: Turns::default(),
                way: Gate::new(()),
                desk: Mutex::new(Desk {
                    generations: Generations::new(kept),
                    ..Desk::default()
                }),
                jobs,
                nudge: Notify::new(),
                is_ready: AtomicBool::new(false),
                stop: CancellationToken::new(),
                tasks: tasks.clone(),
            }),
        };
        service.load_plugins().await?;
        service.load_connectors().await?;
        service.warm_up().await;
        service.take_back_jobs().await?;
        service.inner.is_ready.store(true, Ordering::Release);
        tasks.spawn(service.clone().keep_watch());
        tasks.spawn(service.clone().tell());
        tasks.spawn(service.clone().keep_jobs());
        // Guests belong to one thread: whoever evaluates has one of its own.
        let (working, handle) = (service.clone(), Handle::current());
        tasks.spawn_blocking(move || handle.block_on(working.work(queue)));
        let (attending, handle) = (service.clone(), Handle::current());
        tasks.spawn_blocking(move || handle.block_on(attending.attend()));
        Ok(service)
    }

    /// The builds that ran before; where none is known, the one in the folder.
    async fn load_plugins(&self) -> Result<(), Failure> {
        let mut ids: BTreeMap<String, Option<Build>> = BTreeMap::new();
        for (id, build) in self.read_plugins().await? {
            match build {
                Ok(build) if !self.refuses_file(&id) => {
                    ids.insert(id, Some(build));
                }
                // Told about when the folder is looked at.
                _ => {}
            }
        }
        for generation in self.generations() {
            // A bundled plugin is as new as the binary.
            if Stage::is_running(&generation.stage)
                && self.bundled().entry(&generation.plugin).is_none()
            {
                ids.entry(generation.plugin).or_default();
            }
        }
        let mut plugins = Arc::clone(&self.inner.live.pin().plugins);
        for (id, in_folder) in ids {
            if let Some(next) = self.load_plugin(&plugins, &id, in_folder).await? {
                plugins = next;
            }
        }
        self.inner
            .live
            .replace(|state| state.plugins = Arc::clone(&plugins));
        Ok(())
    }

    async fn load_plugin(
        &self,
        plugins: &Snapshot,
        id: &str,
        in_folder: Option<Build>,
    ) -> Result<Option<Arc<Snapshot>>, Failure> {
        let ran = self
            .desk()
            .generations
            .running(id)
            .map(|one| one.digest.clone());
        let build = match (&ran, in_folder) {
            (Some(ran), Some(build)) if build.digest() == ran => Some(build),
            (Some(ran), in_folder) => match self.inner.host.store.build(ran)? {
                Some(bytes) => Some(Build::of_bytes(id, Source::Kept, bytes)),
                None => in_folder,
            },
            (None, in_folder) => in_folder,
        };
        let Some(build) = build else {
            return Ok(None);
        };
        let key = (build.id(), build.digest());
        let plugin = match self.load(&build).await {
            Ok(plugin) => plugin,
            Err(problem) => {
                self.note(key, About::because(Stage::Refused, &problem.message))
                    .await?;
                return Ok(None);
            }
        };
        self.inner
            .host
            .store
            .keep_build(build.digest(), build.bytes())?;
        if ran.as_deref() != Some(build.digest()) {
            let about = About {
                version: plugin.version(),
                source: Some(build.source()),
                ..About::stage(Stage::Active)
            };
            self.note(key, about).await?;
        }
        let mut lineage = super::Lineage::default();
        let retired = self.desk().generations.retired(id);
        for older in retired.into_iter().take(2).rev() {
            if let Some(back) = self.come_back(id, &older.digest).await? {
                lineage.push(back);
            }
        }
        self.desk().lineages.insert(id.to_owned(), lineage);
        Ok(Some(plugins.with(&build, plugin)))
    }

    /// An older build, compiled again from the cache, so that it can come back at once.
    async fn come_back(
        &self,
        id: &str,
        digest: &str,
    ) -> Result<Option<(Build, attune_wasm::Plugin)>, Failure> {
        let Some(bytes) = self.inner.host.store.build(digest)? else {
            return Ok(None);
        };
        let build = Build::of_bytes(id, Source::Kept, bytes);
        let (engine, loading) = (self.bundled().engine().clone(), build.clone());
        let plugin =
            blocking(move || loading.load(&engine).map_err(|error| problem_of(&error))).await;
        Ok(plugin.ok().map(|plugin| (build, plugin)))
    }

    /// The revisions that ran before; where none is known, what the file says.
    async fn load_connectors(&self) -> Result<(), Failure> {
        let folder = &self.inner.options.connectors_dir;
        let entries = connector::load_dir(folder)
            .map_err(|mistake| Failure::of("config", mistake.to_string()))?;
        let store = &self.inner.host.store;
        let mut connectors: BTreeMap<String, Arc<Loaded>> = BTreeMap::new();
        for running in store.running().await? {
            let kept = store.revision(&running.connector, &running.digest).await?;
            let on_disk = entries
                .iter()
                .filter_map(|entry| entry.result.as_ref().ok());
            let same = on_disk
                .into_iter()
                .find(|loaded| loaded.revision() == running.digest);
            let path = folder.join(format!("{}.toml", running.name));
            let loaded = match (same, kept) {
                (Some(same), _) => Some(Arc::new((**same).clone())),
                (None, Some(kept)) => match connector::load_kept(&path, &kept).result {
                    Ok(loaded) => Some(Arc::from(loaded)),
                    Err(_) => None,
                },
                (None, None) => None,
            };
            if let Some(loaded) = loaded {
                connectors.insert(running.connector, loaded);
            }
        }
        let names: BTreeSet<String> = entries.iter().map(|entry| entry.name.clone()).collect();
        let ids: BTreeSet<String> = entries
            .iter()
            .filter_map(|entry| Some(entry.result.as_ref().ok()?.connector.id.clone()))
            .collect();
        for entry in entries {
            if let Ok(loaded) = entry.result {
                let id = loaded.connector.id.clone();
                if let std::collections::btree_map::Entry::Vacant(free) = connectors.entry(id) {
                    self.note_revision(&loaded).await?;
                    super::way::settle_id(&loaded);
                    free.insert(Arc::from(loaded));
                }
            }
        }
        self.inner
            .live
            .replace(|state| state.connectors.clone_from(&connectors));
        for (id, loaded) in connectors {
            // Deleted while nobody watched; a file that is only wrong goes on as it was.
            if !ids.contains(&id) && !names.contains(&loaded.connector.name) {
                self.offer(What::Removal { loaded });
            }
        }
        Ok(())
    }

    /// Writes down that a revision runs.
    pub(super) async fn note_revision(&self, loaded: &Loaded) -> Result<(), Failure> {
        let store = &self.inner.host.store;
        let now_ms = self.inner.host.clock.now().as_millisecond();
        let running = Running {
            connector: loaded.connector.id.clone(),
            digest: loaded.revision().to_owned(),
            name: loaded.connector.name.clone(),
        };
        store
            .keep_revision(&running.connector, loaded.kept(), now_ms)
            .await?;
        store.note_running(&running, now_ms).await?;
        Ok(())
    }

    /// Compiles what the connectors use; who cannot be opened is told about and the others go on.
    async fn warm_up(&self) {
        let state = self.inner.live.pin();
        for loaded in state.connectors.values() {
            let (plugins, name) = (Arc::clone(&state.plugins), loaded.connector.name.clone());
            let loaded = Arc::clone(loaded);
            let opened = blocking(move || {
                let opened = Pinned::open(&loaded, &plugins);
                opened
                    .map(drop)
                    .map_err(|error| attune_core::Problem::new("mapping", chain(&error)))
            });
            if let Err(problem) = opened.await {
                tracing::warn!(connector = name, "cannot run: {}", problem.message);
                self.desk().wrong.insert(name, vec![problem.message]);
            }
        }
    }
}
