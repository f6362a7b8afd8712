//! The provider side: an adapter is a small state machine that does no I/O.
//!
//! An adapter implements [`Provider`]. The host tells it an [`Event`]; it answers with a new state
//! and with actions on the [`Turn`]: requests to send, people to deliver, completion. Credentials,
//! tokens, retries, sockets and time are the host's. The same code runs natively in tests, where
//! [`script`] plays the host.
//!
//! Invariant: a step is pure, so the same arguments give the same turn. Deliberately not here: the
//! adapters themselves, and what every one of them would have to know about the wire.

pub mod date;
pub mod dispatch;
pub mod json;
#[cfg(not(target_family = "wasm"))]
pub mod mutation;
#[cfg(not(target_family = "wasm"))]
pub mod script;

mod action;
mod agenda;
mod event;
mod export;
mod held;
mod path;
mod requirement;
mod seen;
mod selector;
mod trail;

pub use action::{
    Action, Attribute, Document, Finding, Image, Person, Picture, Presence, Relation, Turn,
};
pub use agenda::Agenda;
pub use event::{
    Begin, Event, Failure, Goal, HttpRequest, HttpResponse, LdapEntry, LdapPage, LdapScope,
    LdapSearch, Locator, Reply, Request,
};
pub use export::Component;
pub use held::Held;
pub use path::Path;
pub use requirement::{CredentialSlot, EndpointSlot, Requirements, TokenGrant};
pub use seen::Seen;
pub use selector::{first_steps, second_steps, steps};
pub use trail::Trail;

pub use crate::wit::transform::attune::plugin::types::Manifest;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Problem;
use crate::wit::transform::attune::plugin::types::FunctionSpec;

/// How many requests of one conversation the host keeps under way at once.
pub const REQUESTS_AT_ONCE: usize = 8;

/// An adapter to one kind of directory.
///
/// One conversation begins with [`Event::Begin`] and ends with [`Turn::complete`] or a
/// [`Problem`]. Without `complete` nothing may be concluded from an absence, so an adapter that
/// cannot be sure answers with a problem.
pub trait Provider {
    /// `[source] options` of the connector file; already checked against the manifest's schema.
    type Options: DeserializeOwned;
    /// What the conversation remembers between turns; at most 1 MiB when written as JSON.
    type State: Serialize + DeserializeOwned + Default;

    /// Id, version, and one function named like the id: the schema of the options.
    fn manifest() -> Manifest;

    /// The endpoints and credentials that a connector file must give for these options.
    fn needs(options: &Self::Options) -> Result<Requirements, Problem>;

    /// One step. `now_ms` is Unix time; a problem ends the conversation without completion.
    fn advance(
        options: &Self::Options,
        state: Self::State,
        now_ms: f64,
        event: Event,
        turn: &mut Turn,
    ) -> Result<Self::State, Problem>;
}

/// The manifest of an adapter: one function, named like the id, that holds the options' schema.
pub fn manifest(id: &str, version: &str, summary: &str, options_schema: &str) -> Manifest {
    Manifest {
        id: id.to_owned(),
        version: version.to_owned(),
        summary: summary.to_owned(),
        functions: vec![FunctionSpec {
            name: id.to_owned(),
            summary: summary.to_owned(),
            options_schema: options_schema.to_owned(),
            examples: "[]".to_owned(),
            uses: Vec::new(),
            extra: Vec::new(),
        }],
        extra: Vec::new(),
    }
}
