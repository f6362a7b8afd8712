//! The entra component against what others wrote about Microsoft Graph.
//!
//! Recorded and documented answers (`reference/examples`) go through the real component, whole and
//! cut. Deliberately not here: sockets, whole runs, and requests through Prism (`peers`).

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail the test"
)]

#[path = "graph/answers.rs"]
mod answers;
#[path = "graph/component.rs"]
mod component;

use std::path::PathBuf;

/// The folder of documents that others wrote; it lies beside the repository.
fn reference(below: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let path = root.join("..").join("shared").join("reference").join(below);
    assert!(
        path.exists(),
        "{} is missing: these tests check against documents that are not part of the repository",
        path.display()
    );
    path
}
