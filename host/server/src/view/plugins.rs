//! Plugins: what runs, and the builds that were seen.

use attune_wasm::registry::{Build, Entry, Snapshot, Source};
use attune_wasm::{Health, Kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::connector::Loaded;
use crate::fault::Failure;
use crate::service::Service;
use crate::store::generations::Generation as Row;
use crate::sync::{self, Card};

/// A plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Plugin {
    /// Its id.
    pub plugin: String,
    /// Where the build that runs came from: `bundled`, or a file.
    pub from: String,
    /// Its size.
    pub bytes: Option<usize>,
    /// `sha256:...` of it.
    pub digest: Option<String>,
    /// Why it cannot be used.
    pub error: Option<Refused>,
    /// Every build that the service saw, the latest first.
    pub generations: Vec<Generation>,
}

/// Why a plugin cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Refused {
    /// The stable word.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// One build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Generation {
    /// `sha256:...`
    pub digest: String,
    /// As its manifest says; empty where it could not be read.
    pub version: String,
    /// Where it came from.
    pub from: String,
    /// How far it came: `waiting`, `active`, `retired`, ...
    pub stage: String,
    /// Why it did not come further; empty where there is nothing to say.
    pub reason: String,
    /// Since when, in ms.
    pub since_ms: i64,
}

/// A plugin as it was looked into: what it can do, what it may, and what it has used.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Inspected {
    /// Its id.
    pub plugin: String,
    /// As its manifest says.
    pub version: String,
    /// `transform` or `provider`.
    pub kind: &'static str,
    /// `sha256:...` of the component.
    pub digest: String,
    /// Its size.
    pub bytes: usize,
    /// What it imports, with versions.
    pub imports: Vec<String>,
    /// What it is.
    pub summary: String,
    /// Its functions; of a provider, the one that stands for its options.
    pub functions: Vec<Function>,
    /// What it may do, and what it is given where it is used.
    #[schema(value_type = Object)]
    pub card: Card,
    /// What running it has shown so far.
    #[schema(value_type = Object)]
    pub health: Health,
}

/// A function of a plugin.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Function {
    /// Its name inside of the plugin.
    pub name: String,
    /// What rows may call it instead.
    pub full_name: Option<String>,
    /// What it does.
    pub summary: String,
    /// Its options, as JSON Schema.
    #[schema(value_type = Object)]
    pub options: serde_json::Value,
}

/// A plugin as it runs, and the connectors that use it. It is compiled where it was not yet: for a thread
/// of its own.
pub fn inspected(service: &Service, id: &str) -> Result<Inspected, Failure> {
    let (_, state) = service.pin();
    let plugins = &state.plugins;
    let plugin = plugins.plugin(id)?;
    let all = state.connectors.values().map(AsRef::as_ref);
    let users: Vec<&Loaded> = all
        .filter(|loaded| sync::uses(loaded, plugins).contains(id))
        .collect();
    Inspected::of(&plugin, plugins, &users)
}

/// The build of a plugin that waits, as if it ran; `None` where its bytes are not kept any more. It may be
/// compiled: for a thread of its own.
pub fn waiting(service: &Service, id: &str, digest: &str) -> Result<Option<Inspected>, Failure> {
    let (host, state) = service.pin();
    let Some(bytes) = host.store.build(digest)? else {
        return Ok(None);
    };
    let build = Build::of_bytes(id, Source::Kept, bytes);
    let plugin = build.load(state.plugins.engine())?;
    let plugins = state.plugins.with(&build, plugin.clone());
    let all = state.connectors.values().map(AsRef::as_ref);
    let users: Vec<&Loaded> = all
        .filter(|loaded| sync::uses(loaded, &plugins).contains(id))
        .collect();
    Inspected::of(&plugin, &plugins, &users).map(Some)
}

impl Inspected {
    /// A plugin among others, and the connectors that use it.
    pub fn of(
        plugin: &attune_wasm::Plugin,
        plugins: &Snapshot,
        users: &[&Loaded],
    ) -> Result<Self, Failure> {
        let manifest = plugin.manifest();
        let functions = manifest.functions.iter().map(|function| Function {
            name: function.name.clone(),
            full_name: function.full_name.clone(),
            summary: function.summary.clone(),
            options: function.options_schema.clone(),
        });
        Ok(Self {
            plugin: plugin.id().to_owned(),
            version: plugin.version().to_owned(),
            kind: Kind::word(plugin.kind()),
            digest: plugin.digest().to_owned(),
            bytes: plugin.size(),
            imports: plugin.imports().to_vec(),
            summary: manifest.summary.clone(),
            functions: functions.collect(),
            card: sync::card(plugin, plugins, users)?,
            health: plugin.health(),
        })
    }
}

impl Plugin {
    /// An entry, with what is known of its builds.
    pub fn of(entry: &Entry, generations: &[Row]) -> Self {
        let of_plugin = generations.iter().filter(|one| one.plugin == entry.id());
        Self {
            plugin: entry.id().to_owned(),
            from: entry.source().to_string(),
            bytes: entry.size(),
            digest: entry.digest().map(str::to_owned),
            error: entry.error().map(|error| Refused {
                code: error.code().to_owned(),
                message: error.to_string(),
            }),
            generations: of_plugin.map(Generation::from).collect(),
        }
    }
}

impl From<&Row> for Generation {
    fn from(row: &Row) -> Self {
        Self {
            digest: row.digest.clone(),
            version: row.version.clone(),
            from: row.source.clone(),
            stage: row.stage.clone(),
            reason: row.reason.clone(),
            since_ms: row.since_ms,
        }
    }
}
