//! Host names, and the addresses that they may lead to.
//!
//! A name server is somebody else. It can be made to say that the name of a product is this very
//! machine, or the address where a cloud machine reads its own credentials (DNS rebinding); what
//! listens there would be sent a request, and over plain HTTP our credential. So every connection
//! asks anew and goes to an address that was looked at, and the rule is:
//!
//! - `localhost` is this machine and nothing else; no other name is this machine;
//! - no name leads to link-local addresses, to the metadata services of clouds, or to no machine;
//! - private networks are where products live: they are as good as public ones.
//!
//! One bad address among several refuses them all: nobody mixes them by mistake.
//!
//! Deliberately not here: names that a proxy looks up (with a proxy, all but its own), and what a
//! certificate says about a name (`tls`).

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs as _};
use std::sync::Arc;

/// Metadata services that have addresses outside of the link-local networks: AWS by IPv6, Alibaba
/// Cloud, Azure's host.
const METADATA: [IpAddr; 3] = [
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
];

type LookUp = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

/// Looks names up; cheap to clone. The default asks this machine's resolver.
#[derive(Clone)]
pub struct Names {
    look_up: Arc<LookUp>,
    /// No name leads into a private network, not even `localhost` to this machine.
    is_public: bool,
}

/// Why a name leads to no address that we connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Lost {
    /// Nobody knows it.
    #[error("the name is not known")]
    Unknown,
    /// It leads where no server of ours is.
    #[error("the name leads to {0}")]
    Astray(Astray),
}

/// A bad address, and what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Astray {
    address: IpAddr,
    place: &'static str,
}

impl fmt::Display for Astray {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}, which is {}", self.address, self.place)
    }
}

impl Default for Names {
    fn default() -> Self {
        Self::of(|host| {
            let found = (host, 0).to_socket_addrs()?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Names")
    }
}

impl Names {
    /// Another resolver; it may block.
    pub fn of(look_up: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Self {
        Self {
            look_up: Arc::new(look_up),
            is_public: false,
        }
    }

    /// The same for names that strangers give: they lead to public addresses only.
    #[must_use]
    pub fn public(&self) -> Self {
        Self {
            look_up: Arc::clone(&self.look_up),
            is_public: true,
        }
    }

    /// Where a host is now. An address that stands in place of a name is itself: `Base` has looked
    /// at it.
    pub(super) async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Lost> {
        if let Ok(address) = host.parse() {
            return Ok(vec![address]);
        }
        let (look_up, name) = (Arc::clone(&self.look_up), host.to_owned());
        let found = tokio::task::spawn_blocking(move || look_up(&name)).await;
        let found = found.ok().and_then(Result::ok).unwrap_or_default();
        if found.is_empty() {
            return Err(Lost::Unknown);
        }
        let is_astray = |address: &IpAddr| {
            let inside = not_public(*address).filter(|_| self.is_public);
            let inside = inside.map(|place| Astray {
                address: *address,
                place,
            });
            astray(host, *address).or(inside)
        };
        match found.iter().find_map(is_astray) {
            Some(astray) => Err(Lost::Astray(astray)),
            None => Ok(found),
        }
    }
}

/// The one name of this machine.
pub(super) fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
}

fn astray(host: &str, address: IpAddr) -> Option<Astray> {
    let plain = plain(address);
    let place = match (is_this_machine(host), plain.is_loopback()) {
        (true, true) => None,
        (true, false) => Some("not this machine, as localhost must be"),
        (false, true) => Some("this machine itself: only localhost and 127.0.0.1 may mean it"),
        (false, false) => nowhere(plain),
    };
    place.map(|place| Astray { address, place })
}

/// What an address is that no server of ours has.
pub(super) fn nowhere(address: IpAddr) -> Option<&'static str> {
    let address = plain(address);
    let is_link_local = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    let is_no_machine = match address {
        IpAddr::V4(address) => address.octets().starts_with(&[0]) || address.is_broadcast(),
        IpAddr::V6(address) => address.is_unspecified(),
    };
    if METADATA.contains(&address) {
        Some("where a cloud machine reads its own credentials")
    } else if is_link_local {
        Some("a link-local address, where cloud machines read their own credentials")
    } else if is_no_machine || address.is_multicast() {
        Some("not the address of a machine")
    } else {
        None
    }
}

/// What an address is that is not a public one; private networks among them.
pub(super) fn not_public(address: IpAddr) -> Option<&'static str> {
    let here = plain(address);
    let is_inside = match here {
        IpAddr::V4(address) => {
            let [first, second, third, _] = address.octets();
            address.is_private()
                // Shared by providers and their customers (RFC 6598), tests (RFC 2544), reserved.
                || (first == 100 && (64..128).contains(&second))
                || (first == 198 && (18..20).contains(&second))
                || (first == 192 && second == 0 && third == 0)
                || address.is_documentation()
                || first >= 240
        }
        IpAddr::V6(address) => {
            let first = address.segments()[0];
            // Unique local, site-local of old, documentation, 6to4 and Teredo, which lead anywhere.
            address.is_unique_local()
                || first & 0xffc0 == 0xfec0
                || (first == 0x2001 && matches!(address.segments()[1], 0 | 0xdb8))
                || first == 0x2002
        }
    };
    if here.is_loopback() {
        Some("this machine itself")
    } else if let Some(place) = nowhere(here) {
        Some(place)
    } else if is_inside {
        Some("in a private or reserved network")
    } else {
        None
    }
}

