//! Addresses in a connector file: checked where they stand, so that a wrong one has a line.
//!
//! The rules are those of `net`: plain `http://` goes to this machine only, unless the file allows
//! it; a password in an address is a secret in clear and is refused.

use std::path::Path;

use super::definition::Endpoint;
use crate::net::Base;
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
    // The very check that the sender makes: no second parser that could think otherwise.
    let is_directory = rules.allow_ldap && text.starts_with("ldap");
    let base = if is_directory {
        Base::directory(text)
    } else {
        Base::http(text, rules.allow_http)
    };
    match base {
        Ok(base) => Some(base.as_text().to_owned()),
        Err(error) => {
            let is_bare = !text.contains("://");
            let hint = "such as https://jira.example.com";
            node.error(error.to_string(), if is_bare { hint } else { "" });
            None
        }
    }
}
