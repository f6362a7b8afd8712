//! Where a request may go: the scheme, host and port of a configured address, and nothing else.
//!
//! A path or a link comes from a plugin, that is, from somebody we do not trust, or from an answer,
//! that is, from somebody the plugin trusts. Both are parsed once, by the parser whose result is
//! then sent (RFC 3986 and WHATWG parsers differ, and the gap between two parsers is where such
//! checks are passed by). A link must besides be spelt exactly as the origin is: that leaves no
//! room for user names, octal addresses, look-alike letters or escapes in the host.
//!
//! Deliberately not here: headers (`headers`), who may use which slot (`source`).

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::{Error, names};

/// Longest path or link that is looked at (Graph's skip tokens reach some 8 KiB).
const LINK_BYTES_MAX: usize = 32 * 1024;

/// Scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    /// The origin of a URL of a scheme that we speak.
    pub fn of(url: &Url) -> Option<Self> {
        let default = default_port(url.scheme())?;
        Some(Self {
            scheme: url.scheme().to_owned(),
            host: url.host_str()?.to_ascii_lowercase(),
            port: url.port().unwrap_or(default),
        })
    }

    /// `https`, `http`, `ldaps`, `ldap`, `smtps` or `smtp`.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Host name or address; an IPv6 address is in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, also where the address does not name it.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The host is this machine itself.
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => names::is_this_machine(bare),
        }
    }

    /// How this origin may be spelt before the path, in lower case.
    fn spellings(&self) -> [Option<String>; 2] {
        let with_port = format!("{}://{}:{}", self.scheme, self.host, self.port);
        let is_default = default_port(&self.scheme) == Some(self.port);
        let without = is_default.then(|| format!("{}://{}", self.scheme, self.host));
        [Some(with_port), without]
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}", self.scheme, self.host)?;
        if default_port(&self.scheme) == Some(self.port) {
            return Ok(());
        }
        write!(out, ":{}", self.port)
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        "ldaps" => Some(636),
        "ldap" => Some(389),
        "smtps" => Some(465),
        "smtp" => Some(587),
        _ => None,
    }
}

/// A configured address: an origin and the path below which its requests live.
#[derive(Debug, Clone)]
pub struct Base {
    url: Url,
    origin: Origin,
}

impl Base {
    /// Reads an `https://` address; `http://` only to this machine or where it is allowed.
    pub fn http(text: &str, allow_http: bool) -> Result<Self, Error> {
        let base = Self::parse(text)?;
        match base.origin.scheme() {
            "https" => Ok(base),
            "http" if allow_http || base.origin.is_loopback() => Ok(base),
            "http" => Err(base.unusable("plain http:// needs `allow-http = true`")),
            _ => Err(base.unusable("it must begin with https://")),
        }
    }

    /// Reads an `ldaps://` or `ldap://` address.
    pub fn directory(text: &str) -> Result<Self, Error> {
        let base = Self::parse(text)?;
        match base.origin.scheme() {
            "ldaps" | "ldap" => Ok(base),
            _ => Err(base.unusable("it must begin with ldaps:// or ldap://")),
        }
    }

    /// Reads an `smtps://` or `smtp://` address.
    pub fn mail(text: &str) -> Result<Self, Error> {
        let base = Self::parse(text)?;
        match base.origin.scheme() {
            "smtps" | "smtp" => Ok(base),
            _ => Err(base.unusable("it must begin with smtps:// or smtp://")),
        }
    }

