//! Mail addresses and the names that hold one.
//!
//! An address is split at its last `@`, so that a quoted local part may hold others. The check is
//! of form alone, RFC 5321 without comments, literals in brackets and quoted local parts; that an
//! address is one that receives mail can be known only by sending some.

/// What stands before the last `@`; nothing without one.
pub fn local_part(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(local, _)| local)
}

/// What stands after the last `@`; nothing without one.
pub fn domain(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain)
}

/// The mail address inside the user principal name of an Entra guest: the last `_` before `#EXT#`
/// stands for the `@`. Nothing where the name is none of a guest.
pub fn guest(name: &str) -> Option<String> {
    const MARK: &[u8] = b"#EXT#";
    let mark = name
        .as_bytes()
        .windows(MARK.len())
        .position(|at| at.eq_ignore_ascii_case(MARK))?;
    let (local, domain) = name.get(..mark)?.rsplit_once('_')?;
    Some(format!("{local}@{domain}"))
}

/// The address without `smtp:` or `mailto:` in front and blanks around it, and its domain in lower
/// case; the local part may be read with case by its server and stays.
pub fn normalise(address: &str) -> String {
    let address = address.trim();
    let address = strip_scheme(address, "smtp:").unwrap_or(address);
    let address = strip_scheme(address, "mailto:").unwrap_or(address).trim();
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
        None => address.to_owned(),
    }
}

fn strip_scheme<'a>(address: &'a str, scheme: &str) -> Option<&'a str> {
    let (head, rest) = address.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// The primary address among `proxyAddresses`: the one after a capital `SMTP:`.
pub fn primary<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    addresses
        .into_iter()
        .find_map(|address| address.strip_prefix("SMTP:"))
}

/// Whether the text has the form of an address: one local part of at most 64 bytes, a domain of
/// labels, 254 bytes together; letters beyond ASCII count as letters (RFC 6531).
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    text.len() <= 254 && is_local(local) && is_domain(domain)
}

fn is_local(local: &str) -> bool {
    let is_atom = |atom: &str| !atom.is_empty() && atom.chars().all(is_atom_char);
    local.len() <= 64 && local.split('.').all(is_atom)
}

fn is_atom_char(char: char) -> bool {
    char.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(char)
}

/// Whether the text may stand between two dots of a host's name.
pub(crate) fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .chars()
            .all(|char| char.is_alphanumeric() || char == '-')
}

fn is_domain(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.')
        && domain.split('.').all(is_label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_split_at_the_last_at() {
        let quoted = "\"a@b\"@contoso.example";
        assert_eq!(local_part(quoted), Some("\"a@b\""));
        assert_eq!(domain(quoted), Some("contoso.example"));
        assert_eq!((local_part("jane"), domain("jane")), (None, None));
    }

    #[test]
    fn guest_takes_the_last_underscore() {
        let cases = [
            ("john_doe.com#EXT#@tenant", Some("john@doe.com")),
            ("mary_ann_doe.example#ext#@x", Some("mary_ann@doe.example")),
            ("john#EXT#@tenant", None),
            ("jane@contoso.example", None),
            ("é_#EXT#", Some("é@")),
            ("", None),
        ];
        for (name, expect) in cases {
            assert_eq!(guest(name).as_deref(), expect, "{name}");
        }
    }

    #[test]
    fn normalise_and_primary_know_proxy_addresses() {
        let cases = [
            (
                " SMTP:Jane.Doe@Contoso.EXAMPLE ",
                "Jane.Doe@contoso.example",
            ),
            ("mailto:a@B.example", "a@b.example"),
            ("smtp:", ""),
            ("ünïcode@MÜLLER.example", "ünïcode@müller.example"),
            ("no address", "no address"),
        ];
        for (address, expect) in cases {
            assert_eq!(normalise(address), expect);
        }
        let list = ["smtp:jd@x.example", "X500:/o=x", "SMTP:jane@x.example"];
        assert_eq!(primary(list), Some("jane@x.example"));
        assert_eq!(primary(["smtp:jd@x.example"]), None);
    }

    #[test]
    fn is_address_checks_the_form() {
        let long = format!("{}@x.example", "a".repeat(65));
        for good in [
            "jane.doe+x@contoso.example",
            "o'neill@x.co",
            "ünï@müller.example",
            "a@1.example",
        ] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "jane",
            "@x.example",
            "a@",
            "a@x",
            "a@x..example",
            "a@-x.example",
            "a b@x.example",
            ".a@x.example",
            "a@b@x.example",
            "a@1.2.3.4",
            "a@x.example.",
            "a@x_y.example",
            &long,
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
