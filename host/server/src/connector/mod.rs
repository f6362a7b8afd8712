//! Connector files: what an administrator writes, read strictly and told back precisely.
//!
//! A file becomes a [`Connector`] or a list of [`Mistake`]s with line, column and hint, never
//! something in between. Reading resolves nothing of the outside: no plugin is asked, no secret
//! read, no address called; so `attune connector validate` works anywhere.
//!
//! Files that change under a running service are read by [`Settling`], which waits until one
//! stands still, and judged by [`verdict`] against what runs.
//!
//! Deliberately not here: watching files (`watch`), accepting revisions (`store`), secrets
//! (`vault`), plugins' opinions about options (checked where plugins are; [`Loaded::place`] says
//! where in the file an objection belongs).

mod address;
mod condition;
mod credential;
mod csv;
mod definition;
mod files;
mod layout;
mod load;
mod photo;
mod read;
mod revision;
mod route;
mod row;
mod schedule;
mod settled;
mod source;
mod source_file;
mod taken;
mod target;
mod verdict;
mod write;

#[cfg(test)]
mod tests;

/// The JSON Schema of connector files (draft 2020-12), for editors; [`load_file`] decides.
pub const SCHEMA: &str = include_str!("schema.json");

pub use attune_core::account::Product;
pub use credential::{CredentialSpec, Keys as CredentialKeys, Kind as CredentialKind};
pub use definition::{
    Connector, Endpoint, Leavers, Photo, Route, Schedule, Scope, SourceSpec, TargetSpec,
};
pub use files::OptionFile;
pub use layout::{laid_out, said};
pub use load::{
    Entry, Loaded, find, load_as, load_dir, load_file, load_kept, read_text, settle_id,
};
pub use row::{Place, ROW_KEYS};
pub use schedule::{Cron, NoCron};
pub use settled::{SAME_FOR, Settled, SettledState, Settling, Waits};
pub use source_file::{SourceFile, find_source, source_of};
pub use taken::{Taken, taken_away};
pub use target::{ACCOUNT_FIELDS, PROFILE_FIELDS};
pub use verdict::{Verdict, verdict};
pub use write::{create_text, replace_text, replace_unchanged};

pub use crate::settings::reader::{Mistake, Weight};
