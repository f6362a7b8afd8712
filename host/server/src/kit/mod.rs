//! The kit of plugin authors: from an empty folder to a build that is loaded, tried and measured.
//!
//! A project is a folder in one of three languages; what is built from it is judged by the very
//! checks of loading (`attune_wasm::trial`), one at a time and told with what to do. Invariant: what
//! a project needs of ours (SDK, contract, locked versions) travels inside the binary and is
//! written into it, so no project depends on this repository. Deliberately not here: what is printed
//! (`cli::kit`), and what a running service does with a build (`service`).

mod bench;
mod build;
mod cases;
mod check;
mod docs;
mod new;
mod odd;
mod pack;
mod project;
mod sign;
mod torture;
mod trap;
mod watch;

pub use bench::{Measured, bench};
pub use build::{Built, build, put};
pub use cases::{CaseFile, Checked, MANIFEST, example_cases, in_folder};
pub use check::{Finding, Verdict, check, check_opened};
pub use docs::markdown;
pub use new::{New, create};
pub use pack::{Packed, pack};
pub use project::{Language, Project, component};
pub use sign::{NewKey, Public, Signer, new_key};
pub use torture::{Tortured, torture};
pub use trap::{Report, quoted, replay};
pub use watch::{Changes, hand_over};

#[cfg(test)]
mod tests;
