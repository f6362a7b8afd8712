//! `normalise.*`: one writing for what can be written in several ways.
//!
//! Tables and normal forms are `attune-functions`'. Numbers and dates have families of their own.

mod ascii;
mod form;
mod plain;

use attune_plugin::transform::Plugin;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "normalise",
        version: env!("CARGO_PKG_VERSION"),
        summary: "One writing: Unicode forms, ASCII, white space, plain quotes, nothing invisible",
        functions: vec![
            form::nfc(),
            form::nfd(),
            form::nfkc(),
            ascii::ascii(),
            plain::whitespace(),
            plain::quotes(),
            plain::invisible(),
        ],
    }
}

#[cfg(test)]
mod tests;
