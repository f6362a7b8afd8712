//! A request as a stand-in receives it, and the reply it gives.
//!
//! Both are plain data: a stand-in answers synchronously from its state, and the server around
//! it (`stand`) does the waiting, the logging and the damage.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use url::form_urlencoded;

/// The largest request body that is read.
const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;

/// What a stand-in is asked.
#[derive(Clone, Debug)]
pub struct Received {
    pub(crate) method: Method,
    /// Still percent-encoded.
    pub(crate) path: String,
    /// Still percent-encoded, without the question mark.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    /// Reads the request to its end; a body that breaks off counts as empty.
    pub(crate) async fn read(request: Request<Body>) -> Self {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, BODY_BYTES_MAX).await;
        Self {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head.headers,
            body: body.unwrap_or_default(),
        }
    }

    /// A request that is there as a whole; headers that no client could send are left out.
    pub(crate) fn whole(
        (method, place): (&str, &str),
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Self {
        let (path, query) = place.split_once('?').unwrap_or((place, ""));
        let pairs = headers.iter().filter_map(|(name, value)| {
            let name = HeaderName::try_from(name.as_str()).ok()?;
            Some((name, HeaderValue::try_from(value.as_str()).ok()?))
        });
        Self {
            method: Method::try_from(method).unwrap_or_default(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: pairs.collect(),
            body: body.into(),
        }
    }

    /// A header as text; `None` where it is missing or not text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The decoded query parameters in their order.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes())
            .into_owned()
            .collect()
    }

    /// The first query parameter of this name.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The path below `base`, cut at slashes and then decoded; `None` outside of it.
    pub(crate) fn segments(&self, base: &str) -> Option<Vec<String>> {
        let below = self.path.strip_prefix(base)?.strip_prefix('/')?;
        Some(below.split('/').map(decoded).collect())
    }

    /// The first cookie of this name.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.header("cookie")?.split(';');
        let mut pairs = cookies.filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }

    /// The first field of this name in a form's body.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        if !self.has_content_type("application/x-www-form-urlencoded") {
            return None;
        }
        form_urlencoded::parse(&self.body)
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// Whether the body is said to be of this media type.
    pub(crate) fn has_content_type(&self, wanted: &str) -> bool {
        let given = self.header("content-type").unwrap_or_default();
        let essence = given.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case(wanted)
    }
}

/// Percent-decoding without the plus rule of forms; what is no escape stays as it is.
fn decoded(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = (*first == b'%').then(|| after.get(..2)).flatten();
        let value = escape
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(value.unwrap_or(*first));
        rest = match value {
            Some(_) => after.get(2..).unwrap_or_default(),
            None => after,
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What a stand-in answers.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The kind of request, as the log counts it.
    pub(crate) class: &'static str,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    /// Whether the stand-in's state is another one now.
    pub(crate) is_applied: bool,
}

/// The class of a request that the stand-in does not know.
pub(crate) const UNKNOWN_ROUTE: &str = "unknown route";

impl Reply {
    pub(crate) fn json(class: &'static str, status: u16, body: String) -> Self {
        let json = ("content-type", "application/json;charset=UTF-8".to_owned());
        Self {
            class,
            status,
            headers: vec![json],
            body,
            is_applied: false,
        }
    }

    pub(crate) fn text(class: &'static str, status: u16, body: impl Into<String>) -> Self {
        let text = ("content-type", "text/html;charset=UTF-8".to_owned());
        Self {
            headers: vec![text],
            ..Self::json(class, status, body.into())
        }
    }

    pub(crate) fn empty(class: &'static str, status: u16) -> Self {
        Self {
            headers: Vec::new(),
            ..Self::json(class, status, String::new())
        }
    }

    /// The refusal of a route that the original does not have or the stand-in does not play.
    pub(crate) fn unknown_route(received: &Received) -> Self {
        let text = format!("unknown route: {} {}", received.method, received.path);
        Self::text(UNKNOWN_ROUTE, 501, text)
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(kept, _)| *kept != name);
        self.headers.push((name, value.into()));
        self
    }

    /// With a header more, beside others of its name.
    pub(crate) fn and(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Marks the reply as one that changed the state.
    pub(crate) fn applied(mut self) -> Self {
        self.is_applied = true;
        self
    }
}

/// The part of a stand-in that its server asks: state and rules, no waiting.
pub trait Program: Send + Sync + 'static {
    /// Does what the request says and answers it.
    fn answer(&self, received: &Received) -> Reply;

    /// An error of this status in the program's own form, for scripted faults.
    fn refusal(&self, status: u16) -> Reply;
}
