//! The words of the command line, and what each option means. Nothing is done here.

pub mod access;
pub mod kit;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub mod mapping;
pub mod source;

use access::{AdminCommand, TokenCommand};
use mapping::MappingCommand;
use source::SourceCommand;

/// Keeps Jira and Confluence profiles in tune with the identity provider.
#[derive(Debug, Parser)]
#[command(
    name = "attune",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
#[command(after_help = "Start with: attune demo\nWhy a code appears: attune help CODE")]
pub struct Cli {
    /// Machine-readable output on stdout.
    #[arg(long, global = true)]
    pub json: bool,
    /// Settings file [default: attune.toml, where it exists].
    #[arg(long, global = true, value_name = "FILE", env = "ATTUNE_CONFIG")]
    pub config: Option<PathBuf>,
    /// Folder of the database, plans and compiled plugins.
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Folder of the connector files.
    #[arg(long, global = true, value_name = "DIR")]
    pub connectors_dir: Option<PathBuf>,
    /// Folder of further plugins.
    #[arg(long, global = true, value_name = "DIR")]
    pub plugins_dir: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try everything: an invented directory, and stand-ins of Jira and Confluence on this machine.
    Demo(Demo),
    /// The service: watches the folders, swaps what changes, runs what is due, serves commands, the API and
    /// the console.
    Serve(Serve),
    /// Endpoints, credentials and permissions of a connector, line by line.
    Check(Named),
    /// Show what a sync would write, and write nothing.
    Plan(Plan),
    /// Make the plan, check the guards, write that plan.
    Sync(Sync),
    /// Write exactly the plan of a file, as far as it still holds.
    Apply {
        /// A file that `attune plan --out` wrote.
        plan: PathBuf,
        /// Write the report with all its changes here; a running service writes it, where it may.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Do exactly the held plan of this run or digest.
    Approve {
        /// A run's id, or `sha256:...`, or the beginning of that.
        digest: String,
        /// Write the report with all its changes here; a running service writes it, where it may.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Drop the held plan of this run or digest.
    Reject {
        /// A run's id, or `sha256:...`, or the beginning of that.
        digest: String,
    },
    /// Why this value: source, each step, plugin, run and time.
    Explain(Explain),
    /// Every change of a person's fields that was made or tried, the latest first.
    History(History),
    /// The last runs.
    Runs {
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// One run.
    #[command(subcommand)]
    Run(RunCommand),
    /// Who could not be brought in tune: why, since when, and when they are tried again.
    #[command(args_conflicts_with_subcommands = true)]
    Held(Held),
    /// Notices by webhook and mail.
    #[command(subcommand)]
    Notify(NotifyCommand),
    /// Connector files.
    #[command(subcommand)]
    Connector(ConnectorCommand),
    /// Sites that values are written to.
    #[command(subcommand)]
    Site(SiteCommand),
    /// The directory behind a connector.
    #[command(subcommand)]
    Source(SourceCommand),
    /// Rows of mapping tables: set, try, propose, take over.
    #[command(subcommand)]
    Mapping(MappingCommand),
    /// Plugins.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// This machine, its folders, database, files and secrets, line by line; asks no other machine.
    Doctor,
    /// Who did what, when, and what came of it.
    Audit(Audit),
    /// Remove what is kept of a person: documents, links, values, history.
    Forget(Forget),
    /// Copies of everything that is kept.
    #[command(subcommand)]
    Backup(BackupCommand),
    /// What the service answers over HTTP, as an OpenAPI 3.1 document.
    Openapi,
    /// What scripts send to the API.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Local administrators of the console.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// What a code means and what to do.
    Help {
        /// Such as `many-values`; without one, all codes.
        code: Option<String>,
    },
}

impl Command {
    /// Whether a running service does it, rather than the process that was called.
    pub fn is_for_service(&self) -> bool {
        if let Self::Plugin(PluginCommand::Run(run)) = self {
            return !run.person.is_empty();
        }
        let is_local = matches!(
            self,
            Self::Demo(_)
                | Self::Serve(_)
                | Self::Help { .. }
                | Self::Openapi
                | Self::Plugin(
                    PluginCommand::New(_)
                        | PluginCommand::Build(_)
                        | PluginCommand::Check(_)
                        | PluginCommand::Test(_)
                        | PluginCommand::Docs(_)
                        | PluginCommand::Torture(_)
                        | PluginCommand::Bench(_)
                        | PluginCommand::Pack(_)
                        | PluginCommand::Key(_)
                        | PluginCommand::Watch(_)
                )
                | Self::Connector(
                    ConnectorCommand::Validate(_)
                        | ConnectorCommand::Fmt(_)
                        | ConnectorCommand::Schema
                )
                | Self::Mapping(MappingCommand::Import(_))
                | Self::Backup(BackupCommand::Verify { .. } | BackupCommand::Restore { .. })
        );
        !is_local
    }

    /// Where the service is to listen, if the command line says so.
    pub fn listen(&self) -> Option<String> {
        match self {
            Self::Serve(args) => args.listen.clone(),
            _ => None,
        }
    }
}

/// `attune serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port of the console, the API, `/metrics`, `/livez` and `/readyz` [default:
    /// 127.0.0.1:8088].
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
}

/// `attune demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// How many invented people.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    pub people: u32,
    /// End after the second run instead of keeping the stand-ins running.
    #[arg(long)]
    pub exit: bool,
    /// Everything in this folder instead of a temporary one, with settings for `attune serve` beside it
    /// in which nothing waits for approval: a service to try plugins and mappings in.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// A command about one connector, or all.
#[derive(Debug, Args)]
pub struct Named {
    /// Connector file without `.toml`, or its id; all of them when left out.
    pub connector: Option<String>,
}

/// `attune plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// Connector file without `.toml`, or its id.
    pub connector: String,
    /// Only this person: source key, user name or e-mail.
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Only the first N people that the source delivers; guards are not checked.
    #[arg(long, value_name = "N", conflicts_with = "user")]
    pub sample: Option<u32>,
    /// Skip nobody and read the targets again.
    #[arg(long)]
    pub full: bool,
    /// Only what changed since the last run, where the provider can.
    #[arg(long, conflicts_with_all = ["full", "user", "sample"])]
    pub changes: bool,
    /// Write the plan here: JSON, above 10,000 changes one JSON document a line. A running service
    /// writes it, where it may.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 10 when there are changes.
    #[arg(long)]
    pub exit_code: bool,
}

/// `attune sync`.
#[derive(Debug, Args)]
pub struct Sync {
    /// Connector file without `.toml`, or its id.
    pub connector: String,
    /// Skip nobody, read the targets again, repair drift.
    #[arg(long)]
    pub full: bool,
    /// Only what changed since the last run, where the provider can.
    #[arg(long, conflicts_with_all = ["full", "user"])]
    pub changes: bool,
    /// Only this person: source key, user name or e-mail. Not guarded.
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Write the held plan of this digest instead of making a new one.
    #[arg(long, value_name = "DIGEST", conflicts_with_all = ["full", "changes", "user"])]
    pub approve: Option<String>,
    /// Write the report here: JSON, above 10,000 changes one JSON document a line. A running service
    /// writes it, where it may.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `attune explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Connector file without `.toml`, or its id.
    pub connector: String,
    /// Source key, user name or e-mail.
    pub user: String,
    /// Only this field.
    pub field: Option<String>,
}

/// `attune run`.
#[derive(Debug, Subcommand)]
pub enum RunCommand {
    /// Counts, guards, problems and changes of one run.
    Show {
        /// Its id, or the beginning of it.
        id: String,
    },
    /// Stop a run that is under way after what it is in the middle of, or a job that waits.
    Cancel {
        /// Its id, or the beginning of it.
        id: String,
    },
    /// Make the plan of a run again, with its connector file, plugins and documents of then.
    Replay(Replay),
    /// Put back what a run found, where its values still stand. Shows the plan, and writes it once
    /// it is approved.
    Undo(Undo),
}

/// `attune run undo`.
#[derive(Debug, Args)]
pub struct Undo {
    /// Its id, or the beginning of it.
    pub id: String,
    /// Only this person: source key, user name or e-mail.
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Write exactly this plan, which was shown before.
    #[arg(long, value_name = "DIGEST")]
    pub approve: Option<String>,
    /// Do not pause the connector: its next run may write the values again.
    #[arg(long, conflicts_with = "approve")]
    pub keep_running: bool,
    /// Write the plan or report here: JSON, above 10,000 changes one JSON document a line. A running
    /// service writes it, where it may.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `attune history`.
#[derive(Debug, Args)]
pub struct History {
    /// Connector file without `.toml`, or its id; of one that is gone, its id.
    pub connector: String,
    /// Source key, user name or e-mail; also of somebody who is out of scope or gone.
    pub user: String,
    /// Only this field.
    pub field: Option<String>,
}

/// `attune audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// How many, the latest first.
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
    /// Only since then: `2026-11-22` or `2026-11-22T08:30:00Z`.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Look at every row: whether the log is as it was written.
    #[arg(long)]
    pub verify: bool,
}

/// `attune forget`.
#[derive(Debug, Args)]
pub struct Forget {
    /// Source key, user name or e-mail.
    pub user: String,
    /// Only in this connector: file without `.toml`, or id.
    #[arg(long, value_name = "NAME")]
    pub connector: Option<String>,
}

/// `attune backup`.
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Write a backup into one file; a running service goes on meanwhile.
    Create {
        /// The file; it must not exist. A running service writes it, where it may.
        file: PathBuf,
    },
    /// Whether a backup is whole.
    Verify {
        /// The file.
        file: PathBuf,
    },
    /// Make the data directory what it was. No service may run on it.
    Restore {
        /// The file.
        file: PathBuf,
        /// Where there is something already, move it aside.
        #[arg(long)]
        replace: bool,
    },
}

