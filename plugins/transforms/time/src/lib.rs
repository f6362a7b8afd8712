//! `time.*`: dates and times of one text.
//!
//! Every function reads its text by a pattern (or by shape), computes, and writes it by another,
//! so that no step has to agree with the next on a form: between steps stands ISO 8601. Zones come
//! from the bundled IANA database, month names from the row's `locale`, now from the run.
//!
//! A date without a time and without a zone is the same date everywhere: it is never moved.

mod compare;
mod convert;
mod number;
mod options;
mod run;
mod shift;

use attune_plugin::transform::Plugin;

attune_plugin::export_transforms!(plugin);

/// The plugin's table.
pub fn plugin() -> Plugin {
    Plugin {
        id: "time",
        version: env!("CARGO_PKG_VERSION"),
        summary: "Dates and times: read, write, add, compare, zones, FILETIME and Unix time",
        functions: vec![
            convert::format(),
            convert::zone(),
            shift::add(),
            shift::start_of(),
            shift::end_of(),
            compare::diff(),
            run::age(),
            run::within(),
            run::now(),
            number::from_filetime(),
            number::to_filetime(),
            number::from_unix(),
            number::to_unix(),
        ],
    }
}

#[cfg(test)]
mod tests;
