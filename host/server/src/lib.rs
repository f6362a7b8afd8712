//! The service behind `attune`: everything that does I/O, and the commands that use it.
//!
//! Modules stand in layers and import downward only (`tests/tidy` checks it):
//! leaves (`clock`, `compute`, `settings`, `fault`, `telemetry`), then `net`, `store` and `watch`, then
//! `source`, `target`, `connector`, `vault` and `kit`, then `notify`, then `sync`, `jobs`, `access` and `backup`, then `service` and `mapping`, then `view`, then `act`,
//! then `console`, then `cli`, `api` and `app`.

#[cfg(all(
    any(feature = "sabotage-journal", feature = "sabotage-read-back"),
    not(debug_assertions)
))]
compile_error!(
    "the features `sabotage-*` break promises on purpose: only tests are built with them"
);

pub mod access;
pub mod act;
pub mod api;
pub mod app;
pub mod backup;
pub mod cli;
pub mod clock;
mod compute;
pub mod connector;
pub mod console;
pub mod fault;
pub mod jobs;
pub mod kit;
pub mod mapping;
pub mod net;
pub mod notify;
pub mod service;
pub mod settings;
pub mod source;
pub mod store;
pub mod sync;
pub mod target;
pub mod telemetry;
pub mod vault;
pub mod view;
pub mod watch;
