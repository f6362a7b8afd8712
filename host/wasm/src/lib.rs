//! Everything that knows WebAssembly: loading plugins, running them within limits, telling what
//! went wrong.
//!
//! An [`Engine`] loads bytes into a [`Plugin`]; a plugin opens a [`Transformer`] (batches of packed
//! columns) or a [`provider::Provider`] (steps of a conversation). Whatever a plugin does, the host
//! goes on: a guest's fault is a failed cell or an [`Error`], never a panic.
//!
//! Deliberately not here: network, databases, files beyond plugins and their compiled form, and
//! the mapping (`attune_core`). Calls are synchronous; the server runs them on worker threads.

mod call;
mod contract;
mod encode;
mod engine;
mod error;
mod health;
pub mod heap;
mod limits;
mod load;
mod permissions;
mod plugin;
pub mod provider;
pub mod registry;
mod signature;
mod ticker;
pub mod trial;

pub use call::{BATCH_ROWS, Counts, Fault, FaultKind, Transformer};
pub use encode::encode;
pub use engine::{Engine, Options};
pub use error::{Cause, Error};
pub use health::{FaultReport, Health, Shape};
pub use limits::{CompileLimits, Limits};
pub use load::{Function, Manifest};
pub use permissions::{Bounds, Permissions};
pub use plugin::{Kind, Plugin};
pub use signature::TrustedKeys;

/// Whether a text can be a plugin's id or the name of a function: kebab-case, at most 64 bytes.
pub fn is_id(text: &str) -> bool {
    load::is_kebab(text)
}
