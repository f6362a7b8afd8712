//! Layers of `host/server` and of the crates: a module imports from a lower number only.

use crate::code;
use crate::files::File;

/// The modules of the server crate, from the leaves up.
const LAYERS: [&[&str]; 11] = [
    &["clock", "compute", "settings", "fault", "telemetry"],
    &["net", "store", "watch"],
    &["source", "target", "vault", "connector", "kit"],
    &["notify"],
    &["sync", "jobs", "access", "backup"],
    &["service", "mapping"],
    &["view"],
    &["act"],
    &["console"],
    &["cli", "api"],
    &["app", "lifecycle", "main"],
];

/// Written exceptions, each with its reason.
const EXCEPTIONS: [(&str, &str); 5] = [
    // A job runs a sync.
    ("jobs", "sync"),
    // The command `serve` begins what answers requests.
    ("cli", "api"),
    // A command opens the application that it then uses.
    ("cli", "app"),
    // Logging is set up from its own section of the settings.
    ("telemetry", "settings"),
    // The table of codes has a row for every module's errors.
    ("fault", "*"),
];

const SERVER: &str = "host/server/src/";

/// Which crates a crate of this workspace may use; its tests may use what they like.
const CRATES: [(&str, &[&str]); 5] = [
    ("host/core/", &[]),
    ("host/wasm/", &["attune_core"]),
    ("host/bundled/", &[]),
    ("host/sim/", &[]),
    (
        "host/server/",
        &[
            "attune_core",
            "attune_wasm",
            "attune_bundled",
            "attune_sim",
            "attune_server",
        ],
    ),
];

pub(crate) fn complaints(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        if let Some(inside) = file.path.strip_prefix(SERVER) {
            complaints.extend(modules(file, inside));
        }
        complaints.extend(crates(file));
    }
    complaints
}

fn modules(file: &File, inside: &str) -> Vec<String> {
    let module = inside.split(['/', '.']).next().unwrap_or_default();
    if module == "lib" {
        return Vec::new();
    }
    let Some(own) = layer(module) else {
        let path = &file.path;
        return vec![format!(
            "{path}: `{module}` has no layer; give it one in tests/tidy/layers.rs"
        )];
    };
    let code: Vec<(usize, &str)> = code::lines(&file.text).collect();
    let mut complaints = Vec::new();
    for (line, used) in imports(&code) {
        let allowed = used == module
            || EXCEPTIONS
                .iter()
                .any(|(a, b)| *a == module && (*b == used || *b == "*"));
        let fits = layer(used).is_none_or(|layer| layer < own);
        if !allowed && !fits {
            let path = &file.path;
            complaints.push(format!(
                "{path}:{line}: `{module}` must not import `{used}`"
            ));
        }
    }
    complaints
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The modules after `crate::`, those inside of `crate::{...}` too.
fn imports<'t>(code: &[(usize, &'t str)]) -> Vec<(usize, &'t str)> {
    let mut found = Vec::new();
    let mut depth = 0;
    for &(line, text) in code {
        let mut rest = text;
        if depth > 0 {
            depth = group(rest, depth, line, &mut found);
            continue;
        }
        while let Some((_, after)) = rest.split_once("crate::") {
            rest = after;
            if let Some(inside) = after.strip_prefix('{') {
                depth = group(inside, 1, line, &mut found);
            } else {
                found.push((line, name(after)));
            }
        }
    }
    found
}

/// Reads names at the first level of a group; returns how many braces stay open.
fn group<'t>(
    text: &'t str,
    mut depth: usize,
    line: usize,
    found: &mut Vec<(usize, &'t str)>,
) -> usize {
    let mut expects = true;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 1 => expects = true,
            c if depth == 1 && expects && c.is_ascii_lowercase() => {
                found.push((line, name(text.get(at..).unwrap_or_default())));
                expects = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    depth
}

fn name(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

fn crates(file: &File) -> Vec<String> {
    let inside = |home: &str| {
        file.path
            .strip_prefix(home)
            .is_some_and(|p| p.starts_with("src/"))
    };
    let rule = CRATES.iter().find(|(home, _)| inside(home));
    let Some((home, allowed)) = rule else {
        return Vec::new();
    };
    let own = home.trim_start_matches("host/").trim_end_matches('/');
    let own = format!("attune_{own}");
    let mut complaints = Vec::new();
    for (line, text) in code::lines(&file.text) {
        for (at, _) in text.match_indices("attune_") {
            let used = name(text.get(at..).unwrap_or_default());
            let is_path = text
                .get(at + used.len()..)
                .is_some_and(|t| t.starts_with("::"));
            if is_path && used != own && !allowed.contains(&used) {
                let path = &file.path;
                complaints.push(format!("{path}:{line}: {home} must not use `{used}`"));
            }
        }
    }
    complaints
}

#[test]
fn import_when_it_goes_up_or_sideways_is_found() {
    let of = |path: &str, text: &str| complaints(&[File::new(path, text)]);
    let wrong = "host/server/src/store/x.rs:1: `store` must not import `sync`";
    assert_eq!(
        of("host/server/src/store/x.rs", "use crate::sync::Run;"),
        [wrong]
    );
    assert_eq!(
        of("host/server/src/store.rs", "use crate::net::Slot;").len(),
        1
    );
    assert_eq!(
        of("host/server/src/sync/x.rs", "use crate::app::App;").len(),
        1
    );
    assert_eq!(
        of("host/server/src/new.rs", "").len(),
        1,
        "a module without a layer"
    );
    let group =
        "use crate::{\n    clock::{Clock, api},\n    cli, store,\n};\nlet x = crate::app::y();";
    let found = of("host/server/src/sync/run.rs", group);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains(":3: `sync` must not import `cli`"));
    assert!(found[1].contains(":5: `sync` must not import `app`"));
}

#[test]
fn import_when_it_goes_down_or_is_written_down_is_fine() {
    let of = |path: &str, text: &str| complaints(&[File::new(path, text)]);
    assert!(
        of(
            "host/server/src/sync/x.rs",
            "use crate::{store, clock::Clock};"
        )
        .is_empty()
    );
    assert!(
        of(
            "host/server/src/sync/x.rs",
            "use crate::sync::Run; // crate::app"
        )
        .is_empty()
    );
    assert!(of("host/server/src/cli/x.rs", "use crate::app::App;").is_empty());
    assert!(of("host/server/src/fault/x.rs", "use crate::store;").is_empty());
}

#[test]
fn crate_when_it_imports_upward_is_found() {
    let of = |path: &str, text: &str| complaints(&[File::new(path, text)]);
    assert_eq!(
        of("host/core/src/x.rs", "use attune_wasm::Engine;").len(),
        1
    );
    assert_eq!(of("host/wasm/src/x.rs", "use attune_server::net;").len(), 1);
    assert!(of("host/wasm/src/x.rs", "use attune_core::Column;").is_empty());
    assert!(of("host/wasm/tests/x.rs", "use attune_bundled::PLUGINS;").is_empty());
}
