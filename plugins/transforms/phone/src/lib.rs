//! `phone.*`: phone numbers in one form.
//!
//! `format` knows the numbering plans and refuses what is no number; `dial` drops what nobody dials,
//! knows no plan, refuses nothing, and takes a hundredth of the time.

mod dial;
mod digit;
mod format;

use attune_plugin::transform::Plugin;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "phone",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Writes phone numbers in one form",
        functions: vec![format::format(), dial::dial()],
    }
}

#[cfg(test)]
mod tests;
