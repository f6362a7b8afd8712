//! What somebody asks of the service, and what is told about it: jobs, pauses, what is under way.
//!
//! Command line and API ask here, in the same words, and get the same failures.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};

use super::Service;
use super::worker::AT_ONCE;
use crate::clock::Clock;
use crate::connector::{self, Loaded};
use crate::fault::{Failure, chain};
use crate::jobs::running::{Entered, Listed};
use crate::jobs::{self, Kind, Outcome, Running, RunningLine};
use crate::store::jobs::Job;
use crate::sync::{Mode, Watch};

/// What is remembered about jobs beside the store.
pub(super) struct Queue {
    /// Rung when something may have come due.
    pub bell: Notify,
    /// Rung when a job has ended.
    pub ended: Notify,
    /// What is under way.
    pub running: Running,
    /// Runs of jobs at a time.
    pub places: Semaphore,
    /// The name of this process in rows that it works on.
    pub holder: String,
    busy: Mutex<BTreeSet<String>>,
}

impl Queue {
    pub(super) fn new(clock: &dyn Clock) -> Self {
        Self {
            bell: Notify::new(),
            ended: Notify::new(),
            running: Running::default(),
            places: Semaphore::new(AT_ONCE),
            holder: format!("{}-{}", std::process::id(), jobs::new_id(clock)),
            busy: Mutex::default(),
        }
    }

    /// Takes the place of whoever works for a connector; false where somebody does.
    pub(super) fn begin(&self, connector: &str) -> bool {
        self.busy().insert(connector.to_owned())
    }

    pub(super) fn end(&self, connector: &str) {
        self.busy().remove(connector);
    }

    fn busy(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What somebody wants.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Connector file without `.toml`, or its id.
    pub connector: &'a str,
    /// What kind of job.
    pub kind: Kind,
    /// Whom it is about; empty: everybody.
    pub person: &'a str,
    /// `cli`, `api`, `maintenance`.
    pub cause: &'a str,
}

/// A run that somebody makes by hand, and the job that it serves with it.
pub struct ByHand {
    service: Service,
    loaded: Loaded,
    kind: String,
    job: Option<Job>,
    judges: bool,
}

impl Service {
    /// The connector of this name as it runs, or why it does not.
    pub fn found(&self, name: &str) -> Result<Arc<Loaded>, Failure> {
        if let Some(loaded) = self.connector(name) {
            return Ok(loaded);
        }
        let entry = connector::find(&self.options().connectors_dir, name);
        let wrong = match entry {
            Err(mistake) => {
                let message = format!("there is no connector `{name}`");
                return Err(Failure::of("no-such-connector", message).hint(mistake.hint));
            }
            Ok(entry) => match entry.result {
                Ok(_) => {
                    let message = format!("connector `{name}` does not run in the service");
                    return Err(Failure::of("not-running", message));
                }
                Err(mistakes) => {
                    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
                    lines.join("\n")
                }
            },
        };
        Err(Failure::of("config", wrong))
    }

    /// Queues what somebody wants, or joins the same that waits already; true where it is new.
    pub async fn ask(&self, wish: Wish<'_>) -> Result<(Job, bool), Failure> {
        let loaded = self.found(wish.connector)?;
        let connector = &loaded.connector;
        let store = &self.inner.host.store;
        if wish.kind.writes() {
            jobs::may_write(store, &connector.id, &connector.name).await?;
        }
        let now_ms = self.inner.host.clock.now().as_millisecond();
        let what = (connector.id.as_str(), wish.kind, wish.person);
        let queued = self.queue(what, wish.cause, (0, now_ms)).await?;
        self.wake();
        Ok(queued)
    }

    /// Looks for what is due now.
    pub fn wake(&self) {
        self.inner.queue.bell.notify_waiters();
    }

    /// A job of this id, or of an unambiguous beginning of it.
    pub async fn job(&self, id: &str) -> Result<Option<Job>, Failure> {
        Ok(self.inner.host.store.job(id).await?)
    }

    /// Waits until a job has ended, at most so long; how it stands then.
    pub async fn wait_for(&self, id: &str, at_most: Duration) -> Result<Option<Job>, Failure> {
        let mut patience = self.inner.host.clock.sleep(at_most);
        loop {
            let mut ended = std::pin::pin!(self.inner.queue.ended.notified());
            ended.as_mut().enable();
            let job = self.job(id).await?;
            let is_over = job.as_ref().is_none_or(|job| job.finished_ms.is_some());
            if is_over {
                return Ok(job);
            }
            tokio::select! {
                () = ended => {}
                () = &mut patience => return self.job(id).await,
                () = self.stop().cancelled() => return Ok(job),
            }
        }
    }

    /// How many runs and jobs of its connector come before a waiting job.
    pub async fn ahead_of(&self, job: &Job) -> Result<u64, Failure> {
        let all = self.inner.host.store.unfinished_jobs().await?;
        let of_connector = all.iter().filter(|one| one.connector == job.connector);
        let waiting = of_connector
            .filter(|one| one.state == "queued")
            .take_while(|one| one.id != job.id);
        let running = self.running();
        let running = running.iter().filter(|one| one.connector == job.connector);
        Ok((waiting.count() + running.count()) as u64)
    }

