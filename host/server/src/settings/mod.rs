//! What must be known before anything starts: addresses, folders, limits.
//!
//! Settings come from `attune.toml`, from the environment (`ATTUNE_SECTION__KEY`) and from flags;
//! a flag wins over the environment, that over the file. Every key has a default, an unknown key
//! in the file is a mistake, an unknown variable a warning, and all mistakes are told at once.
//! Settings do not change while the process runs.
//!
//! Deliberately not here: connector files (`connector`), reading the environment or the disk (the
//! caller passes both in, so that tests need neither), secrets themselves (`vault`).

mod layers;
mod nearest;
mod network;
mod notify;
mod oidc;
pub mod reader;
mod secret;
mod sections;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use nearest::nearest;
pub use network::Network;
pub use notify::{Mail, Notify, Webhook};
pub use oidc::Oidc;
pub use secret::{SecretRef, TextRef};
pub use sections::{Auth, Keep, Limits, Log, LogFormat, Net, Swap, SwapPolicy};

use layers::Layers;
use reader::{File, Mistake};

/// Everything that `attune.toml`, the environment and the flags decide.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the service listens.
    pub listen: SocketAddr,
    /// The store, caches, staged plans and the socket live here.
    pub data_dir: PathBuf,
    /// The SQLite file.
    pub database: PathBuf,
    /// Connector files.
    pub connectors_dir: PathBuf,
    /// Plugin files that are watched.
    pub plugins_dir: PathBuf,
    /// Whether the last document of each person is kept.
    pub keep_documents: bool,
    /// How this machine reaches the world.
    pub net: Net,
    /// What happens when a plugin or a connector file changes.
    pub swap: Swap,
    /// Ids of bundled plugins that a file may replace.
    pub plugin_override: Vec<String>,
    /// Public keys of minisign; where one is named, a plugin file needs a signature by one of them.
    pub trusted_keys: Vec<String>,
    /// The most that a plugin may use.
    pub limits: Limits,
    /// How long things are kept.
    pub keep: Keep,
    /// Whom the service tells that somebody has to look.
    pub notify: Notify,
    /// What is logged, and how.
    pub log: Log,
    /// Who may ask the service for something over HTTP.
    pub auth: Auth,
}

/// The settings file as it was found.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// Its path; relative paths inside start at its folder.
    pub path: &'a Path,
    /// Its text.
    pub text: &'a str,
}

/// Settings given on the command line; they win over everything else.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "named like the keys that they override")]
pub struct Overrides {
    pub listen: Option<String>,
    pub data_dir: Option<String>,
    pub database_url: Option<String>,
    pub connectors_dir: Option<String>,
    pub plugins_dir: Option<String>,
    pub log_level: Option<String>,
    pub log_format: Option<String>,
}

impl Overrides {
    fn into_flags(self) -> BTreeMap<&'static str, String> {
        let pairs = [
            ("listen", self.listen),
            ("data-dir", self.data_dir),
            ("database-url", self.database_url),
            ("connectors-dir", self.connectors_dir),
            ("plugins-dir", self.plugins_dir),
            ("log.level", self.log_level),
            ("log.format", self.log_format),
        ];
        let given = pairs
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)));
        given.collect()
    }
}

/// Settings, and what the user should know about them.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Sentences for standard error: unknown variables.
    pub warnings: Vec<String>,
}

/// Reads the settings, or tells every mistake in them.
pub fn load(
    document: Option<Document<'_>>,
    env: &BTreeMap<String, String>,
    flags: Overrides,
) -> Result<Loaded, Vec<Mistake>> {
    let label = document.map_or(String::new(), |d| d.path.display().to_string());
    let file = File::new(&label, document.map_or("", |d| d.text));
    let table = file.parse();
    if !file.is_clean() {
        return Err(file.into_mistakes());
    }
    let folder = document.and_then(|d| d.path.parent()).map(Path::to_owned);
    let layers = Layers::new(file.root(&table), env, flags.into_flags(), folder);
    let settings = read(&layers);
    let (warnings, strays) = layers.finish();
    let mut mistakes = file.into_mistakes();
    mistakes.extend(strays);
    match settings {
        Some(settings) if mistakes.is_empty() => Ok(Loaded { settings, warnings }),
        _ => Err(mistakes),
    }
}

fn read(layers: &Layers<'_>) -> Option<Settings> {
    let data_dir = layers.path("data-dir", "data");
    let database = database(layers, &data_dir);
    let connectors_dir = layers.path("connectors-dir", "connectors");
    let plugins_dir = layers.path("plugins-dir", "plugins.d");
    let listen = layers.parsed("listen", "an address and port such as 127.0.0.1:8088");
    let keep_documents = layers.flag("keep-documents", true);
    if keep_documents == Some(false) {
        layers.wrong(
            "keep-documents",
            "this version cannot work without the last document of each person: it is unsupported",
        );
    }
    let net = Net::read(layers);
    let swap = Swap::read(layers);
    let plugin_override = layers.list("plugins.override");
    let trusted_keys = layers.list("plugins.trusted-keys");
    let limits = Limits::read(layers);
    let keep = Keep::read(layers);
    let notify = Notify::read(layers);
    let log = Log::read(layers);
    let auth = Auth::read(layers);
    Some(Settings {
        listen: listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8088))),
        data_dir,
        database: database?,
        connectors_dir,
        plugins_dir,
        keep_documents: keep_documents?,
        net: net?,
        swap: swap?,
        plugin_override: plugin_override?,
        trusted_keys: trusted_keys?,
        limits,
        keep: keep?,
        notify: notify?,
        log: log?,
        auth: auth?,
    })
}

/// `database-url`: a SQLite file in `data-dir` unless it says otherwise.
fn database(layers: &Layers<'_>, data_dir: &Path) -> Option<PathBuf> {
    let default = data_dir.join("attune.db");
    let Some(url) = layers.text("database-url") else {
        return Some(default);
    };
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        layers.unsupported(
            "database-url",
            "this build keeps its store in SQLite only; PostgreSQL is not built yet",
        );
        return None;
    }
    let Some(path) = url
        .strip_prefix("sqlite://")
        .or(url.strip_prefix("sqlite:"))
    else {
        layers.wrong("database-url", "it must begin with sqlite: or postgres://");
        return None;
    };
    Some(layers.resolve("database-url", path))
}
