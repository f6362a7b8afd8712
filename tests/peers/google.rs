//! The real `google` component behind the host's own source.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use attune_server::net::{Credential, Outside};
use attune_server::source::{Endpoint, Source, SourceSpec, Wasm};
use attune_sim::google::{ADMINISTRATOR, ServiceAccount};
use attune_wasm::{Engine, Options, Plugin};
use serde_json::Value;

/// The bundled component, compiled once.
pub(crate) fn plugin() -> &'static Plugin {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    PLUGIN.get_or_init(|| {
        let engine = Engine::new(Options::default()).expect("an engine");
        let bundled = attune_bundled::find("google").expect("google is bundled");
        engine.load(bundled.wasm).expect("a good plugin")
    })
}

/// A source of that component; without a URL at Google's own addresses, which only a script answers.
pub(crate) fn source(
    plugin: &Plugin,
    options: &Value,
    url: Option<&str>,
    outside: &Outside,
) -> Source {
    let endpoint = |url: &str| Endpoint {
        url: url.to_owned(),
        ca_file: None,
    };
    let credential = Credential::GoogleServiceAccount {
        key: ServiceAccount::invented().key_file().into(),
        subject: Some(ADMINISTRATOR.to_owned()),
    };
    let endpoints = url.map(|url| {
        let slots = ["api", "login"];
        slots.map(|slot| (slot.to_owned(), endpoint(url)))
    });
    let spec = SourceSpec {
        connector: "peers".to_owned(),
        adapter: Arc::new(Wasm::open(plugin, options).expect("good options")),
        endpoints: endpoints.into_iter().flatten().collect(),
        ca_file: None,
        credentials: BTreeMap::from([("app".to_owned(), credential)]),
        allow_http: false,
        start_tls: true,
        allow_plain: false,
    };
    Source::open(spec, outside).expect("a source")
}
