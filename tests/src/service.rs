//! A running service beside a [`TestApp`]'s world: real folders that are watched, real time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use attune_server::clock::{Clock, SystemClock};
use attune_server::connector::load_file;
use attune_server::jobs::Kind;
use attune_server::service::{Options, Service, Waiting, Wish};
use attune_server::settings::{Notify, Swap, SwapPolicy};
use attune_server::store::Store;
use attune_server::store::jobs::Job;
use attune_server::sync::{self, Host, Mode, Order, Watch};
use attune_wasm::registry::{Build, Source};
use tokio_util::task::TaskTracker;

use crate::{Ran, TestApp, ran};

/// How long something that must happen may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// The name of the generation that these bytes are.
pub fn digest(build: &[u8]) -> String {
    let build = Build::of_bytes("any", Source::Kept, build.to_vec());
    build.digest().to_owned()
}

/// A service on the store and in the folders of a [`TestApp`].
pub struct TestService {
    /// The service.
    pub service: Service,
    plugins: PathBuf,
    connectors: PathBuf,
    tasks: TaskTracker,
}

impl TestApp {
    /// The folder that a service of this world watches for plugins.
    pub fn plugins(&self) -> PathBuf {
        self.path("plugins.d")
    }

    /// Starts a service under a policy; what is in the folders by then is in use.
    pub async fn serve(&self, policy: SwapPolicy) -> anyhow::Result<TestService> {
        self.serve_with(|options| options.swap.policy = policy)
            .await
    }

    /// The same after the caller has changed what it is told.
    pub async fn serve_with(
        &self,
        arrange: impl FnOnce(&mut Options),
    ) -> anyhow::Result<TestService> {
        self.serve_at(Arc::new(SystemClock::new()), arrange).await
    }

    /// The same with a clock of the test's own.
    pub async fn serve_at(
        &self,
        clock: Arc<dyn Clock>,
        arrange: impl FnOnce(&mut Options),
    ) -> anyhow::Result<TestService> {
        let plugins = self.plugins();
        std::fs::create_dir_all(&plugins)?;
        let host = Host {
            clock,
            ..self.app.host.clone()
        };
        let mut options = Options {
            connectors_dir: self.connectors(),
            plugins_dir: plugins.clone(),
            overrides: Vec::new(),
            swap: Swap::default(),
            notify: Notify::default(),
            trusted: None,
            disk_floor_bytes: 0,
        };
        arrange(&mut options);
        let tasks = TaskTracker::new();
        let service = Service::open(host, options, &tasks).await;
        let service = service.map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
        Ok(TestService {
            service,
            plugins,
            connectors: self.connectors(),
            tasks,
        })
    }
}

impl TestService {
    /// One run of a connector with what the service runs at this moment.
    pub async fn run(&self, name: &str, order: Order) -> anyhow::Result<Ran> {
        let id = self.service.connector(name);
        let id = id.ok_or_else(|| anyhow::anyhow!("{name} does not run"))?;
        let _turn = self.service.turn(&id.connector.id).await;
        let (host, state) = self.service.pin();
        let loaded = state.connector(name);
        let loaded = loaded.ok_or_else(|| anyhow::anyhow!("{name} does not run any more"))?;
        ran(Box::pin(sync::run(&host, loaded, &order, &Watch::default())).await?).await
    }

    /// A sync of the connector `demo`.
    pub async fn sync(&self, mode: Mode) -> anyhow::Result<Ran> {
        self.run("demo", Order::sync(mode)).await
    }

    /// Saves a plugin as a careful program does: beside, and renamed.
    pub fn save(&self, id: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let beside = self.plugins.join(format!(".{id}.new"));
        std::fs::write(&beside, bytes)?;
        std::fs::rename(&beside, self.plugins.join(format!("{id}.wasm")))?;
        Ok(())
    }

    /// Saves a connector file.
    pub fn save_connector(&self, name: &str, text: &str) -> anyhow::Result<()> {
        std::fs::write(self.connectors.join(format!("{name}.toml")), text)?;
        Ok(())
    }

