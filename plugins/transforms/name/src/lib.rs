//! `name.*`: the parts of people's names, and names made of parts.
//!
//! A name comes as one text, the value so far (`Jane Doe`, `Doe, Jane`), or in parts from
//! attributes that options name by selector. Spellings are never changed. What a name has not is
//! missing.

mod build;
mod parts;
mod source;

use attune_plugin::transform::Plugin;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "name",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Names of people: their parts, initials, and orders",
        functions: vec![
            parts::given(),
            parts::family(),
            parts::parts(),
            build::initials(),
            build::display(),
        ],
    }
}

#[cfg(test)]
mod tests;
