//! Every bundled transform has the tests that all of them have.
//!
//! Beside the SDK's own sources, because a plugin of somebody else, which gets those, has no folder
//! of transforms.

use std::fs;
use std::path::Path;

/// What a transform's `src/tests.rs` calls.
const CALLS: [&str; 2] = [
    "complaints(&plugin())",
    "edges(&plugin(), include_str!(\"edges.txt\"))",
];

#[test]
fn every_transform_tests_its_manifest_and_its_edges() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../transforms");
    let (mut count, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir(folder).unwrap() {
        let tests = entry.unwrap().path().join("src/tests.rs");
        let text = fs::read_to_string(&tests).unwrap_or_default();
        let missing = CALLS.iter().filter(|call| !text.contains(**call));
        wrong.extend(missing.map(|call| format!("{} has no `{call}`", tests.display())));
        count += 1;
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(count >= 18, "{count} transforms");
}
