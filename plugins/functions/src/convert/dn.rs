//! Distinguished names: their parts, and how a value is escaped in one (RFC 4514).
//!
//! Also read: values in quotes and spaces round `=` and `,`, as RFC 2253 allows them. A value
//! written as `#` and hex stays as it is written: its bytes are BER. Deliberately not here:
//! comparing names, which needs the schema.

use super::Error;

/// A name taken apart: for each component its attribute values, more than one where `+` joins them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dn(Vec<Vec<(String, String)>>);

/// Whether components of type `dc` count from the right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DcRule {
    /// They do.
    #[default]
    Count,
    /// They are left out first; Connect's third argument `"DC"`.
    Ignore,
}

impl Dn {
    /// Takes a name apart; an empty one has no components.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut components = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let mut values = Vec::new();
            loop {
                let (pair, end, after) = pair(rest)?;
                values.push(pair);
                rest = after;
                match end {
                    Some('+') => {}
                    Some(_) if rest.trim().is_empty() => {
                        return Err(Error::NotADn("it ends with a comma"));
                    }
                    _ => break,
                }
            }
            components.push(values);
        }
        Ok(Self(components))
    }

    /// Component `number` from the left, counted from 1: its first value. Connect: `DNComponent`.
    pub fn component(&self, number: i64) -> Option<&str> {
        self.component_counted(number, DcRule::Count)
    }

    /// [`Dn::component`] with a say in what counts.
    pub fn component_counted(&self, number: i64, dc: DcRule) -> Option<&str> {
        self.0
            .iter()
            .filter(|values| dc == DcRule::Count || !is_dc(values))
            .nth(index(number)?)
            .and_then(|values| first(values))
    }

    /// Component `number` from the right, counted from 1. Connect: `DNComponentRev`.
    pub fn component_rev(&self, number: i64, dc: DcRule) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .filter(|values| dc == DcRule::Count || !is_dc(values))
            .nth(index(number)?)
            .and_then(|values| first(values))
    }

    /// All values of an attribute, from the left; its name is compared without case.
    pub fn values(&self, attribute: &str) -> Vec<&str> {
        self.0
            .iter()
            .flatten()
            .filter(|(name, _)| name.eq_ignore_ascii_case(attribute))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// How many components there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The empty name: the root.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn index(number: i64) -> Option<usize> {
    usize::try_from(number.checked_sub(1)?).ok()
}

fn first(values: &[(String, String)]) -> Option<&str> {
    values.first().map(|(_, value)| value.as_str())
}

fn is_dc(values: &[(String, String)]) -> bool {
    values
        .first()
        .is_some_and(|(name, _)| name.eq_ignore_ascii_case("dc"))
}

type Pair<'t> = ((String, String), Option<char>, &'t str);

/// One `attribute=value`, what ended it, and what follows.
fn pair(text: &str) -> Result<Pair<'_>, Error> {
    let (name, rest) = text
        .split_once('=')
        .ok_or(Error::NotADn("a part of it has no `=`"))?;
    let name = name.trim();
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b';' | b'_'));
    if !is_name {
        return Err(Error::NotADn("what stands before a `=` is no attribute"));
    }
    let rest = rest.trim_start_matches(' ');
    let (value, end, after) = match rest.strip_prefix('"') {
        Some(quoted) => quoted_value(quoted)?,
        None => plain_value(rest)?,
    };
    Ok(((name.to_owned(), value), end, after))
}

type Ended<'t> = (String, Option<char>, &'t str);

fn plain_value(text: &str) -> Result<Ended<'_>, Error> {
    let mut value = Vec::new();
    // Spaces at the end are not part of the value, unless one is escaped.
    let mut kept = 0;
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let after = rest.get(char.len_utf8()..).unwrap_or_default();
        match char {
            ',' | '+' | ';' => {
                value.truncate(kept);
                return Ok((decoded(value)?, Some(char), after));
            }
            '\\' => {
                rest = escaped(after, &mut value)?;
                kept = value.len();
                continue;
            }
            '"' => return Err(Error::NotADn("a quote stands inside a value")),
            _ => value.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        if char != ' ' {
            kept = value.len();
        }
        rest = after;
    }
    value.truncate(kept);
    Ok((decoded(value)?, None, rest))
}

