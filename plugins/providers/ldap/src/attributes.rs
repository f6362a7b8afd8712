//! Attribute names: which are asked for, which hold bytes. Names are compared without case.

use attune_plugin::Problem;
use attune_plugin::provider::{LdapEntry, first_steps};

use crate::Options;

/// Bytes by name, never by content: the contract's list.
const ALWAYS_BINARY: [&str; 5] = [
    "objectGUID",
    "objectSid",
    "jpegPhoto",
    "thumbnailPhoto",
    "userCertificate",
];

/// Whether a text can be an attribute description: a name or an OID, then `;options`.
pub(crate) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ';' | '_'))
}

/// What the wanted selectors and the adapter itself read.
pub(crate) fn of_wanted(wanted: &[String], options: &Options) -> Result<Vec<String>, Problem> {
    let own = [options.key.as_str(), options.username.as_str(), "mail"];
    let mut names: Vec<String> = Vec::new();
    let mentioned = first_steps(wanted.iter().map(String::as_str));
    let own = own.into_iter().map(str::to_owned);
    for name in own.chain(options.modified.clone()).chain(mentioned) {
        if !is_name(&name) {
            let message = format!("`{name}` is no LDAP attribute name");
            return Err(Problem::new("options", message).at(name));
        }
        if !names.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
            names.push(name);
        }
    }
    Ok(names)
}

/// The names among `asked` that hold bytes, and those that the option names.
pub(crate) fn binary(asked: &[String], options: &Options) -> Vec<String> {
    let mut names = options.binary.clone();
    for name in asked.iter().filter(|name| is_binary(name)) {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.clone());
        }
    }
    names
}

/// Whether an attribute always holds bytes.
pub(crate) fn is_binary(name: &str) -> bool {
    let (base, tags) = name.split_once(';').unwrap_or((name, ""));
    ALWAYS_BINARY
        .iter()
        .any(|known| known.eq_ignore_ascii_case(base))
        || tags
            .split(';')
            .any(|tag| tag.eq_ignore_ascii_case("binary"))
}

/// The values of an attribute of an entry, also of one that comes in several pieces.
pub(crate) fn values<'e>(entry: &'e LdapEntry, name: &str) -> impl Iterator<Item = &'e [u8]> {
    let named = entry.attributes.iter();
    let named = named.filter(move |(given, _)| given.eq_ignore_ascii_case(name));
    named.flat_map(|(_, values)| values.iter().map(Vec::as_slice))
}

/// The values of an attribute that are text.
pub(crate) fn texts<'e>(entry: &'e LdapEntry, name: &str) -> impl Iterator<Item = &'e str> {
    values(entry, name).filter_map(|value| std::str::from_utf8(value).ok())
}

#[cfg(test)]
mod tests {
    use super::{is_binary, is_name};

    #[test]
    fn binary_is_known_by_name() {
        for name in [
            "objectguid",
            "JPEGPHOTO",
            "userCertificate;binary",
            "x;Binary;y",
        ] {
            assert!(is_binary(name), "{name}");
        }
        for name in ["uid", "description;lang-de", "binary"] {
            assert!(!is_binary(name), "{name}");
        }
    }

    #[test]
    fn names_are_descriptions_of_rfc_4512() {
        for name in [
            "cn",
            "2.5.4.3",
            "cn;lang-de",
            "msDS-cloudExtensionAttribute1",
        ] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "*", "+", "a b", "cn)(uid=*", ";x", "ü"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