/// `attune run replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// Its id, or the beginning of it.
    pub id: String,
    /// What this build of a plugin would have done instead of the one that the run used.
    #[arg(long = "plugin", value_name = "NAME=FILE")]
    pub plugins: Vec<String>,
}

/// `attune held`.
#[derive(Debug, Args)]
pub struct Held {
    /// Connector file without `.toml`, or its id; all of them when left out.
    pub connector: Option<String>,
    /// What to do instead of listing.
    #[command(subcommand)]
    pub command: Option<HeldCommand>,
}

/// `attune held ...`.
#[derive(Debug, Subcommand)]
pub enum HeldCommand {
    /// Try them again now.
    Retry(HeldRetry),
}

/// `attune held retry`.
#[derive(Debug, Args)]
pub struct HeldRetry {
    /// Connector file without `.toml`, or its id; all of them when left out.
    pub connector: Option<String>,
    /// Only this person: the source key that the list shows.
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
}

/// `attune notify`.
#[derive(Debug, Subcommand)]
pub enum NotifyCommand {
    /// Send a test notice on every way that is set up.
    Test,
}

/// `attune connector`.
#[derive(Debug, Subcommand)]
pub enum ConnectorCommand {
    /// All connector files and whether they are well.
    List,
    /// Check one file, or all, without a request.
    Validate(Named),
    /// Lay one file out, or all; comments and what they say stay.
    Fmt(Format),
    /// The JSON Schema of connector files, for editors.
    Schema,
    /// Which fields a connector owns, and letting go of them: to another connector, or for good.
    Release(Release),
    /// Keep a connector from writing until it is let run again; plans, checks and explanations work.
    Pause(Pause),
    /// Use the changed file of a connector that waits because it takes something away.
    Accept {
        /// Connector file without `.toml`, or its id.
        connector: String,
    },
    /// Whose values previews in the console show: list them, pin or unpin somebody. Without any they
    /// show the first people.
    Pin(Pin),
}

