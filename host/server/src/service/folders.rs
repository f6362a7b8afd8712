//! The two folders: what lies in them becomes proposals.
//!
//! What the system says about changes is only a reason to look; what counts is what lies there
//! then. A deleted plugin file unloads nothing. Two files with one id: neither is used.

use std::time::Duration;

use attune_core::Problem;
use attune_wasm::registry::{self, Build};

use super::prepare::{blocking, problem_of};
use super::{About, Job, Service, Stage, What};
use crate::connector::{Settling, Verdict, verdict};
use crate::fault::Failure;
use crate::watch::{Watch, WatchOptions};

/// A file counts when it was the same twice, so far apart.
pub(super) const SETTLED: Duration = Duration::from_millis(500);

/// The files of one id, read.
type Found = (String, Result<Build, Problem>);

impl Service {
    /// Watches both folders until the service ends.
    pub(super) async fn keep_watch(self) {
        let options = self.options();
        let folders = [options.plugins_dir.clone(), options.connectors_dir.clone()];
        let mut watch = Watch::open(&folders, WatchOptions::default());
        let mut settling = Settling::default();
        loop {
            if let Err(failure) = self.look(&mut settling).await {
                tracing::error!(
                    code = failure.code,
                    "the folders were not read: {}",
                    failure.message
                );
            }
            let waits = settling.is_waiting();
            tokio::select! {
                () = watch.changed() => {}
                () = self.inner.host.clock.sleep(SETTLED), if waits => {}
                () = self.inner.nudge.notified() => {}
                () = self.stop().cancelled() => return,
            }
        }
    }

    async fn look(&self, settling: &mut Settling) -> Result<(), Failure> {
        self.look_at_plugins().await?;
        self.look_at_connectors(settling)
    }

    async fn look_at_plugins(&self) -> Result<(), Failure> {
        let found = self.read_plugins().await?;
        let running = self.inner.live.pin();
        for (id, build) in found {
            let build = match build {
                Ok(build) if self.refuses_file(&id) => {
                    let source = build.source();
                    let why = format!(
                        "{source}: `{id}` is bundled, and `[plugins] override` does not name it"
                    );
                    self.cannot_read(&id, &why);
                    continue;
                }
                Ok(build) => build,
                Err(problem) => {
                    self.cannot_read(&id, &problem.message);
                    continue;
                }
            };
            let digest = build.digest().to_owned();
            let known = {
                let mut desk = self.desk();
                desk.unreadable.remove(&id);
                desk.files.insert(id.clone(), digest.clone());
                desk.generations
                    .of(&id, &digest)
                    .map(|one| one.stage.clone())
            };
            let is_running =
                running.plugins.entry(&id).and_then(|one| one.digest()) == Some(&digest);
            let is_under_way = [Stage::Discovered, Stage::Probing, Stage::Shadow]
                .iter()
                .any(|stage| known.as_deref() == Some(stage.word()));
            // A signature that comes later is no other build, but another answer.
            let is_signed_now = self.lacked_signature(&build);
            let is_settled = known.as_deref().is_some_and(Stage::is_settled) && !is_signed_now;
            if is_running {
                // The file is again what runs: nothing of it waits any more.
                self.desk().waiting.remove(&format!("plugin:{id}"));
            }
            if is_running || is_under_way || is_settled {
                continue;
            }
            let about = About {
                source: Some(build.source()),
                ..About::stage(Stage::Discovered)
            };
            self.note((&id, &digest), about).await?;
            // Nobody listens any more only when the service ends.
            let _ended = self.inner.jobs.send(Job::Build(build));
        }
        Ok(())
    }

    fn look_at_connectors(&self, settling: &mut Settling) -> Result<(), Failure> {
        let folder = &self.inner.options.connectors_dir;
        let now = self.inner.host.clock.uptime();
        let state = self.inner.live.pin();
        let read = tokio::task::block_in_place(|| settling.observe(folder, now));
        let read = read.map_err(|mistake| Failure::of("config", mistake.to_string()))?;
        for settled in read {
            let (name, path): (String, _) = (settled.name.clone(), settled.path.clone());
            let by_id = settled.id.as_ref().and_then(|id| state.connectors.get(id));
            let running = by_id.or_else(|| state.connector(&name)).cloned();
            match verdict(running.as_deref(), settled) {
                Verdict::Same => {
                    self.desk().wrong.remove(&name);
                    self.withdraw(running.as_deref());
                }
                Verdict::Waiting(_) => {}
                Verdict::Wrong(mistakes) => {
                    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
                    let is_news = self.desk().wrong.insert(name.clone(), lines.clone())
                        != Some(lines.clone());
                    if is_news {
                        tracing::warn!(
                            connector = name,
                            "the file is not used: {}",
                            lines.join("; ")
                        );
                    }
                }
                Verdict::Changed(loaded) => self.offer(What::Revision {
                    loaded: (*loaded).into(),
                    taken: Vec::new(),
                }),
                Verdict::TakesAway(loaded, taken) => self.offer(What::Revision {
                    loaded: (*loaded).into(),
                    taken,
                }),
                Verdict::Gone => {
                    if let Some(loaded) = running {
                        self.offer(What::Removal { loaded });
                    } else {
                        self.desk().wrong.remove(&name);
                        settling.forget(&path);
                    }
                }
            }
        }
        Ok(())
    }

