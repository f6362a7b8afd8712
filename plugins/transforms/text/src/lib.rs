//! `text.*`: what is done to one text.
//!
//! One file per family of functions, each with its options, schema, examples and code together.
//! Every function sees one text, as the SDK's text view gives it; positions count characters
//! (Unicode scalar values) from 0, like the indexes of selectors.

mod around;
mod case;
mod chars;
mod cut;
mod mail;
mod pattern;
mod pieces;
mod position;
mod regex;
mod replace;
mod space;
mod straight;
mod whether;

use attune_plugin::transform::Plugin;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "text",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Shapes one text: trim, case, replace, regular expressions, cut, split, pad, words, mail",
        functions: vec![
            cut::trim(),
            case::upper(),
            case::lower(),
            case::title(),
            replace::replace(),
            regex::replace(),
            regex::rules(),
            regex::extract(),
            cut::left(),
            cut::right(),
            cut::mid(),
            cut::split(),
            mail::strip_domain(),
            mail::guest_to_email(),
            around::append(),
            around::pad(),
            around::quote(),
            pieces::word(),
            pieces::before(),
            pieces::after(),
            replace::first(),
            chars::replace(),
            chars::reverse(),
            chars::length(),
            space::trim_left(),
            space::trim_right(),
            space::strip(),
            space::collapse(),
            whether::contains(),
            whether::starts_with(),
            whether::ends_with(),
            position::index_of(),
            whether::is_url(),
        ],
    }
}

#[cfg(test)]
mod tests;
