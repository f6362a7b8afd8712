//! The words of `token` and `admin`.

use clap::{Args, Subcommand};

/// `attune token`.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token; it is shown this once.
    Create(TokenCreate),
    /// Every token: what it may, until when, and when it was last used.
    List,
    /// End a token, at once.
    Revoke {
        /// Its name.
        name: String,
    },
}

/// `attune token create`.
#[derive(Debug, Args)]
pub struct TokenCreate {
    /// What it is called.
    pub name: String,
    /// What it may; each role may what those before it may.
    #[arg(long, value_name = "ROLE", value_parser = ["viewer", "operator", "editor", "admin"])]
    pub role: String,
    /// It shows values of people too.
    #[arg(long)]
    pub personal: bool,
    /// Only for this connector: file without `.toml`, or id. May be given several times.
    #[arg(long = "connector", value_name = "NAME")]
    pub connectors: Vec<String>,
    /// How long it works, in days, at most 366.
    #[arg(long, value_name = "DAYS", default_value = "90d", value_parser = days)]
    pub expires: u32,
}

/// `attune admin`.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// A code for a new local administrator: 15 minutes, once.
    Code,
    /// Every local administrator.
    List,
    /// Take an administrator's password away, end their sessions, and make a code for another one.
    Reset {
        /// Their name.
        name: String,
    },
    /// Remove an administrator, and end their sessions.
    Remove {
        /// Their name.
        name: String,
    },
}

/// `90d`, or `90`.
fn days(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('d').unwrap_or(text);
    let days = number.parse().ok().filter(|days| (1..=366).contains(days));
    days.ok_or_else(|| "it must be 1d to 366d".to_owned())
}
