//! `doctor`: this machine and what lies on it, line by line. Asks no other machine anything; that
//! is what `check` is for.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::check::print;
use super::wire::BUILD;
use super::{Exit, Outcome, Shell, mistaken};
use crate::app;
use crate::connector::{CredentialSpec, Loaded, load_dir};
use crate::fault::{self, Failure};
use crate::store::examine::{self, FREE_BYTES_MIN};
use crate::sync::{CheckLine, Pinned};

/// Fewer open files than these are soon used up by connections and the database.
const OPEN_FILES_MIN: u64 = 1024;
const MIB: u64 = 1024 * 1024;

pub(super) async fn run(shell: &Shell) -> Outcome {
    let mut lines = Vec::new();
    lines.push(service(shell));
    folder(shell, &mut lines);
    if shell.settings.data_dir.exists() {
        database(shell, &mut lines).await?;
    }
    machine(&mut lines);
    connectors(shell, &mut lines)?;
    let is_well = lines.iter().all(|line| line.ok);
    if shell.out.json {
        shell.out.json(&lines);
    } else {
        print(&shell.out, "this machine", &lines);
    }
    Ok(if is_well { Exit::Good } else { Exit::Partly })
}

fn well(name: impl Into<String>, message: impl Into<String>) -> CheckLine {
    line(name, Ok(message.into()), "")
}

fn line(
    name: impl Into<String>,
    found: Result<String, String>,
    fix: impl Into<String>,
) -> CheckLine {
    let ok = found.is_ok();
    CheckLine {
        name: name.into(),
        ok,
        message: found.unwrap_or_else(|trouble| trouble),
        fix: if ok { String::new() } else { fix.into() },
    }
}

fn service(shell: &Shell) -> CheckLine {
    let Some(service) = &shell.service else {
        let message = format!("none runs on this data directory; this is attune {BUILD}");
        return well("service", message);
    };
    let (_, state) = service.pin();
    let connectors = state.connectors.len();
    let found = if service.is_ready() {
        Ok(format!("attune {BUILD} runs {connectors} connectors"))
    } else {
        Err("it is not ready".to_owned())
    };
    line("service", found, "`curl /readyz` says why")
}

fn folder(shell: &Shell, lines: &mut Vec<CheckLine>) {
    let path = &shell.settings.data_dir;
    if !path.exists() {
        let message = format!(
            "{} is made by the first command that needs it",
            path.display()
        );
        lines.push(well("data directory", message));
        return;
    }
    lines.push(private(path));
    match examine::disk(path) {
        Err(error) => {
            let found = Err(fault::chain(&error));
            lines.push(line("disk", found, "make the folder readable"));
        }
        Ok(disk) => {
            let mib = disk.free_bytes / MIB;
            let least = FREE_BYTES_MIN / MIB;
            let found = if disk.free_bytes >= FREE_BYTES_MIN {
                Ok(format!("{mib} MiB are free"))
            } else {
                Err(format!(
                    "{mib} MiB are free, and no run begins below {least}"
                ))
            };
            lines.push(line(
                "disk",
                found,
                "free some space, or name another --data-dir",
            ));
            lines.extend(disk.network.map(|kind| {
                let found = Err(format!(
                    "the data directory lies on {kind}: locks do not hold there"
                ));
                line("file system", found, "use a disk of this machine")
            }));
        }
    }
}

fn private(path: &Path) -> CheckLine {
    let mode = std::fs::metadata(path).map(|meta| meta.permissions().mode() & 0o777);
    let shown = path.display();
    let found = match mode {
        Ok(mode) if mode.trailing_zeros() >= 6 => Ok(format!("{shown} is this user's alone")),
        Ok(mode) => Err(format!("others can read {shown} (mode {mode:o})")),
        Err(error) => Err(format!("{shown}: {error}")),
    };
    line("data directory", found, format!("chmod 700 {shown}"))
}

