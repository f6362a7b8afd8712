//! Composition: settings in, a working host out.
//!
//! The one place that knows every part. Nothing is bound or sent here; plugins are compiled when
//! a run first uses them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use attune_wasm::TrustedKeys;
use attune_wasm::registry::Registry;
use secrecy::SecretString;

use crate::clock::{Clock, SystemClock};
use crate::connector;
use crate::jobs::room;
use crate::net::{self, Outside};
use crate::service;
use crate::settings::{self, Document, Overrides, Settings, TextRef};
use crate::store::{Store, make_private_folder};
use crate::sync::{Host, PictureBudget};
use crate::vault::Vault;

/// Settings file that is read when none is named.
const SETTINGS_FILE: &str = "attune.toml";

/// A host and the settings that it was made from.
pub struct App {
    /// What it was made from.
    pub settings: Settings,
    /// What runs work with.
    pub host: Host,
    /// The service owns the host, and goes on when a command ends.
    is_shared: bool,
}

/// Reads the settings: file, then environment, then flags.
pub fn settings(
    file: Option<&Path>,
    env: &BTreeMap<String, String>,
    flags: Overrides,
) -> anyhow::Result<Result<settings::Loaded, Vec<connector::Mistake>>> {
    let path = file.unwrap_or(Path::new(SETTINGS_FILE));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", path.display()));
        }
    };
    let document = text.as_deref().map(|text| Document { path, text });
    Ok(settings::load(document, env, flags))
}

/// The plugins of these settings: those inside the binary, and the folder's.
pub fn plugins(settings: &Settings) -> Result<Registry, attune_wasm::Error> {
    let folder = settings
        .plugins_dir
        .is_dir()
        .then_some(settings.plugins_dir.as_path());
    registry(settings, folder)
}

fn registry(settings: &Settings, folder: Option<&Path>) -> Result<Registry, attune_wasm::Error> {
    let engine = attune_wasm::Engine::new(attune_wasm::Options {
        cache_dir: Some(settings.data_dir.join("compiled")),
        limits: plugin_limits(settings),
    })?;
    let bundled: Vec<(&str, &[u8])> = attune_bundled::PLUGINS
        .iter()
        .map(|plugin| (plugin.id, plugin.wasm))
        .collect();
    Registry::open(&engine, &bundled, folder, &settings.plugin_override)
}

/// What every plugin runs under.
pub(crate) fn plugin_limits(settings: &Settings) -> attune_wasm::Limits {
    let mut limits = attune_wasm::Limits::default();
    if let Some(ms) = settings.limits.plugin_call_ms {
        limits.transform_ms = ms;
    }
    if let Some(mib) = settings.limits.plugin_memory_mib {
        limits.memory_bytes = (mib * 1024 * 1024) as usize;
    }
    if let Some(mib) = settings.limits.plugin_file_mib {
        limits.file_bytes = (mib * 1024 * 1024) as usize;
    }
    limits
}

/// What reading pictures may cost a run.
fn picture_budget(limits: &settings::Limits) -> PictureBudget {
    let usual = PictureBudget::default();
    PictureBudget {
        time: limits
            .picture_seconds
            .map_or(usual.time, Duration::from_secs),
        bytes: limits
            .picture_mib
            .map_or(usual.bytes, |mib| mib * 1024 * 1024),
    }
}

impl App {
    /// Opens the database, the plugins and the way out.
    pub async fn open(settings: Settings, env: BTreeMap<String, String>) -> anyhow::Result<Self> {
        Self::open_with(settings, Vault::new(env), Arc::new(SystemClock::new())).await
    }

    /// The same with a vault that somebody else knows too, such as the log, and with a clock of
    /// the caller's.
    pub async fn open_with(
        settings: Settings,
        vault: Vault,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let registry = plugins(&settings)?;
        Self::compose(settings, vault, clock, &registry).await
    }

    /// A host whose plugins are those inside the binary, and what a service is told.
    pub async fn open_service(
        settings: &Settings,
        vault: Vault,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<(Self, service::Options)> {
        let registry = registry(settings, None)?;
        let trusted = match settings.trusted_keys.as_slice() {
            [] => None,
            keys => Some(TrustedKeys::parse(keys)?),
        };
        let options = service::Options {
            connectors_dir: settings.connectors_dir.clone(),
            plugins_dir: settings.plugins_dir.clone(),
            overrides: settings.plugin_override.clone(),
            swap: settings.swap,
            notify: settings.notify.clone(),
            trusted,
            disk_floor_bytes: room::FLOOR_BYTES,
        };
        let app = Self::compose(settings.clone(), vault, clock, &registry).await?;
        Ok((app, options))
    }

    /// The host of a service, for one of its commands.
    pub fn of_service(settings: Settings, host: Host) -> Self {
        Self {
            settings,
            host,
            is_shared: true,
        }
    }

    /// Closes what was opened for this command alone.
    pub async fn close(self) {
        if !self.is_shared {
            self.host.store.close().await;
        }
    }

    async fn compose(
        settings: Settings,
        vault: Vault,
        clock: Arc<dyn Clock>,
        registry: &Registry,
    ) -> anyhow::Result<Self> {
        make_private_folder(&settings.data_dir)?;
        let store = Store::open_at(&settings.data_dir, &settings.database).await?;
        let options = net::Options {
            proxy: proxy(&settings, &vault)?,
            no_proxy: settings.net.no_proxy.clone(),
            ca_file: settings.net.ca_file.clone(),
            ..net::Options::default()
        };
        let seed = clock.now().as_nanosecond().unsigned_abs() as u64;
        let net = Outside::open(options, Arc::clone(&clock), seed)?;
        let host = Host {
            store,
            plugins: registry.snapshot(),
            net,
            clock,
            vault: Arc::new(vault),
            pictures: picture_budget(&settings.limits),
            keep: settings.keep,
            meters: Arc::default(),
        };
        Ok(Self {
            settings,
            host,
            is_shared: false,
        })
    }
}

/// The address of the proxy, read where it is kept.
fn proxy(settings: &Settings, vault: &Vault) -> anyhow::Result<Option<SecretString>> {
    match &settings.net.proxy {
        None => Ok(None),
        Some(TextRef::Text(text)) => Ok(Some(text.as_str().into())),
        Some(TextRef::At(place)) => {
            let address = vault.reveal(place).context("[net] proxy")?;
            Ok(Some(address))
        }
    }
}