/// `attune connector pin`.
#[derive(Debug, Args)]
pub struct Pin {
    /// Connector file without `.toml`, or its id.
    pub connector: String,
    /// Source key, user name or e-mail; left out: who is pinned.
    pub user: Option<String>,
    /// Unpin them.
    #[arg(long, requires = "user")]
    pub off: bool,
}

/// `attune connector fmt`.
#[derive(Debug, Args)]
pub struct Format {
    /// Connector file without `.toml`, or its id; all of them when left out.
    pub connector: Option<String>,
    /// Write nothing; exit with 1 where a file would change.
    #[arg(long)]
    pub check: bool,
}

/// `attune connector release`.
#[derive(Debug, Args)]
pub struct Release {
    /// The owner: connector file without `.toml`, or its id, also where the file is gone.
    pub connector: String,
    /// A field by its name; may be given several times. Without one, what it owns is listed.
    #[arg(long, value_name = "NAME")]
    pub field: Vec<String>,
    /// Every field.
    #[arg(long, conflicts_with = "field")]
    pub all: bool,
    /// Only in this target, or at this site.
    #[arg(long, value_name = "TARGET")]
    pub target: Option<String>,
    /// Who owns them from now on; nobody when left out.
    #[arg(long, value_name = "CONNECTOR")]
    pub to: Option<String>,
}

