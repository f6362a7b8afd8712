//! The pure heart of Attune: what a value is, how a mapping table turns directory attributes into
//! desired profile values, and what follows from them for a target.
//!
//! Nothing here performs I/O, reads a clock or awaits: every function is a value in, a value out.
//! That is why a plan can be made twice with the same digest, shown before it is applied, and
//! explained afterwards. Deliberately absent: files, network, SQL, time, randomness, WebAssembly.

pub mod account;
pub mod column;
pub mod compare;
pub mod condition;
pub mod decide;
pub mod discover;
pub mod evaluate;
pub mod guard;
pub mod json;
pub mod mapping;
pub mod matching;
pub mod outcome;
pub mod plain;
pub mod plan;
pub mod project;
pub mod route;
pub mod scope;
pub mod selector;
pub mod transform;
pub mod value;

pub use column::Column;
pub use outcome::{Outcome, Problem};
pub use selector::Selector;
pub use transform::{Context, Transform, Uses, Verdict};
pub use value::{Cell, Kind};
