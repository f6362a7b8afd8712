//! The sections of `attune.toml`, one struct each; the doc comment of a field says what its key
//! does, and the reading code beside it says what it is when nobody sets it.
//!
//! Deliberately not here: defaults of plugin limits, which belong to the engine that keeps them.

use std::path::PathBuf;
use std::time::Duration;

use attune_core::compare;
use attune_core::guard::Limit;
use tracing_subscriber::EnvFilter;

use super::layers::{Layers, days, span};
use super::{Network, Oidc, SecretRef, TextRef};

/// `[net]`: how this machine reaches the world.
#[derive(Debug, Clone, Default)]
pub struct Net {
    /// `proxy`: `"http://proxy.example.com:3128"`. All HTTP requests go through it but those to this
    /// machine; LDAP does not. One that wants a user name and a password has them in its address,
    /// which is then a secret: `{ env = "NAME" }`, `{ file = "PATH" }`, or `ATTUNE_NET__PROXY`.
    pub proxy: Option<TextRef>,
    /// `no-proxy`: hosts, domains and networks that are reached directly.
    pub no_proxy: Vec<String>,
    /// `ca-file`: PEM file of authorities that are trusted besides the system's.
    pub ca_file: Option<PathBuf>,
}

impl Net {
    pub(super) fn read(layers: &Layers<'_>) -> Option<Self> {
        let proxy = layers.text_ref("net.proxy");
        if let Some(TextRef::Text(text)) = &proxy {
            if !text.starts_with("http://") && !text.starts_with("https://") {
                layers.wrong("net.proxy", "it must begin with http:// or https://");
            }
            if text.contains('@') {
                let why = "a user name or password stands here in clear: keep the whole address \
                           elsewhere and write proxy = { env = \"NAME\" } or { file = \"PATH\" }";
                layers.wrong("net.proxy", why);
            }
        }
        let ca_file = layers.text("net.ca-file");
        Some(Self {
            proxy,
            no_proxy: layers.list("net.no-proxy")?,
            ca_file: ca_file.map(|path| layers.resolve("net.ca-file", &path)),
        })
    }
}

/// `[swap]`: what happens when a plugin or a connector file changes while the service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swap {
    /// `policy`: whether the new one is tried first.
    pub policy: SwapPolicy,
    /// `changed-values`, `cleared-values`, `newly-failing`: how much may come out otherwise before
    /// somebody has to approve, written like the limits of `[guard]`.
    pub limits: compare::Limits,
    /// `probation`: how long a new build is watched more closely (`"15m"`).
    pub probation: Duration,
}

impl Default for Swap {
    fn default() -> Self {
        Self {
            policy: SwapPolicy::Guarded,
            limits: compare::Limits::default(),
            probation: Duration::from_mins(15),
        }
    }
}

impl Swap {
    pub(super) fn read(layers: &Layers<'_>) -> Option<Self> {
        let Self {
            limits: usual,
            probation,
            ..
        } = Self::default();
        let limit = |key, usual| match layers.text(key) {
            None => Some(usual),
            Some(text) => {
                let read: Result<Limit, _> = text.parse();
                let told = read.map_err(|error| layers.wrong(key, &error.to_string()));
                told.ok()
            }
        };
        let changed_values = limit("swap.changed-values", usual.changed_values);
        let cleared_values = limit("swap.cleared-values", usual.cleared_values);
        let newly_failing = limit("swap.newly-failing", usual.newly_failing);
        let probation = match layers.text("swap.probation") {
            None => Some(probation),
            Some(text) => {
                let read = span(&text);
                if read.is_none() {
                    layers.wrong(
                        "swap.probation",
                        "it must be a time such as \"15m\" or \"2h\"",
                    );
                }
                read
            }
        };
        Some(Self {
            policy: SwapPolicy::read(layers)?,
            probation: probation?,
            limits: compare::Limits {
                changed_values: changed_values?,
                cleared_values: cleared_values?,
                newly_failing: newly_failing?,
            },
        })
    }
}

/// `[swap] policy`: whether what changed is tried before it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SwapPolicy {
    /// The new one is tried in the shadow first and waits when values would change.
    Guarded,
    /// The new one is used at once.
    Auto,
    /// The new one waits for `attune plugin swap`.
    Manual,
}

impl SwapPolicy {
    fn read(layers: &Layers<'_>) -> Option<Self> {
        let choices = [
            ("guarded", Self::Guarded),
            ("auto", Self::Auto),
            ("manual", Self::Manual),
        ];
        layers.choice("swap.policy", &choices, Self::Guarded)
    }
}

/// `[limits]`: the most that a plugin may use; what is not set is the engine's default.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// `plugin-call-ms`: deadline of one call.
    pub plugin_call_ms: Option<u64>,
    /// `plugin-memory-mib`: memory of one instance.
    pub plugin_memory_mib: Option<u64>,
    /// `plugin-file-mib`: size of a plugin file.
    pub plugin_file_mib: Option<u64>,
    /// `picture-seconds`: time that a run spends on reading pictures before it goes on without the
    /// rest.
    pub picture_seconds: Option<u64>,
    /// `picture-mib`: made pictures that a run keeps before it goes on without the rest.
    pub picture_mib: Option<u64>,
}

