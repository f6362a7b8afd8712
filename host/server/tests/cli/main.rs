//! The binary from outside: exit codes, words, JSON, and what is left behind when it is killed.
//!
//! The stand-ins run in the test's process, `attune` is a process of its own. Nothing of the
//! library is called to make something happen, only to look at what was stored.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy.toml allows it in tests; these functions serve nothing else"
)]

mod brakes;
mod canaries;
mod canaries_served;
mod certificate;
mod discover;
mod failures;
mod files;
mod hostile;
mod imports;
mod killed;
mod kit;
mod mapping;
mod open_files;
mod past;
mod plans;
mod polite;
mod proposals;
mod proxy;
mod questions;
mod replay;
mod secrets;
mod serve;
mod shadow;
mod signing;
mod terminal;
mod trials;
mod tunnel;
mod tutorial;