fn quoted_value(text: &str) -> Result<Ended<'_>, Error> {
    let mut value = Vec::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let after = rest.get(char.len_utf8()..).unwrap_or_default();
        match char {
            '"' => {
                let after = after.trim_start_matches(' ');
                let end = after.chars().next();
                let next = after
                    .get(end.map_or(0, char::len_utf8)..)
                    .unwrap_or_default();
                return match end {
                    None | Some(',' | '+' | ';') => Ok((decoded(value)?, end, next)),
                    Some(_) => Err(Error::NotADn("text follows a closing quote")),
                };
            }
            '\\' => rest = escaped(after, &mut value)?,
            _ => {
                value.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
            }
        }
    }
    Err(Error::NotADn("a quote is not closed"))
}

/// What stands behind a backslash: two hex digits, or one character that is meant itself.
fn escaped<'t>(text: &'t str, value: &mut Vec<u8>) -> Result<&'t str, Error> {
    let hex = text
        .get(..2)
        .filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if let Some(byte) = hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
        value.push(byte);
        return Ok(text.get(2..).unwrap_or_default());
    }
    let char = text
        .chars()
        .next()
        .ok_or(Error::NotADn("it ends with a backslash"))?;
    value.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(text.get(char.len_utf8()..).unwrap_or_default())
}

fn decoded(value: Vec<u8>) -> Result<String, Error> {
    if value.contains(&0) {
        return Err(Error::Null);
    }
    String::from_utf8(value).map_err(|_| Error::NotADn("escaped bytes are no UTF-8"))
}

/// A value as it stands in a name: special characters with a backslash.
pub fn escape_value(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (index, char) in value.chars().enumerate() {
        let is_special = matches!(char, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=')
            || (index == 0 && matches!(char, ' ' | '#'))
            || (index == last && char == ' ');
        if char == '\0' {
            out.push_str("\\00");
            continue;
        }
        if is_special {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

/// A component, `cn=` and a value, with the value escaped. Connect: `EscapeDNComponent`.
pub fn escape_component(component: &str) -> String {
    match component.split_once('=') {
        Some((name, value)) => format!("{name}={}", escape_value(value)),
        None => escape_value(component),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOE: &str = "cn=Joe,ou=Atlanta,ou=GA,ou=US, dc=contoso,dc=com";

    #[test]
    fn components_count_from_either_end() {
        let dn = Dn::parse(JOE).unwrap();
        assert_eq!(dn.len(), 6);
        assert_eq!(dn.component(1), Some("Joe"));
        assert_eq!(dn.component_rev(3, DcRule::Count), Some("US"));
        assert_eq!(dn.component_rev(1, DcRule::Ignore), Some("US"));
        assert_eq!(dn.values("OU"), ["Atlanta", "GA", "US"]);
        for number in [0, -1, i64::MIN, 7, i64::MAX] {
            assert_eq!(dn.component(number), None, "{number}");
            assert_eq!(dn.component_rev(number, DcRule::Count), None, "{number}");
        }
        assert!(Dn::parse("").unwrap().is_empty());
    }

    #[test]
    fn escapes_quotes_and_spaces_are_read() {
        let cases = [
            (r"cn=Doe\, Jane,dc=x", "Doe, Jane"),
            (r"cn=Doe\2C Jane", "Doe, Jane"),
            (r"cn=Lu\C4\8Di\C4\87", "Lučić"),
            (r#"cn="Doe, Jane" , dc=x"#, "Doe, Jane"),
            ("cn= Jane  , dc=x", "Jane"),
            (r"cn=Jane\ ,dc=x", "Jane "),
            ("cn=a+sn=b,dc=x", "a"),
            ("cn=", ""),
            ("cn=#0403", "#0403"),
            ("2.5.4.3=Jane", "Jane"),
        ];
        for (text, expect) in cases {
            assert_eq!(
                Dn::parse(text).unwrap().component(1),
                Some(expect),
                "{text}"
            );
        }
        for wrong in [
            "Joe",
            "cn=Joe,",
            "cn=Joe,x",
            r"cn=\",
            r#"cn="a"#,
            r#"cn="a"b"#,
            r"cn=\ff",
            "=a",
            "c n=a",
            "cn=a\"b",
            "cn=a+",
        ] {
            assert_eq!(Dn::parse(wrong).unwrap_err().code(), "not-a-dn", "{wrong}");
        }
    }

    #[test]
    fn escaping_is_undone_by_reading() {
        assert_eq!(escape_component("cn=Doe, Jane"), r"cn=Doe\, Jane");
        for value in [
            "Doe, Jane",
            " #a ",
            "#",
            " ",
            "a=b+c\"<>;\\",
            "\u{1}x",
            "東京",
            "a  b",
        ] {
            let text = format!("cn={},dc=x", escape_value(value));
            assert_eq!(
                Dn::parse(&text).unwrap().component(1),
                Some(value),
                "{text}"
            );
        }
    }
}
