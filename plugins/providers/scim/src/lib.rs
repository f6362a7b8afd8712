//! Any SCIM 2.0 service as a source (RFC 7643, RFC 7644, cursor paging of RFC 9865).
//!
//! `everyone` lists `/Users` page by page, `people` asks for single users, `changes-since` lists
//! whom the service changed after a moment of its own clock. What rows mention is asked for with
//! `attributes`, where the service takes that; a person's document is a slice of the answer.
//!
//! Services differ in all that the standard leaves open, so nothing here relies on it: a
//! configuration may be missing, a page may be shorter than asked for, a question may be refused.
//! Invariant: where a service moves people between pages, or holds fewer than it says, the listing
//! ends with a problem or begins again; it never completes without them. Deliberately not here:
//! writes, `/Bulk`, `/Me`, and who was deleted since a moment, which SCIM does not tell.

mod attributes;
mod changes;
mod conversation;
mod discover;
mod groups;
mod list;
mod listing;
mod lookup;
mod members;
mod options;
mod person;
mod pictures;
mod probe;
mod reading;
mod reply;
mod scope;
mod service;
mod walk;

#[cfg(test)]
mod tests;

use attune_plugin::Problem;
use attune_plugin::provider::{Event, Manifest, Provider, Requirements, Turn};

pub use conversation::Conversation;
pub use options::Options;

attune_plugin::export_provider!(Scim);

/// The adapter.
#[derive(Debug)]
pub struct Scim;

impl Provider for Scim {
    type Options = Options;
    type State = Conversation;

    fn manifest() -> Manifest {
        options::manifest()
    }

    fn needs(options: &Options) -> Result<Requirements, Problem> {
        Ok(options.needs())
    }

    fn advance(
        options: &Options,
        mut state: Conversation,
        now_ms: f64,
        event: Event,
        turn: &mut Turn,
    ) -> Result<Conversation, Problem> {
        match event {
            Event::Begin(begin) => state.begin(options, begin, turn)?,
            Event::Replied(reply) => state.replied(reply, now_ms, turn)?,
            Event::Woke(_) => {}
        }
        state.go_on(turn);
        Ok(state)
    }
}
