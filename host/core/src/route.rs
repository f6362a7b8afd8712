//! The route `custom`: User Properties by URL templates of the connector file.
//!
//! `{username}`, `{key}`, `{field}` and `{value}` are filled in, escaped for where they stand: for a
//! URL, or for the media type of the body. Everything else in a template is itself, braces too, so
//! that JSON needs no escape. What was filled in is not looked at again.
//!
//! Deliberately not here: sending, and what an answer means.

use std::fmt::Write as _;

/// The three requests of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRoute {
    /// Sets a value.
    pub write: Call,
    /// Removes it.
    pub clear: Call,
    /// Reads it.
    pub read: Call,
}

/// One request as a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// Path and query below the target's address.
    pub url: String,
    /// Nothing is sent where it is missing.
    pub body: Option<Body>,
    /// Statuses that mean "done"; empty: 200 to 299.
    pub ok: Vec<u16>,
    /// Where in a JSON answer the value is (RFC 6901); missing: the whole answer is the value.
    pub value: Option<String>,
}

/// A body as a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The text.
    pub text: String,
    /// As it is sent: `application/json`.
    pub media_type: String,
    /// How values are escaped in it.
    pub escape: Escape,
}

/// How a value is written so that it stays one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// Percent-encoded: everything that is not unreserved (RFC 3986, 2.3).
    Url,
    /// Inside the quotes of a JSON string.
    Json,
    /// Text or attribute of XML.
    Xml,
    /// As it is.
    Plain,
}

/// What is filled in.
#[derive(Debug, Clone, Copy)]
pub struct Blanks<'a> {
    /// The account's user name.
    pub username: &'a str,
    /// The account's stable key.
    pub key: &'a str,
    /// The property.
    pub field: &'a str,
    /// Empty for `clear` and `read`.
    pub value: &'a str,
}

impl Escape {
    /// By the media type of a body; `None` where we do not know how.
    pub fn of(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default();
        let essence = essence.trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/json" => Some(Self::Json),
            "application/x-www-form-urlencoded" => Some(Self::Url),
            "application/xml" | "text/xml" => Some(Self::Xml),
            "text/plain" => Some(Self::Plain),
            other if other.ends_with("+json") => Some(Self::Json),
            other if other.ends_with("+xml") => Some(Self::Xml),
            _ => None,
        }
    }

    fn push(self, text: &str, out: &mut String) {
        match self {
            Self::Plain => out.push_str(text),
            Self::Json => {
                let quoted = serde_json::Value::from(text).to_string();
                let inside = quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"'));
                out.push_str(inside.unwrap_or_default());
            }
            Self::Xml => {
                for c in text.chars() {
                    match c {
                        '&' => out.push_str("&amp;"),
                        '<' => out.push_str("&lt;"),
                        '>' => out.push_str("&gt;"),
                        '"' => out.push_str("&quot;"),
                        '\'' => out.push_str("&apos;"),
                        c => out.push(c),
                    }
                }
            }
            Self::Url => {
                for byte in text.bytes() {
                    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                        out.push(char::from(byte));
                    } else {
                        // Writing to a string does not fail.
                        let _ = write!(out, "%{byte:02X}");
                    }
                }
            }
        }
    }
}

impl Call {
    /// The URL with its blanks filled in.
    pub fn url(&self, blanks: &Blanks<'_>) -> String {
        fill(&self.url, blanks, Escape::Url)
    }

    /// The body with its blanks filled in.
    pub fn body(&self, blanks: &Blanks<'_>) -> Option<String> {
        let body = self.body.as_ref()?;
        Some(fill(&body.text, blanks, body.escape))
    }

    /// Whether the user name has to be known.
    pub fn names_the_user(&self) -> bool {
        self.mentions("{username}")
    }

    /// Whether URL or body have this blank.
    pub fn mentions(&self, blank: &str) -> bool {
        let body = self.body.as_ref().map(|body| body.text.as_str());
        self.url.contains(blank) || body.is_some_and(|text| text.contains(blank))
    }

