//! `list.*`: the functions that see a list as a list.
//!
//! Everything that is not a list counts as a list of one, so that an attribute that is sometimes
//! a list needs one step only. Absent and null pass unchanged. Indexes count from 0, `-1` is the
//! last, as in selectors. Elements keep their kind and spelling.

mod elements;
mod line;
mod map;
mod members;
mod order;
mod pick;
mod search;
mod split;

use attune_plugin::transform::Plugin;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "list",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Makes one value of a list, a list of one value, or another list",
        functions: vec![
            line::join(),
            pick::first(),
            pick::item(),
            order::dedupe(),
            pick::last(),
            pick::slice(),
            split::split(),
            split::flatten(),
            order::sort(),
            order::reverse(),
            search::filter(),
            search::contains(),
            search::count(),
            line::csv(),
            members::members(),
            map::map(),
        ],
    }
}

#[cfg(test)]
mod tests;
