//! The real `entra` component behind the host's own source.

use std::collections::BTreeMap;
use std::sync::Arc;

use attune_server::net::{Credential, Outside};
use attune_server::source::{Endpoint, Source, SourceSpec, Wasm};
use attune_wasm::Plugin;
use serde_json::Value;

pub(crate) use crate::talk::{Talk, converse, people, values};

/// Where Graph and its token authority are.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Graph.
    pub(crate) api: String,
    /// The authority.
    pub(crate) login: String,
    /// The application.
    pub(crate) client_id: String,
    /// Its secret.
    pub(crate) client_secret: String,
}

impl Place {
    /// Microsoft's own addresses, which only a script answers.
    pub(crate) fn global() -> Self {
        Self {
            api: "https://graph.microsoft.com".to_owned(),
            login: "https://login.microsoftonline.com".to_owned(),
            client_id: "6f1c0c2e-9a1d-4b57-8a30-3f6f2f6b9d11".to_owned(),
            client_secret: "not-real".to_owned(),
        }
    }
}

/// The bundled component.
pub(crate) fn plugin() -> Plugin {
    crate::talk::bundled("entra")
}

/// A source of that component; `options` are those besides the tenant.
pub(crate) fn source(plugin: &Plugin, options: Value, place: &Place, outside: &Outside) -> Source {
    let mut options = options;
    options["tenant"] = "contoso.example".into();
    let endpoint = |url: &str| Endpoint {
        url: url.to_owned(),
        ca_file: None,
    };
    let credential = Credential::ClientCredentials {
        client_id: place.client_id.clone(),
        client_secret: place.client_secret.clone().into(),
    };
    let spec = SourceSpec {
        connector: "peers".to_owned(),
        adapter: Arc::new(Wasm::open(plugin, &options).expect("good options")),
        endpoints: BTreeMap::from([
            ("api".to_owned(), endpoint(&place.api)),
            ("login".to_owned(), endpoint(&place.login)),
        ]),
        ca_file: None,
        credentials: BTreeMap::from([("app".to_owned(), credential)]),
        allow_http: false,
        start_tls: true,
        allow_plain: false,
    };
    Source::open(spec, outside).expect("a source")
}
