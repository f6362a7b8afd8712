//! The command line: parse, call one service, render.
//!
//! One file per group of commands. Data goes to stdout, talk to stderr, `--json` everywhere; exit
//! codes and error texts come from the fault table. No SQL and no requests here.

pub mod args;
mod check;
mod connector;
mod demo;
mod explain;
mod failure;
mod help;
mod out;
mod plan;
mod plugin;
mod progress;
mod report;
mod runs;
mod shadow;
mod source;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use args::{Cli, Command};
use attune_core::plain::visible;
use out::{BAD, FAINT, Out, paint};

use crate::app::{self, App};
use crate::clock::SystemClock;
use crate::connector::{self as definition, Loaded, Mistake};
use crate::fault::Failure;
use crate::settings::{Overrides, Settings};
use crate::vault::Vault;

/// What a command comes to: an exit code, or a failure that is printed.
type Outcome = Result<Exit, Failure>;

/// Exit codes that are no failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// The command did what was asked.
    Good,
    /// It ran, and something of it failed: one target of several, or a check.
    Partly,
    /// A guard holds the plan.
    Held,
    /// Nothing could be reached.
    Unreachable,
    /// `plan --exit-code`, and there are changes.
    Changes,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Partly => 1,
            Self::Held => 3,
            Self::Unreachable => 4,
            Self::Changes => 10,
        }
    }
}

/// A command with everything around it.
struct Shell {
    out: Out,
    settings: Settings,
    vault: Vault,
}

/// Runs one command.
pub async fn run(cli: Cli, env: BTreeMap<String, String>) -> ExitCode {
    let out = Out { json: cli.json };
    let outcome = match shell(&cli, env, out) {
        Ok(shell) => Box::pin(dispatch(shell, cli.command)).await,
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(failure) => {
            print_failure(out, &failure);
            ExitCode::from(failure.exit)
        }
    }
}

async fn dispatch(shell: Shell, command: Command) -> Outcome {
    match command {
        Command::Demo(args) => demo::run(shell, args).await,
        Command::Check(args) => check::run(&shell, args.connector.as_deref()).await,
        Command::Plan(args) => plan::plan(&shell, args).await,
        Command::Sync(args) => plan::sync(&shell, args).await,
        Command::Apply { plan: file, out } => plan::apply(&shell, &file, out.as_deref()).await,
        Command::Approve { digest, out } => plan::approve(&shell, &digest, out.as_deref()).await,
        Command::Reject { digest } => plan::reject(&shell, &digest).await,
        Command::Explain(args) => explain::run(&shell, args).await,
        Command::Runs { limit } => runs::list(&shell, limit).await,
        Command::Run(args::RunCommand::Show { id }) => runs::show(&shell, &id).await,
        Command::Source(args::SourceCommand::Discover(args)) => {
            source::discover(&shell, args).await
        }
        Command::Connector(args::ConnectorCommand::List) => connector::list(&shell),
        Command::Connector(args::ConnectorCommand::Validate(args)) => {
            connector::validate(&shell, args.connector.as_deref())
        }
        Command::Plugin(args::PluginCommand::List) => plugin::list(&shell),
        Command::Plugin(args::PluginCommand::Inspect { plugin }) => {
            plugin::inspect(&shell, &plugin)
        }
        Command::Plugin(args::PluginCommand::Shadow { file, connector }) => {
            shadow::run(&shell, &file, connector.as_deref()).await
        }
        Command::Help { code } => help::run(shell.out, code.as_deref()),
    }
}

fn shell(cli: &Cli, env: BTreeMap<String, String>, out: Out) -> Result<Shell, Failure> {
    let text = |path: &Option<std::path::PathBuf>| {
        path.as_ref()
            .map(|path| path.to_string_lossy().into_owned())
    };
    let flags = Overrides {
        data_dir: text(&cli.data_dir),
        connectors_dir: text(&cli.connectors_dir),
        plugins_dir: text(&cli.plugins_dir),
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
    crate::telemetry::install(&loaded.settings.log, clean);
    Ok(Shell {
        out,
        settings: loaded.settings,
        vault,
    })
}

impl Shell {
    /// Opens the database, plugins and network of these settings.
    async fn app(&self) -> Result<App, Failure> {
        let settings = self.settings.clone();
        let clock = Arc::new(SystemClock::new());
        App::open_with(settings, self.vault.clone(), clock)
            .await
            .map_err(Failure::from_anyhow)
    }

    /// The connector of a name, or everything that is wrong with its file.
    fn connector(&self, name: &str) -> Result<Loaded, Failure> {
        let entry = definition::find(&self.settings.connectors_dir, name)
            .map_err(|mistake| mistaken(&[mistake]))?;
        let loaded = entry.result.map_err(|mistakes| mistaken(&mistakes))?;
        for note in &loaded.notes {
            self.out.say(paint(FAINT, note));
        }
        Ok(*loaded)
    }

    /// The connector of a name, or all where a command leaves it out.
    fn one_or_named(&self, name: Option<&str>) -> Result<Vec<Loaded>, Failure> {
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
}

/// Mistakes of a file as one failure; the first is the message, all are printed.
fn mistaken(mistakes: &[Mistake]) -> Failure {
    let is_unsupported = mistakes.iter().all(|mistake| mistake.code == "unsupported");
    let code = if is_unsupported {
        "unsupported"
    } else {
        "config"
    };
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    Failure::of(code, lines.join("\n"))
}

fn print_failure(out: Out, failure: &Failure) {
    if out.json {
        out.json(&failure.json());
        return;
    }
    out.warn(format!(
        "{} {}",
        paint(BAD, format!("error[{}]:", failure.code)),
        // A site, a provider or a file may have the word in it; its lines are ours.
        lines(&failure.message)
    ));
    if !failure.hint.is_empty() {
        out.warn(format!("hint: {}", lines(&failure.hint)));
    }
}

/// Every line fit to be shown.
fn lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(visible).collect();
    lines.join("\n")
}
