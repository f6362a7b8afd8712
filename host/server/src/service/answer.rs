//! What people say to a change that waits, and what they may ask for: approve, reject, swap, roll
//! back.

use attune_wasm::registry::Build;

use super::way::{Outcome, with};
use super::{About, Proposal, Service, Stage, What};
use crate::fault::Failure;
use crate::sync::{self, Done};

/// What came of an order.
#[derive(Debug)]
pub enum Answer {
    /// It is in use; what was written by it, connector by connector.
    InUse {
        /// `plugin` or `connector`.
        kind: &'static str,
        /// The plugin's id or the connector file's name.
        name: String,
        /// Digest of the build or the revision.
        digest: String,
        /// The plans that were written.
        done: Vec<Done>,
    },
    /// It waits for approval, under this digest.
    Waits {
        /// Digest to approve.
        digest: String,
        /// Why it waits.
        reasons: Vec<String>,
    },
    /// It runs already.
    Same {
        /// Its digest.
        digest: String,
    },
}

impl Service {
    /// Brings a waiting change into use and writes exactly the plans that were shown. Where they
    /// are not true any more, fresh ones wait.
    ///
    /// `None` where nothing of that digest waits.
    pub async fn approve(&self, digest: &str) -> Result<Option<Answer>, Failure> {
        let Some(proposal) = self.take(|proposal| proposal.is_meant_by(digest)) else {
            return Ok(None);
        };
        self.carry_out(proposal).await.map(Some)
    }

    /// Accepts what waits for this connector.
    pub async fn accept(&self, name: &str) -> Result<Answer, Failure> {
        let name = name.strip_suffix(".toml").unwrap_or(name);
        let is_meant = |proposal: &Proposal| match &proposal.what {
            What::Plugin { .. } => false,
            What::Revision { loaded, .. } | What::Removal { loaded } => {
                loaded.connector.name == name || loaded.connector.id == name
            }
        };
        let Some(proposal) = self.take(is_meant) else {
            let message = format!("nothing of connector `{name}` waits");
            return Err(Failure::of("nothing-waits", message));
        };
        self.carry_out(proposal).await
    }

    /// Drops a waiting change; false where nothing of that digest waits.
    pub async fn reject(&self, digest: &str) -> Result<bool, Failure> {
        let Some(proposal) = self.take(|proposal| proposal.is_meant_by(digest)) else {
            return Ok(false);
        };
        let store = &self.inner.host.store;
        for plan in proposal.planned().filter_map(|shadow| shadow.plan.as_ref()) {
            store.mark_plan(&plan.digest, "rejected").await?;
        }
        if let What::Plugin { build, .. } = &proposal.what {
            let about = About::because(Stage::Rejected, "somebody rejected it");
            self.note((build.id(), build.digest()), about).await?;
        }
        Ok(true)
    }

    /// Uses the build that lies in the plugins' folder: approves it where it waits, else tries it
    /// again, also where it was rejected or rolled back before.
    pub async fn swap(&self, id: &str) -> Result<Answer, Failure> {
        if let Some(proposal) = self.take(|one| one.what.key() == format!("plugin:{id}")) {
            return self.carry_out(proposal).await;
        }
        let build = self.build_in_folder(id).await?;
        let running = self.inner.live.pin();
        if running.plugins.entry(id).and_then(|entry| entry.digest()) == Some(build.digest()) {
            return Ok(Answer::Same {
                digest: build.digest().to_owned(),
            });
        }
        let digest = build.digest().to_owned();
        let what = match self.checked(&build).await? {
            Ok(what) => what,
            Err(problem) => {
                let about = About::because(Stage::Refused, &problem.message);
                self.note((id, &digest), about).await?;
                return Err(problem.into());
            }
        };
        self.told(what, None).await
    }

    /// Puts the build back that ran before, at once; then the people concerned are brought in tune
    /// with it from what is kept of them.
    pub async fn roll_back(&self, id: &str, reason: &str) -> Result<Answer, Failure> {
        let known = self.inner.live.pin().plugins.entry(id).is_some();
        if !known {
            let message = format!("there is no plugin `{id}`");
            return Err(Failure::of("unknown-plugin", message));
        }
        let before = self.desk().lineages.entry(id.to_owned()).or_default().pop();
        let Some((build, plugin)) = before else {
            let message = format!("no other build of `{id}` ran since the service began");
            return Err(Failure::of("no-older-build", message));
        };
        let left = self
            .inner
            .live
            .pin()
            .plugins
            .entry(id)
            .and_then(|entry| Some(entry.digest()?.to_owned()));
        let what = What::Plugin { build, plugin };
        let digest = what.digest().to_owned();
        self.replace_at_once(&what).await?;
        self.audited("rollback", (id, &format!("{digest}: {reason}")))
            .await;
        if let Some(left) = left {
            let about = About::because(Stage::RolledBack, reason);
            self.note((id, &left), about).await?;
        }
        let state = self.inner.live.pin();
        let mut done = Vec::new();
        for connector in what.concerned(&state) {
            let _turn = self.turn(&connector).await;
            match self.rewrite(&connector, None).await {
                Ok(written) => done.extend(written),
                Err(failure) => tracing::warn!(
                    connector,
                    code = failure.code,
                    "not brought in tune after a rollback: {}",
                    failure.message
                ),
            }
        }
        Ok(Answer::InUse {
            kind: "plugin",
            name: id.to_owned(),
            digest,
            done,
        })
    }

