//! A request as a caller states it, and as it goes over the wire.
//!
//! [`Request`] holds no secret and no origin: the slot adds both. [`Outgoing`] is what a
//! [`Send`](super::Send) gets; its `Debug` shows neither query, body nor credential.

use std::fmt;

use bytes::Bytes;
use secrecy::SecretString;
use url::Url;

use super::Origin;

/// Most that is read of one answer, after decompression.
pub(super) const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The methods that we speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Read by a form or a query, or write.
    Post,
    /// Write.
    Put,
    /// Write a part.
    Patch,
    /// Remove.
    Delete,
}

impl Method {
    /// The method as a plugin names it: it may only read.
    pub fn for_guest(name: &str) -> Option<Self> {
        match name {
            "GET" => Some(Self::Get),
            "POST" => Some(Self::Post),
            _ => None,
        }
    }

    /// The method of this word.
    pub fn named(word: &str) -> Option<Self> {
        let all = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];
        all.into_iter().find(|method| method.as_str() == word)
    }

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Whether a request may go out a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It only reads, or does the same when done twice: repeated after any passing failure.
    Safe,
    /// It writes: repeated only where the first one surely did nothing. An answer that was lost
    /// is [`Error::Ambiguous`](super::Error::Ambiguous).
    IfUnsent,
}

/// Where on the slot's origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locator {
    /// Path and query below the slot's address.
    Path(String),
    /// Absolute link from an answer.
    Link(String),
}

/// What a caller asks of a slot.
#[derive(Debug, Clone)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where.
    pub locator: Locator,
    /// Besides those that the host adds.
    pub headers: Vec<(String, String)>,
    /// May be empty.
    pub body: Bytes,
    /// Whether it may be sent twice.
    pub repeat: Repeat,
    /// An answer with a larger body is [`Error::TooLarge`](super::Error::TooLarge).
    pub body_bytes_max: usize,
    /// The scopes that its token has; empty for all that the slot's grant names.
    pub scopes: Vec<String>,
}

impl Request {
    /// Reads a path; repeated where that helps.
    pub fn get(path: impl Into<String>) -> Self {
        Self::of(Method::Get, path, Repeat::Safe)
    }

    /// Writes; repeated only where nothing was sent.
    pub fn write(method: Method, path: impl Into<String>) -> Self {
        Self::of(method, path, Repeat::IfUnsent)
    }

    /// Any method on a path.
    pub fn of(method: Method, path: impl Into<String>, repeat: Repeat) -> Self {
        Self {
            method,
            locator: Locator::Path(path.into()),
            headers: Vec::new(),
            body: Bytes::new(),
            repeat,
            body_bytes_max: BODY_BYTES_MAX,
            scopes: Vec::new(),
        }
    }

    /// With one header more.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With a body of that media type.
    #[must_use]
    pub fn with_body(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.with_header("content-type", media_type)
    }
}

/// A whole answer.
#[derive(Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Lower-case names; those that are not text are left out.
    pub headers: Vec<(String, String)>,
    /// Decompressed.
    pub body: Bytes,
    /// How often it was sent to get this answer.
    pub attempts: u32,
}

impl Response {
    /// An answer as a script or a test gives it.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            attempts: 1,
        }
    }

    /// With one header more.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }

    /// Where a redirect leads, which nobody follows: the origin, without path and query.
    pub fn redirect(&self) -> Option<String> {
        if !matches!(self.status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let place = self.header("location").and_then(|at| Url::parse(at).ok());
        let origin = place.as_ref().and_then(Origin::of);
        Some(origin.map_or_else(|| "another page".to_owned(), |origin| origin.to_string()))
    }

    /// 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Response")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A checked request with its credential, ready to go.
#[derive(Clone)]
pub struct Outgoing {
    /// How.
    pub method: Method,
    /// Whole address; its origin was checked.
    pub url: Url,
    /// Without the credential.
    pub headers: Vec<(String, String)>,
    /// Name and value of the header that carries the credential.
    pub credential: Option<(String, SecretString)>,
    /// May be empty.
    pub body: Bytes,
    /// Limit of the answer's body, after decompression.
    pub body_bytes_max: usize,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Outgoing")
            .field("method", &self.method.as_str())
            .field("host", &self.url.host_str())
            .field("path", &self.url.path())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
