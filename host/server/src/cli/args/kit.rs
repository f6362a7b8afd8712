//! The words of the commands for plugin authors.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `attune plugin new`.
#[derive(Debug, Args)]
pub struct New {
    /// The plugin's id: small letters, digits, single hyphens.
    pub name: String,
    /// What it does.
    #[arg(long, value_enum, default_value_t = KindWord::Transform)]
    pub kind: KindWord,
    /// The language that it is written in.
    #[arg(long, value_enum, default_value_t = LanguageWord::Rust)]
    pub lang: LanguageWord,
    /// Folder of the project [default: the plugin's id].
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// What a plugin does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindWord {
    /// It turns values into values.
    Transform,
    /// It reads people from a directory.
    Provider,
}

/// A language of plugins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LanguageWord {
    /// Rust, with the crate `attune-plugin`.
    Rust,
    /// JavaScript, by componentize-qjs.
    Js,
    /// Python, by componentize-py.
    Python,
}

/// `attune plugin build`.
#[derive(Debug, Args)]
pub struct Build {
    /// Folder of the project.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Where the component goes [default: `ID.wasm` in that folder].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// A build, or the project that it lies in.
#[derive(Debug, Args)]
pub struct OfBuild {
    /// A `.wasm` file, or the folder of a project that was built.
    #[arg(default_value = ".")]
    pub path: PathBuf,
}

/// `attune plugin test`.
#[derive(Debug, Args)]
pub struct Test {
    /// Folder of the project. That of a provider has no cases: its own tests run, by `cargo test`.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Do not build before; test what lies there.
    #[arg(long)]
    pub no_build: bool,
    /// Write what came out into the cases.
    #[arg(long)]
    pub update: bool,
}

/// `attune plugin pack`.
#[derive(Debug, Args)]
pub struct Pack {
    /// A `.wasm` file, or the folder of a project that was built.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Sign it with the secret key in this file: one of `attune plugin key` or of minisign.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Where its password lies.
    #[command(flatten)]
    pub password: Password,
}

/// `attune plugin key`.
#[derive(Debug, Args)]
pub struct Key {
    /// Where the secret key goes; the public key goes beside it, as `.pub`.
    pub file: PathBuf,
    /// Where its password lies.
    #[command(flatten)]
    pub password: Password,
    /// Without a password: whoever can read the file can sign.
    #[arg(long, conflicts_with_all = ["password_file", "password_env"])]
    pub no_password: bool,
}

/// Where the password of a key lies; it is never a word of the command line.
#[derive(Debug, Args)]
pub struct Password {
    /// The file with the key's password.
    #[arg(long, value_name = "FILE", conflicts_with = "password_env")]
    pub password_file: Option<PathBuf>,
    /// The environment variable with the key's password.
    #[arg(long, value_name = "NAME")]
    pub password_env: Option<String>,
}

/// `attune plugin run`.
#[derive(Debug, Args)]
pub struct Run {
    /// A `.wasm` file, the folder of a project that was built, or the id of a plugin that is there.
    /// With `--person` it may be left out: then it is the step that failed, else the last one.
    #[arg(required_unless_present = "person")]
    pub path: Option<PathBuf>,
    /// The function: its name, or its full name.
    #[arg(required_unless_present = "person")]
    pub function: Option<String>,
    /// Its options: a JSON object, or `@FILE` with one.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub options: String,
    /// The value, or the array of all columns of one row, as examples have them; or `@FILE`.
    #[arg(long, value_name = "JSON", required_unless_present = "person")]
    pub input: Option<String>,
    /// Instead: options, input and context of the step that calls the function for this person, as a
    /// sync that begins now has them.
    #[arg(long, num_args = 2, value_names = ["CONNECTOR", "USER"], requires = "field",
          conflicts_with_all = ["input", "options", "context"])]
    pub person: Vec<String>,
    /// The field whose steps are meant.
    #[arg(long, value_name = "FIELD", requires = "person")]
    pub field: Option<String>,
    /// The target that has the field; needed where several have one of that name.
    #[arg(long, value_name = "TARGET", requires = "person")]
    pub target: Option<String>,
    /// What a function with `uses` is told: `{"now": MS, "locale": "de-DE", "seed": "32 hex digits"}`.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub context: String,
}

/// `attune plugin docs`.
#[derive(Debug, Args)]
pub struct Docs {
    /// A plugin's id, or a `.wasm` file; all plugins when left out.
    pub plugin: Option<String>,
}

/// `attune plugin torture`.
#[derive(Debug, Args)]
pub struct Torture {
    /// A `.wasm` file, or the folder of a project that was built.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// How long made-up values are tried, after the fixed ones.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub seconds: u64,
    /// What the made-up values come from [default: another one each time; it is printed].
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
}

/// `attune plugin watch`.
#[derive(Debug, Args)]
pub struct Watch {
    /// Folder of the project.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The folder of plugins (`plugins-dir`) of a running service: each good build goes there, and the
    /// service swaps it.
    #[arg(long, value_name = "DIR")]
    pub into: Option<PathBuf>,
    /// Sign each build that goes there with the secret key in this file, as `plugin pack` does: for a
    /// service with `trusted-keys`.
    #[arg(long, value_name = "FILE", requires = "into")]
    pub key: Option<PathBuf>,
    /// Where its password lies.
    #[command(flatten)]
    pub password: Password,
    /// End after the first round.
    #[arg(long)]
    pub once: bool,
}
