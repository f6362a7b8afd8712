//! `regex.*`: regular expressions in the syntax of Rust, .NET or Java.
//!
//! The sisters of `text.regex-*` with what those leave out: look-around and back-references (with a
//! bound on their steps), the other languages' syntax, lists of matches, one group replaced. A
//! pattern without look-around and back-references runs in linear time here too. Matches are those of
//! the syntax's own language: in .NET and Java `.*` matches a text and the nothing behind it.
//!
//! The component has 1.5 MB: two engines, the tables of Unicode for `\w`, case and categories.

mod options;
mod replace;
mod rules;
mod search;

use attune_plugin::transform::Plugin;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "regex",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Regular expressions with look-around and back-references, in Rust, .NET or Java syntax",
        functions: vec![
            search::matches(),
            search::find(),
            search::find_all(),
            replace::replace(),
            replace::replace_group(),
            rules::rules(),
        ],
    }
}

#[cfg(test)]
mod tests;
