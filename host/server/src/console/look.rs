//! How a reader wants to see the console: theme, language, keys and time zone, kept in cookies.
//!
//! They say nothing about the reader that a server would have to keep, so the browser keeps them. What a
//! cookie says that is none of the choices counts for nothing.

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::texts::Language;
use crate::access::Peer;

const NAME: &str = "attune-look";
/// Written by the page's script, which alone can ask the browser; so it has this name with TLS too.
const ZONE: &str = "attune-zone";
const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;

/// How pages are to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look {
    /// `auto`, `light` or `dark`.
    pub(super) theme: &'static str,
    /// `None`: as the browser says.
    pub(super) language: Option<Language>,
    /// Whether single keys do something.
    pub(super) keys: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            theme: "auto",
            language: None,
            keys: true,
        }
    }
}

impl Look {
    /// What the browser keeps.
    pub(super) fn read(headers: &HeaderMap, peer: &Peer) -> Self {
        let kept = cookie(headers, name(peer).0).unwrap_or_default();
        let mut words = kept.split('.');
        let mut next = || words.next().unwrap_or_default();
        Self {
            theme: theme(next()),
            language: Language::of(next()),
            keys: next() != "off",
        }
    }

    /// The header that has the browser keep it.
    pub(super) fn keep(&self, peer: &Peer) -> HeaderValue {
        let (name, secure) = name(peer);
        let theme = self.theme;
        let language = self.language.map_or("", Language::tag);
        let keys = if self.keys { "on" } else { "off" };
        let text = format!(
            "{name}={theme}.{language}.{keys}; Path=/; HttpOnly; SameSite=Lax; Max-Age={YEAR_SECONDS}{secure}"
        );
        HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

/// A theme that there is.
pub(super) fn theme(word: &str) -> &'static str {
    match word {
        "light" => "light",
        "dark" => "dark",
        _ => "auto",
    }
}

/// The browser's time zone, or this machine's.
pub(super) fn zone(headers: &HeaderMap) -> TimeZone {
    let kept = cookie(headers, ZONE).map(|zone| zone.replace("%2F", "/"));
    let zone = kept.and_then(|name| TimeZone::get(&name).ok());
    zone.unwrap_or_else(TimeZone::system)
}

/// What a zone is called; one without a name by how far it is from UTC.
pub(super) fn zone_name(zone: &TimeZone, now: Timestamp) -> String {
    let by_offset = || format!("UTC{}", zone.to_offset(now));
    zone.iana_name().map_or_else(by_offset, str::to_owned)
}

fn name(peer: &Peer) -> (String, &'static str) {
    if peer.is_plain_loopback() {
        (NAME.to_owned(), "")
    } else {
        (format!("__Host-{NAME}"), "; Secure")
    }
}

fn cookie(headers: &HeaderMap, name: impl AsRef<str>) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter();
    let mut pairs = lines.flat_map(|line| line.to_str().unwrap_or_default().split(';'));
    pairs.find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name.as_ref()).then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn peer(host: &str) -> Peer {
        Peer {
            address: IpAddr::from([127, 0, 0, 1]),
            is_tls: false,
            host: host.to_owned(),
        }
    }

    #[test]
    fn what_was_kept_comes_back_and_nothing_else() {
        let look = Look {
            theme: "dark",
            language: Some(Language::German),
            keys: false,
        };
        for host in ["localhost:8088", "attune.example.com"] {
            let peer = peer(host);
            let kept = look.keep(&peer);
            let pair = kept.to_str().unwrap().split(';').next().unwrap();
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, format!("a=b; {pair}").parse().unwrap());
            assert_eq!(Look::read(&headers, &peer), look, "{pair}");
        }
        let mut headers = HeaderMap::new();
        let odd = "attune-look=\"><b>.xx.maybe; attune-zone=Not/AZone";
        headers.insert(header::COOKIE, odd.parse().unwrap());
        assert_eq!(Look::read(&headers, &peer("localhost")), Look::default());
        assert_eq!(zone(&headers), TimeZone::system());
    }

    #[test]
    fn a_zone_is_one_that_there_is() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let named = |cookie: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            zone_name(&zone(&headers), now)
        };
        let here = zone_name(&TimeZone::system(), now);
        for (kept, expected) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("Europe%2FBerlin", "Europe/Berlin"),
            ("Etc/GMT+5", "Etc/GMT+5"),
            ("../../etc/passwd", here.as_str()),
            ("<b>", here.as_str()),
            ("", here.as_str()),
        ] {
            assert_eq!(named(&format!("a=b; attune-zone={kept}")), expected);
        }
        let offset = TimeZone::fixed(jiff::tz::offset(-3));
        assert_eq!(zone_name(&offset, now), "UTC-03");
    }
}
