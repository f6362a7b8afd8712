//! `plugin bench`: what a value costs in the sandbox, beside a native copy of the same column.
//!
//! Times of one machine at one moment: compare within a run. Deliberately not here: the benches that
//! hold the product to its promises (`tests/bench`).

use std::time::Duration;

use attune_wasm::trial::Trial;
use attune_wasm::{Error, Kind};
use serde::Serialize;

/// What one function takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Measured {
    /// The function.
    pub function: String,
    /// Its options.
    pub options: serde_json::Value,
    /// Nanoseconds of one value.
    pub nanoseconds: f64,
    /// Nanoseconds of copying it natively.
    pub copy_nanoseconds: f64,
}

/// Measures every function with the options of its first example, on the rows of all its examples.
pub fn bench(trial: &Trial, each: Duration) -> Result<Vec<Measured>, Error> {
    let plugin = trial.plugin();
    if plugin.kind() == Kind::Provider {
        return Err(Error::WrongKind {
            plugin: plugin.id().to_owned(),
            kind: plugin.kind().word(),
        });
    }
    let measure = |function: &attune_wasm::Function| {
        let cases = trial.examples(function)?;
        let options = cases.first().map(|case| case.options().clone());
        let options = options.unwrap_or_else(|| serde_json::json!({}));
        let pace = trial.pace(function, &options, &cases, each)?;
        Ok(Measured {
            function: function.name.clone(),
            options,
            nanoseconds: pace.guest_ns,
            copy_nanoseconds: pace.copy_ns,
        })
    };
    plugin.manifest().functions.iter().map(measure).collect()
}
