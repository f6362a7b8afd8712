//! A Keycloak realm as a source: people through the Admin REST API, without any I/O here.
//!
//! `everyone` lists `/users` (or the members of groups and their sub-groups) by `first` and `max`,
//! `people` looks up single names, the manager and the picture are attributes of those names. A
//! person's document is a slice of Keycloak's own answer, whose `attributes` are lists.
//!
//! Invariant: a listing completes only when a page followed that had nobody new in it, every page
//! touched the one before, and no fewer people came than Keycloak counts. Deliberately not here:
//! changes since a checkpoint. Keycloak keeps the time of creation and no time of change, so that
//! goal answers `unsupported`.

mod conversation;
mod discovery;
mod groups;
mod listing;
mod lookup;
mod membership;
mod options;
mod person;
mod pictures;
mod probe;
mod query;
mod reply;
mod subgroups;
mod window;

#[cfg(test)]
mod tests;

use attune_plugin::Problem;
use attune_plugin::provider::{Event, Manifest, Provider, Requirements, Turn};

pub use conversation::Conversation;
pub use options::Options;

attune_plugin::export_provider!(Keycloak);

/// The adapter.
#[derive(Debug)]
pub struct Keycloak;

impl Provider for Keycloak {
    type Options = Options;
    type State = Conversation;

    fn manifest() -> Manifest {
        options::manifest()
    }

    fn needs(options: &Options) -> Result<Requirements, Problem> {
        options.check()?;
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
            Event::Replied(reply) => state.replied(options, reply, now_ms, turn)?,
            Event::Woke(_) => state.list_everyone(),
        }
        state.go_on(options, turn);
        Ok(state)
    }
}
