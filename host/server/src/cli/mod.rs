//! The command line: parse, call one service, render.
//!
//! One file per group of commands. Data goes to stdout, talk to stderr, `--json` everywhere; exit
//! codes and error texts come from the fault table. No SQL and no requests here.

mod acts;
mod admin;
pub mod args;
mod audit;
mod backup;
mod brakes;
mod check;
mod connector;
mod demo;
mod doctor;
mod explain;
mod files;
mod forget;
mod held;
mod help;
mod history;
mod kit;
mod mapping;
mod notify;
mod out;
mod pause;
mod pin;
mod plan;
mod plugin;
mod progress;
mod release;
mod remote;
mod replay;
mod report;
mod runs;
mod serve;
mod shadow;
mod shell;
mod socket;
mod source;
mod swap;
mod token;
mod undo;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use args::{Cli, Command};
use attune_core::plain::visible;
use out::{BAD, Out, paint};
use shell::{Shell, mistaken};

use crate::api;
use crate::fault::Failure;

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

/// Every command by its words: `connector pause`, `sync`.
pub fn commands() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![(String::new(), <Cli as clap::CommandFactory>::command())];
    while let Some((words, command)) = open.pop() {
        for inner in command.get_subcommands() {
            let gap = if words.is_empty() { "" } else { " " };
            let name = format!("{words}{gap}{}", inner.get_name());
            found.insert(name.clone());
            open.push((name, inner.clone()));
        }
    }
    found
}

/// Runs one command: through the service where one runs on the same data directory, else here.
/// `words` are those of the command line, from the program's name on.
pub async fn run(cli: Cli, words: Vec<String>, env: BTreeMap<String, String>) -> ExitCode {
    let out = Out::here(cli.json);
    let shell = match Shell::new(&cli, env, out.clone()) {
        Ok(shell) => shell,
        Err(failure) => return ExitCode::from(ended(&out, Err(failure))),
    };
    if cli.command.is_for_service() {
        match remote::run(&shell, words).await {
            Ok(None) => {}
            Ok(Some(code)) => return ExitCode::from(code),
            Err(failure) => return ExitCode::from(ended(&out, Err(failure))),
        }
    }
    let outcome = Box::pin(carry_out(shell, cli.command)).await;
    ExitCode::from(ended(&out, outcome))
}

/// Does what a command says, and writes into the audit log who did it and what came of it.
async fn carry_out(shell: Shell, command: Command) -> Outcome {
    let out = shell.out.clone();
    let desk = acts::Desk::open(&shell, &command).await;
    let outcome = Box::pin(dispatch(shell, command)).await;
    if let Some(desk) = desk {
        desk.note(&out, &outcome).await;
    }
    outcome
}

/// Tells what went wrong, if anything did; the exit code.
fn ended(out: &Out, outcome: Outcome) -> u8 {
    match outcome {
        Ok(exit) => exit.code(),
        Err(failure) => {
            print_failure(out, &failure);
            failure.exit
        }
    }
}

