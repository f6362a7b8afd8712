//! The tests of a provider: those of its project, which cargo runs natively.
//!
//! A provider has neither examples nor cases, because a conversation is more than one value made of
//! another; its tests play the directory (`attune_plugin::provider::script`). What cargo says is heard
//! as it says it. Deliberately not here: the cases of transforms (`crate::kit`).

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::partly;
use crate::cli::args::kit::Test;
use crate::cli::out::{BAD, GOOD, paint};
use crate::cli::{Outcome, Shell};
use crate::fault::Failure;
use crate::kit::{Language, Project};

/// `plugin test` of a provider.
pub(super) fn test(shell: &Shell, id: &str, args: &Test) -> Outcome {
    if args.update {
        let message = format!("`{id}` is a provider: it has no cases to be updated");
        return Err(Failure::of("plugin-kind", message).hint(
            "leave --update out: the tests of the project itself run then, by `cargo test`",
        ));
    }
    let is_good = passes(shell, id, &args.dir)?;
    let out = &shell.out;
    if out.json {
        out.json(&json!([{ "file": "cargo test", "name": id, "ok": is_good }]));
    } else {
        let word = if is_good {
            paint(GOOD, "ok")
        } else {
            paint(BAD, "failed")
        };
        out.data(format!("{word}: cargo test in {}", args.dir.display()));
    }
    Ok(partly(is_good))
}

/// Whether the tests of the project pass.
pub(super) fn passes(shell: &Shell, id: &str, dir: &Path) -> Result<bool, Failure> {
    let is_project = Project::find(dir).is_ok_and(|one| one.language == Language::Rust);
    if !is_project {
        let place = dir.display();
        let message = format!(
            "`{id}` is a provider: its tests are those of its project, and {place} is no project in Rust"
        );
        return Err(Failure::of("plugin-kind", message)
            .hint("name the folder of the project; `attune plugin check` looks at a build alone"));
    }
    let mut cargo = Command::new("cargo");
    cargo
        .arg("test")
        .env_remove("CARGO_MAKEFLAGS")
        .env_remove("MAKEFLAGS")
        .current_dir(dir);
    if shell.out.json {
        // Standard output is one document.
        cargo.stdout(std::io::stderr());
    }
    let status = cargo.status().map_err(|error| {
        Failure::of("toolchain-missing", format!("cannot run `cargo`: {error}"))
            .hint("install Rust with rustup (https://rustup.rs)")
    })?;
    Ok(status.success())
}
