//! `case.*`: upper, lower, title and sentence case.
//!
//! The mappings are `attune-functions`'; here is only what they are called and how the row's locale
//! reaches them. `text.upper`, `text.lower` and `text.title` are the same without options.

mod letters;
mod words;

use attune_plugin::transform::Plugin;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "case",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Upper, lower, title and sentence case, by Unicode's or .NET's rules",
        functions: vec![
            letters::lower(),
            letters::upper(),
            words::title(),
            words::capitalize(),
            words::sentence(),
        ],
    }
}

#[cfg(test)]
mod tests;
