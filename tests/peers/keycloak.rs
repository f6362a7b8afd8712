//! The real `keycloak` component behind the host's own source.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use attune_server::net::{Credential, Outside};
use attune_server::source::{Endpoint, Source, SourceSpec, Wasm};
use attune_wasm::Plugin;
use serde_json::Value;

/// The client's secret, which the stand-in knows.
pub(crate) const SECRET: &str = "sim-keycloak-secret-not-real";

/// The bundled component, compiled once.
fn plugin() -> &'static Plugin {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    PLUGIN.get_or_init(|| {
        let engine = attune_wasm::Engine::new(attune_wasm::Options::default()).expect("an engine");
        let bundled = attune_bundled::find("keycloak").expect("keycloak is bundled");
        engine.load(bundled.wasm).expect("a good component")
    })
}

/// A source of that component; `options` are those besides the realm.
pub(crate) fn source(mut options: Value, url: &str, outside: &Outside) -> Source {
    options["realm"] = "contoso".into();
    let server = Endpoint {
        url: url.to_owned(),
        ca_file: None,
    };
    let client = Credential::ClientCredentials {
        client_id: "attune".to_owned(),
        client_secret: SECRET.to_owned().into(),
    };
    let spec = SourceSpec {
        connector: "peers".to_owned(),
        adapter: Arc::new(Wasm::open(plugin(), &options).expect("good options")),
        endpoints: BTreeMap::from([("server".to_owned(), server)]),
        ca_file: None,
        credentials: BTreeMap::from([("client".to_owned(), client)]),
        allow_http: false,
        start_tls: true,
        allow_plain: false,
    };
    Source::open(spec, outside).expect("a source")
}
