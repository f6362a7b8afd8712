//! An LDAP directory as a source: OpenLDAP, 389 Directory Server, Active Directory.
//!
//! `everyone` is one paged search below the base, `changes-since` the same for what was modified
//! since a mark, `people` are single searches, `pictures` too. The attributes that rows mention are
//! asked for, and key, user name and mail address besides. A person's document is
//! the entry itself; the manager is another entry's DN and comes as a relation.
//!
//! Invariant: any result code but 0 is an error, above all a list that the server cut at its size
//! limit; only a search that was paged to its end completes. Deliberately not here: changes of the
//! members of groups, which no entry of a person tells.

mod attributes;
mod changes;
mod conversation;
mod dn;
mod filter;
mod groups;
mod guid;
mod lookup;
mod marks;
mod members;
mod options;
mod outcome;
mod person;
mod photos;
mod probe;

#[cfg(test)]
mod tests;

use attune_plugin::Problem;
use attune_plugin::provider::{Event, Manifest, Provider, Requirements, Turn};

pub use conversation::Conversation;
pub use options::Options;

attune_plugin::export_provider!(Ldap);

/// The adapter.
#[derive(Debug)]
pub struct Ldap;

impl Provider for Ldap {
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
        let options = &options.completed();
        match event {
            Event::Begin(begin) => state.begin(options, begin, now_ms, turn)?,
            Event::Replied(reply) => state.replied(options, reply, turn)?,
            Event::Woke(_) => {}
        }
        state.go_on(options, turn);
        Ok(state)
    }
}
