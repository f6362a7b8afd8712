//! The two ends of a run: the source and the targets of a pinned connector, their secrets read.

use std::collections::BTreeMap;
use std::sync::Arc;

use attune_core::Problem;
use attune_core::mapping::FieldKind;

use super::pin::Pinned;
use super::{Error, Host};
use crate::source::{self, Source, SourceSpec};
use crate::target::{self, Target};

/// Opens the source; sends nothing.
pub(super) fn source(host: &Host, pinned: &Pinned) -> Result<Source, Error> {
    let spec = &pinned.connector.source;
    let adapter = source::Wasm::open(&pinned.provider, &spec.options).map_err(Error::Source)?;
    let mut endpoints = BTreeMap::new();
    for (slot, endpoint) in &spec.endpoints {
        let ca_file = endpoint.ca_file.clone().or_else(|| spec.ca_file.clone());
        endpoints.insert(
            slot.clone(),
            source::Endpoint {
                url: endpoint.url.clone(),
                ca_file,
            },
        );
    }
    let mut credentials = BTreeMap::new();
    for (slot, credential) in &spec.credentials {
        let place = format!("source.credential.{slot}");
        let revealed = credential.reveal(|place| host.vault.reveal(place));
        let credential = revealed.map_err(|error| secret(&place, &error))?;
        credentials.insert(slot.clone(), credential);
    }
    let spec = SourceSpec {
        connector: pinned.connector.id.clone(),
        adapter: Arc::new(adapter),
        endpoints,
        credentials,
        allow_http: spec.allow_http,
        start_tls: spec.start_tls,
        allow_plain: spec.allow_plain,
    };
    // The adapter is asked for its slots here, and computes.
    tokio::task::block_in_place(|| Source::open(spec, &host.net)).map_err(Error::Source)
}

/// Opens one target; sends nothing.
pub(super) fn target(
    host: &Host,
    spec: &crate::connector::TargetSpec,
) -> Result<Box<dyn Target>, Error> {
    let place = format!("target.{}.credential", spec.name);
    let revealed = spec.credential.reveal(|place| host.vault.reveal(place));
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
    target::open(site, &credential, &host.net).map_err(Error::Configuration)
}

fn secret(place: &str, error: &crate::vault::Error) -> Error {
    Error::Configuration(Problem::new("secret", format!("[{place}]: {error}")).at(place))
}
