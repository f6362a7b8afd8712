//! `/api/v1` over a real listener.

mod changing;
mod client;
mod document;
mod resources;
mod strangers;
mod triggers;
