//! The sandbox from outside: hostile guests, hostile files, the cache, the registry, and the
//! plugins that travel inside the binary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod bundled;
mod cache;
mod guest;
mod hostile_batches;
mod hostile_files;
mod providers;
mod registry;
