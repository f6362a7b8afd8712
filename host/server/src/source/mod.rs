//! The source of a connector: a provider adapter, its addresses and credentials, and the
//! conversation between the adapter and the world.
//!
//! The adapter is a pure step function in a sandbox: it is told an event and answers with actions.
//! [`Source::converse`] carries the actions out and hands people over page by page, until the
//! adapter says `complete`.
//!
//! Invariants: events reach the adapter one at a time; at most eight of its requests are under way;
//! what it returns is checked before it is used (slices, keys, slots, sizes, endless paging);
//! without `complete` a conversation is an error, so that an error is never an empty list.
//!
//! Deliberately not here: what is done with people (`sync`), sockets and tokens (`net`).

mod adapter;
mod check;
mod conversation;
mod error;
mod limits;
mod mark;
mod people;
mod requests;
mod spec;
mod wasm;

#[cfg(test)]
mod tests;

pub use adapter::{Adapter, CredentialSlot, EndpointSlot, Goal, Requirements};
pub use check::{Finding, check};
pub use conversation::{Ask, Completion};
pub use error::Error;
pub use people::{Attribute, Document, Image, Page, Person, Picture, Presence, Refused, Relation};
pub use spec::{Endpoint, Source, SourceSpec, names, needs, wants};
pub use wasm::Wasm;
