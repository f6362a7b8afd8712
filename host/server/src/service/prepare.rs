//! From a file to a proposal that can be judged: signature, loading, every row that uses it.
//!
//! Nothing here changes what runs.

use std::sync::Arc;

use attune_core::Problem;
use attune_wasm::registry::{Build, Snapshot};
use attune_wasm::{Kind, Plugin};

use super::state::State;
use super::{Service, What};
use crate::connector::Loaded;
use crate::fault::{Failure, chain};
use crate::sync::{self, Pinned, is_of, steps};

impl Service {
    /// Checks the signature where one is wanted, then inspects, compiles and probes a build.
    pub(super) async fn load(&self, build: &Build) -> Result<Plugin, Problem> {
        let signed = self.verify(build);
        match &signed {
            Ok(()) => self.desk().unsigned.remove(build.digest()),
            Err(_) => self.desk().unsigned.insert(build.digest().to_owned()),
        };
        signed?;
        let (build, engine) = (build.clone(), self.bundled().engine().clone());
        blocking(move || build.load(&engine).map_err(|error| problem_of(&error))).await
    }

    /// Checks the signature, where one is wanted.
    pub(super) fn verify(&self, build: &Build) -> Result<(), Problem> {
        let Some(trusted) = &self.inner.options.trusted else {
            return Ok(());
        };
        let checked = trusted.verify(build.bytes(), build.signature());
        checked.map(drop).map_err(|error| problem_of(&error))
    }

    /// Opens every row that would run otherwise, as a run would, and probes what is new in it.
    pub(super) async fn open_rows(&self, what: &What, next: &State) -> Result<(), Problem> {
        if let What::Plugin { build, .. } = what {
            let (id, plugins) = (build.id().to_owned(), Arc::clone(&next.plugins));
            // Others may have the full names that it claims.
            let opened = move || plugins.plugin(&id).map(drop);
            blocking(move || opened().map_err(|error| problem_of(&error))).await?;
        }
        for id in what.concerned(next) {
            let Some(loaded) = next.connectors.get(&id).cloned() else {
                continue;
            };
            let plugins = Arc::clone(&next.plugins);
            let what = what.clone();
            blocking(move || open(&what, &loaded, &plugins)).await?;
        }
        Ok(())
    }

    /// What a proposal wants beyond what runs; each is a reason to wait.
    pub(super) async fn wishes(
        &self,
        what: &What,
        now: &State,
        next: &State,
    ) -> Result<Vec<String>, Problem> {
        let What::Plugin { build, plugin } = what else {
            return Ok(Vec::new());
        };
        let mut wishes = Vec::new();
        if now.plugins.entry(build.id()).is_none() {
            return Ok(wishes);
        }
        if let Ok(running) = now.plugins.plugin(build.id()) {
            wishes.extend(plugin.permissions().wants_more_than(&running.permissions()));
        }
        if plugin.kind() == Kind::Provider {
            for id in what.concerned(next) {
                let pair = (now.connectors.get(&id), next.connectors.get(&id));
                if let (Some(old), Some(new)) = pair {
                    let (old, new) = (Arc::clone(old), Arc::clone(new));
                    let plugins = (Arc::clone(&now.plugins), Arc::clone(&next.plugins));
                    wishes.extend(
                        blocking(move || endpoints(&old, &new, (&plugins.0, &plugins.1))).await?,
                    );
                }
            }
        }
        Ok(wishes)
    }
}

/// Opens the rows of one connector and probes those that a new build would compute.
fn open(what: &What, loaded: &Loaded, plugins: &Snapshot) -> Result<(), Problem> {
    let opened = Pinned::open(loaded, plugins).map_err(failed);
    opened.map_err(|problem| {
        let message = format!("{}: {}", loaded.connector.name, problem.message);
        Problem::new(problem.code, message)
    })?;
    let What::Plugin { plugin, .. } = what else {
        return Ok(());
    };
    let mut probed = Vec::new();
    for (place, _, step) in steps(loaded) {
        let failed = |error: attune_wasm::Error| {
            let name = &loaded.connector.name;
            let message = format!("{name}: {place}: {}", chain(&error));
            Problem::new(error.code(), message)
        };
        if !is_of(plugin, step, plugins) {
            continue;
        }
        let (_, function) = plugins.step(&step.plugin, &step.function).map_err(failed)?;
        let options = (function, &step.options);
        if !probed.contains(&options) {
            plugin.probe(&options.0, options.1).map_err(failed)?;
            probed.push(options);
        }
    }
    Ok(())
}

/// Endpoints and credentials that a new build of a provider asks for and the old one did not.
fn endpoints(
    old: &Loaded,
    new: &Loaded,
    (before, after): (&Snapshot, &Snapshot),
) -> Result<Vec<String>, Problem> {
    let needs = |loaded: &Loaded, plugins: &Snapshot| sync::wants(loaded, plugins).map_err(failed);
    // A build that cannot be asked any more wants nothing that could be compared.
    let before = needs(old, before).unwrap_or_default();
    let after = needs(new, after)?;
    let news = after.into_iter().filter(|want| !before.contains(want));
    let name = &new.connector.name;
    Ok(news
        .map(|want| format!("{name}: it wants {want}"))
        .collect())
}

/// Compiling and probing take their time; meanwhile others run.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(Problem::new("internal", "the check ended unexpectedly")),
    }
}

fn failed(error: sync::Error) -> Problem {
    let failure = Failure::from(error);
    Problem::new(failure.code, failure.message)
}

/// An error of the sandbox as a problem.
pub(super) fn problem_of(error: &attune_wasm::Error) -> Problem {
    Problem::new(error.code(), chain(error))
}
