//! A change that is proposed: another build of a plugin, another revision of a connector, or a
//! connector's end.
//!
//! A proposal says what the state would be with it and whom it concerns; preparing, judging and
//! doing it are the same for all three.

use std::sync::Arc;

use attune_wasm::Plugin;
use attune_wasm::registry::Build;
use serde::Serialize;

use super::state::State;
use crate::connector::{Loaded, Taken};
use crate::sync::Shadow;

/// What is proposed.
#[derive(Debug, Clone)]
pub enum What {
    /// Another build of a plugin, loaded and checked.
    Plugin {
        /// Its file.
        build: Build,
        /// The compiled plugin.
        plugin: Plugin,
    },
    /// Another revision of a connector, or a new one.
    Revision {
        /// As its file says now.
        loaded: Arc<Loaded>,
        /// What the running revision has and this one has not.
        taken: Vec<Taken>,
    },
    /// A connector whose file is gone.
    Removal {
        /// As it runs.
        loaded: Arc<Loaded>,
    },
}

/// A proposed change with everything that is known about it.
#[derive(Debug)]
pub struct Proposal {
    /// What is proposed.
    pub what: What,
    /// What it would do, connector by connector; none where nothing is kept yet.
    pub shadows: Vec<Arc<Shadow>>,
    /// Why it waits for somebody; empty where it does not.
    pub reasons: Vec<String>,
}

/// One line about a proposal that waits.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Waiting {
    /// `plugin` or `connector`.
    pub kind: &'static str,
    /// The plugin's id or the connector file's name.
    pub name: String,
    /// Digest of the build or of the revision: what is approved.
    pub digest: String,
    /// Why it waits.
    pub reasons: Vec<String>,
    /// Digests of the plans that would be written, by connector.
    pub plans: Vec<(String, String)>,
}

impl What {
    /// What it is about: at most one proposal of each waits.
    pub fn key(&self) -> String {
        match self {
            Self::Plugin { build, .. } => format!("plugin:{}", build.id()),
            Self::Revision { loaded, .. } | Self::Removal { loaded } => {
                format!("connector:{}", loaded.connector.id)
            }
        }
    }

    /// `plugin` or `connector`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Plugin { .. } => "plugin",
            Self::Revision { .. } | Self::Removal { .. } => "connector",
        }
    }

    /// The plugin's id, or the connector file's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Plugin { build, .. } => build.id(),
            Self::Revision { loaded, .. } | Self::Removal { loaded } => &loaded.connector.name,
        }
    }

    /// Digest of the build, or of the revision.
    pub fn digest(&self) -> &str {
        match self {
            Self::Plugin { build, .. } => build.digest(),
            Self::Revision { loaded, .. } | Self::Removal { loaded } => loaded.revision(),
        }
    }

    /// Ids of the connectors that run otherwise with it.
    pub fn concerned(&self, state: &State) -> Vec<String> {
        match self {
            Self::Plugin { build, .. } => {
                let users = state.users_of(build.id());
                users.iter().map(|user| user.connector.id.clone()).collect()
            }
            Self::Revision { loaded, .. } | Self::Removal { loaded } => {
                vec![loaded.connector.id.clone()]
            }
        }
    }

    /// Makes it part of a state.
    pub fn apply(&self, state: &mut State) {
        match self {
            Self::Plugin { build, plugin } => {
                state.plugins = state.plugins.with(build, plugin.clone());
            }
            Self::Revision { loaded, .. } => {
                let id = loaded.connector.id.clone();
                state.connectors.insert(id, Arc::clone(loaded));
            }
            Self::Removal { loaded } => {
                state.connectors.remove(&loaded.connector.id);
            }
        }
    }
}

impl Proposal {
    /// Whether somebody means it: by its digest, by that of one of its plans, or by the beginning
    /// of one (at least eight hex digits).
    pub fn is_meant_by(&self, digest: &str) -> bool {
        let bare = digest.strip_prefix("sha256:").unwrap_or(digest);
        let begins = |full: &str| {
            bare.len() >= 8
                && full
                    .strip_prefix("sha256:")
                    .unwrap_or(full)
                    .starts_with(bare)
        };
        let mut plans = self
            .shadows
            .iter()
            .filter_map(|shadow| shadow.plan.as_ref());
        begins(self.what.digest()) || plans.any(|plan| begins(&plan.digest) || plan.run == digest)
    }

    /// A line about it.
    pub fn line(&self) -> Waiting {
        let plan = |shadow: &Arc<Shadow>| {
            let plan = shadow.plan.as_ref()?;
            Some((shadow.connector.clone(), plan.digest.clone()))
        };
        Waiting {
            kind: self.what.kind(),
            name: self.what.name().to_owned(),
            digest: self.what.digest().to_owned(),
            reasons: self.reasons.clone(),
            plans: self.shadows.iter().filter_map(plan).collect(),
        }
    }
}
