//! Path and query of a request, percent-encoded where they must be and readable where they can be.
//!
//! RFC 3986 lets `$ ' ( ) * , / : ; = @ ! ?` stand in a query, and `OData` reads them best that way
//! (`$select=id`). `&`, `#`, `+`, `%`, `;` and white space would change the meaning and are encoded.

use std::fmt::Write as _;

/// A path and query under construction.
///
/// ```
/// use attune_plugin::provider::Path;
/// let path = Path::new("/v1.0/users").segment("a#b@example.com").query("$select", "id,mail");
/// assert_eq!(path.into_string(), "/v1.0/users/a%23b@example.com?$select=id,mail");
/// ```
#[derive(Debug, Clone)]
pub struct Path {
    text: String,
    has_query: bool,
}

impl Path {
    /// Starts with a path that is legal as it stands.
    pub fn new(path: &str) -> Self {
        Self {
            text: path.to_owned(),
            has_query: false,
        }
    }

    /// Adds one segment; a `/` in it is encoded. A segment of dots alone would be taken for a
    /// step up by URL parsers, so callers keep such names out of paths.
    #[must_use]
    pub fn segment(mut self, segment: &str) -> Self {
        self.text.push('/');
        encode(&mut self.text, segment, b"-._~!$&'()*+,;=:@");
        self
    }

    /// Adds one more parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.text.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        encode(&mut self.text, name, b"-._~!$'()*,/:@?");
        self.text.push('=');
        encode(&mut self.text, value, b"-._~!$'()*,/:@?=");
        self
    }

    /// The finished text.
    pub fn into_string(self) -> String {
        self.text
    }
}

fn encode(into: &mut String, text: &str, kept: &[u8]) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            into.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn a_segment_cannot_leave_its_place() {
        let path = Path::new("/users").segment("../a?b#c d%/ü").into_string();
        assert_eq!(path, "/users/..%2Fa%3Fb%23c%20d%25%2F%C3%BC");
    }

    #[test]
    fn a_value_cannot_start_another_parameter() {
        let path = Path::new("/users")
            .query("$filter", "mail eq 'a+b&c#d;e@example.com'")
            .query("$top", "2")
            .into_string();
        assert_eq!(
            path,
            "/users?$filter=mail%20eq%20'a%2Bb%26c%23d%3Be@example.com'&$top=2"
        );
    }

    #[test]
    fn odata_stays_readable() {
        let path = Path::new("/users").query("$expand", "manager($select=id)");
        assert_eq!(path.into_string(), "/users?$expand=manager($select=id)");
    }
}
