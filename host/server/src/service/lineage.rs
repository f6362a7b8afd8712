//! The builds of one plugin that can come back at once, and the time of trial of the newest.

use std::time::Duration;

use attune_wasm::Plugin;
use attune_wasm::registry::Build;

/// Older builds that stay compiled.
const OLDER_MAX: usize = 2;

/// One plugin's builds.
#[derive(Default)]
pub(super) struct Lineage {
    /// Those that ran before, the latest last.
    older: Vec<(Build, Plugin)>,
    /// While the running one is watched more closely.
    pub(super) probation: Option<Probation>,
    /// Pauses of a plugin that keeps failing.
    pub(super) pause: Pause,
}

/// The first time of a build that runs.
pub(super) struct Probation {
    /// The build.
    pub(super) digest: String,
    /// When it has stood the test, in uptime.
    pub(super) until: Duration,
}

/// A plugin that is left alone for a while.
#[derive(Default)]
pub(super) struct Pause {
    /// How often it was left alone.
    pub(super) times: u32,
    /// When it may try again, in uptime.
    pub(super) until: Option<Duration>,
}

impl Lineage {
    /// Another build runs now; the one before it can come back.
    pub(super) fn push(&mut self, before: (Build, Plugin)) {
        let digest = before.0.digest().to_owned();
        self.older.retain(|(build, _)| build.digest() != digest);
        self.older.push(before);
        let surplus = self.older.len().saturating_sub(OLDER_MAX);
        self.older.drain(..surplus);
        self.pause = Pause::default();
    }

    /// The build that ran before the running one.
    pub(super) fn pop(&mut self) -> Option<(Build, Plugin)> {
        self.older.pop()
    }
}
