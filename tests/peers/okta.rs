//! The real `okta` component behind the host's own source.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use attune_server::net::{Credential, Outside};
use attune_server::source::{Endpoint, Source, SourceSpec, Wasm};
use attune_wasm::Plugin;
use serde_json::Value;

/// The bundled component, compiled once.
pub(crate) fn plugin() -> &'static Plugin {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    PLUGIN.get_or_init(|| crate::talk::bundled("okta"))
}

/// A source of that component for an org at this address, with an API token.
pub(crate) fn source(plugin: &Plugin, options: &Value, api: &str, outside: &Outside) -> Source {
    let credential = Credential::ApiToken {
        token: "00simApiTokenNotReal".into(),
    };
    let endpoint = Endpoint {
        url: api.to_owned(),
        ca_file: None,
    };
    let spec = SourceSpec {
        connector: "peers".to_owned(),
        adapter: Arc::new(Wasm::open(plugin, options).expect("good options")),
        endpoints: BTreeMap::from([("api".to_owned(), endpoint)]),
        ca_file: None,
        credentials: BTreeMap::from([("app".to_owned(), credential)]),
        allow_http: false,
        start_tls: true,
        allow_plain: false,
    };
    Source::open(spec, outside).expect("a source")
}