async fn dispatch(shell: Shell, command: Command) -> Outcome {
    match command {
        Command::Demo(args) => demo::run(shell, args).await,
        Command::Serve(_) => serve::run(shell).await,
        Command::Check(args) => check::run(&shell, args.connector.as_deref()).await,
        Command::Plan(args) => plan::plan(&shell, args).await,
        Command::Sync(args) => Box::pin(plan::sync(&shell, args)).await,
        Command::Apply { plan: file, out } => plan::apply(&shell, &file, out.as_deref()).await,
        Command::Approve { digest, out } => plan::approve(&shell, &digest, out.as_deref()).await,
        Command::Reject { digest } => plan::reject(&shell, &digest).await,
        Command::Explain(args) => explain::run(&shell, args).await,
        Command::Runs { limit } => runs::list(&shell, limit).await,
        Command::Run(args::RunCommand::Show { id }) => runs::show(&shell, &id).await,
        Command::Run(args::RunCommand::Replay(args)) => replay::run(&shell, args).await,
        Command::Held(args) => match args.command {
            None => held::list(&shell, args.connector.as_deref()).await,
            Some(args::HeldCommand::Retry(args)) => held::retry(&shell, &args).await,
        },
        Command::Notify(args::NotifyCommand::Test) => notify::test(&shell).await,
        Command::Source(args::source::SourceCommand::Accept {
            connector,
            selector,
        }) => source::accept(&shell, &connector, &selector).await,
        Command::Source(args::source::SourceCommand::Discover(args)) => {
            source::discover(&shell, args).await
        }
        Command::Source(args::source::SourceCommand::People(args)) => {
            source::people(&shell, args).await
        }
        Command::Connector(args::ConnectorCommand::Pin(args)) => pin::run(&shell, args).await,
        Command::Connector(args::ConnectorCommand::Fmt(args)) => files::fmt(&shell, &args),
        Command::Connector(args::ConnectorCommand::Schema) => Ok(files::schema(&shell)),
        Command::Connector(args::ConnectorCommand::Release(args)) => {
            release::run(&shell, args).await
        }
        Command::Run(args::RunCommand::Cancel { id }) => runs::cancel(&shell, &id).await,
        Command::Site(command) => pause::site(&shell, command).await,
        Command::Connector(args::ConnectorCommand::List) => connector::list(&shell).await,
        Command::Connector(args::ConnectorCommand::Pause(args)) => {
            pause::connector(&shell, args).await
        }
        Command::Connector(args::ConnectorCommand::Accept { connector }) => {
            swap::accept(&shell, &connector).await
        }
        Command::Connector(args::ConnectorCommand::Validate(args)) => {
            connector::validate(&shell, args.connector.as_deref())
        }
        Command::Mapping(command) => mapping::run(&shell, command).await,
        Command::Plugin(command) => plugin_command(&shell, command).await,
        Command::Doctor => doctor::run(&shell).await,
        Command::Openapi => {
            shell.out.data(api::document().trim_end());
            Ok(Exit::Good)
        }
        Command::Run(args::RunCommand::Undo(args)) => Box::pin(undo::run(&shell, args)).await,
        Command::History(args) => history::run(&shell, args).await,
        Command::Audit(args) => audit::run(&shell, args).await,
        Command::Forget(args) => forget::run(&shell, args).await,
        Command::Backup(command) => backup::run(&shell, command).await,
        Command::Token(command) => token::run(&shell, command).await,
        Command::Admin(command) => admin::run(&shell, command).await,
        Command::Help { code } => help::run(&shell.out, code.as_deref()),
    }
}

async fn plugin_command(shell: &Shell, command: args::PluginCommand) -> Outcome {
    use args::PluginCommand;

    match command {
        PluginCommand::List => plugin::list(shell),
        PluginCommand::Inspect { plugin } => plugin::inspect(shell, &plugin),
        PluginCommand::New(args) => kit::new(shell, &args),
        PluginCommand::Build(args) => kit::build(shell, &args),
        PluginCommand::Check(args) => kit::check(shell, &args.path),
        PluginCommand::Test(args) => kit::test(shell, &args),
        PluginCommand::Run(args) => kit::run(shell, &args).await,
        PluginCommand::Docs(args) => kit::docs(shell, args.plugin.as_deref()),
        PluginCommand::Torture(args) => kit::torture(shell, &args),
        PluginCommand::Bench(args) => kit::bench(shell, &args.path),
        PluginCommand::Pack(args) => kit::pack(shell, &args),
        PluginCommand::Key(args) => kit::key(shell, &args),
        PluginCommand::Watch(args) => kit::watch(shell, &args).await,
        PluginCommand::Shadow { file, connector } => {
            shadow::run(shell, &file, connector.as_deref()).await
        }
        PluginCommand::Swap { plugin } => swap::swap(shell, &plugin).await,
        PluginCommand::Rollback { plugin } => swap::roll_back(shell, &plugin).await,
    }
}

fn print_failure(out: &Out, failure: &Failure) {
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
