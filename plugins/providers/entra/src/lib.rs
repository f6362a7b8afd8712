//! Microsoft Entra ID as a source: people from Microsoft Graph v1.0, without any I/O here.
//!
//! `everyone` lists `/users` (or the members of groups), `changes-since` asks the delta query,
//! `people` looks up single names. What rows mention is selected and nothing else; the manager
//! comes as a relation. A person's document is a slice of Graph's own answer.
//!
//! Invariant: a page that is cut, foreign or odd ends the conversation with a problem; only a
//! listing that was followed to its very end completes.

mod advanced;
mod attributes;
mod base64;
mod batch;
mod conversation;
mod delta;
mod groups;
mod listing;
mod lookup;
mod options;
mod person;
mod photos;
mod probe;
mod reading;
mod reply;

#[cfg(test)]
mod tests;

use attune_plugin::Problem;
use attune_plugin::provider::{Event, Manifest, Provider, Requirements, Turn};

pub use conversation::Conversation;
pub use options::Options;

attune_plugin::export_provider!(Entra);

/// The adapter.
#[derive(Debug)]
pub struct Entra;

impl Provider for Entra {
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
            Event::Woke(id) => state.woke(id),
        }
        state.go_on(turn)?;
        Ok(state)
    }
}