impl Limits {
    pub(super) fn read(layers: &Layers<'_>) -> Self {
        Self {
            plugin_call_ms: layers.whole("limits.plugin-call-ms", 1..=60_000),
            plugin_memory_mib: layers.whole("limits.plugin-memory-mib", 1..=4096),
            plugin_file_mib: layers.whole("limits.plugin-file-mib", 1..=256),
            picture_seconds: layers.whole("limits.picture-seconds", 1..=86_400),
            picture_mib: layers.whole("limits.picture-mib", 1..=65_536),
        }
    }
}

/// `[keep]`: how many days things stay in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// `versions`: earlier versions of a person's document (`30d`).
    pub versions_days: u32,
    /// `ledger`: values that we wrote (`400d`).
    pub ledger_days: u32,
    /// `runs`: plans and runs (`90d`).
    pub runs_days: u32,
}

impl Keep {
    pub(super) fn read(layers: &Layers<'_>) -> Option<Self> {
        let span = |key, default| match layers.text(key) {
            None => Some(default),
            Some(text) => {
                let found = days(&text).filter(|days| *days > 0);
                if found.is_none() {
                    layers.wrong(key, "it must be a number of days such as \"30d\"");
                }
                found
            }
        };
        Some(Self {
            versions_days: span("keep.versions", 30)?,
            ledger_days: span("keep.ledger", 400)?,
            runs_days: span("keep.runs", 90)?,
        })
    }
}

/// `[auth]`: who may ask the service for something over HTTP.
#[derive(Debug, Clone)]
pub struct Auth {
    /// `trigger-token`: what log-in hooks and scripts send as `Authorization: Bearer ...`; always a
    /// secret's place: `{ env = "NAME" }` or `{ file = "PATH" }`. Without it nobody asks in this way.
    pub trigger_token: Option<SecretRef>,
    /// `requests-per-minute`: so often a token or a session may ask (600); an address four times so
    /// often.
    pub requests_per_minute: u32,
    /// `trusted-proxies`: addresses and networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are
    /// believed.
    pub trusted_proxies: Vec<Network>,
    /// `oidc`: the organisation's own sign-in service.
    pub oidc: Option<Oidc>,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            trigger_token: None,
            requests_per_minute: 600,
            trusted_proxies: Vec::new(),
            oidc: None,
        }
    }
}

impl Auth {
    pub(super) fn read(layers: &Layers<'_>) -> Option<Self> {
        let a_minute = layers.whole("auth.requests-per-minute", 1..=1_000_000);
        let proxies = layers.list("auth.trusted-proxies").map(|texts| {
            let parse = |text: &String| {
                let read = text
                    .parse::<Network>()
                    .map_err(|why| layers.wrong("auth.trusted-proxies", why));
                read.ok()
            };
            texts.iter().map(parse).collect::<Option<Vec<Network>>>()
        });
        let oidc = layers.table("auth.oidc");
        let oidc = oidc.map(|(section, folder)| Oidc::read(section, &folder));
        let trigger_token = match layers.text_ref("auth.trigger-token") {
            None => None,
            Some(TextRef::At(place)) => Some(place),
            Some(TextRef::Text(_)) => {
                let why = "a token must not stand here in clear: write { env = \"NAME\" } or \
                           { file = \"PATH\" }";
                layers.wrong("auth.trigger-token", why);
                return None;
            }
        };
        let usual = Self::default().requests_per_minute;
        Some(Self {
            trigger_token,
            requests_per_minute: a_minute
                .and_then(|n| u32::try_from(n).ok())
                .unwrap_or(usual),
            trusted_proxies: proxies??,
            oidc: oidc.map_or(Some(None), |read| read.map(Some))?,
        })
    }
}

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// `[log]`: what is logged to standard error, and how. Values of people are never logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// `level`: `error`, `warn` (default), `info`, `debug`, `trace`, or a filter such as
    /// `info,attune_server::net=debug`.
    pub level: String,
    /// `format`: `human` (default) or `json`.
    pub format: LogFormat,
    /// `otlp`: an OpenTelemetry collector that gets traces, such as `http://127.0.0.1:4318`; only in
    /// builds with the feature `otlp`.
    pub otlp: Option<String>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}

impl Log {
    pub(super) fn read(layers: &Layers<'_>) -> Option<Self> {
        let choices = [("human", LogFormat::Human), ("json", LogFormat::Json)];
        let level = layers.text("log.level");
        let level = level.unwrap_or_else(|| "warn".to_owned());
        // A filter takes any other word for the name of a module, which would log nothing at all.
        let is_word = level.chars().all(|c| c.is_ascii_alphabetic());
        let is_level = LEVELS.contains(&level.to_ascii_lowercase().as_str());
        if EnvFilter::try_new(&level).is_err() || (is_word && !is_level) {
            layers.wrong("log.level", "it must be error, warn, info, debug or trace");
        }
        let otlp = layers.text("log.otlp");
        if otlp.is_some() && !cfg!(feature = "otlp") {
            let why = "this build sends no traces; build it with --features attune-server/otlp";
            layers.unsupported("log.otlp", why);
        }
        Some(Self {
            level,
            format: layers.choice("log.format", &choices, LogFormat::Human)?,
            otlp,
        })
    }
}
