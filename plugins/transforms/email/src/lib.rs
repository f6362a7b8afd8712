//! `email.*`: mail addresses and the names that hold one.
//!
//! What an address is made of is `attune-functions`'. Nothing here asks a server: an address that
//! passes the check may still belong to nobody.

mod address;
mod check;
mod primary;

use attune_plugin::transform::Plugin;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "email",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Mail addresses: parts, one writing, a check, guests, the primary one",
        functions: vec![
            address::local_part(),
            address::domain(),
            address::strip_domain(),
            address::guest_to_email(),
            address::normalise(),
            check::check(),
            primary::primary(),
        ],
    }
}

#[cfg(test)]
mod tests;