    /// The digest of the build that runs.
    pub fn running(&self, id: &str) -> Option<String> {
        let (_, state) = self.service.pin();
        let entry = state.plugins.entry(id)?;
        entry.digest().map(str::to_owned)
    }

    /// How far a build came.
    pub fn stage(&self, id: &str, digest: &str) -> Option<String> {
        let all = self.service.generations();
        let found = all
            .into_iter()
            .find(|one| one.plugin == id && one.digest == digest);
        found.map(|one| one.stage)
    }

    /// What waits under this name.
    pub fn waiting(&self, name: &str) -> Option<Waiting> {
        self.service
            .waiting()
            .into_iter()
            .find(|one| one.name == name)
    }

    /// The revision of a connector that runs.
    pub fn revision(&self, name: &str) -> Option<String> {
        Some(self.service.connector(name)?.revision().to_owned())
    }

    /// The revision that a file of the folder has.
    pub fn revision_in_folder(&self, name: &str) -> anyhow::Result<String> {
        let entry = load_file(&self.connectors.join(format!("{name}.toml")));
        let loaded = entry
            .result
            .map_err(|mistakes| anyhow::anyhow!("{mistakes:?}"))?;
        Ok(loaded.revision().to_owned())
    }

    /// Waits for something that must happen; says how things stand where it does not.
    pub async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) -> anyhow::Result<()> {
        let begun = Instant::now();
        while !is_so(self) {
            if begun.elapsed() > PATIENCE {
                let (all, waiting) = (self.service.generations(), self.service.waiting());
                let wrong = (self.service.mistakes(), self.service.unreadable());
                anyhow::bail!("{what}: not yet; {all:#?} {waiting:#?} {wrong:#?}");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Waits for something in the store that must happen, and has the service look meanwhile: its
    /// clock may stand still.
    pub async fn until_stored(
        &self,
        what: &str,
        is_so: impl AsyncFn(&Store) -> bool,
    ) -> anyhow::Result<()> {
        let store = self.service.pin().0.store;
        let begun = Instant::now();
        while !is_so(&store).await {
            if begun.elapsed() > PATIENCE {
                let (jobs, runs) = (store.unfinished_jobs().await?, store.runs(20).await?);
                anyhow::bail!("{what}: not yet; {jobs:#?} {runs:#?}");
            }
            self.service.wake();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Waits until so many runs have ended.
    pub async fn until_runs(&self, count: usize) -> anyhow::Result<()> {
        let what = format!("{count} runs have ended");
        self.until_stored(&what, async |store| {
            let runs = store.runs(1000).await.unwrap_or_default();
            let jobs = store.unfinished_jobs().await.unwrap_or_default();
            let is_under_way = jobs.iter().any(|job| job.state == "running");
            let ended = runs.iter().filter(|run| run.finished_ms.is_some());
            ended.count() >= count && !is_under_way
        })
        .await
    }

    /// Waits until a job has ended; how it ended.
    pub async fn until_ended(&self, id: &str) -> anyhow::Result<Job> {
        self.until_stored(&format!("job {id} has ended"), async |store| {
            let job = store.job(id).await.ok().flatten();
            job.is_some_and(|job| job.finished_ms.is_some())
        })
        .await?;
        let job = self.service.pin().0.store.job(id).await?;
        job.ok_or_else(|| anyhow::anyhow!("job {id} is gone"))
    }

    /// Asks for a job of the connector `demo`.
    pub async fn ask(&self, kind: Kind, person: &str) -> anyhow::Result<Job> {
        let wish = Wish {
            connector: "demo",
            kind,
            person,
            cause: "api",
        };
        let asked = self.service.ask(wish).await;
        let asked = asked.map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
        Ok(asked.0)
    }

    /// Waits until a build runs.
    pub async fn until_running(&self, id: &str, digest: &str) -> anyhow::Result<()> {
        let what = format!("{id} {digest} runs");
        self.until(&what, |one| one.running(id).as_deref() == Some(digest))
            .await
    }

    /// Ends the service as a signal would, and waits for it.
    pub async fn stop(self) {
        self.service.stop().cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for TestService {
    fn drop(&mut self) {
        self.service.stop().cancel();
    }
}
