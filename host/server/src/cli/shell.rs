//! A command with everything around it: how it speaks, what it works with, whose turn it is.
//!
//! The same command runs in two places: in the process that was called, with the folders as they
//! are at this moment, or in the service, with what runs there. What differs is here alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::acts;
use super::args::Cli;
use super::out::{FAINT, Out, paint};
use crate::app::{self, App};
use crate::clock::SystemClock;
use crate::connector::{self as definition, Loaded, Mistake};
use crate::fault::Failure;
use crate::jobs::{self, room};
use crate::service::{Service, Turn};
use crate::settings::{Overrides, Settings};
use crate::store::Lock;
use crate::telemetry::Installed;
use crate::vault::Vault;

/// A command with everything around it.
pub(super) struct Shell {
    /// How it speaks.
    pub out: Out,
    /// The settings of this process.
    pub settings: Settings,
    /// Secrets by their places.
    pub vault: Vault,
    /// The service that runs in this process, if one does.
    pub service: Option<Service>,
    /// Logs and traces, where this shell is the one of its process.
    pub _installed: Option<Installed>,
    /// Who asked, as the audit log names them.
    pub who: String,
}

/// What a run needs, and that nobody else runs the same meanwhile.
pub(super) struct Work {
    /// The host, with the plugins that the run pins.
    pub app: App,
    /// The connector.
    pub loaded: Loaded,
    /// Kept until the run ends.
    pub turn: Held,
}

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Nothing is written by it.
    Reads,
    /// Targets are written.
    Writes,
}

/// The right to run.
pub(super) enum Held {
    /// This process has the data directory to itself.
    #[expect(dead_code, reason = "it is held, not read")]
    Folder(Lock),
    /// The connector's turn in the service.
    #[expect(dead_code, reason = "it is held, not read")]
    Turn(Turn),
}

impl Shell {
    /// Reads the settings of a process and begins to log.
    pub(super) fn new(cli: &Cli, env: BTreeMap<String, String>, out: Out) -> Result<Self, Failure> {
        let text = |path: &Option<PathBuf>| {
            path.as_ref()
                .map(|path| path.to_string_lossy().into_owned())
        };
        let flags = Overrides {
            data_dir: text(&cli.data_dir),
            connectors_dir: text(&cli.connectors_dir),
            plugins_dir: text(&cli.plugins_dir),
            listen: cli.command.listen(),
            ..Overrides::default()
        };
        let loaded = app::settings(cli.config.as_deref(), &env, flags)
            .map_err(|error| Failure::of("config", format!("{error:#}")))?;
        let loaded = loaded.map_err(|mistakes| mistaken(&mistakes))?;
        for warning in &loaded.warnings {
            out.warn(warning);
        }
        let vault = Vault::new(env);
        let cleaner = vault.clone();
        let clean = move |line: &str| cleaner.redact(line).into_owned();
        let installed = crate::telemetry::install(&loaded.settings.log, clean)
            .map_err(|why| Failure::of("config", format!("[log] otlp: {why}")))?;
        Ok(Self {
            _installed: Some(installed),
            out,
            settings: loaded.settings,
            vault,
            service: None,
            who: acts::who_here(),
        })
    }

    /// The database, plugins and network: opened for this command, or those of the service.
    pub(super) async fn app(&self) -> Result<App, Failure> {
        let settings = self.settings.clone();
        if let Some(service) = &self.service {
            return Ok(App::of_service(settings, service.pin().0));
        }
        let clock = Arc::new(SystemClock::new());
        App::open_with(settings, self.vault.clone(), clock)
            .await
            .map_err(Failure::from_anyhow)
    }

    /// Everything that a run of this connector needs, once no other one is under way.
    pub(super) async fn begin(&self, name: &str, purpose: Purpose) -> Result<Work, Failure> {
        let Some(service) = &self.service else {
            let loaded = self.connector(name)?;
            let app = self.app().await?;
            let turn = Held::Folder(app.host.store.lock()?);
            self.may(purpose, &app, &loaded, room::FLOOR_BYTES).await?;
            return Ok(Work { app, loaded, turn });
        };
        let floor = service.options().disk_floor_bytes;
        let loaded = self.connector(name)?;
        // Whoever may not run does not wait for it.
        let app = App::of_service(self.settings.clone(), service.pin().0);
        self.may(purpose, &app, &loaded, floor).await?;
        let id = loaded.connector.id;
        self.say_who_is_before(service, &id);
        let turn = tokio::select! {
            turn = service.turn(&id) => Held::Turn(turn),
            () = self.stopped() => return Err(Failure::of("stopped", "stopped before its turn")),
        };
        // Pinned under the turn: what a swap replaced before it is not used any more.
        let (host, state) = service.pin();
        let Some(loaded) = state.connector(&id) else {
            return Err(gone(name));
        };
        Ok(Work {
            app: App::of_service(self.settings.clone(), host),
            loaded: Loaded::clone(loaded),
            turn,
        })
    }

