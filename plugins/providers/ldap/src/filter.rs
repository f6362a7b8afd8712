//! Search filters (RFC 4515): values escaped, parts composed.
//!
//! Invariant: a value never becomes syntax. Besides what the RFC demands, control characters and
//! everything that is not ASCII go as escaped bytes, which every parser reads alike.

use std::fmt::Write as _;

/// `(name=value)`, equality.
pub(crate) fn equals(name: &str, value: &[u8]) -> String {
    format!("({name}={})", escape(value))
}

/// `(name=bytes)`, equality; every byte is escaped, as it is no text.
pub(crate) fn equals_bytes(name: &str, bytes: &[u8]) -> String {
    let mut filter = format!("({name}=");
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(filter, "\\{byte:02x}");
    }
    filter.push(')');
    filter
}

/// A value in which nothing is syntax.
fn escape(value: &[u8]) -> String {
    let mut escaped = String::new();
    for &byte in value {
        if matches!(byte, b' '..=b'~') && !matches!(byte, b'(' | b')' | b'*' | b'\\') {
            escaped.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "\\{byte:02x}");
        }
    }
    escaped
}

/// Whether any of these holds.
pub(crate) fn any(parts: &[String]) -> String {
    format!("(|{})", parts.concat())
}

/// Whether all of these hold.
pub(crate) fn all(parts: &[String]) -> String {
    format!("(&{})", parts.concat())
}

/// Whether a text is one filter in its parentheses. In values parentheses are escaped, so every
/// one that is seen is syntax.
pub(crate) fn is_one(filter: &str) -> bool {
    let mut depth = 0_u32;
    for (at, c) in filter.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return false,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1 == filter.len();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{equals, escape, is_one};

    #[test]
    fn syntax_in_a_value_is_escaped() {
        assert_eq!(
            equals("uid", "a*)(uid=\\\0ü".as_bytes()),
            r"(uid=a\2a\29\28uid=\5c\00\c3\bc)"
        );
    }

    #[test]
    fn no_value_ever_breaks_out() {
        // 10,000 values of four characters, most of them syntax.
        let alphabet = ['(', ')', '*', '\\', '\0', '&', '|', '!', '=', 'ä'];
        for round in 0..10_000_usize {
            let value: String = (0..4)
                .map(|place| alphabet[round / 10_usize.pow(place) % 10])
                .collect();
            let filter = equals("uid", value.as_bytes());
            assert!(is_one(&filter), "{filter}");
            let inner = escape(value.as_bytes());
            assert!(!inner.contains(['(', ')', '*', '\0']), "{inner}");
        }
    }

    #[test]
    fn one_filter_is_told_from_none_and_two() {
        assert!(is_one("(uid=x)"));
        assert!(is_one("(&(a=b)(|(c=d)(e=f)))"));
        for filter in [
            "",
            "uid=x",
            "(uid=x",
            "uid=x)",
            "(a=b)(c=d)",
            "(a=b))",
            ")(",
        ] {
            assert!(!is_one(filter), "{filter}");
        }
    }
}
