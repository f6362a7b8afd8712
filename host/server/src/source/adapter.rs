//! The adapter as the conversation sees it: the records of the plugin contract, by name and shape.
//!
//! Everything that knows how a component is called stays behind [`Adapter`]; tests put a function
//! there. What an adapter returns is hostile until `people` and `requests` have checked it.

use attune_core::Problem;
use attune_core::selector::Names;
use bytes::Bytes;

use super::people::{Attribute, Presence, Relation};
use crate::net::ldap;

/// What an adapter needs before it can be spoken to.
#[derive(Debug, Clone, Default)]
pub struct Requirements {
    /// Addresses.
    pub endpoints: Vec<EndpointSlot>,
    /// Credentials.
    pub credentials: Vec<CredentialSlot>,
    /// Attributes that it reads whatever rows mention.
    pub attributes: Vec<String>,
    /// How selectors meet the members of its JSON documents.
    pub names: Names,
}

/// A place for an address.
#[derive(Debug, Clone, Default)]
pub struct EndpointSlot {
    /// Its name in `[source.endpoint]`.
    pub name: String,
    /// What for.
    pub purpose: String,
    /// Nothing works without it.
    pub required: bool,
    /// Used where the connector gives none; may be empty.
    pub default_url: String,
    /// Name of the credential that signs its requests; may be empty.
    pub credential: String,
}

/// A place for a credential.
#[derive(Debug, Clone, Default)]
pub struct CredentialSlot {
    /// Its name in `[source.credential]`.
    pub name: String,
    /// What for.
    pub purpose: String,
    /// Nothing works without it.
    pub required: bool,
    /// Those that fit, best first.
    pub kinds: Vec<String>,
    /// How tokens are obtained.
    pub grant: Option<TokenGrant>,
    /// `header` and `prefix` say how an API token is sent.
    pub extra: Vec<(String, String)>,
}

/// Where tokens come from; `{slot}` stands for a slot's address.
#[derive(Debug, Clone, Default)]
pub struct TokenGrant {
    /// Endpoint slot.
    pub endpoint: String,
    /// Path of the token endpoint.
    pub path: String,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Whom an assertion is for.
    pub audience: String,
    /// Further fields.
    pub parameters: Vec<(String, String)>,
}

/// What a conversation is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// A complete listing.
    Everyone,
    /// What changed since a checkpoint.
    ChangesSince(String),
    /// Keys, user names or addresses; at most 100.
    People(Vec<String>),
    /// Keys and the marks that we have; at most 100.
    Pictures(Vec<(String, String)>),
    /// Do addresses, credentials and permissions work?
    Probe,
    /// So many people with every attribute.
    Discover(u32),
}

/// What an adapter is told.
#[derive(Debug, Clone)]
pub enum Event {
    /// A conversation begins.
    Begin {
        /// What for.
        goal: Goal,
        /// Selectors that rows and scope mention.
        wanted: Vec<String>,
        /// Only the members of these; empty: everyone.
        groups: Vec<String>,
    },
    /// An answer.
    Replied {
        /// Of which request.
        id: u32,
        /// What came.
        reply: Reply,
    },
    /// A wait is over.
    Woke(u32),
}

/// What came of a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An HTTP answer of any status.
    Http {
        /// HTTP status.
        status: u16,
        /// Lower-case names.
        headers: Vec<(String, String)>,
        /// Decompressed.
        body: Bytes,
    },
    /// A page of a directory.
    Ldap(ldap::Page),
    /// No answer.
    Failed {
        /// `connect`, `tls`, `timeout`, ...
        kind: &'static str,
        /// In words.
        detail: String,
    },
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locator {
    /// Slot, path and query.
    Endpoint(String, String),
    /// Slot, absolute link from an answer.
    Link(String, String),
}

