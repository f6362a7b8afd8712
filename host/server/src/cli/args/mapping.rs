//! The words of `attune mapping`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

/// `attune mapping`.
#[derive(Debug, Subcommand)]
pub enum MappingCommand {
    /// Set one row in a connector file, or take it away; comments and layout stay.
    Set(Set),
    /// Each step's input and output of one field for one person; writes nothing anywhere.
    Test(Test),
    /// Rows that a connector could have, from what its people really have.
    Suggest(Suggest),
    /// Make a connector file of another product's mapping.
    Import(Import),
}

/// `attune mapping set`.
#[derive(Debug, Args)]
#[command(
    after_help = "A row: '\"department\"', '{ from = \"mail\", steps = [\"text.lower\"] }'. \
    The difference is shown. A file that would not be used is not written: \
    what `attune connector validate` says is said here."
)]
pub struct Set {
    /// Connector file without `.toml`, or its id.
    pub connector: String,
    /// The target, as in `[target.NAME]`.
    pub target: String,
    /// The field: `Department`, `phone`, `account.email`.
    pub field: String,
    /// The row as it would stand behind the field in the file; an attribute is a text in quotes.
    #[arg(value_name = "TOML-VALUE", required_unless_present = "remove")]
    pub row: Option<String>,
    /// Take the row away. What it wrote stays in the profiles.
    #[arg(long, conflicts_with = "row")]
    pub remove: bool,
    /// Only while the connector's revision is this one.
    #[arg(long, value_name = "DIGEST")]
    pub revision: Option<String>,
    /// Show the difference, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `attune mapping test`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("subject").required(true).multiple(true).args(["user", "input"])))]
pub struct Test {
    /// Connector file without `.toml`, or its id.
    pub connector: String,
    /// The field: `Department`, `phone`, `account.email`.
    pub field: String,
    /// Source key, user name or e-mail; the source is asked, and nothing of the answer is kept.
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// A document: its members stand in place of the person's, and alone no source is asked.
    #[arg(long, value_name = "JSON")]
    pub input: Option<String>,
    /// This row instead of the file's, as it would stand behind the field.
    #[arg(long, value_name = "TOML-VALUE")]
    pub row: Option<String>,
    /// Only in this target.
    #[arg(long, value_name = "TARGET")]
    pub target: Option<String>,
}

/// `attune mapping suggest`.
#[derive(Debug, Args)]
pub struct Suggest {
    /// Connector file without `.toml`, or its id; it needs no target yet.
    pub connector: String,
    /// How many people are looked at; the first ones that the source delivers.
    #[arg(long, value_name = "N", default_value_t = 50,
          value_parser = clap::value_parser!(u32).range(1..=500))]
    pub sample: u32,
}

/// `attune mapping import`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("export").required(true).args(["user_sync", "entra"])))]
#[command(
    after_help = "The connector file goes to stdout, or where --out says. What cannot be \
    carried over, has to be set or wants a look is told line by line; secrets are never read.\n\n\
    The shape of User Sync's export is not published: it is read tolerantly, by several spellings \
    of what its screens show, and was never held against a real export. Look at what is told."
)]
pub struct Import {
    /// The JSON of User Sync's connectors.
    #[arg(long, value_name = "FILE")]
    pub user_sync: Option<PathBuf>,
    /// A provisioning schema of Microsoft Graph (synchronizationSchema) as JSON.
    #[arg(long, value_name = "FILE")]
    pub entra: Option<PathBuf>,
    /// Which of several connectors in the file, by name.
    #[arg(long, value_name = "NAME")]
    pub pick: Option<String>,
    /// Make this file; one that is there is never replaced.
    #[arg(long, value_name = "connectors/NAME.toml")]
    pub out: Option<PathBuf>,
}
