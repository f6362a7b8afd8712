//! Okta as a source: people from the management API `/api/v1`, without any I/O here.
//!
//! `everyone` lists `/users` (or the members of groups), `people` looks up single names,
//! `changes-since` asks for whom was updated since a time of Okta's own clock. The profile
//! attributes that rows mention are asked for where Okta can leave out the rest. The manager comes as
//! a relation: by `profile.managerId`, or by a linked object.
//!
//! Invariant: a page that is cut, foreign or odd ends the conversation with a problem; only a
//! listing that was followed to its very end completes. Deactivated people (`DEPROVISIONED`) take no
//! part: a listing passes over them, everything else says that they are gone. Deliberately not here:
//! pictures, which Okta does not have, and changes of a connector that is limited by groups, because
//! Okta does not tell who joined or left one; both goals answer `unsupported`.

mod attributes;
mod conversation;
mod discover;
mod found;
mod groups;
mod link;
mod listing;
mod lookup;
mod mark;
mod options;
mod person;
mod probe;
mod rate;
mod reading;
mod reply;

#[cfg(test)]
mod tests;

use attune_plugin::Problem;
use attune_plugin::provider::{Event, Manifest, Provider, Requirements, Turn};

pub use conversation::Conversation;
pub use options::Options;

attune_plugin::export_provider!(Okta);

/// The adapter.
#[derive(Debug)]
pub struct Okta;

impl Provider for Okta {
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
