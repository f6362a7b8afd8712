//! Calling a plugin: stores with their limits, log lines, faults, and the two kinds of calls.
//!
//! Invariant: a store that trapped, ran out of time or gave an unreadable answer is never used
//! again; a store serves one opened step or one conversation on one thread. Deliberately not
//! here: loading and checking (`load`).

mod bisect;
mod fault;
mod log;
mod opened;
mod sample;
mod slice;
mod store;
mod transformer;

pub use fault::{Fault, FaultKind};
pub use transformer::{BATCH_ROWS, Counts, Transformer};

pub(crate) use fault::Site;
pub(crate) use log::{clean, is_deceptive};
pub(crate) use opened::{Failure, Opened, limited, problem_of};
use slice::Slice;
pub(crate) use store::{Guest, State, linker};
