//! The way of a change: opened, compared, judged, and then in use or waiting.
//!
//! One change goes this way at a time, and holds the turns of the connectors that it concerns, so
//! that what was shown is what is true when it comes into use.

use std::sync::Arc;

use attune_core::Problem;
use attune_wasm::registry::Build;
use tokio::sync::mpsc;

use super::judge;
use super::prepare::problem_of;
use super::state::State;
use super::{About, Job, Proposal, Service, Stage, What};
use crate::connector::{self, Loaded};
use crate::fault::Failure;
use crate::jobs::running::{Entered, Listed};
use crate::settings::SwapPolicy;
use crate::store::quarantines::Quarantine;
use crate::sync::{self, Done, Mode, Order, Shadow, Side, Watch};

/// What became of a proposal.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is in use; what was written by it.
    InUse(Vec<Done>),
    /// It waits; the reasons are with it.
    Waits,
    /// It cannot be used.
    Refused(Problem),
}

impl Service {
    /// Takes one file after the other until the service ends.
    pub(super) async fn work(self, mut jobs: mpsc::UnboundedReceiver<Job>) {
        loop {
            let job = tokio::select! {
                job = jobs.recv() => job,
                () = self.stop().cancelled() => None,
            };
            let Some(job) = job else { return };
            let done = match job {
                Job::Build(build) => self.consider(build).await,
                Job::Revision(what) => self.propose(what, None).await.map(|_told_in_the_log| ()),
            };
            if let Err(failure) = done {
                tracing::error!(
                    code = failure.code,
                    "a change was not looked at: {}",
                    failure.message
                );
            }
        }
    }

    /// A build that was found in the plugins' folder.
    pub(super) async fn consider(&self, build: Build) -> Result<(), Failure> {
        match self.checked(&build).await? {
            Ok(what) => self.propose(what, None).await.map(|_told_in_the_log| ()),
            Err(problem) => {
                let service = self.clone();
                self.inner.tasks.spawn(async move {
                    if let Err(failure) = service.refuse_settled(&build, &problem).await {
                        tracing::error!(
                            code = failure.code,
                            "not written down: {}",
                            failure.message
                        );
                    }
                });
                Ok(())
            }
        }
    }

    /// Refuses a build, if its file stands still: half a file is no build.
    async fn refuse_settled(&self, build: &Build, problem: &Problem) -> Result<(), Failure> {
        self.inner.host.clock.sleep(super::folders::SETTLED).await;
        let about = if self.is_latest(build.id(), build.digest()).await {
            About::because(Stage::Refused, &problem.message)
        } else {
            About::stage(Stage::Replaced)
        };
        self.note((build.id(), build.digest()), about).await
    }

    /// Loads a build; what is wrong with it is not a failure of the service.
    pub(super) async fn checked(&self, build: &Build) -> Result<Result<What, Problem>, Failure> {
        let key = (build.id(), build.digest());
        self.note(key, About::stage(Stage::Probing)).await?;
        let plugin = match self.load(build).await {
            Ok(plugin) => plugin,
            Err(problem) => return Ok(Err(problem)),
        };
        let store = &self.inner.host.store;
        store.keep_build(build.digest(), build.bytes())?;
        let about = About {
            version: plugin.version(),
            ..About::stage(Stage::Probing)
        };
        self.note(key, about).await?;
        Ok(Ok(What::Plugin {
            build: build.clone(),
            plugin,
        }))
    }

    /// Tries a change beside what runs; it comes into use where nothing speaks against it. A
    /// `reason` of the caller's makes it wait whatever else is found.
    pub(super) async fn propose(
        &self,
        what: What,
        reason: Option<String>,
    ) -> Result<Outcome, Failure> {
        let _way = self.inner.way.lock().await;
        let now = self.inner.live.pin();
        let mut concerned = what.concerned(&now);
        let _turns = self.inner.turns.take_all(&concerned).await;
        let now = self.inner.live.pin();
        let mut next = State::clone(&now);
        what.apply(&mut next);
        if let Err(problem) = self.open_rows(&what, &next).await {
            self.refuse(&what, &problem).await?;
            return Ok(Outcome::Refused(problem));
        }
        let mut reasons: Vec<String> = reason.into_iter().collect();
        match self.wishes(&what, &now, &next).await {
            Ok(wishes) => reasons.extend(wishes),
            Err(problem) => {
                self.refuse(&what, &problem).await?;
                return Ok(Outcome::Refused(problem));
            }
        }
        reasons.extend(judge::taken(&what));
        // Whoever is not there yet has nothing to compare with.
        concerned.retain(|id| now.connectors.contains_key(id));
        let policy = self.inner.options.swap.policy;
        let is_new = concerned.is_empty();
        if policy == SwapPolicy::Manual && !is_new {
            reasons.push("`[swap] policy` is `manual`".to_owned());
        }
        let mut shadows = Vec::new();
        let is_looked_at = policy != SwapPolicy::Auto || !reasons.is_empty();
        if is_looked_at && !concerned.is_empty() {
            self.note_what(&what, About::stage(Stage::Shadow)).await?;
            for id in &concerned {
                match self.shadow(id, &now, &next).await {
                    Ok(Some(shadow)) => shadows.push(Arc::new(shadow)),
                    Ok(None) => {}
                    Err(failure) => {
                        reasons.push(format!("no plan could be made: {}", failure.message));
                    }
                }
            }
        }
        if policy == SwapPolicy::Guarded {
            let objections = |shadow: &Arc<Shadow>| judge::objections(shadow, &next);
            reasons.extend(shadows.iter().flat_map(objections));
        }
        let proposal = Proposal {
            what,
            shadows,
            reasons,
        };
        if !self.is_still_meant(&proposal.what) {
            self.note_what(&proposal.what, About::stage(Stage::Replaced))
                .await?;
            return Ok(Outcome::Waits);
        }
        if proposal.reasons.is_empty() {
            let done = self.enact(proposal, concerned).await?;
            return Ok(Outcome::InUse(done));
        }
        self.hold(proposal).await?;
        Ok(Outcome::Waits)
    }

