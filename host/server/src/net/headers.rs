//! Which headers a plugin may set.
//!
//! What says who is asking, from where, for which host, how long the message is or which method it
//! really has, is the host's. `x-forwarded-*`, method overrides and the API-key headers are in the
//! list because proxies and products believe them. Everything else is free, because providers need
//! it (`ConsistencyLevel`, `Prefer`, `Accept`).

use super::Error;

const HEADERS_MAX: usize = 64;
const HEADER_BYTES_MAX: usize = 8 * 1024;

const HOST_ONLY: &[&str] = &[
    "accept-encoding",
    "api-key",
    "apikey",
    "authentication",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dpop",
    "expect",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "impersonate-user",
    "keep-alive",
    "max-forwards",
    "origin",
    "private-token",
    "referer",
    "remote-user",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "www-authenticate",
    "x-api-key",
    "x-auth-token",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-method",
    "x-original-url",
    "x-real-ip",
    "x-remote-user",
    "x-rewrite-url",
    "x-user",
];

const HOST_ONLY_PREFIXES: &[&str] = &["proxy-", "sec-", "x-forwarded", "access-control-"];

/// Checks the headers of a plugin's request; `own` is the header that carries the credential.
pub fn admit_guest_headers(headers: &[(String, String)], own: Option<&str>) -> Result<(), Error> {
    if headers.len() > HEADERS_MAX {
        return Err(Error::refused(format!("more than {HEADERS_MAX} headers")));
    }
    for (name, value) in headers {
        let lower = name.to_ascii_lowercase();
        check_form(name, value)?;
        let is_own = own.is_some_and(|own| own.eq_ignore_ascii_case(name));
        let by_prefix = HOST_ONLY_PREFIXES.iter().any(|p| lower.starts_with(p));
        if is_own || by_prefix || HOST_ONLY.contains(&lower.as_str()) {
            return Err(Error::refused(format!(
                "the header {lower:?} is set by the host alone"
            )));
        }
    }
    Ok(())
}

/// A name is a token (RFC 9110, 5.6.2), a value is visible ASCII, space and tab.
pub(super) fn check_form(name: &str, value: &str) -> Result<(), Error> {
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(Error::refused(format!(
            "{:?} is not the name of a header",
            name.chars().take(80).collect::<String>()
        )));
    }
    let is_plain = |b: u8| b == b'\t' || (0x20..0x7f).contains(&b);
    if name.len() + value.len() > HEADER_BYTES_MAX || !value.bytes().all(is_plain) {
        return Err(Error::refused(format!(
            "the value of the header {name:?} has control characters, letters outside ASCII or \
             more than {HEADER_BYTES_MAX} bytes"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(name: &str, value: &str) -> Result<(), Error> {
        admit_guest_headers(&[(name.to_owned(), value.to_owned())], Some("X-Own"))
    }

    #[test]
    fn what_providers_need_is_free() {
        for name in [
            "ConsistencyLevel",
            "Prefer",
            "Accept",
            "Content-Type",
            "x-org-id",
        ] {
            admit(name, "eventual").unwrap();
        }
    }

    #[test]
    fn what_is_the_hosts_is_refused_in_any_case_of_letters() {
        let hosts = [
            "Authorization",
            "COOKIE",
            "Host",
            "content-length",
            "Transfer-Encoding",
            "connection",
            "Proxy-Authorization",
            "proxy-connection",
            "TE",
            "Upgrade",
            "Expect",
            "X-Forwarded-For",
            "x-forwarded-host",
            "X-HTTP-Method-Override",
            "x-own",
            "X-Original-URL",
        ];
        for name in hosts {
            let refusal = admit(name, "x").unwrap_err();
            assert_eq!(refusal.kind(), "request-refused", "{name}");
        }
    }

    #[test]
    fn line_ends_and_odd_names_are_refused() {
        for (name, value) in [
            ("Prefer", "a\r\nAuthorization: x"),
            ("Prefer", "a\nb"),
            ("Prefer", "a\0b"),
            ("Prefer", "caf\u{e9}"),
            ("", "x"),
            ("Pre fer", "x"),
            ("Prefer:", "x"),
            ("Prefer\r\nHost", "x"),
            (" authorization", "x"),
        ] {
            assert!(admit(name, value).is_err(), "{name:?} {value:?}");
        }
        let long = "x".repeat(9000);
        assert!(admit("Prefer", &long).is_err());
    }
}