    /// What is under way, the oldest first.
    pub fn running(&self) -> Vec<RunningLine> {
        self.inner.queue.running.list()
    }

    /// Stops what is under way, or takes what waits out of the queue; `id` is that of a run or of a
    /// job, or the beginning of it. False where nothing has it.
    pub async fn cancel(&self, id: &str) -> Result<bool, Failure> {
        if self.inner.queue.running.cancel(id) {
            return Ok(true);
        }
        let Some(job) = self.job(id).await? else {
            return Ok(false);
        };
        let now_ms = self.inner.host.clock.now().as_millisecond();
        let is_cancelled = self.inner.host.store.cancel_job(&job.id, now_ms).await?;
        self.inner.queue.ended.notify_waiters();
        Ok(is_cancelled)
    }

    /// Lets a connector run again; what waited meanwhile begins.
    pub async fn resume(&self, connector: &str) -> Result<bool, Failure> {
        let was_paused = self.inner.host.store.unpause(connector).await?;
        self.wake();
        Ok(was_paused)
    }

    /// Lets requests to a site again, and queues what has to be brought in tune there.
    pub async fn resume_site(&self, site: &str) -> Result<bool, Failure> {
        let was_paused = self.inner.host.store.resume_site(site).await?;
        if !was_paused {
            return Ok(false);
        }
        let now_ms = self.inner.host.clock.now().as_millisecond();
        let (_, state) = self.pin();
        for (id, loaded) in &state.connectors {
            let mut targets = loaded.connector.targets.iter();
            if targets.any(|target| target.endpoint.url.trim_end_matches('/') == site) {
                self.queue((id, Kind::Changes, ""), "maintenance", (0, now_ms))
                    .await?;
            }
        }
        self.wake();
        Ok(true)
    }

    /// Why the service can take no work at the moment; `None` where it can.
    pub async fn why_not_ready(&self) -> Option<String> {
        if self.stop().is_cancelled() {
            return Some("stopping".to_owned());
        }
        if !self.is_ready() {
            return Some("starting".to_owned());
        }
        if let Err(failure) = self.room() {
            return Some(format!("{}: {}", failure.code, failure.message));
        }
        let now_ms = self.inner.host.clock.now().as_millisecond();
        let written = self.inner.host.store.beat(now_ms).await;
        let refused = written.err()?;
        Some(format!("database: {}", crate::fault::chain(&refused)))
    }

    /// Begins a run that somebody makes by hand, whose turn it is. Where the same job waits, this
    /// run serves it too.
    pub async fn by_hand(
        &self,
        loaded: &Loaded,
        (verb, mode): (&str, Option<&Mode>),
    ) -> Result<ByHand, Failure> {
        let host = &self.inner.host;
        let kind = mode.and_then(Kind::of_mode);
        let job = match kind {
            Some((kind, person)) => {
                let now_ms = host.clock.now().as_millisecond();
                let what = (loaded.connector.id.as_str(), kind.word(), person);
                let holder = &self.inner.queue.holder;
                host.store.claim_same(what, holder, now_ms).await?
            }
            None => None,
        };
        Ok(ByHand {
            service: self.clone(),
            loaded: loaded.clone(),
            kind: kind.map_or(verb, |(kind, _)| kind.word()).to_owned(),
            job,
            judges: verb != "plan",
        })
    }
}

impl ByHand {
    /// Lists it among what is under way.
    pub fn enter(&self, watch: &Watch) -> Entered {
        let listed = Listed {
            job: self
                .job
                .as_ref()
                .map(|job| job.id.clone())
                .unwrap_or_default(),
            connector: self.loaded.connector.id.clone(),
            name: self.loaded.connector.name.clone(),
            kind: self.kind.clone(),
            trigger: "cli".to_owned(),
            since_ms: self.service.inner.host.clock.now().as_millisecond(),
        };
        self.service.inner.queue.running.enter(listed, watch)
    }

    /// Its end: what it means for the connector, and for the job that it served.
    pub async fn end(self, outcome: &Outcome) {
        if self.judges {
            let tries = self.job.as_ref().map_or(0, |job| job.tries);
            self.service.follow_up(&self.loaded, outcome, tries).await;
        }
        let Some(job) = self.job else { return };
        let is_stopped = match &outcome.result {
            Ok(report) => report.state == attune_core::plan::State::Stopped,
            Err(failure) => matches!(failure.code.as_str(), "stopped" | "cancelled" | "usage"),
        };
        if is_stopped {
            // Whoever stopped this run did not mean the job of somebody else.
            if let Err(error) = self.service.inner.host.store.put_back_job(&job).await {
                tracing::error!(
                    error = chain(&error),
                    job.id = job.id,
                    "a job was not put back"
                );
            }
            self.service.wake();
            return;
        }
        self.service.end(&job, outcome, false).await;
    }
}
