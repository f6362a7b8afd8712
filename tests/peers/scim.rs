//! The real `scim` component behind the host's own source.

use std::collections::BTreeMap;
use std::sync::Arc;

use attune_core::project::{self, Projector};
use attune_core::selector::{Names, Wanted};
use attune_core::{Column, Kind};
use attune_server::net::{Credential, Outside};
use attune_server::source::{Document, Endpoint, Person, Source, SourceSpec, Wasm};
use attune_wasm::Plugin;
use serde_json::Value;

use crate::talk;

/// The token of every service here.
pub(crate) const TOKEN: &str = "scim-token-not-real";

/// The bundled component.
pub(crate) fn plugin() -> Plugin {
    talk::bundled("scim")
}

/// A source of that component, signed in with this token.
pub(crate) fn source(
    plugin: &Plugin,
    options: &Value,
    (url, token): (&str, &str),
    outside: &Outside,
) -> Source {
    let endpoint = Endpoint {
        url: url.to_owned(),
        ca_file: None,
    };
    let token = Credential::Bearer {
        token: token.to_owned().into(),
    };
    let spec = SourceSpec {
        connector: "peers".to_owned(),
        adapter: Arc::new(Wasm::open(plugin, options).expect("good options")),
        endpoints: BTreeMap::from([("api".to_owned(), endpoint)]),
        ca_file: None,
        credentials: BTreeMap::from([("api".to_owned(), token)]),
        allow_http: false,
        start_tls: true,
        allow_plain: false,
    };
    let source = Source::open(spec, outside).expect("a source");
    assert_eq!(source.names(), Names::IgnoreCase);
    source
}

/// What the host reads of a person's documents: kind and text, selector by selector.
pub(crate) fn values(person: &Person, selectors: &[&str]) -> Vec<String> {
    let view = |document: &Document| match document {
        Document::Json(json) => json.clone(),
        other => panic!("no JSON: {other:?}"),
    };
    let document = view(&person.document);
    let parts: Vec<_> = person
        .parts
        .iter()
        .map(|(name, part)| (name, view(part)))
        .collect();
    let parts: Vec<(&str, project::Document<'_>)> = parts
        .iter()
        .map(|(name, part)| (name.as_str(), project::Document::Json(part)))
        .collect();
    let parsed: Vec<_> = selectors
        .iter()
        .map(|text| text.parse().expect(text))
        .collect();
    let wanted = Wanted::new(parsed.iter().cloned());
    let mut row = Column::default();
    let source = project::Source {
        document: project::Document::Json(&document),
        parts: &parts,
    };
    let mut projector = Projector::new(wanted.clone(), Names::IgnoreCase);
    projector.project(&source, &mut row).expect("a document");
    let shown = |selector| {
        let cell = row.cell(wanted.position(selector).expect("wanted"));
        match cell.kind {
            Kind::Absent | Kind::Null => format!("{:?}", cell.kind),
            kind => format!("{kind:?} {}", String::from_utf8_lossy(cell.bytes)),
        }
    };
    parsed.iter().map(shown).collect()
}
