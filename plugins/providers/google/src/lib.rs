//! Google Workspace and Cloud Identity as a source: people from the Directory API, without any I/O
//! here.
//!
//! `everyone` pages through `users.list`, held against the members of groups where there are any;
//! `people` gets single users; `pictures` gets the pictures that are not the known ones. What rows
//! mention is asked for and nothing else; the manager comes as a relation. A person's document is a
//! slice of Google's own answer.
//!
//! Invariant: a page that is cut, foreign or odd ends the conversation with a problem; only a
//! listing that was followed to its very end completes. Deliberately not here: changes since a
//! checkpoint, because the API has no such listing (its push channels need a server that Google can
//! reach); the goal answers `unsupported`, and the host lists completely instead.

mod attributes;
mod base64;
mod conversation;
mod discovery;
mod groups;
mod listing;
mod lookup;
mod members;
mod options;
mod person;
mod pictures;
mod probe;
mod reading;
mod reply;
mod slowdown;

#[cfg(test)]
mod tests;

use attune_plugin::Problem;
use attune_plugin::provider::{Event, Manifest, Provider, Requirements, Turn};

pub use conversation::Conversation;
pub use options::Options;

attune_plugin::export_provider!(Google);

/// The adapter.
#[derive(Debug)]
pub struct Google;

impl Provider for Google {
    type Options = Options;
    type State = Conversation;

    fn manifest() -> Manifest {
        options::manifest()
    }

    fn needs(options: &Options) -> Result<Requirements, Problem> {
        options.needs()
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
