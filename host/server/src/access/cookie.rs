//! The session's cookie.
//!
//! `__Host-attune` is sent back to this host alone, by TLS alone, and never with a request that another
//! site began. A browser takes no such name without TLS: where the address line says this machine
//! itself (`http://127.0.0.1:8088`), the cookie is `attune` and not `Secure`. Other services on this
//! machine's ports would be sent it too, as always with cookies.

use axum::http::{HeaderMap, HeaderValue, header};

use super::peer::Peer;

/// The name for browsers elsewhere.
const NAME: &str = "__Host-attune";
/// The name without TLS, on this machine.
const PLAIN: &str = "attune";

fn name(peer: &Peer) -> (&'static str, &'static str) {
    if peer.is_plain_loopback() {
        (PLAIN, "")
    } else {
        (NAME, "; Secure")
    }
}

/// The header that keeps a session; it ends with the browser, or earlier.
pub(super) fn set(secret: &str, peer: &Peer) -> HeaderValue {
    let (name, secure) = name(peer);
    header_of(&format!(
        "{name}={secret}; Path=/; HttpOnly; SameSite=Strict{secure}"
    ))
}

/// The header that ends one.
pub(super) fn clear(peer: &Peer) -> HeaderValue {
    let (name, secure) = name(peer);
    header_of(&format!(
        "{name}=; Path=/; HttpOnly; SameSite=Strict{secure}; Max-Age=0"
    ))
}

fn header_of(text: &str) -> HeaderValue {
    let value = HeaderValue::from_str(text);
    let mut value = value.unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// The header that binds a sign-in elsewhere to this browser. It must come along when that other site
/// sends the browser back, and works for nothing else.
pub(super) fn set_away(secret: &str, peer: &Peer) -> HeaderValue {
    let (name, secure) = name(peer);
    header_of(&format!(
        "{name}-away={secret}; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age=600"
    ))
}

/// The header that ends that.
pub(super) fn clear_away(peer: &Peer) -> HeaderValue {
    let (name, secure) = name(peer);
    header_of(&format!(
        "{name}-away=; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age=0"
    ))
}

/// What the browser sends of that.
pub(super) fn read_away(headers: &HeaderMap, peer: &Peer) -> Option<String> {
    read_named(headers, &format!("{}-away", name(peer).0))
}

/// What the browser sends.
pub(super) fn read(headers: &HeaderMap, peer: &Peer) -> Option<String> {
    read_named(headers, name(peer).0)
}

fn read_named(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter();
    let mut pairs = lines.flat_map(|line| line.to_str().unwrap_or_default().split(';'));
    pairs.find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name && !value.is_empty()).then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn peer(host: &str, is_tls: bool) -> Peer {
        Peer {
            address: IpAddr::from([127, 0, 0, 1]),
            is_tls,
            host: host.to_owned(),
        }
    }

    #[test]
    fn a_cookie_is_bound_to_the_host_and_to_tls_but_on_this_machine_itself() {
        let text = |peer: &Peer| set("s3cret", peer).to_str().unwrap().to_owned();
        let bound = "__Host-attune=s3cret; Path=/; HttpOnly; SameSite=Strict; Secure";
        assert_eq!(text(&peer("attune.example.com", false)), bound);
        assert_eq!(text(&peer("localhost", true)), bound);
        let plain = "attune=s3cret; Path=/; HttpOnly; SameSite=Strict";
        assert_eq!(text(&peer("localhost:8088", false)), plain);
        let ended = clear(&peer("attune.example.com", false));
        assert!(ended.to_str().unwrap().ends_with("; Secure; Max-Age=0"));
        assert!(!format!("{:?}", set("s3cret", &peer("x", false))).contains("s3cret"));
    }

    #[test]
    fn the_name_without_a_prefix_counts_on_this_machine_alone() {
        let mut headers = HeaderMap::new();
        let value = "a=b; attune=one; __Host-attune=two";
        headers.insert(header::COOKIE, value.parse().unwrap());
        let found = |host| read(&headers, &peer(host, false));
        assert_eq!(found("localhost").as_deref(), Some("one"));
        assert_eq!(found("attune.example.com").as_deref(), Some("two"));
        assert_eq!(read(&HeaderMap::new(), &peer("localhost", false)), None);
    }
}