/// An IPv4 address that is written as IPv6 (mapped, or for NAT64, RFC 6052) is itself.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(long) => match long.segments() {
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                let bits = (u32::from(high) << 16) | u32::from(low);
                IpAddr::V4(Ipv4Addr::from_bits(bits))
            }
            _ => address.to_canonical(),
        },
        IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    async fn leads(host: &str, answer: &[&str]) -> Result<Vec<IpAddr>, Lost> {
        let answer: Vec<IpAddr> = answer.iter().map(|text| text.parse().unwrap()).collect();
        let names = Names::of(move |_| Ok(answer.clone()));
        names.addresses(host).await
    }

    #[tokio::test]
    async fn a_product_may_live_in_any_private_or_public_network() {
        for address in [
            "10.1.2.3",
            "172.16.0.9",
            "192.168.1.2",
            "100.64.0.7",
            "203.0.113.7",
            "fd12:3456::7",
            "2001:db8::7",
        ] {
            let found = leads("jira.example.com", &[address]).await;
            assert_eq!(found, Ok(vec![address.parse().unwrap()]), "{address}");
        }
    }

    #[tokio::test]
    async fn no_name_but_localhost_is_this_machine_and_none_is_a_metadata_service() {
        for address in [
            "127.0.0.1",
            "127.0.0.2",
            "127.255.255.254",
            "::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "0.0.0.0",
            "0.1.2.3",
            "::",
            "169.254.169.254",
            "169.254.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "fe80::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "168.63.129.16",
            "224.0.0.1",
            "255.255.255.255",
            "ff02::1",
        ] {
            for answer in [&[address][..], &["10.1.2.3", address]] {
                for host in ["jira.example.com", "localhost.", "my.localhost", "127.1"] {
                    let found = leads(host, answer).await;
                    let is_told = matches!(found, Err(Lost::Astray(told))
                        if told.address == address.parse::<IpAddr>().unwrap());
                    assert!(is_told, "{host} {answer:?}: {found:?}");
                }
            }
        }
    }

    #[tokio::test]
    async fn localhost_is_this_machine_and_nothing_else() {
        let both = leads("localhost", &["127.0.0.1", "::1"]).await;
        assert_eq!(both.unwrap().len(), 2);
        for address in ["10.1.2.3", "203.0.113.7", "169.254.169.254", "0.0.0.0"] {
            for answer in [&[address][..], &["127.0.0.1", address]] {
                let found = leads("LOCALHOST", answer).await;
                assert!(matches!(found, Err(Lost::Astray(_))), "{answer:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_name_is_asked_for_anew_each_time_so_that_it_cannot_move_unseen() {
        let times = AtomicUsize::new(0);
        let names = Names::of(move |_| {
            let moved = times.fetch_add(1, Ordering::SeqCst) % 2 == 1;
            let address = if moved { "127.0.0.1" } else { "203.0.113.7" };
            Ok(vec![address.parse().unwrap()])
        });
        for _ in 0..500 {
            names.addresses("jira.example.com").await.unwrap();
            let moved = names.addresses("jira.example.com").await.unwrap_err();
            assert!(moved.to_string().contains("127.0.0.1"), "{moved}");
        }
    }

    #[tokio::test]
    async fn a_name_that_nobody_knows_is_no_address() {
        let names = Names::of(|_| Err(io::ErrorKind::NotFound.into()));
        assert_eq!(names.addresses("x.example.com").await, Err(Lost::Unknown));
        assert_eq!(leads("x.example.com", &[]).await, Err(Lost::Unknown));
    }
}
