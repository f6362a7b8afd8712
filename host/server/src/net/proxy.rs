//! The proxy of `[net]`: for whom it is used, and as whom we sign in to it.
//!
//! Everything goes through it but this machine (`localhost`, `127.0.0.0/8`, `::1`: a proxy would
//! mean itself by these) and what `no-proxy` names. Secure connections are tunnelled (`CONNECT`),
//! so the proxy learns host and port and nothing else; a proxy that is down is an error, never a
//! reason to connect directly. A user name and a password stand in its address, which is then a
//! secret.
//!
//! Deliberately not here: environment variables of other programs (`HTTPS_PROXY`), SOCKS, and
//! directories: LDAP goes directly always.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use secrecy::ExposeSecret;
use url::{Host, Url};

use super::outside::Options;
use super::{Base, Error, Origin};

/// A checked proxy.
pub(super) struct Proxy {
    /// With user name and password, where there are any: not to be shown.
    address: Url,
    origin: Origin,
    direct: Vec<Direct>,
}

/// Who is reached without the proxy.
#[derive(Debug, PartialEq, Eq)]
enum Direct {
    /// `*`
    Everybody,
    /// A host and every host below it.
    Domain(String),
    /// The network of so many leading bits.
    Network(IpAddr, u32),
}

impl fmt::Debug for Proxy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Proxy({})", self.origin)
    }
}

impl Proxy {
    /// The proxy of these settings, if they have one.
    pub(super) fn open(options: &Options) -> Result<Option<Arc<Self>>, Error> {
        let direct = options.no_proxy.iter().map(|text| Direct::read(text));
        let direct = direct.collect::<Result<_, _>>()?;
        let Some(address) = &options.proxy else {
            return Ok(None);
        };
        // No cause is shown: it could quote the password.
        let unusable = || {
            setup(
                "proxy",
                "it is not an address like http://proxy.example.com:3128",
            )
        };
        let address = Url::parse(address.expose_secret().trim()).map_err(|_| unusable())?;
        let mut bare = address.clone();
        let is_bare = bare.set_username("").and_then(|()| bare.set_password(None));
        is_bare.map_err(|()| unusable())?;
        let base = Base::http(bare.as_str(), true).map_err(|_| unusable())?;
        if !matches!(bare.path(), "" | "/") {
            return Err(unusable());
        }
        Ok(Some(Arc::new(Self {
            address,
            origin: base.origin().clone(),
            direct,
        })))
    }

    /// The proxy as messages name it.
    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether requests to an origin go through it.
    pub(super) fn serves(&self, origin: &Origin) -> bool {
        let host = origin.host().trim_matches(['[', ']']);
        let is_web = matches!(origin.scheme(), "http" | "https");
        is_web && !origin.is_loopback() && !self.direct.iter().any(|rule| rule.holds(host))
    }

    /// The same for the library, which asks for every connection.
    pub(super) fn for_client(self: &Arc<Self>) -> reqwest::Proxy {
        let proxy = Arc::clone(self);
        reqwest::Proxy::custom(move |url| {
            let is_served = Origin::of(url).is_some_and(|origin| proxy.serves(&origin));
            is_served.then(|| proxy.address.clone())
        })
    }
}

impl Direct {
    fn read(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text == "*" {
            return Ok(Self::Everybody);
        }
        let unusable = || {
            let why = format!(
                "{text:?} is no host, domain or network, such as \"intranet.example.com\", \
                 \".example.com\" or \"10.0.0.0/8\""
            );
            setup("no-proxy", &why)
        };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        if let Ok(address) = address.trim_matches(['[', ']']).parse::<IpAddr>() {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.map_or(Ok(most), str::parse).map_err(|_| unusable())?;
            return (bits <= most)
                .then_some(Self::Network(address, bits))
                .ok_or_else(unusable);
        }
        let domain = text.strip_prefix('*').unwrap_or(text);
        let domain = domain.strip_prefix('.').unwrap_or(domain);
        match Host::parse(domain) {
            Ok(Host::Domain(domain)) if !text.contains('*') || text.starts_with("*.") => {
                Ok(Self::Domain(domain))
            }
            _ => Err(unusable()),
        }
    }

