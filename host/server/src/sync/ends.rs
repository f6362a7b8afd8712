//! The two ends of a run: the source and the targets of a pinned connector, their secrets read.

use std::collections::BTreeMap;
use std::sync::Arc;

use attune_core::Problem;
use attune_core::mapping::FieldKind;
use attune_wasm::Plugin;
use attune_wasm::registry::Snapshot;

use super::pin::Pinned;
use super::{Error, Host};
use crate::connector::{CredentialSpec, Loaded, SourceFile, SourceSpec as SourceSection};
use crate::net::Credential;
use crate::source::{self, Source, SourceSpec};
use crate::target::{self, Target};

/// Opens the source; sends nothing.
pub(super) fn source(host: &Host, pinned: &Pinned) -> Result<Source, Error> {
    let connector = &pinned.connector;
    open_source(host, &connector.id, &connector.source, &pinned.provider)
}

/// Opens the source of a connector of which nothing else is known; sends nothing.
pub(super) fn open_source(
    host: &Host,
    connector: &str,
    spec: &SourceSection,
    provider: &Plugin,
) -> Result<Source, Error> {
    let adapter = source::Wasm::open(provider, &spec.options).map_err(Error::Source)?;
    let endpoints = spec.endpoints.iter().map(|(slot, endpoint)| {
        let endpoint = source::Endpoint {
            url: endpoint.url.clone(),
            ca_file: endpoint.ca_file.clone(),
        };
        (slot.clone(), endpoint)
    });
    let mut credentials = BTreeMap::new();
    for (slot, credential) in &spec.credentials {
        let place = format!("source.credential.{slot}");
        let revealed = reveal(host, credential);
        let credential = revealed.map_err(|error| secret(&place, &error))?;
        credentials.insert(slot.clone(), credential);
    }
    let spec = SourceSpec {
        connector: connector.to_owned(),
        adapter: Arc::new(adapter),
        endpoints: endpoints.collect(),
        ca_file: spec.ca_file.clone(),
        credentials,
        allow_http: spec.allow_http,
        start_tls: spec.start_tls,
        allow_plain: spec.allow_plain,
    };
    // The adapter is asked for its slots here, and computes.
    crate::compute::here(|| Source::open(spec, &host.net)).map_err(Error::Source)
}

/// Opens one target; sends nothing.
pub(super) fn target(
    host: &Host,
    spec: &crate::connector::TargetSpec,
) -> Result<Box<dyn Target>, Error> {
    let place = format!("target.{}.credential", spec.name);
    let revealed = reveal(host, &spec.credential);
    let credential = revealed.map_err(|error| secret(&place, &error))?;
    let site = target::Site {
        product: spec.product,
        url: spec.endpoint.url.clone(),
        ca_file: spec.endpoint.ca_file.clone(),
        allow_http: spec.allow_http,
        uses_pages: spec
            .map
            .fields
            .iter()
            .any(|rows| rows.field.kind == FieldKind::AdminForm),
        custom: spec.custom.clone(),
    };
    target::open(site, &credential, &host.net).map_err(|problem| {
        let message = format!("[target.{}]: {}", spec.name, problem.message);
        Error::Configuration(Problem::new(&problem.code, message))
    })
}

fn reveal(host: &Host, spec: &CredentialSpec) -> Result<Credential, crate::vault::Error> {
    let vault = &host.vault;
    spec.reveal(
        |place, next| vault.secret(place, next),
        |place, next| vault.changing_text(place, next),
    )
}

fn secret(place: &str, error: &crate::vault::Error) -> Error {
    Error::Configuration(Problem::new("secret", format!("[{place}]: {error}")).at(place))
}

/// The places for addresses and credentials that a provider has with these options. Nothing is sent,
/// and no secret is read.
pub fn slots(
    plugins: &Snapshot,
    provider: &str,
    options: &serde_json::Value,
) -> Result<source::Requirements, Error> {
    let refused = |source| Error::Plugin {
        id: provider.to_owned(),
        source,
    };
    let plugin = plugins.plugin(provider).map_err(refused)?;
    plugin.check_options(provider, options).map_err(refused)?;
    let adapter = source::Wasm::open(&plugin, options).map_err(Error::Source)?;
    crate::compute::here(|| source::needs(&adapter)).map_err(Error::Source)
}

/// Opens the source of a file that may have no target yet; sends nothing.
pub(super) fn source_file(host: &Host, file: &SourceFile) -> Result<(Source, String), Error> {
    let id = &file.source.provider;
    let refused = |source| Error::Plugin {
        id: id.clone(),
        source,
    };
    let provider = host.plugins.plugin(id).map_err(refused)?;
    provider
        .check_options(id, &file.source.options)
        .map_err(refused)?;
    let source = open_source(host, &file.id, &file.source, &provider)?;
    Ok((source, provider.id().to_owned()))
}

/// What a provider's build asks of this connector: addresses, and credentials with what they are
/// to be allowed. Nothing is sent, and no secret is read.
pub fn wants(loaded: &Loaded, plugins: &Snapshot) -> Result<Vec<String>, Error> {
    let spec = &loaded.connector.source;
    let provider = plugins
        .plugin(&spec.provider)
        .map_err(|source| Error::Plugin {
            id: spec.provider.clone(),
            source,
        })?;
    let adapter = source::Wasm::open(&provider, &spec.options).map_err(Error::Source)?;
    source::wants(&adapter).map_err(Error::Source)
}