    /// Proposes a revision once; again only when the state is another one.
    pub(super) fn offer(&self, what: What) {
        let key = match &what {
            What::Plugin { .. } => return,
            What::Removal { loaded } => (loaded.connector.id.clone(), "gone".to_owned()),
            What::Revision { loaded, .. } => {
                (loaded.connector.id.clone(), loaded.revision().to_owned())
            }
        };
        let number = self.inner.live.pin().number;
        let mut desk = self.desk();
        let (id, revision) = key;
        let is_waiting = desk.waiting.get(&what.key()).is_some_and(|one| {
            one.what.digest() == what.digest() && one.what.kind() == what.kind()
        });
        let now = (revision, number);
        if is_waiting || desk.proposed.get(&id) == Some(&now) {
            return;
        }
        desk.proposed.insert(id, now);
        let _ended = self.inner.jobs.send(Job::Revision(what));
    }

    /// The file says again what runs: nothing of it waits any more.
    fn withdraw(&self, running: Option<&crate::connector::Loaded>) {
        if let Some(loaded) = running {
            let mut desk = self.desk();
            desk.waiting
                .remove(&format!("connector:{}", loaded.connector.id));
            desk.proposed.remove(&loaded.connector.id);
        }
    }

    /// Every plugin file of the folder, by id, read once into memory.
    pub(super) async fn read_plugins(&self) -> Result<Vec<Found>, Failure> {
        let folder = self.inner.options.plugins_dir.clone();
        let engine = self.bundled().engine().clone();
        let read = move || {
            let files = registry::files(&folder).map_err(|error| problem_of(&error))?;
            let one = |(id, paths): (String, Vec<std::path::PathBuf>)| {
                let build = match paths.as_slice() {
                    [path] => Build::read(&engine, &id, path).map_err(|error| problem_of(&error)),
                    paths => Err(several(&id, paths)),
                };
                // Asked for by everybody, and of a large file it takes long: here it holds nobody up.
                let build = build.inspect(|build| _ = build.digest());
                (id, build)
            };
            Ok(files.into_iter().map(one).collect())
        };
        Ok(blocking(read).await?)
    }

    /// Whether the plugins' folder still has this build.
    pub(super) async fn is_latest(&self, id: &str, digest: &str) -> bool {
        let Ok(found) = self.read_plugins().await else {
            return false;
        };
        let mut same = found.iter().filter(|(found, _)| found == id);
        same.any(|(_, build)| build.as_ref().is_ok_and(|build| build.digest() == digest))
    }

    /// Whether what a proposal was made of is still what lies in the folder.
    pub(super) fn is_still_meant(&self, what: &What) -> bool {
        match what {
            // A deleted file takes nothing back, another one does.
            What::Plugin { build, .. } => {
                let newest = self.desk().files.get(build.id()).cloned();
                newest.is_none_or(|digest| digest == build.digest())
            }
            What::Revision { .. } | What::Removal { .. } => true,
        }
    }

    /// Whether a build that was refused for its signature has one now.
    fn lacked_signature(&self, build: &Build) -> bool {
        let lacked = self.desk().unsigned.contains(build.digest());
        lacked && self.verify(build).is_ok()
    }

    fn cannot_read(&self, id: &str, why: &str) {
        let before = self.desk().unreadable.insert(id.to_owned(), why.to_owned());
        if before.as_deref() != Some(why) {
            tracing::warn!(plugin = id, "the file is not used: {why}");
        }
    }
}

fn several(id: &str, paths: &[std::path::PathBuf]) -> Problem {
    let names: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let message = format!(
        "several files are called `{id}`: {}; none is used",
        names.join(", ")
    );
    Problem::new("plugin-id-taken", message)
}
