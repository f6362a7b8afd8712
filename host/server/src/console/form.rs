//! Fields of forms, as browsers send them.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};

use super::refused::Refused;
use crate::fault::Failure;

/// The fields of a form, in their order; a name may come several times.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The value of a field; empty where there is none.
    pub(super) fn one(&self, name: &str) -> &str {
        let mut all = self.0.iter();
        let found = all.find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// Every value of a field.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.0.iter().filter(move |(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Every field, in the order of the form.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a box was ticked.
    pub(super) fn has(&self, name: &str) -> bool {
        !self.one(name).is_empty()
    }

    /// The same, of a query or a body.
    pub(super) fn of(text: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(text).into_owned().collect())
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let body = Bytes::from_request(request, state).await;
        let wrong = |_| Failure::of("request", "the form did not come whole");
        Ok(Self::of(&body.map_err(wrong)?))
    }
}

/// An address on this host that somebody is sent back to; what would lead elsewhere leads to the
/// beginning.
pub(super) fn back(wanted: &str) -> &str {
    let is_plain = |c: char| c.is_ascii_graphic() && c != '\\';
    let is_ours = wanted.starts_with('/') && !wanted.starts_with("//");
    if is_ours && wanted.chars().all(is_plain) {
        wanted
    } else {
        "/"
    }
}

/// A name as a part of an address.
pub(super) fn encoded(name: &str) -> String {
    let encoded = askama::filters::urlencode_strict(name);
    match encoded {
        Ok(encoded) => encoded.0.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for wanted in ["/runs?after=1", "/people/demo/a%2Fb", "/"] {
            assert_eq!(back(wanted), wanted);
        }
        for wanted in [
            "",
            "runs",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "/a\r\nset-cookie: x=y",
            "javascript:alert(1)",
        ] {
            assert_eq!(back(wanted), "/", "{wanted:?}");
        }
    }

    #[test]
    fn fields_keep_their_order_and_come_several_times() {
        let fields = Fields::of(b"held=a&held=b+c&code=x%3D1&empty=");
        assert_eq!(fields.all("held").collect::<Vec<_>>(), ["a", "b c"]);
        assert_eq!((fields.one("code"), fields.one("none")), ("x=1", ""));
        assert!(fields.has("code") && !fields.has("empty") && !fields.has("none"));
    }
}