/// `attune connector pause`.
#[derive(Debug, Args)]
pub struct Pause {
    /// Connector file without `.toml`, or its id.
    pub connector: String,
    /// Let it run again.
    #[arg(long, conflicts_with = "reason")]
    pub off: bool,
    /// Why; whoever wants to run it reads this.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
}

/// `attune site`.
#[derive(Debug, Subcommand)]
pub enum SiteCommand {
    /// Every site, who writes there, and whether it is paused.
    List,
    /// Send nothing to a site until it is resumed; plans go on, and people stay due.
    Pause {
        /// Its address, as connector files have it.
        url: String,
        /// Why; reports say it.
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// Let requests go to a site again, and bring in tune who is due.
    Resume {
        /// Its address, as connector files have it.
        url: String,
    },
}

/// `attune plugin`.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// All plugins with version, digest and where they come from.
    List,
    /// Functions, options, imports and limits of one plugin.
    Inspect {
        /// A plugin's id, or a `.wasm` file.
        plugin: String,
    },
    /// Use the build that lies in the plugins' folder now, also where it waits or was taken back.
    Swap {
        /// A plugin's id.
        plugin: String,
    },
    /// Put the build back that ran before, at once.
    Rollback {
        /// A plugin's id.
        plugin: String,
    },
    /// Begin a plugin of your own: a project that builds and passes its tests at once.
    New(kit::New),
    /// Build a project into a component.
    Build(kit::Build),
    /// What the host would refuse about a build, line by line, and what to do about it.
    Check(kit::OfBuild),
    /// Run the examples of the manifest and the cases of a project in the sandbox.
    Test(kit::Test),
    /// Call one function of a build for one row.
    Run(kit::Run),
    /// A page in Markdown: what a plugin's functions do, their options and examples.
    Docs(kit::Docs),
    /// Try odd values on every function of a build: no trap, the same answer each time.
    Torture(kit::Torture),
    /// What a value costs in each function of a build.
    Bench(kit::OfBuild),
    /// Write the checksum of a build that passes all checks, and with a key its signature.
    Pack(kit::Pack),
    /// Make a key that signs builds, for hosts that trust it.
    Key(kit::Key),
    /// Build, check and test a project whenever one of its files is saved.
    Watch(kit::Watch),
    /// What another build would do to everybody, by their kept documents; nothing is written.
    Shadow {
        /// The build: a `.wasm` file.
        file: PathBuf,
        /// Only for this connector: file without `.toml`, or id.
        #[arg(long, value_name = "NAME")]
        connector: Option<String>,
    },
}
