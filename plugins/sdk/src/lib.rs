//! The guest SDK: write an Attune plugin as plain Rust.
//!
//! A transform is a plain function over typed values ([`transform`]); a provider is a small state
//! machine ([`provider`]). The SDK packs and unpacks the columns of `wit/attune-plugin.wit`,
//! parses options, and sends a panic's message and place to the host's log. Everything but the
//! [`wit`] bindings' imports also runs natively, so plugin code is tested without WebAssembly.
//!
//! Deliberately not here: I/O, clocks, randomness, threads. What is impure arrives as data.

pub mod log;
pub mod provider;
pub mod transform;
pub mod wit;

mod options;
mod problem;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use options::NoOptions;
pub use wit::transform::attune::plugin::types::Problem;

/// The README's plugin compiles and passes its own check, as a doc test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