    fn parse(text: &str) -> Result<Self, Error> {
        // A wrong address may hold a secret before its `@` or after its `?` or `#`.
        let shown = text.split(['?', '#']).next().unwrap_or_default();
        let shown = shown.rsplit('@').next().unwrap_or_default();
        let unusable = |why: &str| Error::Address {
            address: shown.to_owned(),
            why: why.to_owned(),
        };
        if text.chars().any(|c| c.is_control() || c == '\\') {
            return Err(unusable("it has characters that no address has"));
        }
        let url = Url::parse(text.trim()).map_err(|cause| unusable(&cause.to_string()))?;
        let origin =
            Origin::of(&url).ok_or_else(|| unusable("it names no known scheme or host"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(unusable("a user name or password does not belong into it"));
        }
        if origin.host.is_empty() {
            return Err(unusable("it names no host"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(unusable("a query or a fragment does not belong into it"));
        }
        let address = origin.host.trim_matches(['[', ']']).parse().ok();
        if let Some(place) = address.and_then(names::nowhere) {
            return Err(unusable(&format!("that is {place}")));
        }
        Ok(Self { url, origin })
    }

    fn unusable(&self, why: &str) -> Error {
        Error::Address {
            address: self.url.to_string(),
            why: why.to_owned(),
        }
    }

    /// The origin that every request of this address goes to.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The address without a slash at its end, as `{slot}` in scopes stands for it.
    pub fn as_text(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The address itself.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The URL of a path (and query) below this address; without a path, the address as it is
    /// configured, such as that of a token endpoint.
    pub fn join(&self, path: &str) -> Result<Url, Error> {
        check_text(path)?;
        if !path.starts_with('/') || path.starts_with("//") {
            return Err(Error::refused("a path must begin with a single slash"));
        }
        let full = format!("{}{path}", self.as_text());
        let url = self.parse_here(&full)?;
        let prefix = self.url.path().trim_end_matches('/');
        let below = url.path().strip_prefix(prefix);
        if !below.is_some_and(|rest| rest.starts_with('/')) {
            return Err(Error::refused("a path must stay below its address"));
        }
        Ok(url)
    }

    /// The URL of an absolute link, if it is spelt with exactly this origin.
    pub fn admit(&self, link: &str) -> Result<Url, Error> {
        check_text(link)?;
        let refusal = || Error::refused(format!("a link leads away from {}", self.origin));
        let end = link.match_indices("://").next().map(|(at, _)| at + 3);
        let start = end.ok_or_else(refusal)?;
        let (scheme, rest) = link.split_at_checked(start).ok_or_else(refusal)?;
        let stop = rest.find(['/', '?']).unwrap_or(rest.len());
        let authority = rest.get(..stop).unwrap_or_default();
        let spelt = format!("{scheme}{authority}").to_ascii_lowercase();
        if !self.origin.spellings().contains(&Some(spelt)) {
            return Err(refusal());
        }
        self.parse_here(link)
    }

    fn parse_here(&self, text: &str) -> Result<Url, Error> {
        let url = Url::parse(text).map_err(|_| Error::refused("it is not an address"))?;
        let is_here = Origin::of(&url).as_ref() == Some(&self.origin);
        let is_bare = url.username().is_empty() && url.password().is_none();
        if !is_here || !is_bare || url.fragment().is_some() {
            return Err(Error::refused(format!(
                "it leads away from {}",
                self.origin
            )));
        }
        Ok(url)
    }
}

/// What no path and no link needs: control characters and white space (some parsers drop them),
/// `\` (some take it for `/`), `#`, and letters outside ASCII (they come percent-encoded).
fn check_text(text: &str) -> Result<(), Error> {
    if text.len() > LINK_BYTES_MAX {
        return Err(Error::refused(format!(
            "a path or link of more than {LINK_BYTES_MAX} bytes"
        )));
    }
    let is_hostile = |c: char| !c.is_ascii_graphic() || c == '\\' || c == '#';
    match text.chars().find(|c| is_hostile(*c)) {
        Some(c) => Err(Error::refused(format!(
            "a path or link with the character {:?}, which must be percent-encoded",
            c.escape_unicode().to_string()
        ))),
        None => Ok(()),
    }
}

/// The host as a certificate or a socket wants it: without the brackets of an IPv6 address.
pub(crate) fn bare_host(url: &Url) -> Option<String> {
    match url.host()? {
        Host::Domain(name) => Some(name.to_owned()),
        Host::Ipv4(address) => Some(address.to_string()),
        Host::Ipv6(address) => Some(address.to_string()),
    }
}
