//! Hostile data through everything that touches it: every transform, both adapters, and whole
//! syncs into a site. Each value ends as the text that it is or as a problem with a name, and costs
//! nobody else anything.
//!
//! The values and what they mean are those of [`attune_sim::people::hostile`]. Deliberately not
//! here: terminals, logs and plan files, which are the binary's (`host/server/tests/cli`).

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail the test"
)]

mod adapters;
#[path = "../it/graph/component.rs"]
mod component;
mod profiles;
mod records;
mod syncs;
mod transforms;

/// One seed for all, so that a value that breaks something is found again.
const SEED: u64 = 2_026;
/// How many values each test sends.
const VALUES: usize = 10_000;
