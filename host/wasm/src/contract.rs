//! The plugin contract as Rust: one submodule per major version of the WIT package.
//!
//! The rest of the crate speaks the newest version's types; an older major is translated to them
//! at this edge, once. Deliberately not here: limits, calls, checks.

pub(crate) mod v1;

pub(crate) use v1 as latest;

/// The package's namespace and name.
pub(crate) const PACKAGE: &str = "attune:plugin";
/// The newest major version that this host speaks. There is no older one yet.
pub(crate) const MAJOR: u64 = 1;

/// The newest version that this host speaks.
pub(crate) const VERSION: &str = "1.0.0";

/// The interfaces of the contract, without versions.
pub(crate) const LOG: &str = "attune:plugin/log";
pub(crate) const TYPES: &str = "attune:plugin/types";
pub(crate) const TRANSFORM: &str = "attune:plugin/transform";
pub(crate) const PROVIDER: &str = "attune:plugin/provider";

/// What an exported `transform` must hold, by the names of the component model.
pub(crate) const TRANSFORM_ITEMS: &[&str] = &[
    "describe",
    "transformer",
    "[static]transformer.open",
    "[method]transformer.inputs",
    "[method]transformer.apply",
];
/// What an exported `provider` must hold.
pub(crate) const PROVIDER_ITEMS: &[&str] = &["describe", "needs", "advance"];
