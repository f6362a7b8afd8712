//! Directories: LDAP with TLS, a simple bind and paged searches.
//!
//! A [`Directory`] is a checked address with its credential; a [`Connection`] serves one
//! conversation, because a paging cookie is only good on the connection that gave it. The directory
//! is spoken to over `ldaps://`, over `ldap://` with StartTLS, or in plain text where that was
//! asked for in so many words.
//!
//! Invariants: no referral is followed; no bind without a password (a server takes it for an
//! anonymous one, RFC 4513 5.1.2); values are bytes in the server's order and are never judged by
//! their content; the answer of a broken server is an error, never a panic; a connection goes only
//! where the host name may lead ([`Names`](super::Names)).
//!
//! Deliberately not here: filters (the adapter writes them), SASL, writing, proxies: a directory
//! is reached directly, whatever `[net] proxy` says.

mod connection;
mod entry;
#[cfg(test)]
mod tests;

pub use connection::Connection;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use attune_core::project::is_binary_by_name;
use rustls::ClientConfig;

use super::pace::Pace;
use super::{Base, Error, Origin, Outside, Secret, tls};

/// What a directory is made from.
#[derive(Debug, Clone)]
pub struct DirectorySpec {
    /// `ldaps://...` or `ldap://...`.
    pub address: String,
    /// Secure an `ldap://` connection before anything else is said; the default.
    pub start_tls: bool,
    /// Speak plain text over `ldap://`, password included, where `start_tls` is off.
    pub allow_plain: bool,
    /// PEM file of authorities that are trusted for this address alone.
    pub ca_file: Option<PathBuf>,
    /// Name and password; without them nobody binds.
    pub bind: Option<Bind>,
}

/// Who binds.
#[derive(Debug, Clone)]
pub struct Bind {
    /// Distinguished name, or what else the server takes for one (`user@domain`).
    pub dn: String,
    /// Never shown.
    pub password: Secret,
}

/// A checked directory address with its credential; cheap to clone.
#[derive(Debug, Clone)]
pub struct Directory {
    base: Base,
    security: Security,
    tls: Arc<ClientConfig>,
    bind: Option<Bind>,
    outside: Outside,
    pace: Arc<Pace>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    Tls,
    StartTls,
    Plain,
}

impl Directory {
    /// Checks the address, the files and the credential; opens no connection.
    pub fn open(outside: &Outside, spec: DirectorySpec) -> Result<Self, Error> {
        let base = Base::directory(&spec.address)?;
        let security = security(&base, &spec)?;
        let wants_password = |bind: &Bind| bind.password.is_empty();
        if spec.bind.as_ref().is_some_and(wants_password) {
            return Err(Error::Setup {
                what: "the credential".to_owned(),
                why: "a bind with an empty password would be an anonymous one".to_owned(),
            });
        }
        let shared = outside.options().ca_file.as_deref();
        let files: Vec<_> = shared.into_iter().chain(spec.ca_file.as_deref()).collect();
        Ok(Self {
            pace: outside.pace(base.origin(), ""),
            base,
            security,
            tls: Arc::new(tls::client_config(&files)?),
            bind: spec.bind,
            outside: outside.clone(),
        })
    }

    /// Where the directory is.
    pub fn origin(&self) -> &Origin {
        self.base.origin()
    }

    /// The configured address.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// The password and everything after it is hidden from the network.
    pub fn is_secure(&self) -> bool {
        self.security != Security::Plain
    }

    /// Nobody connects to this directory for the next `wait`.
    pub fn hold(&self, wait: std::time::Duration) {
        self.pace.hold(wait);
    }
}

fn security(base: &Base, spec: &DirectorySpec) -> Result<Security, Error> {
    match base.origin().scheme() {
        "ldaps" => Ok(Security::Tls),
        _ if spec.start_tls => Ok(Security::StartTls),
        _ if spec.allow_plain => Ok(Security::Plain),
        _ => Err(Error::Address {
            address: base.as_text().to_owned(),
            why: "ldap:// without StartTLS sends the password in plain text: use ldaps://, \
                  `start-tls = true`, or say `allow-plain = true`"
                .to_owned(),
        }),
    }
}

/// Which part of the tree is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The base itself.
    Base,
    /// Its children.
    OneLevel,
    /// It and everything below.
    Subtree,
}

/// One page of a search.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Search {
    /// Distinguished name where the search begins.
    pub base: String,
    /// How deep.
    pub scope: Scope,
    /// RFC 4515.
    pub filter: String,
    /// Attributes to read.
    pub attributes: Vec<String>,
    /// Those among them whose values are bytes.
    pub binary: Vec<String>,
    /// 0: no paging.
    pub page_size: u32,
    /// Empty: from the beginning.
    pub cookie: Vec<u8>,
}

/// What the server answered to a [`Search`].
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Result code; anything but 0 is an error, and the entries are not all there are.
    pub code: u32,
    /// The server's own words.
    pub diagnostic: String,
    /// In the server's order.
    pub entries: Vec<Entry>,
    /// Empty: this was the last page.
    pub cookie: Vec<u8>,
}

/// One object of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// Distinguished name as the server writes it.
    pub dn: String,
    /// Name as the server writes it (`userCertificate;binary`), and all values; both in the
    /// server's order.
    pub attributes: Vec<(String, Vec<Vec<u8>>)>,
    binary: Binary,
}

impl Entry {
    /// An entry as a script or a test gives it.
    pub fn new(dn: impl Into<String>, attributes: Vec<(String, Vec<Vec<u8>>)>) -> Self {
        Self {
            dn: dn.into(),
            attributes,
            binary: Binary::default(),
        }
    }

    /// Bytes of its names and values.
    pub fn size(&self) -> usize {
        let of = |(name, values): &(String, Vec<Vec<u8>>)| {
            name.len() + values.iter().map(Vec::len).sum::<usize>()
        };
        self.dn.len() + self.attributes.iter().map(of).sum::<usize>()
    }

    /// Whether the values of an attribute are bytes rather than text: decided by its name, without
    /// case and options, and never by the content.
    pub fn is_binary(&self) -> &dyn Fn(&str) -> bool {
        self.binary.0.as_ref()
    }
}

/// Which names are binary: those that always are, and those that a search calls so.
#[derive(Clone)]
struct Binary(Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl Binary {
    fn named(names: &[String]) -> Self {
        let bare = |name: &str| {
            name.split(';')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        let names: Vec<String> = names.iter().map(|name| bare(name)).collect();
        Self(Arc::new(move |name| {
            is_binary_by_name(name) || names.contains(&bare(name))
        }))
    }
}

impl Default for Binary {
    fn default() -> Self {
        Self::named(&[])
    }
}

/// Two entries are the same when their data is.
impl PartialEq for Binary {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Binary {}

impl fmt::Debug for Binary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("by name")
    }
}
