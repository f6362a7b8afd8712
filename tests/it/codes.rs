//! Every code that the sources can give has its place in the one table of codes.
//!
//! The sources are searched as text for the constructors that take a code and for the functions
//! that name one. A code that is put together at run time is not found; there is none today.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use attune_server::fault;

/// What stands before a code in quotes.
const CONSTRUCTORS: [&str; 9] = [
    "Error::new(",
    ".fail(",
    "Problem::new(",
    "Error::target(",
    "Error::rejected(",
    "Failure::of(",
    "Failure::new(",
    "Self::of(",
    "Problem::abort(",
];

/// Functions whose arms are codes.
const NAMERS: [&str; 2] = [
    "fn code(",
    "    /// The kebab-case kind, as plugins and `--json`",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Sources of the product itself: no tests, no stand-ins, no plugins that are bad on purpose.
fn sources() -> std::io::Result<Vec<PathBuf>> {
    let folders = [
        "host/core/src",
        "host/wasm/src",
        "host/server/src",
        "plugins/sdk/src",
        "plugins/functions/src",
        "plugins/dialect/src",
        "plugins/providers",
        "plugins/transforms",
    ];
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_other = name.starts_with("test");
            if path.is_dir() && !is_other {
                open.push(path);
            } else if name.ends_with(".rs") && !is_other {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// The code in quotes that a text begins with.
fn quoted(text: &str) -> Option<&str> {
    let code = text.trim_start().strip_prefix('"')?.split('"').next()?;
    let is_code = |c: char| c.is_ascii_lowercase() || c == '-';
    (!code.is_empty() && code.chars().all(is_code)).then_some(code)
}

fn codes_of(text: &str) -> Vec<&str> {
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let mut codes = Vec::new();
    for constructor in CONSTRUCTORS {
        codes.extend(text.split(constructor).skip(1).filter_map(quoted));
    }
    for namer in NAMERS {
        for body in text.split(namer).skip(1) {
            let body = body.split("\n    }\n").next().unwrap_or_default();
            codes.extend(body.split("=> ").skip(1).filter_map(quoted));
        }
    }
    codes
}

#[test]
fn every_code_of_the_sources_is_in_the_table() {
    let mut missing: BTreeMap<String, String> = BTreeMap::new();
    let mut known = 0;
    for path in sources().expect("the sources are beside the tests") {
        let text = std::fs::read_to_string(&path).expect("a readable source");
        for code in codes_of(&text) {
            if fault::find(code).is_some() {
                known += 1;
            } else {
                missing.insert(code.to_owned(), path.display().to_string());
            }
        }
    }
    assert!(known > 100, "the search finds too little: {known}");
    assert!(missing.is_empty(), "no entry in `fault`: {missing:#?}");
}