    /// Whether a run may begin: somebody may have paused its connector, and a full disk takes none.
    async fn may(
        &self,
        purpose: Purpose,
        app: &App,
        loaded: &Loaded,
        floor_bytes: u64,
    ) -> Result<(), Failure> {
        if purpose == Purpose::Writes {
            let connector = &loaded.connector;
            jobs::may_write(&app.host.store, &connector.id, &connector.name).await?;
        }
        room::check(app.host.store.data_dir(), floor_bytes)
    }

    /// Tells whoever waits what they wait for.
    fn say_who_is_before(&self, service: &Service, id: &str) {
        let all = service.running();
        let Some(line) = all.iter().find(|line| line.connector == id) else {
            return;
        };
        let run = line.run.as_deref().unwrap_or(&line.job);
        let run = run.get(..16).unwrap_or(run);
        let (kind, trigger) = (&line.kind, &line.trigger);
        self.out.say(format!(
            "run {run} of this connector is under way ({kind}, by {trigger}): this one comes after \
             it"
        ));
    }

    /// Ends when whoever called does not want to wait any more.
    async fn stopped(&self) {
        match &self.out.caller {
            Some(caller) => caller.stop.cancelled().await,
            None => std::future::pending().await,
        }
    }

    /// The connector of a name, or everything that is wrong with its file.
    pub(super) fn connector(&self, name: &str) -> Result<Loaded, Failure> {
        if let Some(service) = &self.service
            && let Some(loaded) = service.connector(name)
        {
            return Ok(Loaded::clone(&loaded));
        }
        let entry = definition::find(&self.settings.connectors_dir, name)
            .map_err(|mistake| mistaken(&[mistake]))?;
        let loaded = entry.result.map_err(|mistakes| mistaken(&mistakes))?;
        if self.service.is_some() {
            return Err(gone(name));
        }
        for note in &loaded.notes {
            self.out.say(paint(FAINT, note));
        }
        Ok(*loaded)
    }

    /// The connector of a name, or all where a command leaves it out.
    pub(super) fn one_or_named(&self, name: Option<&str>) -> Result<Vec<Loaded>, Failure> {
        if let Some(name) = name {
            return Ok(vec![self.connector(name)?]);
        }
        let entries = definition::load_dir(&self.settings.connectors_dir)
            .map_err(|mistake| mistaken(&[mistake]))?;
        // All files are told about at once, not the first wrong one alone.
        let wrong = entries
            .iter()
            .filter_map(|entry| entry.result.as_ref().err());
        let mistakes: Vec<Mistake> = wrong.flatten().cloned().collect();
        if !mistakes.is_empty() {
            return Err(mistaken(&mistakes));
        }
        if entries.is_empty() {
            let folder = self.settings.connectors_dir.display();
            let message = format!("there is no connector file (*.toml) in {folder}");
            return Err(Failure::of("config", message)
                .hint("write one there, or name the folder with --connectors-dir"));
        }
        entries
            .iter()
            .map(|entry| self.connector(&entry.name))
            .collect()
    }

    /// A path as whoever called means it.
    pub(super) fn path(&self, path: &Path) -> PathBuf {
        match &self.out.caller {
            Some(caller) => caller.folder.join(path),
            None => path.to_owned(),
        }
    }
}

/// A file that lies in the folder, but does not run yet.
fn gone(name: &str) -> Failure {
    let message = format!("connector `{name}` does not run in the service");
    Failure::of("not-running", message)
}

/// Mistakes of a file as one failure; all are printed.
pub(super) fn mistaken(mistakes: &[Mistake]) -> Failure {
    Failure::of_mistakes(mistakes)
}
