//! People of a CSV file on a web server: a provider that was written by the recipe alone
//! (CONTRIBUTING, "Add a provider"), to try the recipe. Tests build and run it; no binary of ours
//! has it.
//!
//! Invariant: only a whole file says who there is. The transport tells a cut answer from a whole one,
//! but nothing in HTTP tells a whole file from one that is still being written, and CSV has no end
//! mark. So a file counts when it ends with a line end, every line has all columns, and it came the
//! same twice, half a second apart: the rule by which the host itself reads the files that it watches.
//!
//! Deliberately not here: changes, pictures and groups, which a file does not have.

mod conversation;
mod options;
mod table;

#[cfg(test)]
mod tests;

use attune_plugin::Problem;
use attune_plugin::provider::{Event, Manifest, Provider, Requirements, Turn};

pub use conversation::Conversation;
pub use options::Options;

attune_plugin::export_provider!(Csv);

/// The adapter.
#[derive(Debug)]
pub struct Csv;

impl Provider for Csv {
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
        _now_ms: f64,
        event: Event,
        turn: &mut Turn,
    ) -> Result<Conversation, Problem> {
        match event {
            Event::Begin(begin) => state.begin(options, begin, turn)?,
            Event::Replied(reply) => state.replied(options, reply, turn)?,
            Event::Woke(_) => state.ask(options, turn),
        }
        Ok(state)
    }
}
