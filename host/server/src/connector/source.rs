//! The `[source]` section: provider, its options, addresses and credentials.
//!
//! Deliberately not here: whether the provider exists, which slots it has and what it thinks of
//! its options; all of that is asked of the plugin when a run opens.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::address::{self, Rules};
use super::credential::CredentialSpec;
use super::definition::{Endpoint, SourceSpec};
use super::row::{Context, Place};
use crate::settings::reader::{Node, Section};

/// Reads the section; `None` when it could not be used, with the reasons reported.
pub(super) fn read(section: Section<'_>, context: &Context<'_>) -> Option<SourceSpec> {
    let provider = section
        .need("provider", "such as provider = \"entra\"")
        .and_then(|node| node.full_text().map(str::to_owned));
    let options = match section.get("options") {
        Some(node) => options(&node, context),
        None => Some(Json::Object(Map::new())),
    };
    let allow_http = flag(&section, "allow-http")?.unwrap_or(false);
    let start_tls = flag(&section, "start-tls")?;
    let allow_plain = flag(&section, "allow-plain")?.unwrap_or(false);
    let start_tls = start_tls.unwrap_or(!allow_plain);
    let rules = Rules {
        allow_http,
        allow_ldap: true,
        folder: context.folder,
    };
    let endpoints = endpoints(&section, rules, start_tls || allow_plain);
    let credentials = credentials(&section, context.folder);
    let ca_file = section.get("ca-file").and_then(|node| {
        let path = node.full_text()?;
        Some(context.folder.join(path))
    });
    let picture_hosts = picture_hosts(&section);
    section.finish();
    Some(SourceSpec {
        provider: provider?,
        options: options?,
        endpoints: endpoints?,
        ca_file,
        credentials: credentials?,
        allow_http,
        start_tls,
        allow_plain,
        picture_hosts: picture_hosts?,
    })
}

/// `picture-hosts = ["pictures.example.com"]`: names or addresses, without scheme, port and path.
fn picture_hosts(section: &Section<'_>) -> Option<Vec<String>> {
    let Some(node) = section.get("picture-hosts") else {
        return Some(Vec::new());
    };
    let hosts = node.texts()?;
    let is_host = |host: &String| {
        let bare = host.trim_matches(['[', ']']);
        !bare.is_empty()
            && (bare.parse::<std::net::IpAddr>().is_ok()
                || bare
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-'))
    };
    if let Some(wrong) = hosts.iter().find(|host| !is_host(host)) {
        node.error(
            format!("'{wrong}' is no host"),
            "write names or addresses alone: picture-hosts = [\"pictures.example.com\"]",
        );
        return None;
    }
    Some(hosts.iter().map(|host| host.to_ascii_lowercase()).collect())
}

/// A flag: not set, set, or (outer `None`) set wrongly.
#[expect(clippy::option_option, reason = "unset and wrong are different")]
fn flag(section: &Section<'_>, key: &'static str) -> Option<Option<bool>> {
    match section.get(key) {
        None => Some(None),
        Some(node) => node.flag().map(Some),
    }
}

fn options(node: &Node<'_>, context: &Context<'_>) -> Option<Json> {
    context.note_place(Place::SourceOptions, node);
    let mut options = Map::new();
    for (key, node) in node.section()?.entries() {
        options.insert(key, context.option(&node)?);
    }
    Some(Json::Object(options))
}

fn endpoints(
    section: &Section<'_>,
    rules: Rules<'_>,
    is_ldap_settled: bool,
) -> Option<BTreeMap<String, Endpoint>> {
    let Some(node) = section.get("endpoint") else {
        return Some(BTreeMap::new());
    };
    let mut endpoints = BTreeMap::new();
    let mut is_whole = true;
    for (slot, node) in node.section()?.entries() {
        let Some(endpoint) = address::read(&node, rules) else {
            is_whole = false;
            continue;
        };
        if endpoint.url.starts_with("ldap://") && !is_ldap_settled {
            node.error(
                "ldap:// without start-tls would send the password in clear",
                "use ldaps://, start-tls = true, or allow-plain = true if you must",
            );
        }
        endpoints.insert(slot, endpoint);
    }
    is_whole.then_some(endpoints)
}

fn credentials(section: &Section<'_>, folder: &Path) -> Option<BTreeMap<String, CredentialSpec>> {
    let Some(node) = section.get("credential") else {
        return Some(BTreeMap::new());
    };
    let slots = node.section()?;
    let read = |(slot, node): (String, Node<'_>)| (slot, CredentialSpec::read(&node, folder));
    let all: Vec<_> = slots.entries().into_iter().map(read).collect();
    all.into_iter()
        .map(|(slot, spec)| Some((slot, spec?)))
        .collect()
}