    fn holds(&self, host: &str) -> bool {
        match self {
            Self::Everybody => true,
            Self::Domain(domain) => {
                let above = host.strip_suffix(domain.as_str());
                above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
            }
            Self::Network(network, bits) => host
                .parse()
                .is_ok_and(|address| shares_bits(*network, address, *bits)),
        }
    }
}

fn shares_bits(network: IpAddr, address: IpAddr, bits: u32) -> bool {
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let differing = network.to_bits() ^ address.to_bits();
            differing.leading_zeros() >= bits
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let differing = network.to_bits() ^ address.to_bits();
            differing.leading_zeros() >= bits
        }
        _ => false,
    }
}

fn setup(key: &str, why: &str) -> Error {
    Error::Setup {
        what: format!("[net] {key}"),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(proxy: &str, no_proxy: &[&str]) -> Result<Option<Arc<Proxy>>, Error> {
        Proxy::open(&Options {
            proxy: Some(proxy.into()),
            no_proxy: no_proxy.iter().map(|&text| text.to_owned()).collect(),
            ..Options::default()
        })
    }

    fn origin(address: &str) -> Origin {
        Origin::of(&Url::parse(address).unwrap()).unwrap()
    }

    #[test]
    fn everything_goes_through_it_but_this_machine_and_what_is_excepted() {
        let excepted = [
            "intranet.example.com",
            ".corp.example",
            "*.lab.example",
            "10.0.0.0/8",
            "192.168.7.9",
            "fd00::/8",
        ];
        let proxy = open("http://proxy.example.com:3128", &excepted)
            .unwrap()
            .unwrap();
        for address in [
            "https://graph.microsoft.com",
            "https://login.microsoftonline.com",
            "http://jira.example.com",
            "https://notintranet.example.com",
            "https://intranet.example.com.evil.example",
            "https://11.0.0.1",
            "https://192.168.7.8",
            "https://[fc00::1]",
        ] {
            assert!(proxy.serves(&origin(address)), "{address}");
        }
        for address in [
            "http://localhost:8080",
            "https://127.0.0.1",
            "https://127.9.9.9:444",
            "https://[::1]",
            "https://intranet.example.com",
            "https://jira.intranet.example.com",
            "https://corp.example",
            "https://wiki.corp.example:8443",
            "https://a.lab.example",
            "https://10.200.3.4",
            "https://192.168.7.9",
            "https://[fd12::1]",
            "ldaps://directory.example.com",
        ] {
            assert!(!proxy.serves(&origin(address)), "{address}");
        }
        let none = open("http://proxy.example.com", &["*"]).unwrap().unwrap();
        assert!(!none.serves(&origin("https://graph.microsoft.com")));
    }

    #[test]
    fn what_cannot_be_used_is_named_without_its_password() {
        for address in [
            "proxy.example.com:3128",
            "socks5://proxy.example.com",
            "http://u:pa55word@",
            "http://u:pa55word@proxy.example.com/path",
            "http://u:pa55word@proxy.example.com:3128?x",
            "http://u:pa55word@proxy.example.com:port",
            "http://169.254.169.254:3128",
            "",
        ] {
            let error = open(address, &[]).expect_err(address);
            assert_eq!(error.kind(), "setup", "{address}");
            let text = error.to_string();
            assert!(
                text.contains("[net] proxy") && !text.contains("pa55"),
                "{text}"
            );
        }
        for rule in [
            "host:8080",
            "https://host",
            "10.0.0.0/33",
            "a*.example",
            "a b",
            "",
        ] {
            let error = open("http://proxy.example.com", &[rule]).expect_err(rule);
            assert!(error.to_string().contains("[net] no-proxy"), "{error}");
        }
        let proxy = open("http://u:pa55word@proxy.example.com:3128", &[]).unwrap();
        let shown = format!("{proxy:?} {}", proxy.as_ref().unwrap().origin());
        assert!(
            shown.contains("proxy.example.com:3128") && !shown.contains("pa55"),
            "{shown}"
        );
    }
}
