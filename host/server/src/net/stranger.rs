//! Addresses that somebody's data name: a picture at whatever URL a directory's attribute holds.
//!
//! The owner of that attribute chooses the address, so it is a stranger's: without any credential,
//! by GET alone, over https, to public addresses only, and what comes is a picture or nothing. The
//! address is looked at where the connection is made ([`Names::public`](super::Names::public)), so
//! that a name cannot move between two looks. A host that the connector file names under
//! `picture-hosts` is known: it may be in a private network, and where any are named no other host
//! is asked.
//!
//! Deliberately not here: redirects (none is followed: the next place would be a stranger's again),
//! repetition (the next run asks again), and names behind a proxy, which the proxy looks up.

use std::time::Duration;

use bytes::Bytes;
use url::{Host, Url};

use super::names;
use super::origin::{Origin, bare_host};
use super::outside::{Options, Outside};
use super::request::{Method, Outgoing};
use super::send::Send as _;
use super::{Error, Wire};

/// Time for a picture, connection and all.
const FETCH_MAX: Duration = Duration::from_secs(10);
/// Longest link that is looked at.
const LINK_BYTES_MAX: usize = 8 * 1024;

/// The way to strangers.
#[derive(Debug)]
pub struct Strangers {
    /// For hosts that the connector file names.
    known: Wire,
    /// For all others.
    public: Wire,
    hosts: Vec<String>,
    allow_http: bool,
}

impl Strangers {
    /// The way out of this world to `hosts`, or to all public ones where none is named.
    pub fn open(outside: &Outside, hosts: &[String], allow_http: bool) -> Result<Self, Error> {
        let options = outside.options();
        let public = Options {
            names: options.names.public(),
            ..options.clone()
        };
        Ok(Self {
            known: Wire::open(options, None)?,
            public: Wire::open(&public, None)?,
            hosts: hosts.to_vec(),
            allow_http,
        })
    }

    /// Fetches a picture of at most `bytes_max`.
    pub async fn picture(&self, link: &str, bytes_max: usize) -> Result<Bytes, Error> {
        let (url, origin) = self.admit(link)?;
        let wire = if self.hosts.is_empty() {
            &self.public
        } else {
            &self.known
        };
        let outgoing = Outgoing {
            method: Method::Get,
            url,
            headers: vec![("accept".to_owned(), "image/*".to_owned())],
            credential: None,
            body: Bytes::new(),
            body_bytes_max: bytes_max,
        };
        let sent = tokio::time::timeout(FETCH_MAX, wire.send(outgoing)).await;
        let Ok(answer) = sent else {
            return Err(Error::Timeout { origin });
        };
        let answer = answer?;
        if let Some(place) = answer.redirect() {
            let why = format!("{origin} redirects to {place}, and no redirect is followed");
            return Err(Error::refused(why));
        }
        let status = answer.status;
        if status != 200 {
            return Err(Error::Status { origin, status });
        }
        let kind = answer.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let is_picture = kind.is_empty()
            || kind.eq_ignore_ascii_case("application/octet-stream")
            || kind.to_ascii_lowercase().starts_with("image/");
        if !is_picture {
            let shown: String = kind
                .chars()
                .filter(char::is_ascii_graphic)
                .take(60)
                .collect();
            return Err(Error::refused(format!(
                "{origin} sends {shown} instead of a picture"
            )));
        }
        Ok(answer.body)
    }

    /// Whether a link may be followed at all; sends nothing.
    fn admit(&self, link: &str) -> Result<(Url, Origin), Error> {
        let refused = |why: &str| Error::refused(why);
        if link.len() > LINK_BYTES_MAX || link.chars().any(char::is_control) {
            return Err(refused("the link is too long, or has control characters"));
        }
        let mut url = Url::parse(link.trim()).map_err(|_| refused("it is no address"))?;
        let origin = Origin::of(&url).ok_or_else(|| refused("it is no address of the web"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("a user name does not belong into a link"));
        }
        url.set_fragment(None);
        let host = bare_host(&url).unwrap_or_default().to_ascii_lowercase();
        let is_named = self
            .hosts
            .iter()
            .any(|known| known.trim_matches(['[', ']']) == host);
        if !self.hosts.is_empty() && !is_named {
            return Err(refused(&format!("{origin} is not among `picture-hosts`")));
        }
        match origin.scheme() {
            "https" => {}
            "http" if is_named && (self.allow_http || origin.is_loopback()) => {}
            "http" => {
                return Err(refused(
                    "plain http:// needs `picture-hosts` and `allow-http = true` in [source]",
                ));
            }
            _ => return Err(refused("it must begin with https://")),
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            _ => None,
        };
        let place = address.and_then(|address| {
            if is_named {
                names::nowhere(address)
            } else {
                names::not_public(address)
            }
        });
        if let Some(place) = place {
            return Err(refused(&format!("{origin} is {place}")));
        }
        Ok((url, origin))
    }
}
