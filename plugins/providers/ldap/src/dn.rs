//! Distinguished names in one spelling, so that a manager's DN meets the person's own.
//!
//! Servers differ in white space round `,` and `=`, in upper case of types, and in how a character
//! is escaped (`\,` or `\2C`). RFC 4514 is read, `\,` is written. Deliberately not here: the case of
//! values, which the host ignores when it compares names, and schema rules.

/// One `type=value`; a value that is given as `#hex` stays as it is.
type Pair = (String, String);

/// The DN in its one spelling; `None` when the text is no DN. The empty DN is the root.
pub(crate) fn canonical(dn: &str) -> Option<String> {
    let parts = parse(dn)?;
    let spelt: Vec<String> = parts.iter().map(|rdn| spell(rdn)).collect();
    Some(spelt.join(","))
}

/// How many levels `dn` is below `base`: 0 for the base itself, `None` for elsewhere.
pub(crate) fn levels_below(dn: &str, base: &str) -> Option<usize> {
    let lower = |text: &str| -> Option<Vec<String>> {
        let parts = parse(text)?;
        Some(parts.iter().map(|rdn| spell(rdn).to_lowercase()).collect())
    };
    let (dn, base) = (lower(dn)?, lower(base)?);
    dn.ends_with(&base).then(|| dn.len() - base.len())
}

/// The upper end of a DN that names a domain or an organisation and no place in it: the tree.
pub(crate) fn tree_of(dn: &str) -> String {
    let parts = parse(dn).unwrap_or_default();
    let is_upper = |rdn: &Vec<Pair>| {
        let mut kinds = rdn.iter().map(|(kind, _)| kind.as_str());
        kinds.all(|kind| matches!(kind, "dc" | "o" | "c"))
    };
    let upper = parts.iter().rev().take_while(|rdn| is_upper(rdn)).count();
    let upper = if upper == 0 { parts.len() } else { upper };
    let parts = parts.iter().skip(parts.len() - upper);
    let spelt: Vec<String> = parts.map(|rdn| spell(rdn)).collect();
    spelt.join(",")
}

fn parse(dn: &str) -> Option<Vec<Vec<Pair>>> {
    if dn.trim().is_empty() {
        return Some(Vec::new());
    }
    split(dn, ',')
        .into_iter()
        .map(|rdn| split(rdn, '+').into_iter().map(pair).collect())
        .collect()
}

/// Pieces between unescaped separators.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == separator {
            pieces.push(text.get(start..at).unwrap_or_default());
            start = at + c.len_utf8();
        }
    }
    pieces.push(text.get(start..).unwrap_or_default());
    pieces
}

fn pair(text: &str) -> Option<Pair> {
    let (kind, value) = text.split_once('=')?;
    let kind = kind.trim();
    let is_kind = kind.starts_with(|c: char| c.is_ascii_alphanumeric())
        && kind
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
    if !is_kind {
        return None;
    }
    let value = value.trim_start();
    if value.starts_with('#') {
        return Some((kind.to_ascii_lowercase(), value.trim_end().to_owned()));
    }
    Some((kind.to_ascii_lowercase(), escape(&unescape(value)?)))
}

/// The value behind its escapes; trailing white space counts only where it is escaped.
fn unescape(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut kept = 0;
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            if byte != b' ' {
                kept = bytes.len();
            }
            continue;
        }
        let first = rest.next()?;
        match char::from(first).to_digit(16) {
            Some(high) => {
                let low = char::from(rest.next()?).to_digit(16)?;
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            None => bytes.push(first),
        }
        kept = bytes.len();
    }
    bytes.truncate(kept);
    String::from_utf8(bytes).ok()
}

fn escape(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut escaped = String::with_capacity(value.len());
    for (place, c) in value.chars().enumerate() {
        let is_syntax = matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=');
        let is_edge = (place == 0 && matches!(c, ' ' | '#')) || (place == last && c == ' ');
        if c == '\0' {
            escaped.push_str("\\00");
            continue;
        }
        if is_syntax || is_edge {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn spell(rdn: &[Pair]) -> String {
    let mut pairs: Vec<String> = rdn
        .iter()
        .map(|(kind, value)| format!("{kind}={value}"))
        .collect();
    // The pairs of one level have no order.
    pairs.sort();
    pairs.join("+")
}

#[cfg(test)]
mod tests {
    use super::{canonical, levels_below, tree_of};

    #[test]
    fn spellings_of_one_dn_are_one() {
        let spellings = [
            r"CN=M\C3\BCller\, Ada,ou=People,DC=example,dc=com",
            r"cn=Müller\2C Ada , OU = People,dc=example, dc=com",
            r"cn=Müller\2c Ada,ou=People,dc=example,dc=com",
        ];
        for spelling in spellings {
            assert_eq!(
                canonical(spelling).unwrap(),
                r"cn=Müller\, Ada,ou=People,dc=example,dc=com"
            );
        }
    }

    #[test]
    fn edges_and_several_pairs_keep_their_meaning() {
        assert_eq!(canonical(r"cn=\ a\ ").unwrap(), r"cn=\ a\ ");
        assert_eq!(canonical(r"cn=\#1").unwrap(), r"cn=\#1");
        assert_eq!(canonical("uid=a+cn=b,dc=x").unwrap(), "cn=b+uid=a,dc=x");
        assert_eq!(canonical(r"cn=a\+b\=c").unwrap(), r"cn=a\+b\=c");
        assert_eq!(canonical("").unwrap(), "");
    }

    #[test]
    fn what_is_no_dn_is_nothing() {
        for text in [
            "ada",
            "ada@example.com",
            "=x",
            "cn=a,",
            ",cn=a",
            "c n=a",
            "cn=a\\",
            r"cn=\zz",
            r"cn=\ff",
        ] {
            let read = canonical(text);
            // `\zz` is an escaped z: some writers escape what needs none.
            assert!(read.is_none() || text == r"cn=\zz", "{text}: {read:?}");
        }
    }

    #[test]
    fn the_tree_is_the_domain_or_the_organisation() {
        assert_eq!(
            tree_of("OU=people, DC=corp,dc=example"),
            "dc=corp,dc=example"
        );
        assert_eq!(tree_of("ou=people,o=Example,c=DE"), "o=Example,c=DE");
        assert_eq!(tree_of("ou=people,ou=x"), "ou=people,ou=x");
        assert_eq!(tree_of(""), "");
    }

    #[test]
    fn levels_are_counted_without_case() {
        let base = "OU=people,dc=example,dc=com";
        assert_eq!(levels_below("ou=People, DC=example,dc=com", base), Some(0));
        assert_eq!(
            levels_below("uid=a,ou=people,dc=example,dc=com", base),
            Some(1)
        );
        assert_eq!(
            levels_below("uid=a,ou=x,ou=people,dc=example,dc=com", base),
            Some(2)
        );
        assert_eq!(levels_below("uid=a,ou=staff,dc=example,dc=com", base), None);
        assert_eq!(
            levels_below(r"uid=a\,ou=people,dc=example,dc=com", base),
            None
        );
        assert_eq!(levels_below("dc=com", ""), Some(1));
    }
}
