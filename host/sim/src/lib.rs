//! Stateful stand-ins of the outside world, for `attune demo` and for tests.
//!
//! Each stand-in is a small program on a loopback port: it has people or accounts, it remembers
//! what was written, it checks credentials, and it fails in the ways its original fails. It
//! refuses whatever the published description of its original does not show: a route that it
//! does not know is answered 501 and counted, so that a test can fail on it.
//!
//! Invariant: nothing here is imported by the service except the demo, and nothing here talks
//! to anything but 127.0.0.1. All people, companies and numbers are invented.
//!
//! Deliberately not here: a proof. A stand-in shows that the service behaves as its authors
//! understood the original; recorded answers and published descriptions are checked elsewhere.

pub mod confluence;
pub mod demo;
pub mod faults;
pub mod google;
pub mod graph;
pub mod jira;
pub mod keycloak;
pub mod log;
pub mod okta;
pub mod people;
pub mod scim;
pub mod smtp;

mod dice;
mod journal;
mod json;
mod jwt;
mod moment;
mod pages;
#[cfg(test)]
mod probe;
mod rate;
mod seraph;
mod session;
mod stand;
mod wire;

pub use stand::{Answered, Setup, Stand};