async fn database(shell: &Shell, lines: &mut Vec<CheckLine>) -> Result<(), Failure> {
    let app = shell.app().await?;
    let examined = app.host.store.examine().await;
    app.close().await;
    let examined = examined?;
    let (mib, unused) = (examined.bytes / MIB, examined.unused_bytes / MIB);
    let found = if examined.damage.is_empty() {
        let schema = examined.schema;
        Ok(format!(
            "whole; {mib} MiB, of which {unused} unused; schema {schema}"
        ))
    } else {
        Err(format!("damaged: {}", examined.damage.join("; ")))
    };
    lines.push(line(
        "database",
        found,
        "stop the service and restore a backup",
    ));
    Ok(())
}

fn machine(lines: &mut Vec<CheckLine>) {
    let zones = if jiff::tz::db().is_definitively_empty() {
        Err("this machine has no time zones: schedules know UTC alone".to_owned())
    } else {
        Ok("the names of time zones are known".to_owned())
    };
    lines.push(line("time zones", zones, "install the package tzdata"));
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let files = match limit {
        Some(files) if files < OPEN_FILES_MIN => Err(format!(
            "only {files} files and connections may be open at once"
        )),
        Some(files) => Ok(format!("{files} may be open at once")),
        None => Ok("any number may be open at once".to_owned()),
    };
    let fix = format!("`ulimit -n {OPEN_FILES_MIN}`, or LimitNOFILE= of the unit");
    lines.push(line("open files", files, fix));
}

/// Every file, what plugins think of it, and whether its secrets are there.
fn connectors(shell: &Shell, lines: &mut Vec<CheckLine>) -> Result<(), Failure> {
    let entries =
        load_dir(&shell.settings.connectors_dir).map_err(|mistake| mistaken(&[mistake]))?;
    if entries.is_empty() {
        let folder = shell.settings.connectors_dir.display();
        lines.push(well("connectors", format!("no file in {folder}")));
    }
    let plugins = app::plugins(&shell.settings)?.snapshot();
    for entry in entries {
        let name = format!("connector {}", entry.name);
        let loaded = match entry.result {
            Ok(loaded) => loaded,
            Err(mistakes) => {
                let all: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
                let fix = "correct the file; the running revision goes on meanwhile";
                lines.push(line(name, Err(all.join("; ")), fix));
                continue;
            }
        };
        let found = match Pinned::open(&loaded, &plugins) {
            Ok((pinned, _)) => Ok(format!("{} fields", pinned.fields.len())),
            Err(error) => Err(fault::chain(&error)),
        };
        lines.push(line(name, found, "`attune connector validate` says where"));
        secrets(shell, &loaded, lines);
    }
    Ok(())
}

fn secrets(shell: &Shell, loaded: &Loaded, lines: &mut Vec<CheckLine>) {
    let connector = &loaded.connector;
    let of_source = connector.source.credentials.iter();
    let of_source = of_source.map(|(slot, spec)| (format!("source.credential.{slot}"), spec));
    let of_targets = connector.targets.iter();
    let of_targets =
        of_targets.map(|one| (format!("target.{}.credential", one.name), &one.credential));
    for (place, spec) in of_source.chain(of_targets) {
        lines.push(secret(shell, (&connector.name, &place), spec));
    }
}

fn secret(shell: &Shell, (connector, place): (&str, &str), spec: &CredentialSpec) -> CheckLine {
    let name = format!("secret {connector} {place}");
    for at in spec.secrets.values() {
        if let Err(error) = shell.vault.text(at) {
            return line(name, Err(error.to_string()), error.hint());
        }
    }
    // A certificate is for everybody's eyes.
    let secrets = spec
        .secrets
        .iter()
        .filter(|(key, _)| **key != "certificate");
    let warnings = shell.vault.readable_by_all(secrets.map(|(_, at)| at));
    match warnings.first() {
        Some(warning) => line(name, Err(warning.clone()), "chmod 600 the file"),
        None => well(name, "is set"),
    }
}
