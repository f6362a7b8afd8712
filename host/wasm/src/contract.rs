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
