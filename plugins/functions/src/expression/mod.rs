//! What the expression languages share: reading text, values, calls, errors with a column.
//!
//! A dialect parses its text into [`Node`]s with a [`Cursor`] and gives tables of [`Definition`]s;
//! evaluating is the same for all. Operators are definitions too. Invariant: parsing is bounded
//! ([`DEPTH_MAX`], [`LENGTH_MAX`]), and so is evaluating: a tree is as deep as its text, loops run
//! over lists of the row, and what the values of one row hold together stays below
//! [`GROWTH_MAX`]. Deliberately not here: the grammars, and what functions do.

mod arguments;
mod chain;
mod cursor;
mod definition;
mod error;
mod evaluate;
pub mod operators;
pub mod pairs;
mod random;
mod selectors;
mod suggest;
mod value;

pub use chain::{Operators, chain};
pub use cursor::Cursor;
pub use definition::{Arity, Check, Definition, Run};
pub use error::{Answer, Error, Stop};
pub use evaluate::{Call, CallNode, Inputs, Kind, Node, Scope};
pub use random::Random;
pub use selectors::Selectors;
pub use suggest::{misnamed, suggest};
pub use value::{Dialect, Value, piece};

/// How deep an expression may be nested.
pub const DEPTH_MAX: usize = 64;
/// How many characters an expression may have.
pub const LENGTH_MAX: usize = 10_000;
/// How many bytes of text one step of an expression may make.
pub const GROWTH_MAX: usize = 256 * 1024;

#[cfg(test)]
mod tests;
