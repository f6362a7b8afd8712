//! What may stand only in one place: libraries of the outside world, SQL, and none of it in core.

use crate::code::{self, has_word};
use crate::files::File;

/// A library and the only folders that may know it.
const HOMES: [(&str, &[&str]); 6] = [
    ("wasmtime", &["host/wasm/"]),
    // Simulators speak HTTP to themselves in their own tests.
    ("reqwest", &["host/server/src/net/", "host/sim/"]),
    (
        "ldap3",
        &["host/server/src/net/", "host/server/src/source/"],
    ),
    ("sqlx", &["host/server/src/store/"]),
    ("rusqlite", &[]),
    ("askama", &["host/server/src/console/"]),
];

/// What core does not do: wait, and ask the outside.
const IMPURE: [&str; 12] = [
    "async fn",
    "async move",
    ".await",
    "tokio",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "rand::",
];

pub(crate) fn strayed(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (library, homes) in HOMES {
            // Tests (this one too) may speak of a library and stand outside of the product.
            let at_home = homes.iter().any(|home| file.path.starts_with(home));
            if at_home || file.path.starts_with("tests/") {
                continue;
            }
            let path = format!("{library}::");
            for (line, text) in code::lines(&file.text) {
                let named = has_word(text, library) && text.trim_start().starts_with("use ");
                if named || text.contains(&path) {
                    let where_ = &file.path;
                    complaints.push(format!("{where_}:{line}: `{library}` has no place here"));
                }
            }
        }
    }
    complaints
}

pub(crate) fn impure_core(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let core = files
        .iter()
        .filter(|file| file.path.starts_with("host/core/src/"));
    for file in core.filter(|file| file.is_rust()) {
        for (line, text) in code::lines(&file.text) {
            for impure in IMPURE.iter().filter(|impure| text.contains(*impure)) {
                let path = &file.path;
                complaints.push(format!("{path}:{line}: core does without `{impure}`"));
            }
        }
    }
    complaints
}

pub(crate) fn sql(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let outside = ["host/server/src/store/", "tests/"];
        if outside.iter().any(|home| file.path.starts_with(home)) {
            continue;
        }
        for (line, text) in code::lines(&file.text) {
            if is_sql(text) {
                let path = &file.path;
                complaints.push(format!("{path}:{line}: SQL stands under store/ only"));
            }
        }
    }
    complaints
}

/// Whether a line of code has the beginning of a statement in a literal.
fn is_sql(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let starts = |statement: &str| {
        let quoted = line.split('"').skip(1);
        let mut parts = quoted.chain(std::iter::once(line.as_str()));
        parts.any(|part| part.trim_start().starts_with(statement))
    };
    let statements = [
        "insert into ",
        "insert or ",
        "delete from ",
        "create table ",
        "drop table ",
    ];
    statements.iter().any(|statement| starts(statement))
        || starts("select ") && line.contains(" from ")
        || starts("update ") && line.contains(" set ")
        || starts("pragma ")
}

#[test]
fn library_when_away_from_home_is_found() {
    let of = |path: &str, text: &str| strayed(&[File::new(path, text)]);
    assert_eq!(
        of("host/server/src/sync/x.rs", "use wasmtime::Engine;").len(),
        1
    );
    assert_eq!(
        of(
            "host/server/src/target/x.rs",
            "let c = reqwest::Client::new();"
        )
        .len(),
        1
    );
    assert_eq!(of("host/server/src/cli/x.rs", "use sqlx;").len(), 1);
    assert!(of("host/server/src/net/x.rs", "use reqwest::Client;").is_empty());
    assert!(of("host/server/src/cli/x.rs", "//! no reqwest::Client here").is_empty());
}

#[test]
fn core_when_it_reaches_outside_is_found() {
    let of = |path: &str, text: &str| impure_core(&[File::new(path, text)]);
    for impure in IMPURE {
        let text = format!("    let x = {impure};");
        assert_eq!(of("host/core/src/x.rs", &text).len(), 1, "{impure}");
        assert!(of("host/server/src/x.rs", &text).is_empty());
    }
}

#[test]
fn sql_when_outside_the_store_is_found() {
    let of = |path: &str, text: &str| sql(&[File::new(path, text)]);
    for text in [
        "query(\"select key from people\")",
        "r#\"insert into runs values (1)\"#",
        "        DELETE FROM links",
        "\"update people set key = ?\"",
        "\"pragma quick_check\"",
    ] {
        assert_eq!(of("host/server/src/sync/x.rs", text).len(), 1, "{text}");
        assert!(of("host/server/src/store/x.rs", text).is_empty());
    }
    assert!(
        of(
            "host/server/src/sync/x.rs",
            "let x = \"$select=id\"; select(a);"
        )
        .is_empty()
    );
}
