//! The service behind `attune`: everything that does I/O, and the commands that use it.
//!
//! Modules stand in layers and import downward only (`tests/tidy` checks it):
//! `clock`, `settings`, `fault` < `net`, `store` < `source`, `target`, `vault`, `connector` < `sync` < `cli` < `app`.

pub mod clock;
pub mod connector;
pub mod fault;
pub mod net;
pub mod settings;
pub mod source;
pub mod store;
pub mod target;
pub mod telemetry;
pub mod vault;
