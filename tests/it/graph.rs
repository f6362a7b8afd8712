//! The entra component against what others wrote about Microsoft Graph.
//!
//! Two witnesses that did not come from us: recorded and documented answers (`reference/examples`),
//! which go through the real component, and the published OpenAPI description, over which Prism
//! checks every request that the component makes. Deliberately not here: sockets of the service and
//! whole runs; requests and answers are handed over by hand, as the service does.

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
#[path = "graph/prism.rs"]
mod prism;
#[path = "graph/requests.rs"]
mod requests;

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
