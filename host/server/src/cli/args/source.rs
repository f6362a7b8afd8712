//! Words of `source`: looking at a directory before and while it is mapped.

use clap::{Args, Subcommand};

/// `attune source`.
#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// What its people really have: attributes, how often they are filled, samples, and selectors
    /// ready for rows. Needs no mapping.
    Discover(Discover),
    /// People of a source as it answers now, the first ones or those of one name. Needs no mapping, and
    /// nobody is kept.
    People(SourcePeople),
    /// Accept that an attribute is not delivered any more: rows that wait for it go on without it.
    Accept {
        /// Connector file without `.toml`, or its id.
        connector: String,
        /// The attribute as the message names it.
        selector: String,
    },
}

/// `attune source discover`.
#[derive(Debug, Args)]
pub struct Discover {
    /// Connector file without `.toml`, or its id.
    pub connector: String,
    /// How many people are looked at; the first ones that the source delivers.
    #[arg(long, value_name = "N", default_value_t = 50,
          value_parser = clap::value_parser!(u32).range(1..=500))]
    pub people: u32,
    /// Show no value of anybody.
    #[arg(long)]
    pub no_samples: bool,
}

/// `attune source people`.
#[derive(Debug, Args)]
pub struct SourcePeople {
    /// Connector file without `.toml`, or its id.
    pub connector: String,
    /// Whoever has this source key, user name or e-mail.
    #[arg(long, value_name = "NAME")]
    pub find: Option<String>,
    /// How many, where nobody is looked for by name.
    #[arg(long, value_name = "N", default_value_t = 20,
          value_parser = clap::value_parser!(u32).range(1..=500))]
    pub people: u32,
}
