//! The kit in JavaScript and Python, by the commands that an author types.
//!
//! Invariant: what `attune plugin new` writes builds and passes at once, with the toolchain where its
//! author would have installed it, below the project. Deliberately not here: projects in Rust (the
//! tests `cli` of the server), and what plugins of these languages may do (`languages`).

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::peer;

/// What these tests are about in that program.
const SOURCES: [&str; 7] = [
    "host/server/src/kit/build.rs",
    "host/server/src/kit/new.rs",
    "host/server/src/kit/templates/cases.toml.txt",
    "host/server/src/kit/templates/plugin.js.txt",
    "host/server/src/kit/templates/plugin.py.txt",
    "plugins/examples/javascript/attune.js",
    "plugins/examples/python/attune.py",
];

/// The program that was built with these tests: it lies beside them.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.ancestors().nth(2).unwrap().join("attune");
    let changed = |path: &Path| path.metadata().and_then(|about| about.modified()).ok();
    for source in SOURCES {
        let source = peer::root().join(source);
        assert!(
            source.exists() && changed(&program) >= changed(&source),
            "{} is missing or older than {}, or that is gone; `cargo build --bin attune` makes it",
            program.display(),
            source.display()
        );
    }
    program
}

fn variable(wanted: &str) -> Option<String> {
    std::env::vars()
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value)
}

/// What a command of the kit says, which must succeed.
fn attune(folder: &Path, args: &[&str]) -> String {
    let output = Command::new(program())
        .env_clear()
        .env("PATH", variable("PATH").unwrap_or_default())
        .current_dir(folder)
        .arg("plugin")
        .args(args)
        .output()
        .unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap());
    assert!(output.status.success(), "{args:?}: {out}\n{err}");
    out
}

/// From nothing to a plugin that passes. `own`: the folder below the project in which its toolchain is
/// looked for; `installed`: where ours is.
fn passes_at_once(language: &str, own: &str, installed: &str, tool: &str) {
    let peers = variable("ATTUNE_TEST_PEERS").map(PathBuf::from);
    let peers = peers.unwrap_or_else(|| peer::root().join("target/peers"));
    let installed = peers.join("languages").join(installed);
    peer::installed(&installed.join(tool), "a toolchain of plugins");
    let folder = tempfile::tempdir().unwrap();
    let made = attune(folder.path(), &["new", "hr-codes", "--lang", language]);
    assert!(
        made.contains("next: attune plugin build hr-codes"),
        "{made}"
    );
    symlink(installed, folder.path().join("hr-codes").join(own)).unwrap();
    let built = attune(folder.path(), &["build", "hr-codes"]);
    assert!(
        built.starts_with("built hr-codes/hr-codes.wasm ("),
        "{built}"
    );
    let tested = attune(folder.path(), &["test", "hr-codes", "--no-build"]);
    assert_eq!(tested, "7 of 7 cases came out as written\n");
}

#[test]
fn a_new_plugin_in_javascript_builds_and_passes_at_once() {
    let (own, tool) = ("node_modules", ".bin/componentize-qjs");
    passes_at_once("js", own, "node_modules", tool);
}

#[test]
fn a_new_plugin_in_python_builds_and_passes_at_once() {
    passes_at_once("python", ".venv", "python", "bin/componentize-py");
}
