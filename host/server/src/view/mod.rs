//! What is shown: one document for each thing that people look at, the same for the command line's
//! `--json`, the API and the console.
//!
//! Documents are read here from store and service and change nothing. Members are in kebab-case,
//! times in UTC (RFC 3339, whole seconds). Deliberately not here: HTTP, HTML, terminals, and what a
//! reader may see of people (`access`).

pub mod audit;
pub mod condition;
pub mod connectors;
pub mod doors;
pub mod frame;
pub mod held;
pub mod history;
pub mod jobs;
pub mod notices;
pub mod people;
pub mod plans;
pub mod plugins;
pub mod runs;
pub mod secrets;
pub mod sites;
pub mod standing;

use jiff::Timestamp;

/// A time as it is shown.
pub fn time(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
