//! `/api/v1` over a real listener.

mod changing;
mod client;
mod document;
mod paged;
mod resources;
mod rights;
mod strangers;
mod triggers;
