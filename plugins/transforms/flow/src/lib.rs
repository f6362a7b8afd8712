//! `flow.*`: what happens instead of a value.
//!
//! `keep`, `clear`, `drop-person` and `fail` end the row's chain where their condition holds, and
//! let the value pass where it does not; `default` puts a text in the place of nothing. All five
//! see the value so far as it is, lists included. What other attributes decide belongs into the
//! row's `when`.

mod condition;
mod default;
mod end;

use attune_plugin::transform::Plugin;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "flow",
        version: env!("CARGO_PKG_VERSION"),
        summary: "What happens instead of a value: keep, clear, drop the person, fail, a default",
        functions: vec![
            end::keep(),
            end::clear(),
            end::drop_person(),
            end::fail(),
            default::default(),
        ],
    }
}

#[cfg(test)]
mod tests;