/// A request that an adapter wants sent.
#[derive(Debug, Clone)]
pub enum Request {
    /// Over HTTP.
    Http {
        /// The adapter's name for it.
        id: u32,
        /// `GET` or `POST`.
        method: String,
        /// Where.
        locator: Locator,
        /// Besides the host's.
        headers: Vec<(String, String)>,
        /// May be empty.
        body: Vec<u8>,
        /// The scopes that it needs, of those of its slot's grant; empty for all of them.
        scopes: Vec<String>,
    },
    /// To a directory.
    Ldap {
        /// The adapter's name for it.
        id: u32,
        /// Slot.
        endpoint: String,
        /// What is searched.
        search: ldap::Search,
    },
}

/// A document as an adapter points to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentAt {
    /// Start and end in the body of the reply that the turn answers.
    Slice(u32, u32),
    /// Index in the directory page that the turn answers.
    Entry(u32),
    /// The document itself.
    Json(String),
    /// None.
    Nothing,
}

/// A person as an adapter delivers them.
#[derive(Debug, Clone)]
pub struct PersonAt {
    /// Stable key.
    pub key: String,
    /// User name, addresses, distinguished name.
    pub names: Vec<String>,
    /// Changes with the document; may be empty.
    pub revision: String,
    /// Whole, partial or gone.
    pub presence: Presence,
    /// Whether groups and options let them take part, where the adapter knows.
    pub in_scope: Option<bool>,
    /// Their document.
    pub document: DocumentAt,
    /// Further documents, hung in under a member.
    pub parts: Vec<(String, DocumentAt)>,
    /// Other people.
    pub relations: Vec<Relation>,
}

/// A picture as an adapter points to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageAt {
    /// As we have it.
    Unchanged,
    /// There is none.
    Missing,
    /// In the body of the reply.
    Slice(u32, u32),
    /// The bytes.
    Bytes(Vec<u8>),
    /// To be fetched without a credential.
    Link(String),
}

/// Somebody's picture.
#[derive(Debug, Clone)]
pub struct PictureAt {
    /// Whose.
    pub key: String,
    /// Changes with the picture.
    pub mark: String,
    /// As the provider says.
    pub media_type: String,
    /// The picture.
    pub image: ImageAt,
}

/// One line of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What was looked at.
    pub name: String,
    /// As it should be.
    pub ok: bool,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub fix: String,
}

/// What an adapter wants done.
#[derive(Debug, Clone)]
pub enum Action {
    /// Send a request.
    Send(Request),
    /// Take these people.
    Deliver(Vec<PersonAt>),
    /// These do not exist.
    Absent(Vec<String>),
    /// Take these pictures.
    Pictures(Vec<PictureAt>),
    /// Say so in a check.
    Finding(Found),
    /// Attributes that there are.
    Attributes(Vec<Attribute>),
    /// Say `woke(id)` after so many milliseconds.
    WakeAfter(u32, u32),
    /// Endpoint slot, and the Unix milliseconds before which nothing more goes there.
    HoldOff(String, f64),
    /// Where changes go on, if this conversation completes.
    Checkpoint(String),
    /// Everything was delivered: so many people who are not gone.
    Complete(u32),
    /// It cannot be done.
    Abort(Problem),
    /// Something of a later contract.
    Extension(String),
}

/// What an adapter answers to an event.
#[derive(Debug, Clone, Default)]
pub struct Turn {
    /// Given back at the next event.
    pub state: Vec<u8>,
    /// In order.
    pub actions: Vec<Action>,
}

/// Why a step of an adapter did not happen.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The adapter said so.
    Problem(Problem),
    /// The plugin itself failed (trap, deadline, memory): code and words.
    Plugin {
        /// `plugin-timeout`, `plugin-trap`, ...
        code: String,
        /// In words.
        message: String,
    },
}

/// A provider adapter with its options. Both calls block for as long as the sandbox computes.
pub trait Adapter: Send + Sync {
    /// The slots that it has.
    fn needs(&self) -> Result<Requirements, Fault>;

    /// One step: same arguments, same turn.
    fn advance(&self, state: &[u8], now_ms: f64, event: &Event) -> Result<Turn, Fault>;
}
