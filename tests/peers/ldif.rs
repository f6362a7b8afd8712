//! LDIF (RFC 2849), as much of it as loading and reading a directory takes.
//!
//! What is written is base64 throughout: no value of a person can then be syntax. What is read is
//! the output of `ldapsearch -LLL -o ldif-wrap=no`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// One entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its distinguished name as the server spells it.
    pub(crate) dn: String,
    /// Attributes in the server's order, one pair a value.
    pub(crate) values: Vec<(String, Vec<u8>)>,
}

impl Entry {
    /// An entry with these attributes.
    pub(crate) fn new(dn: impl Into<String>, values: &[(&str, &str)]) -> Self {
        let dn = dn.into();
        let mut entry = Self {
            dn,
            values: Vec::new(),
        };
        for (name, value) in values {
            entry.push(name, value.as_bytes());
        }
        entry
    }

    /// Adds a value; an empty one is none in LDAP.
    pub(crate) fn push(&mut self, name: &str, value: &[u8]) {
        if !value.is_empty() {
            self.values.push((name.to_owned(), value.to_vec()));
        }
    }

    /// The first value of an attribute as text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let found = self
            .values
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        String::from_utf8(found.1.clone()).ok()
    }

    /// The entry as LDIF, with an empty line at its end.
    pub(crate) fn write(&self, out: &mut String) {
        let dn = ("dn".to_owned(), self.dn.clone().into_bytes());
        for (name, value) in std::iter::once(&dn).chain(&self.values) {
            out.push_str(name);
            out.push_str(":: ");
            out.push_str(&STANDARD.encode(value));
            out.push('\n');
        }
        out.push('\n');
    }
}

/// Reads what `ldapsearch` printed.
pub(crate) fn read(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for block in text.split("\n\n") {
        let mut entry = Entry::default();
        for line in block.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, rest)) = line.split_once(':') else {
                continue;
            };
            let value = match rest.strip_prefix(": ") {
                Some(encoded) => STANDARD.decode(encoded).expect("base64"),
                None => rest.trim_start().as_bytes().to_vec(),
            };
            if name == "dn" {
                entry.dn = String::from_utf8(value).expect("a name in UTF-8");
            } else {
                entry.values.push((name.to_owned(), value));
            }
        }
        if !entry.dn.is_empty() {
            entries.push(entry);
        }
    }
    entries
}

#[test]
fn what_is_written_is_read_again() {
    let mut entry = Entry::new("cn=Jürgen\\2C A,dc=example,dc=com", &[("cn", "Jürgen, A ")]);
    entry.push("jpegPhoto", b"\xff\xd8\n\n\x00");
    let mut text = String::new();
    entry.write(&mut text);
    assert_eq!(read(&text), [entry]);
}
