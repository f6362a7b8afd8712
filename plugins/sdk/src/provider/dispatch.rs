//! One call of the contract, from options and state as the host gives them to a turn as it takes
//! it back. The component's exports and the native tests both go through here.
//!
//! Invariant: nothing but the arguments decides. State is JSON of the adapter's own type; state
//! that does not parse belongs to another build and is refused, never guessed.

use serde_json::from_slice;

use super::{Action, Event, Provider, Requirements, Turn};
use crate::{Problem, options};

/// The new state and the actions of a step.
#[derive(Debug)]
pub struct Outcome {
    /// The state, as JSON.
    pub state: Vec<u8>,
    /// The actions, in order.
    pub actions: Vec<Action>,
}

/// What the adapter needs for these options.
pub fn needs<P: Provider>(options: &str) -> Result<Requirements, Problem> {
    P::needs(&options::parse(options)?)
}

/// One step of the adapter.
pub fn advance<P: Provider>(
    options: &str,
    state: &[u8],
    now_ms: f64,
    event: Event,
) -> Result<Outcome, Problem> {
    let options = options::parse(options)?;
    let state = if state.is_empty() {
        P::State::default()
    } else {
        from_slice(state)
            .map_err(|error| Problem::new("unsupported", format!("foreign state: {error}")))?
    };
    let mut turn = Turn::default();
    let state = P::advance(&options, state, now_ms, event, &mut turn)?;
    let state = serde_json::to_vec(&state)
        .map_err(|error| Problem::new("unsupported", format!("state cannot be kept: {error}")))?;
    Ok(Outcome {
        state,
        actions: turn.into_actions(),
    })
}
