//! A core module made into a component.
//!
//! What compilers of ours emit says in a section of its own which world it is for; the encoder
//! reads that and adds the adapter code. Deliberately not here: whether it is a good plugin
//! (`load`).

use wit_component::ComponentEncoder;

use crate::Error;
use crate::error::Cause;

/// The component of a core module that was built with the SDK.
pub fn encode(module: &[u8]) -> Result<Vec<u8>, Error> {
    let encoded = ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode());
    encoded.map_err(|error| Error::Invalid {
        source: Cause::of(&format!("{error:#}")),
    })
}
