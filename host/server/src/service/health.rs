//! How running builds do: probation, coming back by themselves, and pauses.
//!
//! A build that was just swapped in is watched; where too many of its values fail it is taken
//! back, and the event says what happened in words that its author can use. One that has nothing to
//! go back to and keeps failing is left alone for a while, longer each time; meanwhile the fields
//! that it computes keep what they hold.

use std::time::Duration;

use attune_core::Problem;
use attune_wasm::registry::Build;
use attune_wasm::{Health, Plugin};
use serde::Serialize;

use super::lineage::Probation;
use super::{About, Service, Stage};
use crate::fault::Failure;
use crate::sync::{is_of, steps};

/// How often it is looked.
const TICK: Duration = Duration::from_secs(1);
/// Failed values that are never too many.
const VALUES_MIN: u64 = 5;
/// Failed calls that are never too many.
const CALLS_MIN: u64 = 2;
/// One in so many may fail.
const FAILURES_SHARE: u64 = 100;
/// Pauses of a plugin that keeps failing, in minutes; the last one again and again.
const PAUSES_MIN: [u64; 4] = [1, 5, 15, 60];

/// A plugin that is left alone, and what it does not compute meanwhile.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Stale {
    /// The plugin's id.
    pub plugin: String,
    /// Why.
    pub message: String,
    /// `CONNECTOR TARGET.FIELD`: they keep what they hold.
    pub fields: Vec<String>,
}

impl Service {
    /// Looks after running builds until the service ends.
    pub(super) async fn attend(self) {
        loop {
            tokio::select! {
                () = self.inner.host.clock.sleep(TICK) => {}
                () = self.stop().cancelled() => return,
            }
            if let Err(failure) = self.look_after().await {
                tracing::error!(
                    code = failure.code,
                    "plugins were not looked after: {}",
                    failure.message
                );
            }
        }
    }

    /// One look at every plugin that is loaded.
    async fn look_after(&self) -> Result<(), Failure> {
        let state = self.inner.live.pin();
        for entry in state.plugins.entries() {
            let Some(plugin) = entry.loaded() else {
                continue;
            };
            let health = plugin.health();
            let quarantined = plugin.quarantined();
            if self.is_on_probation(plugin) {
                let trouble = quarantined.as_ref().map(|problem| problem.message.clone());
                if let Some(reason) = trouble.or_else(|| too_many(&health)) {
                    self.take_back(plugin, &reason).await?;
                    continue;
                }
                if self.has_stood_the_test(plugin) {
                    self.end_probation(plugin.id());
                    let key = (plugin.id(), plugin.digest());
                    self.note(key, About::stage(Stage::Active)).await?;
                }
            }
            if let Some(problem) = quarantined {
                self.pause(plugin, &problem);
            }
        }
        Ok(())
    }

    /// Plugins that are left alone at the moment.
    pub fn stale(&self) -> Vec<Stale> {
        let state = self.inner.live.pin();
        let loaded = state.plugins.entries().filter_map(|entry| entry.loaded());
        let mut all = Vec::new();
        for plugin in loaded {
            let Some(problem) = plugin.quarantined() else {
                continue;
            };
            let users = state.users_of(plugin.id());
            let fields = users.iter().flat_map(|user| {
                let name = &user.connector.name;
                let plugins = &state.plugins;
                let used = steps(user).filter(|(_, _, step)| is_of(plugin, step, plugins));
                used.map(move |(place, _, _)| format!("{name} {place}"))
            });
            all.push(Stale {
                plugin: plugin.id().to_owned(),
                message: problem.message,
                fields: fields.collect(),
            });
        }
        all
    }

    pub(super) fn begin_probation(&self, build: &Build, before: Option<(Build, Plugin)>) {
        let until = self.inner.host.clock.uptime() + self.inner.options.swap.probation;
        let mut desk = self.desk();
        let lineage = desk.lineages.entry(build.id().to_owned()).or_default();
        if let Some(before) = before {
            lineage.push(before);
        }
        lineage.probation = Some(Probation {
            digest: build.digest().to_owned(),
            until,
        });
    }

    pub(super) fn end_probation(&self, id: &str) {
        if let Some(lineage) = self.desk().lineages.get_mut(id) {
            lineage.probation = None;
        }
    }

    fn is_on_probation(&self, plugin: &Plugin) -> bool {
        let desk = self.desk();
        let lineage = desk.lineages.get(plugin.id());
        let probation = lineage.and_then(|lineage| lineage.probation.as_ref());
        probation.is_some_and(|probation| probation.digest == plugin.digest())
    }

    fn has_stood_the_test(&self, plugin: &Plugin) -> bool {
        let uptime = self.inner.host.clock.uptime();
        let desk = self.desk();
        let lineage = desk.lineages.get(plugin.id());
        let probation = lineage.and_then(|lineage| lineage.probation.as_ref());
        probation.is_some_and(|probation| probation.until <= uptime)
    }

    /// Takes back a build that fails in its first time.
    async fn take_back(&self, plugin: &Plugin, reason: &str) -> Result<(), Failure> {
        self.end_probation(plugin.id());
        let short = plugin.digest().get(..19).unwrap_or(plugin.digest());
        let event = format!(
            "{} {} ({short}) was taken back: {reason}",
            plugin.id(),
            plugin.version()
        );
        match self.roll_back(plugin.id(), &event).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.code == "no-older-build" => {
                let key = (plugin.id(), plugin.digest());
                let reason = format!("{reason}; there is no older build to go back to");
                let problem = Problem::new("plugin-quarantined", reason.clone());
                plugin.quarantine(&problem);
                self.note(key, About::because(Stage::Active, &reason)).await
            }
            Err(failure) => Err(failure),
        }
    }

    /// Leaves a plugin alone, and lets it try again when its pause is over.
    fn pause(&self, plugin: &Plugin, problem: &Problem) {
        let uptime = self.inner.host.clock.uptime();
        let mut desk = self.desk();
        let pause = &mut desk
            .lineages
            .entry(plugin.id().to_owned())
            .or_default()
            .pause;
        match pause.until {
            None => {
                let at = (pause.times as usize).min(PAUSES_MIN.len() - 1);
                let minutes = PAUSES_MIN.get(at).copied().unwrap_or(60);
                pause.times += 1;
                pause.until = Some(uptime + Duration::from_secs(minutes * 60));
                let (id, code) = (plugin.id(), &problem.code);
                tracing::warn!(
                    plugin = id,
                    code,
                    "left alone for {minutes} min: {}",
                    problem.message
                );
            }
            Some(until) if until <= uptime => {
                pause.until = None;
                plugin.release();
                tracing::info!(plugin = plugin.id(), "may try again");
            }
            Some(_) => {}
        }
    }
}

/// Why a build should be taken back, if it should.
fn too_many(health: &Health) -> Option<String> {
    let lost = health.values_trapped + health.values_timed_out + health.values_refused;
    // What one bad value explains is not counted again: a call of many that failed, and then came
    // out value by value, says that the build cannot be called for long.
    let unexplained = health.batches_faulted.saturating_sub(lost);
    let mut words = if lost > VALUES_MIN.max(health.values / FAILURES_SHARE) {
        format!("{lost} of {} values failed", health.values)
    } else if unexplained > CALLS_MIN.max(health.batches / FAILURES_SHARE) {
        format!("{unexplained} of {} calls failed", health.batches)
    } else {
        return None;
    };
    if let Some(fault) = &health.last_fault {
        words.push_str("; last: ");
        words.push_str(&fault.to_string());
    }
    Some(words)
}