    /// The state with this build, without a question: what a rollback is.
    async fn replace_at_once(&self, what: &What) -> Result<(), Failure> {
        self.inner.live.replace(|state| what.apply(state));
        if let What::Plugin { build, plugin } = what {
            let about = About {
                version: plugin.version(),
                source: Some(build.source()),
                ..About::because(Stage::Active, "it came back")
            };
            self.end_probation(build.id());
            self.note((build.id(), build.digest()), about).await?;
        }
        self.desk().waiting.remove(&what.key());
        self.inner.nudge.notify_one();
        Ok(())
    }

    /// Does what a proposal says, if its plans are still those that would be made.
    async fn carry_out(&self, proposal: Proposal) -> Result<Answer, Failure> {
        if let Err(why) = self.still_holds(&proposal).await {
            return self.told(proposal.what, Some(why)).await;
        }
        let _way = self.inner.way.lock().await;
        let now = self.inner.live.pin();
        let concerned = proposal.what.concerned(&now);
        let _turns = self.inner.turns.take_all(&concerned).await;
        let (kind, name) = (proposal.what.kind(), proposal.what.name().to_owned());
        let digest = proposal.what.digest().to_owned();
        // A connector whose end is accepted has nothing more to write.
        let concerned = match &proposal.what {
            What::Removal { .. } => Vec::new(),
            _ => concerned,
        };
        let done = self.enact(proposal, concerned).await?;
        Ok(Answer::InUse {
            kind,
            name,
            digest,
            done,
        })
    }

    /// Whether the plans that were shown are still those of the state that would come.
    async fn still_holds(&self, proposal: &Proposal) -> Result<(), String> {
        let now = self.inner.live.pin();
        let next = with(&now, &proposal.what);
        let host = self.host_of(&next);
        for shadow in proposal.planned() {
            let (Some(plan), Some(loaded)) = (&shadow.plan, next.connectors.get(&shadow.connector))
            else {
                continue;
            };
            let usable = sync::is_usable(&host, loaded, plan).await;
            usable.map_err(|error| format!("the plan that was shown is not used: {error}"))?;
        }
        Ok(())
    }

    /// Proposes again, and says what came of it.
    async fn told(&self, what: What, reason: Option<String>) -> Result<Answer, Failure> {
        let (kind, name) = (what.kind(), what.name().to_owned());
        let (key, digest) = (what.key(), what.digest().to_owned());
        match self.propose(what, reason).await? {
            Outcome::InUse(done) => Ok(Answer::InUse {
                kind,
                name,
                digest,
                done,
            }),
            Outcome::Waits => {
                let desk = self.desk();
                let waiting = desk.waiting.get(&key);
                let reasons = waiting.map(|one| one.reasons.clone()).unwrap_or_default();
                Ok(Answer::Waits { digest, reasons })
            }
            Outcome::Refused(problem) => Err(problem.into()),
        }
    }

    /// The only waiting proposal that is meant; taken out, so that nobody does it twice.
    fn take(&self, is_meant: impl Fn(&Proposal) -> bool) -> Option<Proposal> {
        let mut desk = self.desk();
        let mut keys = desk
            .waiting
            .iter()
            .filter(|(_, one)| is_meant(one))
            .map(|(key, _)| key);
        let key = keys.next().cloned().filter(|_| keys.next().is_none())?;
        desk.waiting.remove(&key)
    }

    /// The build that lies in the folder under this id.
    async fn build_in_folder(&self, id: &str) -> Result<Build, Failure> {
        let found = self.read_plugins().await?;
        match found.into_iter().find(|(found, _)| found == id) {
            Some((_, Ok(build))) if !self.refuses_file(id) => Ok(build),
            Some((_, Ok(_))) => {
                let message = format!("`{id}` is bundled, and no file may replace it");
                Err(Failure::of("plugin-id-taken", message))
            }
            Some((_, Err(problem))) => Err(problem.into()),
            None => {
                let folder = self.inner.options.plugins_dir.display();
                let message = format!("there is no file `{id}.wasm` in {folder}");
                Err(Failure::of("unknown-plugin", message))
            }
        }
    }
}