    /// What one connector would do in the next state.
    async fn shadow(&self, id: &str, now: &State, next: &State) -> Result<Option<Shadow>, Failure> {
        let (Some(old), Some(new)) = (now.connectors.get(id), next.connectors.get(id)) else {
            return Ok(None);
        };
        let old = Side {
            loaded: old,
            plugins: &now.plugins,
        };
        let new = Side {
            loaded: new,
            plugins: &next.plugins,
        };
        let (host, watch) = (self.host_of(now), self.watch());
        let _entered = self.enter_swap(new.loaded, "plan", &watch);
        let limits = &self.inner.options.swap.limits;
        let shadow = sync::shadow(&host, old, new, limits, &watch);
        Ok(Some(Box::pin(shadow).await?))
    }

    /// Brings a change into use and writes what it was shown to write. The turns of the connectors
    /// concerned are the caller's.
    pub(super) async fn enact(
        &self,
        proposal: Proposal,
        concerned: Vec<String>,
    ) -> Result<Vec<Done>, Failure> {
        let Proposal { what, shadows, .. } = proposal;
        self.activate(&what).await?;
        let mut all = Vec::new();
        for id in concerned {
            let shadow = shadows
                .iter()
                .find(|shadow| shadow.connector == id)
                .map(Arc::as_ref);
            match self.rewrite(&id, shadow).await {
                Ok(done) => all.extend(done),
                // It is in use all the same; the next run does what could not be done now.
                Err(failure) => tracing::warn!(
                    connector = id,
                    code = failure.code,
                    "not brought in tune after a swap: {}",
                    failure.message
                ),
            }
        }
        Ok(all)
    }

    /// Writes a shown plan; without one the people concerned are evaluated from what is kept.
    pub(super) async fn rewrite(
        &self,
        id: &str,
        shadow: Option<&Shadow>,
    ) -> Result<Option<Done>, Failure> {
        let (host, state) = self.pin();
        let Some(loaded) = state.connectors.get(id) else {
            return Ok(None);
        };
        if let Some(why) = self.left_alone(id).await? {
            tracing::info!(
                connector = id,
                "nothing is written after a swap: it is {why}"
            );
            return Ok(None);
        }
        let watch = self.watch();
        let _entered = self.enter_swap(loaded, shadow.map_or("sync", |_| "approve"), &watch);
        let done = match shadow {
            Some(Shadow {
                plan: Some(plan), ..
            }) => Box::pin(sync::approve(&host, loaded, plan, &watch)).await?,
            // Nothing was kept yet: the first listing will be.
            Some(Shadow { plan: None, .. }) => return Ok(None),
            None => {
                let order = Order::sync(Mode::Kept);
                Box::pin(sync::run(&host, loaded, &order, &watch)).await?
            }
        };
        Ok(Some(done))
    }

