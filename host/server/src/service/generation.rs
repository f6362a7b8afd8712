//! How far each build of each plugin came, for people, for the log and for the next start.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::store::generations::Generation;

/// The stations of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Its file was read.
    Discovered,
    /// It is inspected, compiled and probed.
    Probing,
    /// It is tried over the kept documents.
    Shadow,
    /// Somebody has to approve it.
    Waiting,
    /// It runs, and is watched more closely than others.
    Probation,
    /// It runs.
    Active,
    /// Another build runs; this one can come back at once.
    Retired,
    /// It cannot be used.
    Refused,
    /// Somebody rejected it.
    Rejected,
    /// It ran and was taken back.
    RolledBack,
    /// Another build of its file came before it was used.
    Replaced,
}

impl Stage {
    /// Its word in lists and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Discovered => "discovered",
            Self::Probing => "probing",
            Self::Shadow => "shadow",
            Self::Waiting => "waiting",
            Self::Probation => "probation",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Refused => "refused",
            Self::Rejected => "rejected",
            Self::RolledBack => "rolled-back",
            Self::Replaced => "replaced",
        }
    }

    /// Whether runs that begin now use it.
    pub fn is_running(word: &str) -> bool {
        word == Self::Active.word() || word == Self::Probation.word()
    }

    /// Whether a file with this build is left alone until it changes or somebody asks for it.
    pub fn is_settled(word: &str) -> bool {
        let settled = [
            Self::Waiting,
            Self::Refused,
            Self::Rejected,
            Self::RolledBack,
        ];
        Self::is_running(word) || settled.iter().any(|stage| stage.word() == word)
    }
}

/// Every build that was seen, by plugin and digest.
#[derive(Debug, Default)]
pub(super) struct Generations {
    all: BTreeMap<(String, String), Generation>,
}

impl Generations {
    /// What an earlier process knew. What it had not finished with is looked at again.
    pub(super) fn new(kept: Vec<Generation>) -> Self {
        let unfinished = [
            Stage::Discovered,
            Stage::Probing,
            Stage::Shadow,
            Stage::Waiting,
        ];
        let keyed = kept.into_iter().map(|mut one| {
            if unfinished.iter().any(|stage| stage.word() == one.stage) {
                Stage::Replaced.word().clone_into(&mut one.stage);
            }
            ((one.plugin.clone(), one.digest.clone()), one)
        });
        Self {
            all: keyed.collect(),
        }
    }

    pub(super) fn note(&mut self, generation: Generation) {
        let key = (generation.plugin.clone(), generation.digest.clone());
        self.all.insert(key, generation);
    }

    pub(super) fn of(&self, plugin: &str, digest: &str) -> Option<&Generation> {
        self.all.get(&(plugin.to_owned(), digest.to_owned()))
    }

    /// The build that ran when the process before this one ended.
    pub(super) fn running(&self, plugin: &str) -> Option<&Generation> {
        let mut of_plugin = self.all.values().filter(|one| one.plugin == plugin);
        of_plugin.find(|one| Stage::is_running(&one.stage))
    }

    /// Retired builds of a plugin, the latest first.
    pub(super) fn retired(&self, plugin: &str) -> Vec<Generation> {
        let is_retired =
            |one: &&Generation| one.plugin == plugin && one.stage == Stage::Retired.word();
        let mut retired: Vec<Generation> = self.all.values().filter(is_retired).cloned().collect();
        retired.sort_by_key(|one| std::cmp::Reverse(one.since_ms));
        retired
    }

    /// Everything, by plugin and then the latest first.
    pub(super) fn list(&self) -> Vec<Generation> {
        let mut all: Vec<Generation> = self.all.values().cloned().collect();
        all.sort_by(|a, b| (&a.plugin, b.since_ms).cmp(&(&b.plugin, a.since_ms)));
        all
    }
}
