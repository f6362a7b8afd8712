//! Logs: to standard error, for people or as JSON.
//!
//! People appear as keys; their values are never logged, and neither are secrets. Installed once,
//! by the command line.

use tracing_subscriber::EnvFilter;

use crate::settings::{Log, LogFormat};

/// Installs the subscriber. A second call changes nothing.
pub fn install(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("warn"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let _already = match log.format {
        LogFormat::Human => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}