    /// Whether an answer of this status means "done".
    pub fn is_ok(&self, status: u16) -> bool {
        if self.ok.is_empty() {
            (200..300).contains(&status)
        } else {
            self.ok.contains(&status)
        }
    }
}

/// Percent-encodes everything that is not unreserved: right in a path and in a query.
pub fn url_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    Escape::Url.push(text, &mut out);
    out
}

fn fill(template: &str, blanks: &Blanks<'_>, escape: Escape) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let known = [
            ("{username}", blanks.username),
            ("{key}", blanks.key),
            ("{field}", blanks.field),
            ("{value}", blanks.value),
        ];
        let found = known
            .iter()
            .find_map(|(blank, text)| Some((from.strip_prefix(blank)?, *text)));
        if let Some((after, text)) = found {
            escape.push(text, &mut out);
            rest = after;
        } else {
            out.push('{');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLANKS: Blanks<'_> = Blanks {
        username: "o'neil&co",
        key: "JIRAUSER10100",
        field: "Cost centre/1",
        value: "{key} \"a\"\n<b>",
    };

    fn call(url: &str, media_type: &str, text: &str) -> Call {
        Call {
            method: "PUT".to_owned(),
            url: url.to_owned(),
            body: Some(Body {
                text: text.to_owned(),
                media_type: media_type.to_owned(),
                escape: Escape::of(media_type).unwrap(),
            }),
            ok: Vec::new(),
            value: None,
        }
    }

    #[test]
    fn blanks_are_escaped_for_where_they_stand() {
        let url = "/rest/x/{field}?user={username}&key={key}";
        let of = |media_type, text| call(url, media_type, text);
        let json = of(
            "application/json; charset=utf-8",
            r#"{"v":"{value}","n":{}}"#,
        );
        assert_eq!(
            json.url(&BLANKS),
            "/rest/x/Cost%20centre%2F1?user=o%27neil%26co&key=JIRAUSER10100"
        );
        assert_eq!(
            json.body(&BLANKS).unwrap(),
            r#"{"v":"{key} \"a\"\n<b>","n":{}}"#
        );
        let form = of(
            "application/x-www-form-urlencoded",
            "v={value}&u={username}",
        );
        assert_eq!(
            form.body(&BLANKS).unwrap(),
            "v=%7Bkey%7D%20%22a%22%0A%3Cb%3E&u=o%27neil%26co"
        );
        let xml = of("application/vnd.x+xml", "<v a='{username}'>{value}</v>");
        assert_eq!(
            xml.body(&BLANKS).unwrap(),
            "<v a='o&apos;neil&amp;co'>{key} &quot;a&quot;\n&lt;b&gt;</v>"
        );
        let plain = of("text/plain", "{value}{{field}");
        assert_eq!(
            plain.body(&BLANKS).unwrap(),
            "{key} \"a\"\n<b>{Cost centre/1"
        );
        assert_eq!(Escape::of("image/png"), None);
    }

    #[test]
    fn a_json_body_stays_json_whatever_the_value_is() {
        let call = call("/", "application/json", r#"{"value":"{value}"}"#);
        for value in [
            "\"",
            "\\",
            "\u{0}\u{1f}",
            "\u{2028}",
            "\"},{\"x\":\"",
            "{value}",
        ] {
            let body = call.body(&Blanks { value, ..BLANKS }).unwrap();
            let json: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(json.get("value").unwrap(), value);
        }
    }

    #[test]
    fn a_status_is_ok_by_the_list_or_by_its_first_digit() {
        let mut call = call("/{username}", "text/plain", "");
        assert!(call.is_ok(204) && !call.is_ok(404));
        call.ok = vec![200, 404];
        assert!(call.is_ok(404) && !call.is_ok(204));
        assert!(call.names_the_user() && !call.mentions("{value}"));
    }
}
