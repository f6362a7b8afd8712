//! Addresses in a connector file: checked where they stand, so that a wrong one has a line.
//!
//! `net` checks them again before it sends anything. Plain `http://` goes to this machine only,
//! unless the file allows it; a password in an address is a secret in clear and is refused.

use std::path::Path;

use url::{Host, Url};

use super::definition::Endpoint;
use crate::settings::reader::Node;

/// What an address may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) allow_http: bool,
    /// Whether `ldap://` and `ldaps://` are meant too.
    pub(super) allow_ldap: bool,
    /// Where relative paths start.
    pub(super) folder: &'a Path,
}

/// Reads `"https://..."` or `{ url = "https://...", ca-file = "..." }`.
pub(super) fn read(node: &Node<'_>, rules: Rules<'_>) -> Option<Endpoint> {
    if node.as_section().is_none() {
        return Some(Endpoint {
            url: url(node, rules)?,
            ca_file: None,
        });
    }
    let section = node.section()?;
    let address = section.need("url", "").and_then(|node| url(&node, rules));
    let ca_file = section.get("ca-file").and_then(|node| {
        let path = node.full_text()?;
        Some(rules.folder.join(path))
    });
    section.finish();
    Some(Endpoint {
        url: address?,
        ca_file,
    })
}

/// Reads one address; it is given back without a slash at its end.
pub(super) fn url(node: &Node<'_>, rules: Rules<'_>) -> Option<String> {
    let text = node.full_text()?.trim();
    match check(text, rules) {
        Ok(()) => Some(text.trim_end_matches('/').to_owned()),
        Err((why, hint)) => {
            node.error(format!("{}: {why}", node.name()), hint);
            None
        }
    }
}

fn check(text: &str, rules: Rules<'_>) -> Result<(), (&'static str, &'static str)> {
    let Ok(url) = Url::parse(text) else {
        return Err(("this is not an address", "such as https://jira.example.com"));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err((
            "a user name or password does not belong into an address",
            "write a credential",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(("a query or fragment does not belong into an address", ""));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(("the address names no host", ""));
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if rules.allow_http || is_loopback(&url) => Ok(()),
        "http" => Err((
            "plain http:// would send secrets in clear",
            "use https://, or write allow-http = true if you must",
        )),
        "ldap" | "ldaps" if rules.allow_ldap => Ok(()),
        _ if rules.allow_ldap => Err(("it must begin with https://, ldaps:// or ldap://", "")),
        _ => Err(("it must begin with https://", "")),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
