//! Requests that another site makes a browser send (CSRF).
//!
//! A cookie comes along with any request, so one that changes something must have been made by our own
//! page. Browsers say so in `Sec-Fetch-Site`, older ones in `Origin`; a request that says neither was
//! not made by a browser's page, and has no business with a cookie. Bearer tokens are never sent by
//! themselves, so requests with one are not asked.

use axum::http::request::Parts;
use axum::http::{Method, header};
use url::Url;

use super::peer::Peer;
use crate::fault::Failure;

/// Whether a method may change something.
pub(super) fn is_unsafe(method: &Method) -> bool {
    !matches!(method, &Method::GET | &Method::HEAD | &Method::OPTIONS)
}

/// Refuses what our own pages did not send.
pub(super) fn check(parts: &Parts, peer: &Peer) -> Result<(), Failure> {
    let text = |name: &str| {
        let mut all = parts.headers.get_all(name).iter();
        let first = all.next().map(|value| value.to_str().unwrap_or("?"));
        // Two are none that a browser sends.
        first.map(|word| if all.next().is_some() { "?" } else { word })
    };
    let why = match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some("same-origin"), _) => return Ok(()),
        (Some(_), _) => "another site's page made the browser send this request",
        (None, Some(origin)) if is_own(origin, peer) => return Ok(()),
        (None, Some(_)) => "the request comes from a page of another site",
        (None, None) => "the request does not say which page sent it",
    };
    Err(Failure::of("cross-site", why))
}

/// Whether an origin is that of the request's own host and port.
fn is_own(origin: &str, peer: &Peer) -> bool {
    let Ok(origin) = Url::parse(origin) else {
        return false;
    };
    let scheme = origin.scheme();
    if peer.is_tls && scheme != "https" || !matches!(scheme, "http" | "https") {
        return false;
    }
    // The request's own host, read as if it stood in the same place.
    let Ok(own) = Url::parse(&format!("{scheme}://{}", peer.host)) else {
        return false;
    };
    origin.host() == own.host() && origin.port_or_known_default() == own.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn is_let_in(host: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method("POST").uri("/x");
        request = request.header("host", host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let peer = Peer::of(&parts, &[]);
        check(&parts, &peer).is_ok()
    }

    #[test]
    fn what_another_site_makes_a_browser_send_is_refused() {
        let host = "attune.example.com";
        for forged in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://attune.example.com"),
            ],
            &[
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-site", "cross-site"),
            ],
            &[("origin", "https://evil.example.com")],
            &[("origin", "https://attune.example.com.evil.example")],
            &[("origin", "https://attune.example.com:8443")],
            &[("origin", "ftp://attune.example.com")],
            &[("origin", "null")],
            &[("origin", "")],
            &[("referer", "https://attune.example.com/")],
            &[],
        ] {
            assert!(!is_let_in(host, forged), "{forged:?}");
        }
        assert!(is_let_in(host, &[("sec-fetch-site", "same-origin")]));
        assert!(is_let_in(host, &[("origin", "https://attune.example.com")]));
        assert!(is_let_in(
            "127.0.0.1:8088",
            &[("origin", "http://127.0.0.1:8088")]
        ));
        assert!(!is_let_in(
            "127.0.0.1:8088",
            &[("origin", "http://127.0.0.1:9999")]
        ));
        assert!(!is_let_in("", &[("origin", "http://")]));
    }

    #[test]
    fn what_only_reads_is_not_asked() {
        assert!(!is_unsafe(&Method::GET) && !is_unsafe(&Method::HEAD));
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert!(is_unsafe(&method));
        }
    }
}
