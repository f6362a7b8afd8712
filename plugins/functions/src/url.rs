//! Addresses of web pages.
//!
//! A check of form alone: whether anything answers there is not asked. User names and passwords in
//! an address are refused, because what everybody sees is no place for them. Deliberately not here:
//! other schemes, relative addresses, a normal form.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::mail::is_label;

/// Whether the text has the form of a web address: `http://` or `https://`, a name or an IP address,
/// a port if need be, and behind it no blank and none of `"`, `<`, `>`, `\`, `^`, `{`, `|`, `}` and
/// the backtick, which are written as `%22` and so on; letters beyond ASCII are letters (RFC 3987).
pub fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let is_web = ["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    is_web && is_authority(authority) && path.chars().all(is_path_char)
}

fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        // The last colon of an IPv6 address stands inside its brackets.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    is_host(host) && port.is_none_or(is_port)
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

fn is_host(host: &str) -> bool {
    let inside = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    if let Some(address) = inside {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    host.len() <= 253 && host.split('.').all(is_label)
}

fn is_path_char(char: char) -> bool {
    !char.is_whitespace() && !char.is_control() && !"\"<>\\^`{|}".contains(char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_url_checks_the_form() {
        let long = format!("https://{}example", "a.".repeat(130));
        for good in [
            "https://contoso.example",
            "HTTP://Contoso.example:8080/team/a?id=7&x=%20#top",
            "https://intranet/people",
            "https://münchen.example/straße",
            "http://192.0.2.7/",
            "https://[2001:db8::7]:8443/x",
            "https://contoso.example?x",
        ] {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "",
            "contoso.example",
            "www.contoso.example/x",
            "https://",
            "https:///x",
            "https://a..b",
            "https://-a.example",
            "https://a b.example",
            "https://contoso.example/a b",
            "https://contoso.example/\u{a0}",
            "https://contoso.example/<x>",
            "https://contoso.example:",
            "https://contoso.example:+80",
            "https://contoso.example:70000",
            "https://jane:secret@contoso.example",
            "https://192.0.2.700",
            "https://[2001:db8::7",
            "https://[x]",
            "ftp://contoso.example",
            "javascript:alert(1)",
            "mailto:jane@contoso.example",
            &long,
        ] {
            assert!(!is_url(bad), "{bad}");
        }
    }
}
