//! Where a request comes from, and how it came: its address, its host, whether by TLS.
//!
//! The service itself speaks plain HTTP. What headers say of an earlier way (`X-Forwarded-For`,
//! `X-Forwarded-Proto`) is believed only of a proxy that `[auth] trusted-proxies` names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};

use crate::settings::Network;

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The address; of a trusted proxy's request, that of who asked the proxy.
    pub address: IpAddr,
    /// Whether it came to a trusted proxy by TLS.
    pub is_tls: bool,
    /// The host and port that it names.
    pub host: String,
}

impl Peer {
    pub(super) fn of(parts: &Parts, proxies: &[Network]) -> Self {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let direct = info.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let direct = direct.to_canonical();
        let is_ours = |address: IpAddr| proxies.iter().any(|network| network.holds(address));
        let is_proxy = is_ours(direct);
        let mut address = direct;
        if is_proxy {
            // From the right: what stands further left was written by who asked.
            for found in forwarded(&parts.headers).into_iter().rev() {
                let Some(found) = found else { break };
                address = found;
                if !is_ours(found) {
                    break;
                }
            }
        }
        let proto = parts.headers.get_all("x-forwarded-proto");
        let proto = proto.iter().next_back().and_then(|word| word.to_str().ok());
        let proto = proto.and_then(|words| words.rsplit(',').next());
        Self {
            address,
            is_tls: is_proxy && proto.is_some_and(|word| word.trim() == "https"),
            host: host(parts),
        }
    }

    /// The address as requests are counted by: of IPv6, the network that one customer has.
    pub(super) fn counted(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(_) => self.address,
            IpAddr::V6(address) => {
                let network = address.to_bits() & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from_bits(network))
            }
        }
    }

    /// Whether a browser on this machine asks this machine without TLS.
    pub fn is_plain_loopback(&self) -> bool {
        if self.is_tls {
            return false;
        }
        let name = match self.host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => self.host.split(':').next().unwrap_or_default(),
        };
        let address: Option<IpAddr> = name.parse().ok();
        let is_name = name == "localhost" || name.ends_with(".localhost");
        is_name || address.is_some_and(|address| address.is_loopback())
    }
}

/// The addresses of `X-Forwarded-For` in order; `None` where one is none.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all("x-forwarded-for").iter();
    let words = lines.flat_map(|line| line.to_str().unwrap_or("?").split(','));
    let parse = |word: &str| word.trim().parse().ok();
    words
        .map(|word| parse(word).map(|address: IpAddr| address.to_canonical()))
        .collect()
}

fn host(parts: &Parts) -> String {
    let named = parts.uri.authority().map(Authority::as_str);
    let header = parts.headers.get(header::HOST);
    let header = header.and_then(|host| host.to_str().ok());
    named.or(header).unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn peer(direct: &str, proxies: &[&str], headers: &[(&str, &str)]) -> Peer {
        let mut request = Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let address = SocketAddr::new(direct.parse().unwrap(), 1234);
        parts.extensions.insert(ConnectInfo(address));
        let proxies: Vec<Network> = proxies.iter().map(|text| text.parse().unwrap()).collect();
        Peer::of(&parts, &proxies)
    }

    #[test]
    fn only_a_trusted_proxy_says_who_asked_and_how() {
        let said = [
            ("x-forwarded-for", "198.51.100.9, 203.0.113.7"),
            ("x-forwarded-proto", "https"),
        ];
        let stranger = peer("192.0.2.1", &[], &said);
        assert_eq!(stranger.address.to_string(), "192.0.2.1");
        assert!(!stranger.is_tls);
        let proxied = peer("192.0.2.1", &["192.0.2.0/24"], &said);
        assert_eq!(proxied.address.to_string(), "203.0.113.7");
        assert!(proxied.is_tls);
        // What stands left of the last stranger is that stranger's own word.
        let two = peer("192.0.2.1", &["192.0.2.1", "203.0.113.7"], &said);
        assert_eq!(two.address.to_string(), "198.51.100.9");
        let broken = [("x-forwarded-for", "198.51.100.9, x")];
        let broken = peer("192.0.2.1", &["192.0.2.1"], &broken);
        assert_eq!(broken.address.to_string(), "192.0.2.1");
        let mapped = peer("::ffff:192.0.2.1", &["192.0.2.1"], &said);
        assert!(mapped.is_tls);
    }

    #[test]
    fn loopback_is_what_the_browser_s_address_line_says() {
        for (host, expected) in [
            ("localhost:8088", true),
            ("127.0.0.1:8088", true),
            ("127.0.0.1", true),
            ("[::1]:8088", true),
            ("attune.localhost", true),
            ("attune.example.com", false),
            ("localhost.example.com", false),
            ("127.0.0.1.example.com", false),
            ("", false),
        ] {
            let found = peer("127.0.0.1", &[], &[("host", host)]);
            assert_eq!(found.is_plain_loopback(), expected, "{host}");
        }
        let tls = [("host", "localhost"), ("x-forwarded-proto", "https")];
        assert!(!peer("127.0.0.1", &["127.0.0.1"], &tls).is_plain_loopback());
    }

    #[test]
    fn addresses_of_one_customer_are_counted_together() {
        let one = peer("2001:db8::1", &[], &[]).counted();
        assert_eq!(one, peer("2001:db8::ffff", &[], &[]).counted());
        assert_ne!(one, peer("2001:db8:0:1::1", &[], &[]).counted());
    }
}