    /// Why a connector writes nothing by itself at the moment; the next run that may does it all.
    async fn left_alone(&self, id: &str) -> Result<Option<&'static str>, Failure> {
        let store = &self.inner.host.store;
        if store.paused(id).await?.is_some() {
            return Ok(Some("paused"));
        }
        let quarantine = store.quarantines().await?.remove(id);
        Ok(quarantine
            .filter(Quarantine::is_on)
            .map(|_| "in quarantine"))
    }

    /// Makes it part of the state that new runs pin.
    pub(super) async fn activate(&self, what: &What) -> Result<(), Failure> {
        match what {
            What::Plugin { build, plugin } => {
                let before = self.running_build(build.id());
                let about = About {
                    version: plugin.version(),
                    source: Some(build.source()),
                    ..About::stage(Stage::Probation)
                };
                if let Some((old, _)) = &before {
                    let key = (old.id(), old.digest());
                    self.note(key, About::stage(Stage::Retired)).await?;
                }
                self.note((build.id(), build.digest()), about).await?;
                self.begin_probation(build, before);
            }
            What::Revision { loaded, .. } => {
                self.note_revision(loaded).await?;
                settle_id(loaded);
                let store = &self.inner.host.store;
                store.hurry_quarantine(&loaded.connector.id).await?;
                self.desk().wrong.remove(&loaded.connector.name);
            }
            What::Removal { loaded } => {
                let store = &self.inner.host.store;
                store.forget_running(&loaded.connector.id).await?;
            }
        }
        self.inner.live.replace(|state| what.apply(state));
        self.desk().waiting.remove(&what.key());
        let (kind, name, digest) = (what.kind(), what.name(), what.digest());
        tracing::info!(kind, name, digest, "in use");
        let word = match what {
            What::Plugin { .. } => "swap",
            What::Revision { .. } => "accept",
            What::Removal { .. } => "remove",
        };
        self.audited(word, (name, digest)).await;
        // Connector files may have waited for this.
        self.inner.nudge.notify_one();
        // A schedule may be another one now.
        self.wake();
        Ok(())
    }

    /// The running build of a plugin, as something that can come back.
    pub(super) fn running_build(&self, id: &str) -> Option<(Build, attune_wasm::Plugin)> {
        let state = self.inner.live.pin();
        let entry = state.plugins.entry(id)?;
        let build = entry.build()?.clone();
        let plugin = state.plugins.plugin(id);
        if let Err(error) = &plugin {
            tracing::warn!(
                plugin = id,
                "the build before cannot come back: {}",
                problem_of(error).message
            );
        }
        Some((build, plugin.ok()?))
    }

    async fn hold(&self, proposal: Proposal) -> Result<(), Failure> {
        let why = proposal.reasons.join("; ");
        self.note_what(&proposal.what, About::because(Stage::Waiting, &why))
            .await?;
        let (kind, name) = (proposal.what.kind(), proposal.what.name());
        let digest = proposal.what.digest();
        tracing::warn!(kind, name, digest, "waits for approval: {why}");
        self.desk().waiting.insert(proposal.what.key(), proposal);
        Ok(())
    }

    async fn refuse(&self, what: &What, problem: &Problem) -> Result<(), Failure> {
        match what {
            What::Plugin { .. } => {
                self.note_what(what, About::because(Stage::Refused, &problem.message))
                    .await
            }
            What::Revision { loaded, .. } | What::Removal { loaded } => {
                let name = loaded.connector.name.clone();
                let code = &problem.code;
                tracing::warn!(
                    connector = name,
                    code,
                    "the file is not used: {}",
                    problem.message
                );
                let lines = problem.message.lines().map(str::to_owned).collect();
                self.desk().wrong.insert(name, lines);
                Ok(())
            }
        }
    }

    /// Notes how far a build came; revisions have no stations of their own.
    async fn note_what(&self, what: &What, about: About<'_>) -> Result<(), Failure> {
        match what {
            What::Plugin { build, .. } => self.note((build.id(), build.digest()), about).await,
            What::Revision { .. } | What::Removal { .. } => Ok(()),
        }
    }

    /// Lists what a connector does for a change among what is under way.
    fn enter_swap(&self, loaded: &Loaded, kind: &str, watch: &Watch) -> Entered {
        let listed = Listed {
            job: String::new(),
            connector: loaded.connector.id.clone(),
            name: loaded.connector.name.clone(),
            kind: kind.to_owned(),
            trigger: "swap".to_owned(),
            since_ms: self.inner.host.clock.now().as_millisecond(),
        };
        self.inner.queue.running.enter(listed, watch)
    }

    /// How a run of the service is stopped: with the service.
    pub(super) fn watch(&self) -> Watch {
        Watch {
            stop: self.stop().child_token(),
            ..Watch::default()
        }
    }
}

/// Writes the id into a file that has none: from now on values are owned under it.
pub(super) fn settle_id(loaded: &Loaded) {
    let name = &loaded.connector.name;
    match connector::settle_id(loaded) {
        Ok(true) => tracing::info!(connector = name, "its id was written into the file"),
        Ok(false) => {}
        Err(error) => {
            tracing::warn!(connector = name, %error, "no id could be written: do not rename it");
        }
    }
}

/// What both sides of a comparison share.
impl Proposal {
    /// Connectors whose plan can be written as it was shown.
    pub(super) fn planned(&self) -> impl Iterator<Item = &Arc<Shadow>> {
        self.shadows.iter().filter(|shadow| shadow.plan.is_some())
    }
}

/// The state with one change, for whoever compares.
pub(super) fn with(state: &Arc<State>, what: &What) -> State {
    let mut next = State::clone(state);
    what.apply(&mut next);
    next
}
