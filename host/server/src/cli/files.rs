//! `connector fmt` and `connector schema`: the files themselves, for people and their editors.

use std::path::{Path, PathBuf};

use super::args::Format;
use super::out::{GOOD, WARN, paint};
use super::{Exit, Outcome, Shell, mistaken};
use crate::connector::{self, Mistake, SCHEMA, laid_out};
use crate::fault::Failure;

/// Lays files out. With `--check` nothing is written, and a file that would change is exit 1.
pub(super) fn fmt(shell: &Shell, args: &Format) -> Outcome {
    let (mut changed, mut wrong): (Vec<PathBuf>, Vec<Mistake>) = (Vec::new(), Vec::new());
    for path in paths(shell, args.connector.as_deref())? {
        let label = path.display().to_string();
        let text = std::fs::read_to_string(&path).map_err(|error| unusable(&path, &error))?;
        match laid_out(&label, &text) {
            Ok(better) if better == text => {}
            Ok(better) => {
                if !args.check {
                    connector::replace_text(&path, &better)
                        .map_err(|error| unusable(&path, &error))?;
                }
                changed.push(path);
            }
            Err(mistakes) => wrong.extend(mistakes),
        }
    }
    if shell.out.json {
        let names = changed.iter().map(|path| path.display().to_string());
        shell
            .out
            .json(&serde_json::json!({ "changed": names.collect::<Vec<_>>() }));
    } else {
        let word = if args.check {
            paint(WARN, "would change")
        } else {
            paint(GOOD, "laid out")
        };
        for path in &changed {
            shell.out.data(format!("{word} {}", path.display()));
        }
    }
    if !wrong.is_empty() {
        return Err(mistaken(&wrong));
    }
    Ok(if args.check && !changed.is_empty() {
        Exit::Partly
    } else {
        Exit::Good
    })
}

/// The JSON Schema of connector files.
pub(super) fn schema(shell: &Shell) -> Exit {
    shell.out.data(SCHEMA.trim_end());
    Exit::Good
}

/// The file of a connector, also one with mistakes, or all.
fn paths(shell: &Shell, name: Option<&str>) -> Result<Vec<PathBuf>, Failure> {
    let folder = &shell.settings.connectors_dir;
    let wrong = |mistake: Mistake| mistaken(&[mistake]);
    if let Some(name) = name {
        return Ok(vec![connector::find(folder, name).map_err(wrong)?.path]);
    }
    let entries = connector::load_dir(folder).map_err(wrong)?;
    Ok(entries.into_iter().map(|entry| entry.path).collect())
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::of("config", format!("{}: {error}", path.display()))
}
