//! Every bundled transform has the tests that all of them have: of its manifest and of its edges.
//!
//! A folder of `plugins/transforms` is in the binary without being named anywhere, so nothing else
//! would notice one whose schemas, examples and edges nobody compares. What the two calls find is
//! the SDK's own business.

use std::collections::BTreeSet;

use crate::files::File;

const FOLDER: &str = "plugins/transforms/";
const EDGES: &str = "src/edges.txt";
const TESTS: &str = "src/tests.rs";
const CALLS: [&str; 2] = [
    "complaints(&plugin())",
    "edges(&plugin(), include_str!(\"edges.txt\"))",
];

pub(crate) fn complaints(files: &[File]) -> Vec<String> {
    let names = files.iter().filter_map(|file| {
        let (name, _) = file.path.strip_prefix(FOLDER)?.split_once('/')?;
        Some(name)
    });
    let names: BTreeSet<&str> = names.collect();
    if names.is_empty() {
        return vec![format!("{FOLDER}: there is no transform")];
    }
    let mut complaints = Vec::new();
    for name in names {
        let text = |path: &str| {
            let path = format!("{FOLDER}{name}/{path}");
            let found = files.iter().find(|file| file.path == path);
            found.map_or("", |file| file.text.as_str())
        };
        if text(EDGES).trim().is_empty() {
            complaints.push(format!(
                "{FOLDER}{name}: `{EDGES}` has nothing, or is not there"
            ));
        }
        let missing = CALLS.iter().filter(|call| !is_called(call, text(TESTS)));
        complaints.extend(missing.map(|call| format!("{FOLDER}{name}: `{TESTS}` lacks `{call}`")));
    }
    complaints
}

/// Whether a line that is no comment has the call.
fn is_called(call: &str, source: &str) -> bool {
    let mut lines = source.lines().map(str::trim_start);
    lines.any(|line| !line.starts_with("//") && line.contains(call))
}

#[test]
fn a_transform_without_its_edges_or_its_calls_is_found() {
    let good = "    assert_eq!(complaints(&plugin()), NOTHING);\n    \
                let wrong = edges(&plugin(), include_str!(\"edges.txt\"));\n";
    let of = |edges: &str, tests: &str| {
        complaints(&[
            File::new("plugins/transforms/shout/Cargo.toml", ""),
            File::new("plugins/transforms/shout/src/edges.txt", edges),
            File::new("plugins/transforms/shout/src/tests.rs", tests),
        ])
    };
    assert_eq!(of("shout {}\n", good), Vec::<String>::new());
    assert_eq!(of("\n", good).len(), 1);
    assert_eq!(of("shout {}\n", &good.replace("let", "// let")).len(), 1);
    assert_eq!(
        of("shout {}\n", &good.replace(" edges(", " text_edges(&[], ")).len(),
        1
    );
    assert_eq!(of("shout {}\n", "").len(), 2);
    assert_eq!(
        complaints(&[File::new("plugins/transforms/shout/README.md", "")]).len(),
        3
    );
    assert_eq!(complaints(&[]).len(), 1);
}
