//! What the host tells an adapter, and what an adapter may ask of the host.
//!
//! Plain mirrors of the contract's records, so that adapters and their tests need no bindings.
//! Deliberately not here: extension events; [`super::dispatch`] answers them with an unchanged
//! turn, as the contract asks.

use crate::Problem;

/// One thing that happened in a conversation.
#[derive(Debug, Clone)]
pub enum Event {
    /// The conversation starts.
    Begin(Begin),
    /// An answer to one of the adapter's requests.
    Replied(Reply),
    /// A timer that the adapter asked for.
    Woke(u32),
}

/// What a conversation is for.
#[derive(Debug, Clone)]
pub struct Begin {
    /// What to find out.
    pub goal: Goal,
    /// The selectors that rows and scope mention.
    pub wanted: Vec<String>,
    /// List only the members of these groups; empty means everyone.
    pub groups: Vec<String>,
}

/// The goal of a conversation.
#[derive(Debug, Clone)]
pub enum Goal {
    /// A complete listing.
    Everyone,
    /// What changed since a checkpoint of this adapter.
    ChangesSince(String),
    /// These people, by key, user name, address or relation; each is delivered or `absent`.
    People(Vec<String>),
    /// Pictures by key, with the mark that the host already has (empty: none).
    Pictures(Vec<(String, String)>),
    /// Does it work, and if not, what is missing?
    Probe,
    /// So many people with every attribute, and what the schema tells.
    Discover(u32),
}

/// An answer to a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Any HTTP status, after the host's own retries.
    Http(HttpResponse),
    /// One page of an LDAP search, any result code.
    Ldap(LdapPage),
    /// There is no answer.
    Failed(Failure),
}

impl Reply {
    /// The id of the request that this answers.
    pub fn id(&self) -> u32 {
        match self {
            Self::Http(response) => response.id,
            Self::Ldap(page) => page.id,
            Self::Failed(failure) => failure.id,
        }
    }
}

/// An HTTP answer.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The request's id.
    pub id: u32,
    /// The status as sent.
    pub status: u16,
    /// Names and values in the order of arrival.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The first header of that name, without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The values of every header of that name, without case, in the order of arrival.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// One page of an LDAP search.
#[derive(Debug, Clone)]
pub struct LdapPage {
    /// The request's id.
    pub id: u32,
    /// The LDAP result code; only 0 is success.
    pub code: u32,
    /// The server's own words.
    pub diagnostic: String,
    /// Entries in the server's order.
    pub entries: Vec<LdapEntry>,
    /// The cookie of the next page; empty after the last one.
    pub cookie: Vec<u8>,
}

/// One LDAP entry.
#[derive(Debug, Clone)]
pub struct LdapEntry {
    /// The distinguished name as the server spells it.
    pub dn: String,
    /// Attribute names with their values, in the server's order.
    pub attributes: Vec<(String, Vec<Vec<u8>>)>,
}

/// Why a request has no answer.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The request's id.
    pub id: u32,
    /// connect, tls, timeout, refused, too-large, sign-in, paging-lost, cancelled; open.
    pub kind: String,
    /// The host's words.
    pub detail: String,
}

impl Failure {
    /// The problem that a missing answer to `what` is.
    pub fn problem(&self, what: &str) -> Problem {
        let code = match self.kind.as_str() {
            "sign-in" | "paging-lost" | "cancelled" => self.kind.as_str(),
            "refused" | "too-large" => "bad-answer",
            _ => "unavailable",
        };
        let message = format!("no answer to {what} ({}): {}", self.kind, self.detail);
        Problem::new(code, message).at(what)
    }
}

/// A request to the outside.
#[derive(Debug, Clone)]
pub enum Request {
    /// An HTTP request.
    Http(HttpRequest),
    /// One page of an LDAP search.
    Ldap(LdapSearch),
}

impl Request {
    /// The id that the answer will carry.
    pub fn id(&self) -> u32 {
        match self {
            Self::Http(request) => request.id,
            Self::Ldap(search) => search.id,
        }
    }
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locator {
    /// An endpoint slot, then path and query.
    Endpoint(String, String),
    /// An endpoint slot, then an absolute link of a reply; the host takes it on that slot's
    /// scheme, host and port only.
    Link(String, String),
}

/// An HTTP request; the host adds the slot's credential.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// Chosen by the adapter; the reply carries it.
    pub id: u32,
    /// `GET`, `POST`, ...
    pub method: String,
    /// Where to.
    pub locator: Locator,
    /// Names and values; credentials are the host's.
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
    /// The scopes that this request needs, of those that the slot's grant names; its token then has
    /// these and no others. Empty for all of them.
    pub scopes: Vec<String>,
}

impl HttpRequest {
    /// A `GET` that accepts JSON.
    pub fn get(id: u32, locator: Locator) -> Self {
        Self {
            id,
            method: "GET".to_owned(),
            locator,
            headers: vec![("Accept".to_owned(), "application/json".to_owned())],
            body: Vec::new(),
            scopes: Vec::new(),
        }
    }

    /// The same request with a token of this scope only.
    #[must_use]
    pub fn scope(mut self, scope: &str) -> Self {
        self.scopes.push(scope.to_owned());
        self
    }

    /// The same request with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// How deep an LDAP search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LdapScope {
    /// The base entry alone.
    Base,
    /// The base's children.
    OneLevel,
    /// The base and everything below.
    Subtree,
}

/// One page of an LDAP search.
#[derive(Debug, Clone)]
pub struct LdapSearch {
    /// Chosen by the adapter; the reply carries it.
    pub id: u32,
    /// The endpoint slot.
    pub endpoint: String,
    /// The base DN.
    pub base: String,
    /// How deep.
    pub scope: LdapScope,
    /// An RFC 4515 filter.
    pub filter: String,
    /// Attributes to return.
    pub attributes: Vec<String>,
    /// Attributes that are bytes, besides those which always are.
    pub binary: Vec<String>,
    /// Entries per page.
    pub page_size: u32,
    /// The cookie of the page before; empty for the first page.
    pub cookie: Vec<u8>,
}
